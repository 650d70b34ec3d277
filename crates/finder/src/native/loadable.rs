//! A library somewhere it can be loaded from: in memory, or in a file where memory files cannot be had.

use std::path::{Path, PathBuf};

use super::memory::{self, MemoryFile};
use crate::cache::{Temporary, VARIABLE};
use crate::object::with_causes;

/// A library that can be loaded while this lives.
pub(super) struct Loadable {
    path: PathBuf,
    held: Held,
}

enum Held {
    InMemory(MemoryFile),
    InFile(Temporary),
}

/// Why a library cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[error(
    "{memory}; nor can it be written to a file: {file}. Mount /proc, or set {} to a directory for files", VARIABLE.to_string_lossy(),
    memory = with_causes(.memory)
)]
pub(super) struct Error {
    memory: memory::Error,
    file: std::io::Error,
}

impl Loadable {
    /// The name is for people.
    pub(super) fn new(name: &str, library: &[u8]) -> Result<Self, Error> {
        in_memory(name, library).or_else(|memory| match Temporary::new(library) {
            Ok(file) => Ok(Self { path: file.path(), held: Held::InFile(file) }),
            Err(file) => Err(Error { memory, file }),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps it for the life of the process.
    pub(super) fn keep(self) {
        match self.held {
            Held::InMemory(file) => file.keep(),
            Held::InFile(file) => std::mem::forget(file),
        }
    }
}

fn in_memory(name: &str, library: &[u8]) -> Result<Loadable, memory::Error> {
    let mut file = MemoryFile::new(name)?;
    file.write(library)?;
    Ok(Loadable { path: file.path()?.into(), held: Held::InMemory(file) })
}
