//! The examples in Rust of the manual (chapter 8), as they are written today: `rust_examples ID [STANDARD_LIBRARY]`
//! runs one.

use std::error::Error;
use std::ffi::c_int;
use std::ptr::null_mut;

use pyembed::{
    Blob, ExtensionModule, MainPythonInterpreter, NewInterpreterError, OxidizedPythonInterpreterConfig, ffi,
};

// 8.4.2: defines `default_python_config()`.
include!(env!("PYOXIDIZER_DEFAULT_PYTHON_CONFIG_RS"));

const WHERE: &str = "import os, json; print(os.__name__, type(json.__spec__.loader).__name__)";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments[1].as_str() {
        "rust-example-01" => create_interpreter()?.run_code("print('runs')")?,
        "rust-example-02" => from_the_file_system(&arguments[2])?.run_code(WHERE)?,
        "rust-example-03" => from_packed_resources()?.run_code(WHERE)?,
        "rust-example-04" => without_anything_to_import(),
        "rust-example-05" => run_code(&create_interpreter()?),
        "rust-example-06" => extra_extension_module()?.run_code("import answer; print(answer.__name__)")?,
        "rust-example-07" => {
            println!("Rust comes first");
            create_interpreter()?.run_code("print('then Python')")?;
        }
        "rust-example-08" => without_jemalloc(),
        "rust-example-09" => module_in_rust()?.run_code("import my_module; print(my_module.double(21))")?,
        other => return Err(format!("no example {other}").into()),
    }
    Ok(())
}

/// 8.4.2: the configuration that was packed.
fn create_interpreter() -> Result<MainPythonInterpreter, NewInterpreterError> {
    MainPythonInterpreter::new(default_python_config())
}

/// 8.4.2: `filesystem_importer` and a path.
fn from_the_file_system(standard_library: &str) -> Result<MainPythonInterpreter, NewInterpreterError> {
    let mut config = OxidizedPythonInterpreterConfig::default();
    config.interpreter_config.oxidized_importer = false;
    config.interpreter_config.filesystem_importer = true;
    config.interpreter_config.module_search_paths.push(standard_library.into());
    MainPythonInterpreter::new(config)
}

/// 8.4.2: `packed_resources`, which `OUT_DIR` has among the artifacts.
fn from_packed_resources() -> Result<MainPythonInterpreter, Box<dyn Error>> {
    let resources = pyembed::include_resources!(concat!(env!("OUT_DIR"), "/packed-resources"));
    let mut config = OxidizedPythonInterpreterConfig::default();
    config.interpreter_config.oxidized_importer = true;
    config.packed_resources = vec![Blob::open(resources)?];
    Ok(MainPythonInterpreter::new(config)?)
}

/// 8.4.2: what used to be a fatal error is one that Rust gets.
fn without_anything_to_import() {
    match MainPythonInterpreter::new(OxidizedPythonInterpreterConfig::default()) {
        Ok(_) => println!("it runs"),
        Err(error) => println!("error: {error}"),
    }
}

/// 8.4.3
fn run_code(python: &MainPythonInterpreter) {
    for code in ["print('hello, world')", "print('hello"] {
        match python.run_code(code) {
            Ok(()) => println!("python code executed successfully"),
            Err(error) => println!("python error: {}", error.kind),
        }
    }
}

/// 8.5.1: a module whose initialisation is of two phases (PEP 489).
fn extra_extension_module() -> Result<MainPythonInterpreter, NewInterpreterError> {
    unsafe extern "C" fn init() -> *mut ffi::PyObject {
        static mut MODULE: ffi::PyModuleDef =
            ffi::PyModuleDef { m_name: c"answer".as_ptr(), m_size: 0, ..EMPTY_MODULE };
        // SAFETY: the definition is static, and only CPython writes to it.
        unsafe { ffi::PyModuleDef_Init(&raw mut MODULE) }
    }
    let mut config = default_python_config();
    // SAFETY: the function makes the module, in every interpreter.
    config.extra_extension_modules.push(unsafe { ExtensionModule::new(c"answer", init) });
    MainPythonInterpreter::new(config)
}

/// 8.6.2: an allocator that the program does not have.
fn without_jemalloc() {
    let mut config = default_python_config();
    config.interpreter_config.set("raw_allocator", "jemalloc").expect("a value that it can have");
    match MainPythonInterpreter::new(config) {
        Ok(_) => println!("it runs"),
        Err(error) => println!("error: {error}"),
    }
}

/// 8.6.3: `PyInit_my_module`.
fn module_in_rust() -> Result<MainPythonInterpreter, NewInterpreterError> {
    #[allow(non_snake_case, reason = "so are these functions called")]
    unsafe extern "C" fn PyInit_my_module() -> *mut ffi::PyObject {
        static mut METHODS: [ffi::PyMethodDef; 2] = [
            ffi::PyMethodDef {
                ml_name: c"double".as_ptr(),
                ml_meth: ffi::PyMethodDefPointer { PyCFunction: double },
                ml_flags: ffi::METH_O as c_int,
                ml_doc: c"Twice a number.".as_ptr(),
            },
            ffi::PyMethodDef::zeroed(),
        ];
        static mut MODULE: ffi::PyModuleDef = ffi::PyModuleDef {
            m_name: c"my_module".as_ptr(),
            m_size: -1,
            m_methods: (&raw mut METHODS).cast(),
            ..EMPTY_MODULE
        };
        // SAFETY: as above.
        unsafe { ffi::PyModule_Create(&raw mut MODULE) }
    }
    unsafe extern "C" fn double(_module: *mut ffi::PyObject, number: *mut ffi::PyObject) -> *mut ffi::PyObject {
        // SAFETY: Python calls this with an object; null means that an exception is set.
        unsafe { ffi::PyNumber_Add(number, number) }
    }
    // SAFETY: the function makes the module; there is one interpreter.
    let module = unsafe { ExtensionModule::new(c"my_module", PyInit_my_module) };
    MainPythonInterpreter::new(default_python_config().extension_module(module))
}

const EMPTY_MODULE: ffi::PyModuleDef = ffi::PyModuleDef {
    m_base: ffi::PyModuleDef_HEAD_INIT,
    m_name: null_mut(),
    m_doc: null_mut(),
    m_size: 0,
    m_methods: null_mut(),
    m_slots: null_mut(),
    m_traverse: None,
    m_clear: None,
    m_free: None,
};
