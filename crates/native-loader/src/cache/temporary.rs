//! A library in a file for as long as it takes to load it: where there are no memory files.

use std::io::{self, Write};
use std::path::PathBuf;

use rustix::fs::{FlockOperation, Mode};

use super::directory::unique;
use super::root;
use super::tree::Directory;
use super::trust::Missing;

/// A file in a directory of its own, which is gone when this is dropped. What a process that is killed leaves behind,
/// the next one that adds to the cache removes.
pub(crate) struct Temporary {
    root: Directory,
    /// Locked while it is open.
    directory: Directory,
}

/// The name of the file.
const FILE: &str = "library.so";

impl Temporary {
    /// Writes a file. No two have had the same path.
    ///
    /// # Errors
    ///
    /// If there is no cache directory, none that can be trusted, or none that code may be loaded from.
    pub(crate) fn new(content: &[u8]) -> io::Result<Self> {
        let root = root::directory()?;
        if !root.may_execute() {
            return Err(io::Error::other(format!("{} is mounted with noexec", root.path().display())));
        }
        root.check_space(content.len() as u64)?;
        // A name as that of any directory which is not complete.
        let name = format!(".temporary-{:032x}.{}", 0, unique());
        let directory = root.subdirectory(name.as_ref(), Missing::Make)?;
        let _ = directory.lock(FlockOperation::LockShared);
        let temporary = Self { root, directory };
        temporary.directory.create(FILE.as_ref(), Mode::RUSR | Mode::WUSR)?.write_all(content)?;
        Ok(temporary)
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join(FILE)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(name) = self.directory.path().file_name() {
            let _ = self.root.remove(name);
        }
    }
}
