//! The file that runs.

use std::ffi::{CStr, OsString, c_char};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use crate::error::NewInterpreterError;
use crate::privileges::elevated;

/// The path of the running executable.
pub(crate) fn current_executable() -> Result<PathBuf, NewInterpreterError> {
    std::env::current_exe().or_else(|error| {
        // Without /proc the kernel still says under which name the program was started. That can be a symbolic link.
        if elevated() {
            return Err(NewInterpreterError::Executable(error));
        }
        let path = executed_path().ok_or(NewInterpreterError::Executable(error))?;
        std::path::absolute(path).map_err(NewInterpreterError::Executable)
    })
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
