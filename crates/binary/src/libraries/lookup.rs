//! What a library was looked for with, and what was found: to be looked for again before the outcome is used again.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{ElfTarget, SearchPath, SystemLibraries};

/// One search for a library, in vain or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lookup {
    name: String,
    target: ElfTarget,
    path: SearchPath,
    found: Option<FoundFile>,
}

/// A file, as it was when it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct FoundFile {
    path: PathBuf,
    stamp: Stamp,
    /// Of the content.
    sha256: [u8; 32],
}

/// What the system changes whenever it changes a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    length: u64,
    modified: SystemTime,
    /// Inode, and the time when anything about it changed last.
    inode: (u64, i64, i64),
}

impl Lookup {
    /// Notes what was found. Its content is read.
    pub(crate) fn new(name: &str, target: ElfTarget, path: &SearchPath, found: Option<&Path>) -> Self {
        let found = found.and_then(FoundFile::of);
        Self { name: name.to_owned(), target, path: path.clone(), found }
    }

    /// Whether it is a search for the same in the same places.
    pub(crate) fn is_for(&self, name: &str, target: ElfTarget, path: &SearchPath) -> bool {
        (self.name.as_str(), self.target, &self.path) == (name, target, path)
    }

    /// Whether looking now gives the same file with the same content, or nothing again.
    pub fn still_holds(&self, libraries: &SystemLibraries) -> bool {
        match (&self.found, libraries.find(&self.name, self.target, &self.path)) {
            (None, None) => true,
            (Some(known), Some(found)) => known.path == found && known.is_unchanged(),
            _ => false,
        }
    }
}

impl FoundFile {
    fn of(path: &Path) -> Option<Self> {
        let stamp = Stamp::of(path)?;
        Some(Self { path: path.to_owned(), stamp, sha256: digest(path)? })
    }

    /// What has the same stamp is not read.
    fn is_unchanged(&self) -> bool {
        Stamp::of(&self.path).as_ref() == Some(&self.stamp) || digest(&self.path) == Some(self.sha256)
    }
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let facts = path.metadata().ok()?;
        Some(Self { length: facts.len(), modified: facts.modified().ok()?, inode: inode(&facts) })
    }
}

fn digest(path: &Path) -> Option<[u8; 32]> {
    fs::read(path).ok().map(|content| Sha256::digest(content).into())
}

#[cfg(unix)]
fn inode(facts: &fs::Metadata) -> (u64, i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (facts.ino(), facts.ctime(), facts.ctime_nsec())
}

#[cfg(not(unix))]
fn inode(_facts: &fs::Metadata) -> (u64, i64, i64) {
    (0, 0, 0)
}
