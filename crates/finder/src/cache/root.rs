//! Where the cache is, and who may have written to it.

use std::ffi::{CStr, CString, OsStr};
use std::fs;
use std::io;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// Names the cache directory, instead of `$XDG_CACHE_HOME/pyoxidizer/packages`.
pub(super) const VARIABLE: &CStr = c"PYOXIDIZER_PACKAGE_CACHE";

/// The user id of the superuser.
const ROOT: libc::uid_t = 0;

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
    check_private(&path.symlink_metadata()?)?;
    let above = path.parent().map_or_else(|| Ok(PathBuf::new()), Path::canonicalize)?;
    above.ancestors().try_for_each(|ancestor| check_ancestor(ancestor, &ancestor.symlink_metadata()?))
}

/// A directory is trusted if it belongs to this user or to root, and nobody else may write to it.
pub(super) fn check_private(directory: &fs::Metadata) -> io::Result<()> {
    if !directory.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    // SAFETY: has no preconditions and cannot fail.
    let user = unsafe { libc::geteuid() };
    if ![user, ROOT].contains(&directory.uid()) {
        return Err(distrusted("the directory belongs to another user"));
    }
    if directory.mode() & 0o022 != 0 {
        return Err(distrusted("other users may write to the directory"));
    }
    Ok(())
}

/// In a directory that everybody may write to, everybody may replace what is in it, unless it has the sticky bit as `/tmp` does.
fn check_ancestor(path: &Path, directory: &fs::Metadata) -> io::Result<()> {
    if directory.mode() & 0o1002 == 0o002 {
        return Err(distrusted(&format!("every user may replace what is in {}", path.display())));
    }
    Ok(())
}

fn distrusted(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why)
}

/// Whether so many bytes fit into the file system of a directory.
pub(super) fn check_space(directory: &Path, bytes: u64) -> io::Result<()> {
    let facts = file_system(directory)?;
    // Some network file systems do not say how large they are.
    if facts.f_blocks > 0 && facts.f_bavail.saturating_mul(facts.f_frsize) < bytes {
        return Err(io::ErrorKind::StorageFull.into());
    }
    Ok(())
}

/// Whether code can be loaded from a file: it is there, and its file system is not mounted `noexec`.
pub(crate) fn may_execute(file: &Path) -> bool {
    file_system(file).is_ok_and(|facts| facts.f_flag & libc::ST_NOEXEC == 0)
}

fn file_system(path: &Path) -> io::Result<libc::statvfs> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    let mut facts = MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: a C string and a place for the result.
    if unsafe { libc::statvfs(path.as_ptr(), facts.as_mut_ptr()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: filled in by the call that succeeded.
    Ok(unsafe { facts.assume_init() })
}
