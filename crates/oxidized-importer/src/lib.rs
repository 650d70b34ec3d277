//! The extension module `oxidized_importer`, for ordinary Pythons: [`pyox_finder`] as something that `import` finds.

use pyo3_ffi as ffi;

/// What Python calls to import the module (PEP 489).
///
/// # Safety
///
/// Only an interpreter may call it, with the GIL held.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyInit_oxidized_importer() -> *mut ffi::PyObject {
    // SAFETY: as the caller promises.
    unsafe { pyox_finder::init_module() }
}
