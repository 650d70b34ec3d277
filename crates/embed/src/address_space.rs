//! Whether there is room for an interpreter where the address space is limited (`ulimit -v`).
//!
//! CPython and its C library end with pages of text, or a crash, where they run out of memory while they start.

use std::ptr::null_mut;

use crate::error::NewInterpreterError;

/// What is asked for, in bytes: an interpreter takes some 4 MiB more than its program until it can report by an
/// exception that there is no memory.
const NEEDED: usize = 8 << 20;

/// Fails if the process has a limit, and it leaves no room.
pub(crate) fn check() -> Result<(), NewInterpreterError> {
    let mut limit = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: writes to the value.
    let is_known = unsafe { libc::getrlimit(libc::RLIMIT_AS, &raw mut limit) } == 0;
    if !is_known || limit.rlim_cur == libc::RLIM_INFINITY || is_free(NEEDED) {
        return Ok(());
    }
    Err(NewInterpreterError::AddressSpace { limit: limit.rlim_cur, needed: NEEDED as u64 })
}

/// Whether so many bytes can be mapped.
fn is_free(length: usize) -> bool {
    // SAFETY: an anonymous mapping at any address, of which nothing knows but this function; it is never touched.
    unsafe {
        let place = libc::mmap(null_mut(), length, libc::PROT_NONE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0);
        place != libc::MAP_FAILED && libc::munmap(place, length) == 0
    }
}
