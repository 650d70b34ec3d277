//! Native code that was loaded from memory, under paths that say nothing: which packed file each is.

use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

/// One of them, and the one that was loaded before it.
struct Loaded {
    /// By which the dynamic loader knows it.
    name: CString,
    /// Its path in the tree.
    path: CString,
    older: *mut Self,
}

/// It only grows: what is in it is never changed or freed.
static NEWEST: AtomicPtr<Loaded> = AtomicPtr::new(null_mut());

/// Says that a packed library, with its path in the tree, was loaded from memory, and by which path the dynamic loader
/// knows it. From now on `dladdr` gives the path in the tree, and whoever loads that gets the same library.
pub fn loaded(name: &Path, path: &Path) {
    let c_string = |path: &Path| CString::new(path.as_os_str().as_bytes());
    let (Ok(name), Ok(path)) = (c_string(name), c_string(path)) else { return };
    if name_of(&path).is_some() {
        return;
    }
    let mut older = NEWEST.load(Ordering::Acquire);
    let made = Box::into_raw(Box::new(Loaded { name, path, older }));
    while let Err(now) = NEWEST.compare_exchange(older, made, Ordering::AcqRel, Ordering::Acquire) {
        older = now;
        // SAFETY: made above, and in no list yet.
        unsafe { (*made).older = now };
    }
}

/// The path in the tree of what the dynamic loader knows by a name.
pub(crate) fn path_of(name: &CStr) -> Option<&'static CStr> {
    find(|loaded| *loaded.name == *name).map(|loaded| &*loaded.path)
}

/// The name by which the dynamic loader knows what has a path in the tree.
pub(crate) fn name_of(path: &CStr) -> Option<&'static CStr> {
    find(|loaded| *loaded.path == *path).map(|loaded| &*loaded.name)
}

fn find(is: impl Fn(&Loaded) -> bool) -> Option<&'static Loaded> {
    // SAFETY: what is in the list is never changed or freed.
    let mut next = unsafe { NEWEST.load(Ordering::Acquire).as_ref() };
    while let Some(loaded) = next {
        if is(loaded) {
            return Some(loaded);
        }
        // SAFETY: as above.
        next = unsafe { loaded.older.as_ref() };
    }
    None
}
