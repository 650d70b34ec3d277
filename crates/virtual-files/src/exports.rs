//! What the functions in front of the C library call. Each returns -1 and sets `errno` if it fails; `errno` is not
//! changed otherwise.

use std::ffi::{c_char, c_int, c_long};

use pyox_native_loader::PathBuffer;
use rustix::fs::OFlags;
use rustix::io::Errno;

use crate::index::Node;
use crate::place::{Place, bytes_of, descriptor_path};
use crate::store::known;
use crate::tree::{Tree, pyox_virtual_files_inside, tree};

mod facts;
mod programs;
mod streams;

unsafe extern "C" {
    fn pyox_virtual_files_resolve();
    fn pyox_virtual_files_system_call(number: c_long, first: *mut c_char, second: usize) -> c_long;
}

/// Finds the functions of the C library that are called for other paths.
pub(crate) fn resolve() {
    // SAFETY: has no preconditions.
    unsafe { pyox_virtual_files_resolve() };
}

/// `getcwd` of the kernel: the length with the zero, or a negative number of an error.
///
/// # Safety
///
/// So many bytes can be written.
pub(crate) unsafe fn raw_getcwd(buffer: *mut c_char, length: usize) -> c_long {
    // SAFETY: as the caller says.
    unsafe { pyox_virtual_files_system_call(libc::SYS_getcwd, buffer, length) }
}

/// What a path means, for C.
#[repr(C)]
struct Meaning {
    kind: Kind,
    /// The path below the root if it is packed, or the one to use instead.
    path: [u8; 4096],
}

#[repr(C)]
enum Kind {
    Elsewhere = 1,
    Packed = 2,
    NotDirectory = 3,
}

fn answer(result: Result<c_int, Errno>) -> c_int {
    result.unwrap_or_else(|error| {
        // SAFETY: the number of this thread.
        unsafe { *libc::__errno_location() = error.raw_os_error() };
        -1
    })
}

/// Copies a path to C.
///
/// # Safety
///
/// 4096 bytes can be written.
unsafe fn give(path: &PathBuffer, buffer: *mut c_char) {
    let bytes = path.as_c_str().to_bytes_with_nul();
    // SAFETY: as the caller says; paths are not longer.
    unsafe { buffer.copy_from_nonoverlapping(bytes.as_ptr().cast(), bytes.len()) };
}

/// Calls a function with what is packed at a path below the root.
///
/// # Safety
///
/// The path is a string.
unsafe fn packed(
    path: *const c_char,
    function: impl FnOnce(&'static Tree, &[u8], Node) -> Result<c_int, Errno>,
) -> c_int {
    // SAFETY: as the caller says.
    let path = unsafe { bytes_of(path) };
    let tree = tree().ok_or(Errno::NOENT);
    answer(tree.and_then(|tree| function(tree, path, tree.index()?.node(path))))
}

/// # Safety
///
/// `path` is a string, and `meaning` can be written.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_look(directory: c_int, path: *const c_char, meaning: *mut Meaning) -> c_int {
    let Some(tree) = tree() else { return 0 };
    // SAFETY: as the caller says.
    let (path, meaning) = unsafe { (bytes_of(path), &mut *meaning) };
    let mut set = |kind, path: &PathBuffer| {
        meaning.kind = kind;
        // SAFETY: it has so many bytes.
        unsafe { give(path, meaning.path.as_mut_ptr().cast()) };
        1
    };
    answer(tree.place(directory, path).map(|place| match place {
        Place::Ordinary => 0,
        Place::Elsewhere(path) => set(Kind::Elsewhere, &path),
        Place::Packed(path, Node::NotDirectory) => set(Kind::NotDirectory, &path),
        Place::Packed(path, _) => set(Kind::Packed, &path),
    }))
}

/// Whether what is open is a directory of the cache, where nothing may be changed.
#[unsafe(no_mangle)]
extern "C" fn pyox_virtual_files_is_in_cache(descriptor: c_int) -> c_int {
    let Some(store) = known() else { return 0 };
    let mut path = PathBuffer::new();
    let is_found = descriptor_path(descriptor, &mut path).is_ok();
    c_int::from(is_found && path.as_bytes().starts_with(store.path.as_bytes()))
}

/// `access`: nothing can be written.
///
/// # Safety
///
/// `path` is a string.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_access(path: *const c_char, mode: c_int) -> c_int {
    let check = |tree: &Tree, _: &[u8], node| {
        let is_executable = match node {
            Node::Missing => return Err(Errno::NOENT),
            Node::NotDirectory => return Err(Errno::NOTDIR),
            Node::Directory => true,
            Node::File(number) => tree.index()?.content(number).is_some_and(|content| content.is_executable()),
        };
        match () {
            () if mode & libc::W_OK != 0 => Err(Errno::ROFS),
            () if mode & libc::X_OK != 0 && !is_executable => Err(Errno::ACCESS),
            () => Ok(0),
        }
    };
    // SAFETY: as the caller says.
    unsafe { packed(path, check) }
}

/// Fails as the kernel does where a file system is read-only: with `EEXIST` if the path is to be `made` and there is
/// something, `ENOENT` if it is to be changed and there is nothing.
///
/// # Safety
///
/// `path` is a string.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_refuse(path: *const c_char, made: c_int) -> c_int {
    let refuse = |_: &Tree, _: &[u8], node| match node {
        Node::NotDirectory => Err(Errno::NOTDIR),
        Node::Missing if made == 0 => Err(Errno::NOENT),
        Node::File(_) | Node::Directory if made != 0 => Err(Errno::EXIST),
        _ => Err(Errno::ROFS),
    };
    // SAFETY: as the caller says.
    unsafe { packed(path, refuse) }
}

/// `open`
///
/// # Safety
///
/// `path` is a string.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_open(path: *const c_char, flags: c_int) -> c_int {
    let flags = OFlags::from_bits_retain(flags.cast_unsigned());
    let open = |tree: &Tree, path: &[u8], node| tree.open(path, node, flags).map(std::os::fd::IntoRawFd::into_raw_fd);
    // SAFETY: as the caller says.
    unsafe { packed(path, open) }
}

/// What a real path is wanted for: to execute it.
const FOR_EXECUTION: c_int = 1;
/// To be the working directory.
const FOR_WORKING_DIRECTORY: c_int = 2;

/// The path of the real file or directory, which is made. To execute a command of Python it is that of the program, and
/// the result is 1.
///
/// # Safety
///
/// `path` is a string, and 4096 bytes of `real` can be written.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_real(path: *const c_char, purpose: c_int, real: *mut c_char) -> c_int {
    let make = |tree: &Tree, path: &[u8], node| {
        if purpose == FOR_EXECUTION && tree.is_command(path, node)? {
            // SAFETY: as the caller says.
            unsafe { give(&tree.root, real) };
            return Ok(1);
        }
        let made = match (purpose, node) {
            (FOR_EXECUTION, _) => tree.program(path, node)?,
            (FOR_WORKING_DIRECTORY, Node::File(_)) => return Err(Errno::NOTDIR),
            _ => tree.real(path, node)?,
        };
        if purpose == FOR_WORKING_DIRECTORY {
            pyox_virtual_files_inside.store(true, std::sync::atomic::Ordering::Relaxed);
        }
        // SAFETY: as the caller says.
        unsafe { give(&made, real) };
        Ok(0)
    };
    // SAFETY: as the caller says.
    unsafe { packed(path, make) }
}

/// The path that something packed has in the tree.
///
/// # Safety
///
/// `path` is a string, and 4096 bytes of `absolute` can be written.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_absolute(path: *const c_char, absolute: *mut c_char) -> c_int {
    let give_absolute = |tree: &Tree, path: &[u8], node| {
        match node {
            Node::Missing => return Err(Errno::NOENT),
            Node::NotDirectory => return Err(Errno::NOTDIR),
            Node::File(_) | Node::Directory => {}
        }
        let mut place = tree.root.clone();
        if !path.is_empty() {
            place.push_name(path)?;
        }
        // SAFETY: as the caller says.
        unsafe { give(&place, absolute) };
        Ok(0)
    };
    // SAFETY: as the caller says.
    unsafe { packed(path, give_absolute) }
}

/// The path in the tree of a path in the cache; fails for others, and does not set `errno`.
///
/// # Safety
///
/// `path` is a string, and 4096 bytes of `absolute` can be written.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_seen(path: *const c_char, absolute: *mut c_char) -> c_int {
    // SAFETY: as the caller says.
    let path = unsafe { bytes_of(path) };
    let (Some(tree), Some(store)) = (tree(), known()) else { return -1 };
    let Some(rest) = path.strip_prefix(store.path.as_bytes()) else { return -1 };
    if !rest.is_empty() && !rest.starts_with(b"/") {
        return -1;
    }
    let mut place = tree.root.clone();
    if place.push(rest).is_err() {
        return -1;
    }
    // SAFETY: as the caller says.
    unsafe { give(&place, absolute) };
    0
}
