//! Libraries whose symbols are there for everything that is loaded later, as those of the program are.

use std::ffi::{CStr, c_void};
use std::ptr::NonNull;

use crate::error::LoadError;
use crate::libraries::{open_with, path_of_loaded};

/// A library whose symbols are there for everything that is loaded later.
pub struct Global(NonNull<c_void>);

impl Global {
    /// Makes one of a library that [`load_needed`](crate::load_needed) has loaded, by its name.
    ///
    /// # Errors
    ///
    /// [`LoadError::Refused`] if it is not loaded, or with what the dynamic loader says.
    pub fn of(library: &str) -> Result<Self, LoadError> {
        let refused = |message| LoadError::Refused { name: library.to_owned(), message };
        let path = path_of_loaded(library).ok_or_else(|| refused(format!("{library} is not loaded")))?;
        open_with(path, libc::RTLD_NOW | libc::RTLD_NOLOAD | libc::RTLD_GLOBAL).map(Self).map_err(refused)
    }

    /// The address of a symbol that it or a library that it needs defines.
    pub fn symbol(&self, name: &CStr) -> Option<NonNull<c_void>> {
        // SAFETY: a handle of dlopen that is never closed, and a C string.
        NonNull::new(unsafe { libc::dlsym(self.0.as_ptr(), name.as_ptr()) })
    }
}
