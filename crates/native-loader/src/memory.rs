//! Files that exist in memory only: `memfd_create`.
//!
//! They are opened through `/proc`, which may show other processes than those of this process's namespace. So the
//! process is the one that `/proc/self` is, whatever `getpid` says, and the path has to lead to the file.
//!
//! glibc compares the path of a library before its inode, so that two memory files that have had the same number
//! would be "the same": every path is spelled uniquely. musl compares inodes only.

use std::ffi::{CStr, CString};
use std::fs::{self, File};
use std::io::{self, Write};
use std::ops::Range;
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::fs::FallocateFlags;

use crate::known::{DESCRIPTORS, IS_FOUND_BY_NAME};

/// Why a library cannot be held in memory.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MemoryError {
    /// The system makes no memory file, or it cannot be written to.
    #[error("cannot make a memory file")]
    Make(#[source] io::Error),
    /// Memory files have no path without `/proc`.
    #[error("/proc, through which memory files are loaded, is not mounted or does not show this process")]
    NoProc,
}

/// A file in memory; its paths are valid while this lives.
pub(crate) struct MemoryFile(File);

impl MemoryFile {
    /// An empty file. The name is shown in `/proc/PID/maps`.
    pub(crate) fn new(name: &str) -> Result<Self, MemoryError> {
        memory_file(&CString::new(name).unwrap_or_default()).map(Self).map_err(MemoryError::Make)
    }

    pub(crate) fn write(&mut self, content: &[u8]) -> Result<(), MemoryError> {
        self.0.write_all(content).map_err(MemoryError::Make)
    }

    /// Makes it longer, by zeros.
    pub(crate) fn set_len(&self, len: u64) -> Result<(), MemoryError> {
        self.0.set_len(len).map_err(MemoryError::Make)
    }

    /// Writes at a place, in bytes from the start.
    pub(crate) fn write_at(&self, content: &[u8], place: u64) -> Result<(), MemoryError> {
        self.0.write_all_at(content, place).map_err(MemoryError::Make)
    }

    /// The path to load it from. It names the process, because debuggers would open `self` as their own one; with musl
    /// it does not, so that it can be found by its number.
    pub(crate) fn path(&self) -> Result<String, MemoryError> {
        static SPELLING: AtomicUsize = AtomicUsize::new(1);
        if !IS_FOUND_BY_NAME {
            return self.short_path();
        }
        let process = fs::read_link("/proc/self").map_err(|_| MemoryError::NoProc)?;
        self.spelled(&format!("/proc/{}/fd/", process.display()), &SPELLING)
    }

    /// A path that is as short as can be.
    pub(crate) fn short_path(&self) -> Result<String, MemoryError> {
        static SPELLING: AtomicUsize = AtomicUsize::new(0);
        self.spelled(DESCRIPTORS, &SPELLING)
    }

    /// Frees the pages of all parts of the file, which is `len` bytes long, but for some, which are in order.
    pub(crate) fn free_all_but(&self, kept: impl Iterator<Item = Range<usize>>, len: usize) {
        let mut start = 0;
        for kept in kept.chain(std::iter::once(len..len)) {
            if let Some(len) = kept.start.checked_sub(start).filter(|len| *len > 0) {
                let how = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
                // They are not used any more; what cannot be freed only takes memory.
                let _ = rustix::fs::fallocate(&self.0, how, start as u64, len as u64);
            }
            start = kept.end;
        }
    }

    /// Keeps the file open for the life of the process.
    pub(crate) fn keep(self) {
        let _ = self.0.into_raw_fd();
    }

    /// The path in a directory of descriptors, different from all earlier ones that were spelled with the counter.
    fn spelled(&self, directory: &str, spelling: &AtomicUsize) -> Result<String, MemoryError> {
        let mut path = directory.to_owned();
        let spelling = if IS_FOUND_BY_NAME { spelling.fetch_add(1, Ordering::Relaxed) } else { 0 };
        // The highest bit is always `./`, so that no two spellings are equal.
        for bit in 0..usize::BITS - spelling.leading_zeros() {
            path.push_str(if spelling >> bit & 1 == 1 { "./" } else { "/" });
        }
        path.push_str(&self.0.as_raw_fd().to_string());
        let identity = |facts: fs::Metadata| (facts.dev(), facts.ino());
        let there = fs::metadata(&path).map(identity).map_err(|_| MemoryError::NoProc)?;
        if self.0.metadata().map(identity).map_err(MemoryError::Make)? != there {
            return Err(MemoryError::NoProc);
        }
        Ok(path)
    }
}

/// An empty file in memory. The name is shown in `/proc/PID/maps`.
///
/// # Errors
///
/// The system makes none.
pub fn memory_file(name: &CStr) -> io::Result<File> {
    // Since Linux 6.3 a memory file says whether it may be executed; mapping it executable needs no such right.
    for flags in [libc::MFD_CLOEXEC | libc::MFD_NOEXEC_SEAL, libc::MFD_CLOEXEC] {
        // SAFETY: a C string and flags; the result is checked.
        let fd = unsafe { libc::memfd_create(name.as_ptr(), flags) };
        if fd >= 0 {
            // SAFETY: a new descriptor that nothing else owns.
            return Ok(unsafe { File::from_raw_fd(fd) });
        }
        let error = io::Error::last_os_error();
        if error.raw_os_error() != Some(libc::EINVAL) {
            return Err(error);
        }
    }
    Err(io::Error::from_raw_os_error(libc::EINVAL))
}

#[cfg(test)]
mod tests {
    use super::MemoryFile;

    #[test]
    fn no_path_is_spelled_twice() {
        let mut spelled = std::collections::HashSet::new();
        for _ in 0..9 {
            let file = MemoryFile::new("x").unwrap();
            // Each has the number that the one before had.
            assert!(spelled.insert(file.path().unwrap()) && spelled.insert(file.short_path().unwrap()), "{spelled:?}");
        }
    }
}
