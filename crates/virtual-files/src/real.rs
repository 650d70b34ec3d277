//! Packed files for other programs.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::tree::tree;

/// The file or directory of the cache with what is packed at a path of the tree, for programs that do not see the tree;
/// it is made if it is not there. `None` if nothing is packed there, or if there is no cache. Allocates, and is not for
/// signal handlers.
pub fn real_path(path: &Path) -> Option<PathBuf> {
    let tree = tree()?;
    let relative = tree.relative(path.as_os_str().as_bytes())?;
    let node = tree.index().ok()?.node(relative);
    let place = tree.real(relative, node).ok()?;
    Some(OsStr::from_bytes(place.as_bytes()).into())
}
