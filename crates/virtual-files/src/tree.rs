//! The tree of the program that runs.

use std::ffi::{CStr, CString, OsStr, c_char};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::null_mut;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use pyox_native_loader::{PathBuffer, cache_path};
use rustix::fs::stat;
use rustix::io::Errno;

use crate::content::Files;
use crate::index::Index;
use crate::mapped::{Boxed, published};
use crate::store;

/// Names the variable of the environment that turns virtual files off if it is `0`.
pub const VARIABLE: &CStr = c"PYOXIDIZER_VIRTUAL_FILES";

/// Packed files, and where they seem to be.
pub(crate) struct Tree {
    /// Absolute, without symbolic links: that of the program.
    pub(crate) root: PathBuffer,
    /// The directory of the cache in which files are made; `None` if the environment names none.
    pub(crate) cache: Option<PathBuffer>,
    /// Device, owner and group of the program, as it was when it started: they are those of all that is packed.
    pub(crate) program: (u64, u32, u32),
    /// The name of the directory of this program in the cache.
    pub(crate) name: String,
    pub(crate) files: &'static dyn Files,
    index: AtomicPtr<Index>,
}

static TREE: OnceLock<Tree> = OnceLock::new();

/// What every path of the tree has in it, and every path of files in the cache: the name of the program and a slash.
/// Null while there is no tree. C reads it.
#[unsafe(no_mangle)]
static pyox_virtual_files_mark: AtomicPtr<c_char> = AtomicPtr::new(null_mut());

/// Whether the working directory may be one of the cache: then relative paths are looked at, too. C reads it.
#[unsafe(no_mangle)]
pub(crate) static pyox_virtual_files_inside: AtomicBool = AtomicBool::new(false);

/// Why there is no tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartError {
    /// There is a tree already: a process has one.
    Started,
    /// The root is no absolute path of a file.
    Root,
}

/// From now on, paths below `root` are those of `files` for the whole process, whoever asks. `name` is that of the
/// directory in the cache; it ends in `-` and 32 hexadecimal digits, a digest of the content of all files.
///
/// The environment says where the cache is, and may say that there is no tree (`PYOXIDIZER_VIRTUAL_FILES=0`); then the
/// result is false.
///
/// # Errors
///
/// [`StartError`]
pub fn start(root: &Path, name: &str, files: &'static dyn Files) -> Result<bool, StartError> {
    // SAFETY: has no preconditions. A program with the rights of another user does not do what the environment says.
    let is_elevated = unsafe { libc::getauxval(libc::AT_SECURE) } != 0;
    let variable = OsStr::from_bytes(VARIABLE.to_bytes());
    if !is_elevated && std::env::var_os(variable).is_some_and(|value| value == "0") {
        return Ok(false);
    }
    let plain = |path: &[u8]| PathBuffer::of(path).ok();
    let mark = root.file_name().filter(|_| root.is_absolute()).ok_or(StartError::Root)?;
    let mark = CString::new([mark.as_bytes(), b"/"].concat()).map_err(|_| StartError::Root)?;
    let program = stat(root).map_or((0, 0, 0), |facts| (facts.st_dev, facts.st_uid, facts.st_gid));
    let tree = Tree {
        program,
        root: plain(root.as_os_str().as_bytes()).ok_or(StartError::Root)?,
        cache: cache_path().ok().and_then(|path| plain(path.as_os_str().as_bytes())),
        name: name.to_owned(),
        files,
        index: AtomicPtr::new(null_mut()),
    };
    if TREE.set(tree).is_err() {
        return Err(StartError::Started);
    }
    crate::exports::resolve();
    pyox_virtual_files_mark.store(mark.into_raw(), Ordering::Release);
    Ok(true)
}

pub(crate) fn tree() -> Option<&'static Tree> {
    let is_active = !pyox_virtual_files_mark.load(Ordering::Acquire).is_null();
    TREE.get().filter(|_| is_active)
}

impl Tree {
    /// All files by their paths. They are listed when they are first needed.
    pub(crate) fn index(&self) -> Result<&'static Index, Errno> {
        if let Some(index) = published(&self.index) {
            return Ok(index);
        }
        let made = Boxed::new(Index::new(self.files)?)?;
        match made.publish(&self.index) {
            Ok(index) => Ok(index),
            Err(_) => published(&self.index).ok_or(Errno::NOMEM),
        }
    }

    /// What is below the root, or below the directory of the cache: the rest of the path.
    pub(crate) fn relative<'p>(&self, path: &'p [u8]) -> Option<&'p [u8]> {
        let in_cache = || below(path, store::known()?.path.as_bytes());
        below(path, self.root.as_bytes()).or_else(in_cache)
    }
}

/// The rest of a path below a directory; empty for itself.
fn below<'p>(path: &'p [u8], directory: &[u8]) -> Option<&'p [u8]> {
    let rest = path.strip_prefix(directory)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(b"/") }
}
