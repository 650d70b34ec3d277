//! Definitions of modules.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use pyo3_ffi as ffi;

/// The slots of a module that `execute` fills, again in every interpreter, and that needs no GIL.
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
