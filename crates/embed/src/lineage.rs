//! Whether this process was started by the program itself.
//!
//! It was if its parent runs the same file, or a farther ancestor in the same session: with `shell=True` a shell is
//! between. A new session, such as that of a terminal window, is where a person types commands, so ancestors outside
//! do not count. A process that replaces itself (`os.execv`) leaves no trace in the kernel; for that the program keeps
//! its process id in a variable of the environment, which `os.environ` does not show.

use std::ffi::OsStr;
use std::os::unix::fs::MetadataExt;

/// Holds the id of a process that runs, or has run, this program.
const VARIABLE: &str = "PYOXIDIZER_PROCESS";

/// Whether an ancestor or an earlier image of this process is this program.
pub(crate) fn started_by_itself() -> bool {
    replaced_itself() || ancestor_is_this_program()
}

/// Remembers that this process runs this program. Called once, before Python starts threads.
pub(crate) fn leave_mark() {
    // SAFETY: Python has started, but no code of the program has, so that no other thread reads the environment.
    unsafe { std::env::set_var(VARIABLE, std::process::id().to_string()) }
}

/// Takes the mark out of the environment, so that Python does not see it.
pub(crate) fn hide_mark() {
    if std::env::var_os(VARIABLE).is_some() {
        // SAFETY: the process has one thread; Python has not started.
        unsafe { std::env::remove_var(VARIABLE) }
    }
}

fn replaced_itself() -> bool {
    let own = std::process::id().to_string();
    std::env::var_os(VARIABLE).is_some_and(|marked| marked == OsStr::new(&own))
}

fn ancestor_is_this_program() -> bool {
    let Some(own) = identity("self") else { return false };
    let Some((mut parent, session)) = status("self") else { return false };
    let mut is_parent = true;
    while parent > 1 {
        let process = parent.to_string();
        let Some((next, its_session)) = status(&process) else { return false };
        if !is_parent && its_session != session {
            return false;
        }
        if identity(&process) == Some(own) {
            return true;
        }
        (parent, is_parent) = (next, false);
    }
    false
}

/// The file that a process runs.
fn identity(process: &str) -> Option<(u64, u64)> {
    let metadata = std::fs::metadata(format!("/proc/{process}/exe")).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// Parent and session of a process.
fn status(process: &str) -> Option<(u32, u32)> {
    let bytes = std::fs::read(format!("/proc/{process}/stat")).ok()?;
    // The name before the last parenthesis may hold any bytes; behind it are state, parent, group and session.
    let end = bytes.iter().rposition(|&byte| byte == b')')?;
    let mut fields = std::str::from_utf8(&bytes[end + 1..]).ok()?.split_ascii_whitespace().skip(1);
    Some((fields.next()?.parse().ok()?, fields.nth(1)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_tells_parent_and_session() {
        let (parent, session) = status("self").unwrap();
        assert_eq!(parent, std::os::unix::process::parent_id());
        // SAFETY: has no preconditions.
        assert_eq!(session as i32, unsafe { libc::getsid(0) });
        assert_eq!(identity("self"), identity(&std::process::id().to_string()));
    }
}
