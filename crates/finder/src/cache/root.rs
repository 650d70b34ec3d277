//! Where the cache is, and who may have written to it.

use std::ffi::{CStr, CString, OsStr};
use std::fs;
use std::io;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// Names the cache directory, instead of `$XDG_CACHE_HOME/pyoxidizer/packages`.
const VARIABLE: &CStr = c"PYOXIDIZER_PACKAGE_CACHE";

/// The directory of all that this user's programs have placed in files.
pub(super) fn directory() -> io::Result<PathBuf> {
    if let Some(path) = variable(VARIABLE) {
        return Ok(path);
    }
    let base = variable(c"XDG_CACHE_HOME").or_else(|| Some(variable(c"HOME")?.join(".cache")));
    let base = base.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no home directory"))?;
    Ok(base.join("pyoxidizer").join("packages"))
}

/// A variable of the environment as an absolute path.
fn variable(name: &CStr) -> Option<PathBuf> {
    // SAFETY: has no preconditions. A program that runs with the rights of another user does not do what the environment says.
    if unsafe { libc::getauxval(libc::AT_SECURE) } != 0 {
        return None;
    }
    let value = std::env::var_os(OsStr::from_bytes(name.to_bytes()))?;
    let path = PathBuf::from(value);
    path.is_absolute().then_some(path)
}

/// Makes a directory for this user alone, unless it is there.
pub(super) fn make_private(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    check_private(&path.symlink_metadata()?)
}

/// A directory is trusted if it is ours, and nobody else may write to it.
pub(super) fn check_private(directory: &fs::Metadata) -> io::Result<()> {
    // SAFETY: has no preconditions and cannot fail.
    let user = unsafe { libc::geteuid() };
    if directory.is_dir() && directory.uid() == user && directory.mode() & 0o022 == 0 {
        Ok(())
    } else {
        Err(io::Error::new(io::ErrorKind::PermissionDenied, "cache directory is not private to this user"))
    }
}

/// Whether code can be loaded from a file: it is there, and its file system is not mounted `noexec`.
pub(crate) fn may_execute(file: &Path) -> bool {
    let Ok(path) = CString::new(file.as_os_str().as_bytes()) else { return false };
    let mut facts = MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: a C string and a place for the result.
    if unsafe { libc::statvfs(path.as_ptr(), facts.as_mut_ptr()) } != 0 {
        return false;
    }
    // SAFETY: filled in by the call that succeeded.
    let facts = unsafe { facts.assume_init() };
    facts.f_flag & libc::ST_NOEXEC == 0
}
