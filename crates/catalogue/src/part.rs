//! What has arrived so far, in a directory that one process has for itself.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use pyox_build_cache::is_same;
use pyox_packed_resources::hex;
use sha2::{Digest as _, Sha256};

/// How the file is called until it is complete.
const NAME: &str = ".part";

/// The directory of one archive, locked.
pub(crate) struct Place {
    path: PathBuf,
    _lock: File,
}

impl Place {
    /// Makes it, and waits until no one else has it; `wait` is called if that may take time.
    pub(crate) fn lock(path: &Path, mut wait: impl FnMut()) -> io::Result<Self> {
        loop {
            fs::create_dir_all(path)?;
            // It may be removed at any time until it is locked.
            let lock = match File::open(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                lock => lock?,
            };
            // Where there are no locks, two processes may do the same work: what is renamed is complete.
            if let Err(TryLockError::WouldBlock) = lock.try_lock() {
                wait();
                let _ = lock.lock();
            }
            if is_same(&lock, path)? {
                return Ok(Self { path: path.to_owned(), _lock: lock });
            }
        }
    }

    /// What arrived earlier.
    pub(crate) fn part(&self) -> io::Result<Part> {
        Part::open(self.path.join(NAME))
    }

    /// Removes it with everything in it.
    pub(crate) fn remove(self) {
        // What stays is never used unchecked.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// The beginning of a file, with its digest.
pub(crate) struct Part {
    path: PathBuf,
    file: File,
    length: u64,
    hash: Sha256,
}

impl Part {
    fn open(path: PathBuf) -> io::Result<Self> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
        let mut hash = Hashing(Sha256::new());
        let length = io::copy(&mut file, &mut hash)?;
        Ok(Self { path, file, length, hash: hash.0 })
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    pub(crate) fn sha256(&self) -> String {
        hex(&self.hash.clone().finalize())
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        Ok(())
    }

    pub(crate) fn clear(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.length = 0;
        self.hash = Sha256::new();
        Ok(())
    }

    /// Gives the file its name.
    pub(crate) fn complete(self, path: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(self.path, path)
    }
}

struct Hashing(Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
