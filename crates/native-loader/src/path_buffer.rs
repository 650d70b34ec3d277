//! Paths in memory of their own: where nothing can be allocated, as in a signal handler.

use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::io::Errno;

/// How long a path may be for the kernel, with the zero at its end (`PATH_MAX`).
const LIMIT: usize = 4096;

/// A path that is never allocated. It is as long as the kernel allows, and ends with a zero.
#[derive(Clone)]
pub struct PathBuffer {
    length: usize,
    bytes: [u8; LIMIT],
}

impl PathBuffer {
    /// An empty path.
    pub const fn new() -> Self {
        Self { length: 0, bytes: [0; LIMIT] }
    }

    /// A copy of a path.
    ///
    /// # Errors
    ///
    /// `ENAMETOOLONG` if the kernel knows no paths of that length, `EINVAL` if it has a zero.
    pub fn of(path: &[u8]) -> Result<Self, Errno> {
        let mut copy = Self::new();
        copy.push(path)?;
        Ok(copy)
    }

    /// Appends bytes.
    ///
    /// # Errors
    ///
    /// As [`PathBuffer::of`]; nothing is appended then.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Errno> {
        let end = self.length + bytes.len();
        if end >= LIMIT {
            return Err(Errno::NAMETOOLONG);
        }
        if bytes.contains(&0) {
            return Err(Errno::INVAL);
        }
        self.bytes[self.length..end].copy_from_slice(bytes);
        self.bytes[end] = 0;
        self.length = end;
        Ok(())
    }

    /// Appends a slash and a name.
    ///
    /// # Errors
    ///
    /// As [`PathBuffer::push`].
    pub fn push_name(&mut self, name: &[u8]) -> Result<(), Errno> {
        self.push(b"/")?;
        self.push(name)
    }

    /// Removes what is after so many bytes.
    pub fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
        self.bytes[self.length] = 0;
    }

    /// Removes the last name and the slash before it.
    pub fn pop_name(&mut self) {
        self.truncate(self.as_bytes().iter().rposition(|byte| *byte == b'/').unwrap_or(0));
    }

    /// The path without the zero.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// The path as C has it.
    pub fn as_c_str(&self) -> &CStr {
        CStr::from_bytes_with_nul(&self.bytes[..=self.length]).unwrap_or_default()
    }

    /// The path as the standard library has it.
    pub fn as_path(&self) -> &Path {
        Path::new(OsStr::from_bytes(self.as_bytes()))
    }
}

impl Default for PathBuffer {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use rustix::io::Errno;

    use super::{LIMIT, PathBuffer};

    #[test]
    fn what_does_not_fit_changes_nothing() {
        let mut path = PathBuffer::of(b"/a").unwrap();
        assert_eq!(path.push(&[b'x'; LIMIT - 2]), Err(Errno::NAMETOOLONG));
        assert_eq!(path.push(b"b\0c"), Err(Errno::INVAL));
        assert_eq!(path.as_c_str(), c"/a");
        path.push(&[b'x'; LIMIT - 3]).unwrap();
        assert_eq!(path.as_c_str().count_bytes(), LIMIT - 1);
        path.truncate(2);
        path.push_name(b"b").unwrap();
        path.pop_name();
        path.pop_name();
        assert_eq!(path.as_bytes(), b"");
    }
}
