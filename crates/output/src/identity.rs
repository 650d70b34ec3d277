//! Which file a path leads to, however the path is written.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use super::{ASIDE, parent};

/// Device and inode.
#[cfg(unix)]
pub(super) type FileId = (u64, u64);
/// The path without links.
#[cfg(not(unix))]
pub(super) type FileId = std::path::PathBuf;

/// The file or directory that a path leads to, through links.
#[cfg(unix)]
pub(super) fn file_id(path: &Path) -> io::Result<FileId> {
    use std::os::unix::fs::MetadataExt;
    path.metadata().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// The file or directory that a path leads to, through links.
#[cfg(not(unix))]
pub(super) fn file_id(path: &Path) -> io::Result<FileId> {
    path.canonicalize()
}

/// The place of a file.
#[derive(Debug, Clone)]
pub(super) enum Identity {
    /// It is there.
    There(FileId),
    /// Nothing is there yet: the directory, if that is there, and the name.
    Absent(Option<FileId>, OsString),
}

impl Identity {
    pub(super) fn of(path: &Path) -> Self {
        match file_id(path) {
            Ok(id) => Self::There(id),
            Err(_) => Self::Absent(file_id(parent(path)).ok(), path.file_name().unwrap_or_default().to_owned()),
        }
    }

    /// Whether both are one file, or will be; `path` is that of one of them.
    pub(super) fn is_same(&self, other: &Self, path: &Path) -> bool {
        match (self, other) {
            (Self::There(one), Self::There(other)) => one == other,
            (Self::Absent(Some(one), name), Self::Absent(Some(directory), other)) if one == directory => {
                name == other || name.eq_ignore_ascii_case(other) && ignores_case(parent(path))
            }
            _ => false,
        }
    }
}

/// Whether names that differ in the case of letters are one name in a directory.
fn ignores_case(directory: &Path) -> bool {
    let Ok(probe) = tempfile::Builder::new().prefix(ASIDE).suffix("a").tempfile_in(directory) else { return false };
    let Some(name) = probe.path().file_name().and_then(|name| name.to_str()) else { return false };
    directory.join(name.to_ascii_uppercase()).exists()
}
