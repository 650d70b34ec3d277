//! Getting the finder in place before the first import of the standard library.
//!
//! The first module that Python imports once it can import at all is `encodings`. A frozen package of that name
//! consists of one statement, `import _boot`, and the built-in module `_boot` installs the finder and then turns
//! `encodings` into the packed module of that name. All of it is public API and the same in every CPython.

use std::ffi::{c_char, c_int, c_uchar};
use std::os::unix::ffi::OsStrExt;
use std::ptr::null_mut;
use std::sync::OnceLock;

use pyo3_ffi as ffi;
use pyox_finder::{Finder, Settings};
use pyox_python_objects::{Gil, Held, Kind, Object, Raised, Result, describe, import, set_sys, status};

use crate::error::NewInterpreterError;
use crate::extension_module::ExtensionModule;

/// What `_boot` installs.
static SETTINGS: OnceLock<Settings> = OnceLock::new();
/// The finder of the main interpreter.
static FINDER: OnceLock<Held<Finder>> = OnceLock::new();
/// The exception that `_boot` has raised in the main interpreter: CPython only says that it failed to get a codec.
static FAILURE: OnceLock<String> = OnceLock::new();

/// Registers `_boot`, the frozen `encodings` with code marshalled in `boot_code`, and built-in modules of the program.
///
/// # Errors
///
/// [`NewInterpreterError::AlreadyStarted`] if that was done before.
///
/// # Safety
///
/// Python has not started, and no other thread starts it meanwhile.
pub(crate) unsafe fn prepare(
    settings: Settings,
    boot_code: &'static [u8],
    modules: &[ExtensionModule],
) -> std::result::Result<(), NewInterpreterError> {
    SETTINGS.set(settings).map_err(|_| NewInterpreterError::AlreadyStarted)?;
    const OWN: [ExtensionModule; 2] = [
        // SAFETY: both make modules as PEP 489 has it.
        unsafe { ExtensionModule::new(c"_boot", init_boot) },
        // SAFETY: as above.
        unsafe { ExtensionModule::new(c"oxidized_importer", pyox_finder::init_module) },
    ];
    let table: &'static [ffi::_frozen] = Box::leak(frozen_modules(boot_code).into_boxed_slice());
    // SAFETY: Python has not started, so nothing reads the tables; names and table are static.
    let appended = unsafe {
        ffi::PyImport_FrozenModules = table.as_ptr();
        OWN.iter()
            .chain(modules)
            .all(|module| ffi::PyImport_AppendInittab(module.name.as_ptr(), Some(module.init)) == 0)
    };
    if appended {
        return Ok(());
    }
    Err(NewInterpreterError::Python { function: "PyImport_AppendInittab".into(), message: "memory exhausted".into() })
}

/// The finder that `_boot` has installed in the main interpreter.
///
/// # Safety
///
/// The thread runs the main interpreter.
pub(crate) unsafe fn finder(gil: Gil) -> Option<Finder> {
    FINDER.get().map(|finder| finder.get(gil).clone())
}

/// The exception that has kept `_boot` from installing the finder.
pub(crate) fn failure() -> Option<String> {
    FAILURE.get().cloned()
}

/// Since 3.11 this table is searched besides CPython's own; before, it replaces CPython's.
fn frozen_modules(boot_code: &'static [u8]) -> Vec<ffi::_frozen> {
    let mut modules = default_modules();
    modules.push(frozen(c"encodings".as_ptr(), boot_code.as_ptr(), boot_code.len() as c_int));
    modules.push(frozen(std::ptr::null(), std::ptr::null(), 0));
    modules
}

#[cfg(Py_3_11)]
fn default_modules() -> Vec<ffi::_frozen> {
    Vec::new()
}

#[cfg(not(Py_3_11))]
fn default_modules() -> Vec<ffi::_frozen> {
    // SAFETY: before Python starts the pointer is CPython's static table, which ends with a row without a name.
    unsafe {
        let first = ffi::PyImport_FrozenModules;
        (0..).map(|i| *first.add(i)).take_while(|module| !module.name.is_null()).collect()
    }
}

/// A row for a package; a row without a name ends the table.
fn frozen(name: *const c_char, code: *const c_uchar, size: c_int) -> ffi::_frozen {
    ffi::_frozen {
        name,
        code,
        #[cfg(Py_3_11)]
        size,
        #[cfg(not(Py_3_11))]
        size: -size,
        #[cfg(Py_3_11)]
        is_package: 1,
        #[cfg(all(Py_3_11, not(Py_3_13)))]
        get_code: None,
    }
}

/// Every interpreter of the process executes the module, to get a finder of its own.
static mut BOOT_MODULE: ffi::PyModuleDef = ffi::PyModuleDef {
    m_name: c"_boot".as_ptr(),
    m_doc: c"Installs the importer of packed resources.".as_ptr(),
    m_base: ffi::PyModuleDef_HEAD_INIT,
    m_size: 0,
    m_methods: null_mut(),
    m_slots: (&raw mut BOOT_SLOTS).cast(),
    m_traverse: None,
    m_clear: None,
    m_free: None,
};

static mut BOOT_SLOTS: [ffi::PyModuleDef_Slot; 4] = pyox_python_objects::module_slots(exec_boot);

/// `PyInit__boot`
unsafe extern "C" fn init_boot() -> *mut ffi::PyObject {
    // SAFETY: the definition is static, and only CPython writes to it.
    unsafe { ffi::PyModuleDef_Init(&raw mut BOOT_MODULE) }
}

unsafe extern "C" fn exec_boot(_module: *mut ffi::PyObject) -> c_int {
    // SAFETY: Python calls this.
    let gil = unsafe { Gil::held() };
    status(gil, boot(gil).map_err(|raised| failed(gil, raised)))
}

fn boot(gil: Gil) -> Result<()> {
    let not_prepared = || Raised::new(Kind::ImportError, "the program has not prepared the importer");
    let settings = SETTINGS.get().ok_or_else(not_prepared)?;
    set_sys(c"oxidized", &Object::bool(gil, true))?;
    // Since 3.11 `PYTHONEXECUTABLE` replaces what the configuration says, even in isolated mode.
    set_sys(c"executable", &Object::fs_str(gil, settings.roots.program().as_os_str().as_bytes())?)?;
    let finder = Finder::install(gil, settings.clone())?;
    finder.patch_module(&import_in_progress(gil)?, "encodings")?;
    // The main interpreter is the first. SAFETY: only who runs it asks for its finder, which is never dropped.
    let _ = FINDER.set(unsafe { Held::new(finder) });
    Ok(())
}

/// Keeps the text of the exception; the result is another for CPython to fail with.
fn failed(gil: Gil, raised: Raised) -> Raised {
    if let Some(exception) = raised.take(gil) {
        let _ = FAILURE.set(describe(&exception));
    }
    // What cannot be discarded is only more to read.
    let _ = discard_errors(gil);
    Raised::new(Kind::ImportError, "the importer cannot be installed")
}

/// Lets CPython write to nowhere what it says when it cannot start: twenty lines about paths, which are all given.
fn discard_errors(gil: Gil) -> Result<()> {
    let file = import(gil, c"sys")?.attr(c"implementation")?.attr(c"__class__")?.call(&[])?;
    file.set_attr(c"write", &import(gil, c"builtins")?.attr(c"len")?)?;
    set_sys(c"stderr", &file)
}

/// The module `encodings`, whose frozen code is just importing `_boot`.
fn import_in_progress(gil: Gil) -> Result<Object> {
    let modules = import(gil, c"sys")?.attr(c"modules")?;
    modules.call_method(c"__getitem__", &[&Object::str(gil, "encodings")?])
}
