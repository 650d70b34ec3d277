//! Libraries whose symbols are there for everything that is loaded later, as those of the program are.

use std::ffi::{CStr, c_void};
use std::ptr::NonNull;

use crate::error::LoadError;
use crate::held::Held;
use crate::in_place;
use crate::known::Known;
use crate::libraries::{Library, open_with, with_needed};

/// A library whose symbols are there for everything that is loaded later.
pub struct Global(NonNull<c_void>);

impl Global {
    /// Loads it from memory, after the libraries that it needs ([`load_needed`](crate::load_needed)). Its pages are
    /// those of the file that its content is mapped from, if that was said
    /// ([`is_mapped_from_file`](crate::is_mapped_from_file)). What is loaded stays loaded.
    ///
    /// # Errors
    ///
    /// [`LoadError::Refused`] with what the dynamic loader says, or [`LoadError::NoPlace`]; with musl
    /// [`LoadError::Unrenamed`].
    pub fn load<L: Library>(library: &L, content: &[u8]) -> Result<Self, LoadError> {
        let name = library.name();
        if let Some(loaded) = in_place::load_global(name, content) {
            return loaded.map(Self);
        }
        let file = Held::new(name, &with_needed(library, content)?)?;
        match open_with(file.path(), libc::RTLD_NOW | libc::RTLD_GLOBAL) {
            Ok(handle) => {
                Known::of(name, file.path()).set_loaded();
                file.loaded(content);
                Ok(Self(handle))
            }
            Err(message) => Err(LoadError::Refused { name: name.to_owned(), message }),
        }
    }

    /// The address of a symbol that it or a library that it needs defines.
    pub fn symbol(&self, name: &CStr) -> Option<NonNull<c_void>> {
        // SAFETY: a handle of dlopen that is never closed, and a C string.
        NonNull::new(unsafe { libc::dlsym(self.0.as_ptr(), name.as_ptr()) })
    }
}
