//! The extension module `oxidized_importer`.

use std::ffi::{CStr, c_int, c_void};
use std::ptr::null_mut;

use pyo3_ffi as ffi;

use crate::class::type_of;
use crate::object::{Object, Result};
use crate::state::State;

const DOC: &CStr = c"Import Python modules, extension modules and data from packed resources in memory.\n\n\
    import oxidized_importer, sys\n\
    finder = oxidized_importer.OxidizedFinder(resources_file=\"packed-resources\")\n\
    sys.meta_path.insert(0, finder)\n";

/// Every interpreter of the process executes the module, to get types of its own.
static mut MODULE: ffi::PyModuleDef = ffi::PyModuleDef {
    m_name: c"oxidized_importer".as_ptr(),
    m_doc: DOC.as_ptr(),
    m_base: ffi::PyModuleDef_HEAD_INIT,
    m_size: 0,
    m_methods: null_mut(),
    m_slots: (&raw mut SLOTS).cast(),
    m_traverse: None,
    m_clear: None,
    m_free: None,
};

static mut SLOTS: [ffi::PyModuleDef_Slot; 4] = module_slots(execute);

/// The slots of a module that `execute` fills, in every interpreter anew, and that needs no GIL.
pub const fn module_slots(execute: unsafe extern "C" fn(*mut ffi::PyObject) -> c_int) -> [ffi::PyModuleDef_Slot; 4] {
    const END: ffi::PyModuleDef_Slot = ffi::PyModuleDef_Slot { slot: 0, value: null_mut() };
    let mut slots = [END; 4];
    slots[0] = ffi::PyModuleDef_Slot { slot: ffi::Py_mod_exec, value: execute as *mut c_void };
    #[cfg(Py_3_12)]
    {
        let value = ffi::Py_MOD_PER_INTERPRETER_GIL_SUPPORTED;
        slots[1] = ffi::PyModuleDef_Slot { slot: ffi::Py_mod_multiple_interpreters, value };
    }
    #[cfg(Py_3_13)]
    {
        slots[2] = ffi::PyModuleDef_Slot { slot: ffi::Py_mod_gil, value: ffi::Py_MOD_GIL_NOT_USED };
    }
    slots
}

/// What Python calls to import the module (PEP 489); also for `PyImport_AppendInittab`.
///
/// # Safety
///
/// Only an interpreter may call it, with the GIL held.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyInit_oxidized_importer() -> *mut ffi::PyObject {
    // SAFETY: the definition is static, and only CPython writes to it.
    unsafe { ffi::PyModuleDef_Init(&raw mut MODULE) }
}

unsafe extern "C" fn execute(module: *mut ffi::PyObject) -> c_int {
    if fill(&Object::borrowed(module)).is_ok() { 0 } else { -1 }
}

fn fill(module: &Object) -> Result<()> {
    module.set_attr(c"OxidizedFinder", &type_of::<State>()?)?;
    Ok(())
}
