//! Where the cache is.

use std::ffi::{CStr, OsStr};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::tree::Directory;
use super::trust::Missing;

/// Names the cache directory, instead of `$XDG_CACHE_HOME/pyoxidizer/packages`.
pub const VARIABLE: &CStr = c"PYOXIDIZER_PACKAGE_CACHE";

/// The directory of all that this user's programs have placed in files. It is made if it is not there.
pub(super) fn directory() -> io::Result<Directory> {
    Directory::open(&path()?, Missing::Make)
}

/// The path of the cache as the environment has it: `$PYOXIDIZER_PACKAGE_CACHE`, or `pyoxidizer/packages` in
/// `$XDG_CACHE_HOME` or `~/.cache`.
///
/// # Errors
///
/// The environment names no directory, or the program has more privileges than the one who starts it.
pub fn path() -> io::Result<PathBuf> {
    if let Some(path) = variable(VARIABLE) {
        return Ok(path);
    }
    let base = variable(c"XDG_CACHE_HOME").or_else(|| Some(variable(c"HOME")?.join(".cache")));
    let base = base.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no home directory"))?;
    Ok(base.join("pyoxidizer").join("packages"))
}

/// A variable of the environment as an absolute path.
pub(super) fn variable(name: &CStr) -> Option<PathBuf> {
    // SAFETY: has no preconditions. A program that runs with the rights of another user does not do what the
    // environment says.
    if unsafe { libc::getauxval(libc::AT_SECURE) } != 0 {
        return None;
    }
    let value = std::env::var_os(OsStr::from_bytes(name.to_bytes()))?;
    let path = PathBuf::from(value);
    path.is_absolute().then_some(path)
}
