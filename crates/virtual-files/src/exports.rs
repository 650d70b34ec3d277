//! What the functions in front of the C library call. Each returns -1 and sets `errno` if it fails; `errno` is not
//! changed otherwise.

use std::ffi::{CStr, c_char, c_int, c_long, c_void};

use pyox_native_loader::PathBuffer;
use rustix::fs::OFlags;
use rustix::io::Errno;

use crate::directory::Stream;
use crate::index::Node;
use crate::loaded::{name_of, path_of};
use crate::native::loadable;
use crate::place::{Place, bytes_of, descriptor_path};
use crate::program::CommandLine;
use crate::store::known;
use crate::tree::{Tree, pyox_virtual_files_inside, tree};

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

/// # Safety
///
/// `path` is a string, and `found` can be written.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_stat(path: *const c_char, found: *mut libc::stat) -> c_int {
    let fill = |tree: &Tree, path: &[u8], node| {
        let facts = tree.facts(path, node)?;
        // SAFETY: as the caller says; all of it is numbers.
        unsafe {
            found.write_bytes(0, 1);
            facts.fill(&mut *found);
        }
        Ok(0)
    };
    // SAFETY: as the caller says.
    unsafe { packed(path, fill) }
}

/// # Safety
///
/// `path` is a string, and `found` can be written.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_statx(path: *const c_char, found: *mut libc::statx) -> c_int {
    let fill = |tree: &Tree, path: &[u8], node| {
        let facts = tree.facts(path, node)?;
        // SAFETY: as the caller says; all of it is numbers.
        unsafe {
            found.write_bytes(0, 1);
            facts.fill_extended(&mut *found);
        }
        Ok(0)
    };
    // SAFETY: as the caller says.
    unsafe { packed(path, fill) }
}

/// Corrects what `fstat` has found: packed files have the same facts whether they are open or not.
///
/// # Safety
///
/// `found` was filled.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_correct(descriptor: c_int, found: *mut libc::stat) {
    let Some(tree) = tree() else { return };
    // SAFETY: as the caller says.
    let found = unsafe { &mut *found };
    if let Some(facts) = tree.facts_of_open(descriptor, found) {
        facts.fill(found);
    }
}

/// The same for what a name in an open directory is.
///
/// # Safety
///
/// `path` is a string, and `found` was filled.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_correct_at(directory: c_int, path: *const c_char, found: *mut libc::stat) {
    let (Some(tree), true) = (tree(), known().is_some()) else { return };
    let mut place = PathBuffer::new();
    // SAFETY: as the caller says.
    let path = unsafe { bytes_of(path) };
    if path.is_empty() || path.starts_with(b"/") || descriptor_path(directory, &mut place).is_err() {
        return;
    }
    if place.push_name(path).is_ok()
        && let Some(facts) = tree.facts_in_cache(place.as_bytes())
    {
        // SAFETY: as the caller says.
        facts.fill(unsafe { &mut *found });
    }
}

/// The same for `statx`.
///
/// # Safety
///
/// As `pyox_virtual_files_correct_at`.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_correct_extended(
    descriptor: c_int,
    path: *const c_char,
    is_open: c_int,
    found: *mut libc::statx,
) {
    let mut facts = std::mem::MaybeUninit::<libc::stat>::zeroed();
    // SAFETY: zeros are numbers; the rest is as the caller says.
    let (facts, found) = unsafe { (facts.assume_init_mut(), &mut *found) };
    facts.st_dev = libc::makedev(found.stx_dev_major, found.stx_dev_minor);
    facts.st_mode = found.stx_mode.into();
    facts.st_size = found.stx_size as _;
    (facts.st_mtime, facts.st_mtime_nsec) = (found.stx_mtime.tv_sec as _, found.stx_mtime.tv_nsec.into());
    let before = facts.st_ino;
    // SAFETY: as the caller says.
    unsafe {
        match is_open != 0 && *path == 0 {
            true => pyox_virtual_files_correct(descriptor, facts),
            false => pyox_virtual_files_correct_at(descriptor, path, facts),
        }
    }
    if facts.st_ino != before {
        found.stx_ino = facts.st_ino;
        found.stx_mode = facts.st_mode as u16;
        found.stx_nlink = facts.st_nlink as u32;
        (found.stx_dev_major, found.stx_dev_minor) = (libc::major(facts.st_dev), libc::minor(facts.st_dev));
        (found.stx_uid, found.stx_gid) = (facts.st_uid, facts.st_gid);
        let time = (facts.st_mtime, 0);
        for place in [&mut found.stx_atime, &mut found.stx_mtime, &mut found.stx_ctime] {
            (place.tv_sec, place.tv_nsec) = time;
        }
    }
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

/// The path of the real file or directory, which is made.
///
/// # Safety
///
/// `path` is a string, and 4096 bytes of `real` can be written.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_real(path: *const c_char, purpose: c_int, real: *mut c_char) -> c_int {
    let make = |tree: &Tree, path: &[u8], node| {
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

/// The path or name by which to load a library: that by which the dynamic loader knows it already, or else that of the
/// real file, which is made.
///
/// # Safety
///
/// `path` is a string, and 4096 bytes of `real` can be written.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_library(path: *const c_char, real: *mut c_char) -> c_int {
    let find = |tree: &Tree, path: &[u8], node| {
        let Node::File(number) = node else { return Err(Errno::NOENT) };
        let mut place = tree.root.clone();
        place.push_name(path)?;
        let found = match name_of(place.as_c_str()) {
            Some(name) => PathBuffer::of(name.to_bytes())?,
            None => loadable(tree, number)?,
        };
        // SAFETY: as the caller says.
        unsafe { give(&found, real) };
        Ok(0)
    };
    // SAFETY: as the caller says.
    unsafe { packed(path, find) }
}

/// The path in the tree of what the dynamic loader knows by a name, or null.
///
/// # Safety
///
/// `name` is a string.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_loaded_path(name: *const c_char) -> *const c_char {
    // SAFETY: as the caller says.
    path_of(unsafe { CStr::from_ptr(name) }).map_or(std::ptr::null(), CStr::as_ptr)
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

/// Whether a path is that of this program, whose children have packed files of their own.
///
/// # Safety
///
/// `path` is a string.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_is_program(path: *const c_char) -> c_int {
    // SAFETY: as the caller says.
    let path = unsafe { bytes_of(path) };
    c_int::from(tree().is_some_and(|tree| tree.is_program(path)))
}

/// Replaces packed paths in the arguments of another program.
///
/// # Safety
///
/// `arguments` are strings and a null pointer; `line` has `pyox_virtual_files_command_line_size` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_arguments(arguments: *const *const c_char, line: *mut CommandLine) -> c_int {
    let tree = tree().ok_or(Errno::NOENT);
    // SAFETY: as the caller says.
    answer(tree.and_then(|tree| unsafe { (*line).fill(tree, arguments) }).map(|()| 0))
}

/// Replaces packed paths in a command of the shell; null if it fails.
///
/// # Safety
///
/// `command` is a string; `line` has `pyox_virtual_files_command_line_size` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn pyox_virtual_files_command(command: *const c_char, line: *mut CommandLine) -> *const c_char {
    let mut changed = std::ptr::null();
    let tree = tree().ok_or(Errno::NOENT);
    // SAFETY: as the caller says.
    let replaced = tree.and_then(|tree| unsafe { (*line).command(tree, bytes_of(command)) });
    answer(replaced.map(|text| {
        changed = text;
        0
    }));
    changed
}
