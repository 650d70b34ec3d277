//! Modules in Rust or C that are part of the program.

use std::ffi::CStr;

use pyo3_ffi as ffi;

/// A module that is part of the program, as `sys.builtin_module_names` lists them.
#[derive(Clone, Copy, Debug)]
pub struct ExtensionModule {
    pub(crate) name: &'static CStr,
    pub(crate) init: unsafe extern "C" fn() -> *mut ffi::PyObject,
}

impl ExtensionModule {
    /// A module that is called `name` and made by `init`. It comes before packed modules of that name.
    ///
    /// # Safety
    ///
    /// `init` does what Python expects of the function `PyInit_NAME` of an extension module (PEP 489), in any
    /// interpreter of the process.
    pub const unsafe fn new(name: &'static CStr, init: unsafe extern "C" fn() -> *mut ffi::PyObject) -> Self {
        Self { name, init }
    }
}
