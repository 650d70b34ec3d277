//! Compiled code on disk, by the digest of everything that it depends on.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use super::CompileJob;
use crate::PythonInfo;
use crate::digest::Fields;

/// Entries start with this, and with the digest of what follows it.
const MAGIC: &[u8; 8] = b"pyoxcode";
const HEADER: usize = MAGIC.len() + 32;

/// Raised whenever the same job may give other bytes: with the canonical form.
const PURPOSE: &str = "bytecode 1";

/// A directory that several processes may use at a time. Losing an entry costs time only, so errors are not told.
#[derive(Debug)]
pub(super) struct Cache {
    directory: PathBuf,
}

pub(super) struct Key(String);

impl Key {
    pub(super) fn new(info: &PythonInfo, job: &CompileJob) -> Self {
        let fields = Fields::new(PURPOSE)
            .add(&info.magic)
            .add(&info.version)
            .add(&info.releaselevel)
            .add([info.serial, u8::from(info.gil_disabled), u8::from(info.debug), job.optimize])
            .add(&job.filename)
            .add(&job.source);
        Self(fields.hex())
    }
}

impl Cache {
    pub(super) fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    fn path(&self, key: &Key) -> PathBuf {
        let (start, rest) = key.0.split_at(2);
        self.directory.join(start).join(rest)
    }

    /// The code, unless there is none or it is damaged.
    pub(super) fn get(&self, key: &Key) -> Option<Vec<u8>> {
        let mut entry = fs::read(self.path(key)).ok()?;
        let (header, code) = entry.split_at_checked(HEADER)?;
        if header[..MAGIC.len()] != *MAGIC || header[MAGIC.len()..] != Sha256::digest(code)[..] {
            return None;
        }
        entry.drain(..HEADER);
        Some(entry)
    }

    /// Writes a new file and renames it, so that nobody ever sees half of it.
    pub(super) fn put(&self, key: &Key, code: &[u8]) {
        let path = self.path(key);
        let write = || -> std::io::Result<()> {
            let directory = path.parent().unwrap_or(&self.directory);
            fs::create_dir_all(directory)?;
            let mut file = tempfile::NamedTempFile::new_in(directory)?;
            file.write_all(MAGIC)?;
            file.write_all(&Sha256::digest(code))?;
            file.write_all(code)?;
            file.persist(&path)?;
            Ok(())
        };
        let _ = write();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_entries_are_not_there() -> std::io::Result<()> {
        let directory = tempfile::tempdir()?;
        let cache = Cache::new(directory.path().join("deep/er"));
        let key = Key("0123".into());
        assert_eq!(cache.get(&key), None);
        cache.put(&key, b"code");
        assert_eq!(cache.get(&key).as_deref(), Some(b"code".as_slice()));

        let whole = fs::read(cache.path(&key))?;
        for size in 0..whole.len() {
            fs::write(cache.path(&key), &whole[..size])?;
            assert_eq!(cache.get(&key), None, "cut to {size}");
        }
        for position in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[position] ^= 1;
            fs::write(cache.path(&key), damaged)?;
            assert_eq!(cache.get(&key), None, "bit at {position}");
        }
        cache.put(&key, b"code");
        assert_eq!(cache.get(&key).as_deref(), Some(b"code".as_slice()));
        Ok(())
    }
}
