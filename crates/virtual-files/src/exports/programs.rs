//! Programs that are started, and libraries that are loaded.

use std::ffi::{CStr, c_char, c_int};

use pyox_native_loader::PathBuffer;
use rustix::io::Errno;

use super::{answer, give, packed};
use crate::index::Node;
use crate::loaded::{name_of, path_of};
use crate::native::loadable;
use crate::place::bytes_of;
use crate::program::CommandLine;
use crate::tree::{Tree, tree};

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
