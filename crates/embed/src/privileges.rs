//! Programs that have more privileges than the one who starts them: set-user-ID, set-group-ID, file capabilities.
//!
//! Arguments, environment, open files and the working directory come from a user who may do less than the program. The
//! kernel says so in the auxiliary vector (`AT_SECURE`), and the program then takes no orders from there: it is never
//! an interpreter, and variables of Python and of this project are not even seen.

use std::fs::Metadata;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;

/// Beginnings of the names of variables that change what Python or the importer does.
const VARIABLES: [&[u8]; 2] = [b"PYTHON", b"PYOXIDIZER"];

/// The user id of the superuser.
const ROOT: u32 = 0;

/// Whether the program has privileges that the one who started it does not have.
pub(crate) fn elevated() -> bool {
    // SAFETY: has no preconditions.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

/// Takes variables that give orders out of the environment of a program with more privileges, as the dynamic loader
/// does with its own. `-I` alone is not enough: parts of the standard library (`zoneinfo`) read variables regardless.
pub(crate) fn clean_environment() {
    if !elevated() {
        return;
    }
    for (name, _) in std::env::vars_os() {
        if VARIABLES.iter().any(|beginning| name.as_bytes().starts_with(beginning)) {
            // SAFETY: the process has one thread; Python has not started.
            unsafe { std::env::remove_var(name) }
        }
    }
}

/// Whether only those who may change the program itself, or root, may change this file. The path of a program with more
/// privileges can be a hard link in a directory of the one who starts it, and then the files next to it are those of that user.
pub(crate) fn trusts(file: &Metadata) -> bool {
    !elevated()
        || std::fs::metadata("/proc/self/exe")
            .is_ok_and(|program| [ROOT, program.uid()].contains(&file.uid()) && file.mode() & 0o022 == 0)
}
