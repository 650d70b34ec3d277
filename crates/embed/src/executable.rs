//! The file of the running program.

use std::ffi::{CStr, OsString, c_char};
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use pyox_program_format::Segment;

use crate::error::NewInterpreterError;
use crate::privileges::elevated;
use crate::process::Program;

/// What the kernel shows as the file of this process.
const SELF: &str = "/proc/self/exe";

/// Names the dynamic loader in the table of program headers (`PT_INTERP`).
const INTERPRETER: [u8; 4] = 3_u32.to_le_bytes();

/// The path of the running program. It can be executed again while the process lives, also where the program has no
/// name: it may be a memory file.
pub(crate) fn current() -> io::Result<PathBuf> {
    if let Some(path) = given_to_loader() {
        return path.canonicalize();
    }
    match std::env::current_exe() {
        Ok(path) if elevated() || path.exists() => Ok(path),
        Ok(_) => Ok(nameless()),
        // Without /proc the kernel still says under which name the program was started. That can be a symbolic link.
        Err(error) if elevated() => Err(error),
        Err(error) => std::path::absolute(executed_path().ok_or(error)?),
    }
}

/// The same, with the error of starting Python.
pub(crate) fn current_executable() -> Result<PathBuf, NewInterpreterError> {
    current().map_err(NewInterpreterError::Executable)
}

/// A path of a program without a name: that of the process which has started this one by such a path, so that virtual
/// paths are the same in both, or else of this process.
fn nameless() -> PathBuf {
    let is_running = |path: &PathBuf| {
        let number = path.strip_prefix("/proc").ok().and_then(|rest| rest.parent());
        let is_of_process = number.and_then(Path::to_str).is_some_and(|number| number.parse::<u32>().is_ok());
        let same = || Some(Program::at(path)?.file == Program::of("self")?.file);
        is_of_process && path.ends_with("exe") && same() == Some(true)
    };
    executed_path().filter(is_running).unwrap_or_else(|| format!("/proc/{}/exe", std::process::id()).into())
}

/// Opens it.
pub(crate) fn open() -> io::Result<File> {
    match given_to_loader() {
        Some(path) => File::open(path),
        None => File::open(SELF).or_else(|_| File::open(current()?)),
    }
}

/// The path of the program if the dynamic loader was executed with it as an argument (`ld-linux-x86-64.so.2 ./app`).
/// The kernel then has loaded no dynamic loader for it, and shows the loader as its file.
pub(crate) fn given_to_loader() -> Option<PathBuf> {
    // SAFETY: reads a value.
    let by_kernel = unsafe { libc::getauxval(libc::AT_BASE) } != 0;
    let needs_loader = || program_headers().chunks_exact(Segment::HEADER_LEN).any(|header| header[..4] == INTERPRETER);
    // The loader puts the path into the auxiliary vector, and the program headers.
    if by_kernel || elevated() || !needs_loader() { None } else { executed_path() }
}

/// The table of program headers in memory; empty if the kernel does not say where it is.
pub(crate) fn program_headers() -> &'static [u8] {
    // SAFETY: the kernel describes the program headers of the running program, which stay mapped.
    unsafe {
        let first = libc::getauxval(libc::AT_PHDR) as *const u8;
        if first.is_null() {
            return &[];
        }
        std::slice::from_raw_parts(first, libc::getauxval(libc::AT_PHNUM) as usize * Segment::HEADER_LEN)
    }
}

/// The path that the kernel was given to execute.
pub(crate) fn executed_path() -> Option<PathBuf> {
    // SAFETY: reads the auxiliary vector; the string lives as long as the process.
    let name = unsafe {
        let name = libc::getauxval(libc::AT_EXECFN) as *const c_char;
        if name.is_null() {
            return None;
        }
        CStr::from_ptr(name)
    };
    Some(PathBuf::from(OsString::from_vec(name.to_bytes().to_vec())))
}
