//! Directories that are listed.

use std::ffi::{c_char, c_int, c_long, c_void};

use pyox_native_loader::PathBuffer;
use rustix::fs::OFlags;
use rustix::io::Errno;

use super::{answer, packed};
use crate::directory::Stream;
use crate::index::Node;
use crate::tree::{Tree, tree};

/// `opendir`; null if it fails.
///
/// # Safety
///
/// `path` is a string.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_list(path: *const c_char) -> *mut c_void {
    let mut stream = std::ptr::null_mut();
    let list = |_: &Tree, path: &[u8], node| match node {
        Node::Missing => Err(Errno::NOENT),
        Node::NotDirectory | Node::File(_) => Err(Errno::NOTDIR),
        Node::Directory => {
            stream = Stream::open(&PathBuffer::of(path)?)?;
            Ok(0)
        }
    };
    // SAFETY: as the caller says.
    unsafe { packed(path, list) };
    stream.cast()
}

/// `readdir64`
///
/// # Safety
///
/// The stream is one of `pyox_virtual_files_list` that was not closed, and no one else uses it.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_next(stream: *mut Stream) -> *mut libc::dirent64 {
    // SAFETY: as the caller says.
    let next = tree().and_then(|tree| unsafe { (*stream).read(tree) });
    next.unwrap_or(std::ptr::null_mut())
}

/// `telldir`, and `seekdir` if the position is not negative.
///
/// # Safety
///
/// As `pyox_virtual_files_next`.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_seek(stream: *mut Stream, position: c_long) -> c_long {
    // SAFETY: as the caller says.
    let stream = unsafe { &mut *stream };
    if let (Some(tree), 0..) = (tree(), position) {
        stream.seek(tree, position);
    }
    stream.position()
}

/// `closedir`
///
/// # Safety
///
/// As `pyox_virtual_files_next`; the stream is not used again.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_end(stream: *mut Stream) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        let descriptor = (*stream).descriptor;
        Stream::close(stream);
        descriptor
    }
}

/// `dirfd`: opens the directory of the cache.
///
/// # Safety
///
/// As `pyox_virtual_files_next`.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_descriptor(stream: *mut Stream) -> c_int {
    // SAFETY: as the caller says.
    let stream = unsafe { &mut *stream };
    if stream.descriptor < 0 {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let opened = tree().ok_or(Errno::BADF);
        let opened = opened.and_then(|tree| tree.open(stream.path().as_bytes(), Node::Directory, flags));
        stream.descriptor = answer(opened.map(std::os::fd::IntoRawFd::into_raw_fd));
    }
    stream.descriptor
}
