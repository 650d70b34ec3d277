//! Files that exist in memory only: `memfd_create`.
//!
//! glibc compares the path of a library before its inode, so that two memory files that have had the same number
//! would be "the same": every path is spelled uniquely.

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io::{Result, Write};
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Makes the path of every memory file different from all earlier ones.
static SPELLING: AtomicUsize = AtomicUsize::new(0);

/// A library in a memory file; its paths are valid while this lives.
pub(super) struct MemoryFile {
    file: File,
    spelling: usize,
}

impl MemoryFile {
    /// An empty file. The name is shown in `/proc/PID/maps`.
    pub(super) fn new(name: &str) -> Result<Self> {
        let file = memfd(&CString::new(name).unwrap_or_default())?;
        Ok(Self { file, spelling: SPELLING.fetch_add(1, Ordering::Relaxed) })
    }

    pub(super) fn write(&mut self, content: &[u8]) -> Result<()> {
        self.file.write_all(content)
    }

    /// A path that is as short as can be, and unique only as long as the file is open.
    pub(super) fn short_path(&self) -> String {
        format!("/proc/self/fd/{}", self.file.as_raw_fd())
    }

    /// Keeps the file open for the life of the process.
    pub(super) fn keep(self) {
        let _ = self.file.into_raw_fd();
    }

    /// The path to load it from. It names the process id, because debuggers would open `self` as their own process.
    pub(super) fn path(&self) -> String {
        let mut path = format!("/proc/{}/fd/", std::process::id());
        // The highest bit is always `./`, so that no two spellings are equal.
        for bit in 0..usize::BITS - self.spelling.leading_zeros() {
            path.push_str(if self.spelling >> bit & 1 == 1 { "./" } else { "/" });
        }
        path.push_str(&self.file.as_raw_fd().to_string());
        path
    }
}

/// An empty file in memory.
pub(crate) fn memfd(name: &CStr) -> Result<File> {
    // Since Linux 6.3 a memory file says whether it may be executed; mapping it executable needs no such right.
    for flags in [libc::MFD_CLOEXEC | libc::MFD_NOEXEC_SEAL, libc::MFD_CLOEXEC] {
        // SAFETY: a C string and flags; the result is checked.
        let fd = unsafe { libc::memfd_create(name.as_ptr(), flags) };
        if fd >= 0 {
            // SAFETY: a new descriptor that nothing else owns.
            return Ok(unsafe { File::from_raw_fd(fd) });
        }
        let error = std::io::Error::last_os_error();
        if error.raw_os_error() != Some(libc::EINVAL) {
            return Err(error);
        }
    }
    Err(std::io::Error::from_raw_os_error(libc::EINVAL))
}
