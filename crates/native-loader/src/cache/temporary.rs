//! A library in a file for as long as it takes to load it: where there are no memory files.

use std::ffi::{CStr, OsStr, c_char};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::Mode;

use super::directory::unfinished;
use super::root::{self, variable};
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
    /// Writes a file into the first directory that takes it: one for temporary files, the cache, that of the program.
    /// No two have had the same path.
    ///
    /// # Errors
    ///
    /// There is no directory that is there, can be trusted, has the space, and that code may be loaded from. The error
    /// is that of the cache directory.
    pub(crate) fn new(content: &[u8]) -> io::Result<Self> {
        let of_directory = |path: PathBuf| Self::below(Directory::open(&path, Missing::Fail)?, content);
        if let Some(file) = for_temporary_files().find_map(|path| of_directory(path).ok()) {
            return Ok(file);
        }
        root::directory().and_then(|root| Self::below(root, content)).or_else(|error| {
            let of_program = program_directory().and_then(|path| of_directory(path).ok());
            of_program.ok_or(error)
        })
    }

    fn below(root: Directory, content: &[u8]) -> io::Result<Self> {
        if !root.may_execute() {
            return Err(io::Error::other(format!("{} is mounted with noexec", root.path().display())));
        }
        root.check_space(content.len() as u64)?;
        // A name as that of any directory which is not complete.
        let (_, directory) = unfinished(&root, &format!("temporary-{:032x}", 0))?;
        let temporary = Self { root, directory };
        temporary.directory.create(FILE.as_ref(), Mode::RUSR | Mode::WUSR)?.write_all(content)?;
        Ok(temporary)
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join(FILE)
    }
}

/// The directories for temporary files: those that the environment names, and the usual ones.
fn for_temporary_files() -> impl Iterator<Item = PathBuf> {
    let named = [c"XDG_RUNTIME_DIR", c"TMPDIR"].into_iter().filter_map(variable);
    named.chain(["/tmp", "/var/tmp", "/dev/shm"].map(PathBuf::from))
}

/// The directory of the program that runs, as the kernel was told to start it; not if it runs with the rights of
/// another user.
fn program_directory() -> Option<PathBuf> {
    // SAFETY: have no preconditions; what the kernel has left is null or a string that lives as long as the process.
    let path = unsafe {
        let path = libc::getauxval(libc::AT_EXECFN) as *const c_char;
        if libc::getauxval(libc::AT_SECURE) != 0 || path.is_null() {
            return None;
        }
        CStr::from_ptr(path)
    };
    let path = std::path::absolute(OsStr::from_bytes(path.to_bytes())).ok()?;
    path.parent().map(Path::to_owned)
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(name) = self.directory.path().file_name() {
            let _ = self.root.remove(name);
        }
    }
}
