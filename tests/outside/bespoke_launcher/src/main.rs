//! A launcher of one's own: programs that are packed with it can `import answer`, a built-in module in Rust.

use pyembed::{ExtensionModule, MainPythonInterpreter, OxidizedPythonInterpreterConfig};
use pyo3_ffi as ffi;

pyembed::launcher_marker!();

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // SAFETY: the function makes the module, again in every interpreter.
    let answer = unsafe { ExtensionModule::new(c"answer", init) };
    let config = OxidizedPythonInterpreterConfig::from_program()?.extension_module(answer);
    std::process::exit(MainPythonInterpreter::new(config)?.run());
}

unsafe extern "C" fn init() -> *mut ffi::PyObject {
    static mut MODULE: ffi::PyModuleDef = ffi::PyModuleDef {
        m_base: ffi::PyModuleDef_HEAD_INIT,
        m_name: c"answer".as_ptr(),
        m_methods: (&raw mut METHODS).cast(),
        // SAFETY: what is zero is absent.
        ..unsafe { std::mem::zeroed() }
    };
    static mut METHODS: [ffi::PyMethodDef; 2] = [
        ffi::PyMethodDef {
            ml_name: c"get".as_ptr(),
            ml_meth: ffi::PyMethodDefPointer { PyCFunction: get },
            ml_flags: ffi::METH_NOARGS,
            ..ffi::PyMethodDef::zeroed()
        },
        ffi::PyMethodDef::zeroed(),
    ];
    // SAFETY: the definition is static, and only CPython writes to it.
    unsafe { ffi::PyModuleDef_Init(&raw mut MODULE) }
}

unsafe extern "C" fn get(_module: *mut ffi::PyObject, _: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: Python calls this.
    unsafe { ffi::PyLong_FromLong(42) }
}
