//! Compiled code on disk, by the digest of everything that it depends on.

use std::fs;
use std::path::PathBuf;
use std::sync::Once;

use super::CompileJob;
use crate::PythonInfo;
use crate::digest::Fields;
use crate::kept::{self, Kept};

/// Raised whenever the same job may give other bytes: with the canonical form.
const PURPOSE: &str = "bytecode 2";

/// A directory that several processes may use at a time. Losing an entry costs time only, so errors are not told.
#[derive(Debug)]
pub(super) struct Cache {
    directory: PathBuf,
    swept: Once,
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
        Self { directory, swept: Once::new() }
    }

    fn path(&self, key: &Key) -> PathBuf {
        let (start, rest) = key.0.split_at(2);
        self.directory.join(start).join(rest)
    }

    /// The code.
    pub(super) fn get(&self, key: &Key) -> Kept {
        kept::read(&self.path(key))
    }

    /// Keeps code.
    pub(super) fn put(&self, key: &Key, code: &[u8]) {
        let path = self.path(key);
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(path.parent().unwrap_or(&self.directory))?;
            self.swept.call_once(|| kept::sweep(&self.directory));
            kept::write_in(&self.directory, &path, |out| out.write_all(code))
        };
        let _ = write();
    }
}
