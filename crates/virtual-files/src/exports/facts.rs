//! `stat` and its like.

use std::ffi::{c_char, c_int};

use pyox_native_loader::PathBuffer;

use super::packed;
use crate::place::{bytes_of, descriptor_path};
use crate::store::known;
use crate::tree::{Tree, tree};

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
