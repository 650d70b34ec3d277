//! What a path means: one of the tree, or any other.

use std::ffi::CStr;
use std::mem::MaybeUninit;

use pyox_native_loader::PathBuffer;
use rustix::fs::readlinkat_raw;
use rustix::io::Errno;

use crate::index::Node;
use crate::tree::Tree;

/// What a path means.
pub(crate) enum Place {
    /// Not in the tree.
    Ordinary,
    /// Not in the tree, but the kernel does not find it as it is written, since it goes through the tree: this is the
    /// same path without that.
    Elsewhere(PathBuffer),
    /// In the tree: the path below the root, and what is there.
    Packed(PathBuffer, Node),
}

impl Tree {
    /// What a path means to the kernel, relative to a descriptor or to the working directory.
    ///
    /// # Errors
    ///
    /// `ENAMETOOLONG`, `ENOMEM`
    pub(crate) fn place(&self, directory: libc::c_int, path: &[u8]) -> Result<Place, Errno> {
        let mut absolute = PathBuffer::new();
        if !path.starts_with(b"/") {
            if path.is_empty() {
                return Ok(Place::Ordinary);
            }
            match directory_path(directory, &mut absolute) {
                Ok(()) => {}
                Err(_) => return Ok(Place::Ordinary),
            }
        }
        let from_root = self.starts_at_root(path);
        let is_directory = normalise(&mut absolute, path)?;
        let Some(relative) = self.relative(absolute.as_bytes()) else {
            return Ok(if from_root { Place::Elsewhere(absolute) } else { Place::Ordinary });
        };
        if relative.is_empty() && !is_directory {
            // The program itself.
            return Ok(Place::Ordinary);
        }
        let node = match self.index()?.node(relative) {
            Node::File(_) if is_directory => Node::NotDirectory,
            node => node,
        };
        Ok(Place::Packed(PathBuffer::of(relative)?, node))
    }

    fn starts_at_root(&self, path: &[u8]) -> bool {
        path.strip_prefix(self.root.as_bytes()).is_some_and(|rest| rest.starts_with(b"/"))
    }
}

/// Appends a path to an absolute one, without `.`, `..` and slashes that mean nothing. Whether it ends as that of a
/// directory.
pub(crate) fn normalise(absolute: &mut PathBuffer, path: &[u8]) -> Result<bool, Errno> {
    let mut is_directory = false;
    for name in path.split(|byte| *byte == b'/') {
        is_directory = true;
        match name {
            b"" | b"." => {}
            b".." => absolute.pop_name(),
            name => {
                absolute.push_name(name)?;
                is_directory = false;
            }
        }
    }
    Ok(is_directory)
}

/// The path of an open directory, or of the working directory.
fn directory_path(directory: libc::c_int, path: &mut PathBuffer) -> Result<(), Errno> {
    if directory == libc::AT_FDCWD {
        let mut bytes = [0_u8; 4096];
        return path.push(working_directory(&mut bytes)?);
    }
    descriptor_path(directory, path)
}

/// The working directory, as the kernel has it.
pub(crate) fn working_directory(bytes: &mut [u8; 4096]) -> Result<&[u8], Errno> {
    // SAFETY: the kernel writes at most so many bytes, and returns how many with the zero at the end.
    let length = unsafe { crate::exports::raw_getcwd(bytes.as_mut_ptr().cast(), bytes.len()) };
    let length = usize::try_from(length).map_err(|_| Errno::NOENT)?;
    let path = bytes.get(..length.saturating_sub(1)).unwrap_or_default();
    // The kernel says `(unreachable)` where the directory is not below the root of the process.
    if path.starts_with(b"/") { Ok(path) } else { Err(Errno::NOENT) }
}

/// The path of what is open, as the kernel has it.
pub(crate) fn descriptor_path(descriptor: libc::c_int, path: &mut PathBuffer) -> Result<(), Errno> {
    let mut link = PathBuffer::of(b"/proc/self/fd/")?;
    push_number(&mut link, u64::try_from(descriptor).map_err(|_| Errno::BADF)?)?;
    let mut bytes = [MaybeUninit::uninit(); 4096];
    let (bytes, _) = readlinkat_raw(rustix::fs::CWD, link.as_c_str(), &mut bytes)?;
    path.push(bytes)
}

/// Appends a number in decimal digits.
pub(crate) fn push_number(path: &mut PathBuffer, number: u64) -> Result<(), Errno> {
    let mut digits = [0; 20];
    let (mut start, mut rest) = (digits.len(), number);
    loop {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            return path.push(&digits[start..]);
        }
    }
}

/// A path that C gives.
///
/// # Safety
///
/// It is a string that stays as it is for as long as it is borrowed.
pub(crate) unsafe fn bytes_of<'p>(path: *const libc::c_char) -> &'p [u8] {
    // SAFETY: as the caller says.
    unsafe { CStr::from_ptr(path) }.to_bytes()
}
