//! Getting the finder in place before the first import of the standard library.
//!
//! The first module that Python imports once it can import at all is `encodings`. A frozen package of that name
//! consists of one statement, `import _boot`, and the built-in module `_boot` installs the finder and then turns
//! `encodings` into the packed module of that name. All of it is public API and the same in every CPython.

use std::ffi::{c_char, c_int, c_uchar};
use std::mem::forget;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::ptr::null_mut;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3_ffi as ffi;
use pyox_finder::{Finder, Settings};
use pyox_python_objects::{Gil, Held, Kind, Object, Raised, Result, describe, import, set_sys, status};

use crate::error::NewInterpreterError;
use crate::extension_module::ExtensionModule;

/// What `_boot` does.
#[derive(Clone)]
pub(crate) struct Boot {
    /// Of the finder that is installed.
    pub(crate) settings: Settings,
    /// `sys.executable`
    pub(crate) executable: PathBuf,
    /// `sys.prefix` and `sys.exec_prefix`
    #[cfg(Py_3_11)]
    pub(crate) prefixes: [PathBuf; 2],
    /// Whether modules are also looked for in the file system.
    pub(crate) filesystem_importer: bool,
}

static BOOT: Mutex<Option<Boot>> = Mutex::new(None);
/// The finder of the main interpreter.
static FINDER: Mutex<Option<Held<Finder>>> = Mutex::new(None);
/// The exception that `_boot` has raised in the main interpreter: CPython only says that it failed to get a codec.
static FAILURE: Mutex<Option<String>> = Mutex::new(None);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Registers `_boot` and the frozen `encodings` with code marshalled in `boot_code`.
///
/// # Errors
///
/// [`NewInterpreterError::Python`] if memory is exhausted.
///
/// # Safety
///
/// Python does not run, and no other thread starts it meanwhile.
pub(crate) unsafe fn prepare(boot: Boot, boot_code: &'static [u8]) -> std::result::Result<(), NewInterpreterError> {
    *lock(&BOOT) = Some(boot);
    *lock(&FAILURE) = None;
    // One of an interpreter that has ended is gone with it.
    forget(lock(&FINDER).take());
    // SAFETY: Python does not run, so nothing reads the table, which is static; `init_boot` makes a module as PEP 489
    // has it.
    unsafe {
        ffi::PyImport_FrozenModules = frozen_table(boot_code).as_ptr();
        append(&[ExtensionModule::new(c"_boot", init_boot)])
    }
}

/// Adds modules that are part of the program to those of Python.
///
/// # Errors
///
/// [`NewInterpreterError::Python`] if memory is exhausted.
///
/// # Safety
///
/// Python does not run, and no other thread starts it meanwhile.
pub(crate) unsafe fn append(modules: &[ExtensionModule]) -> std::result::Result<(), NewInterpreterError> {
    // SAFETY: nothing reads the table while it grows; names are static.
    let appended =
        |module: &ExtensionModule| unsafe { ffi::PyImport_AppendInittab(module.name.as_ptr(), Some(module.init)) == 0 };
    if modules.iter().all(appended) {
        return Ok(());
    }
    Err(NewInterpreterError::Python { function: "PyImport_AppendInittab".into(), message: "memory exhausted".into() })
}

/// `oxidized_importer`
pub(crate) const OXIDIZED_IMPORTER: ExtensionModule =
    // SAFETY: makes a module as PEP 489 has it.
    unsafe { ExtensionModule::new(c"oxidized_importer", pyox_finder::init_module) };

/// The finder that `_boot` has installed in the main interpreter.
///
/// # Safety
///
/// The thread runs the main interpreter.
pub(crate) unsafe fn finder(gil: Gil) -> Option<Finder> {
    lock(&FINDER).as_ref().map(|finder| finder.get(gil).clone())
}

/// Lets go of the finder, before Python ends.
///
/// # Safety
///
/// The thread runs the main interpreter.
pub(crate) unsafe fn release_finder(gil: Gil) {
    let finder = lock(&FINDER).take();
    if let Some(finder) = &finder {
        finder.get(gil).release_memory();
    }
    drop(finder);
}

/// The exception that has kept `_boot` from installing the finder.
pub(crate) fn failure() -> Option<String> {
    lock(&FAILURE).clone()
}

/// A table that Python can keep.
struct Table {
    boot_code: &'static [u8],
    modules: &'static [ffi::_frozen],
}

// SAFETY: all that its pointers lead to is static and never changes.
unsafe impl Send for Table {}

/// Since 3.11 this table is searched besides CPython's own; before, it replaces CPython's. The same code has the same
/// table each time that Python starts.
fn frozen_table(boot_code: &'static [u8]) -> &'static [ffi::_frozen] {
    static LAST: Mutex<Option<Table>> = Mutex::new(None);
    let mut last = lock(&LAST);
    if let Some(table) = last.as_ref().filter(|table| std::ptr::eq(table.boot_code, boot_code)) {
        return table.modules;
    }
    let defaults: Vec<ffi::_frozen> = match &*last {
        // CPython's are before the row of `encodings` and the one that ends the table.
        Some(table) => table.modules[..table.modules.len() - 2].to_vec(),
        None => default_modules(),
    };
    let modules: &'static [ffi::_frozen] = Box::leak(frozen_modules(defaults, boot_code).into_boxed_slice());
    *last = Some(Table { boot_code, modules });
    modules
}

fn frozen_modules(mut modules: Vec<ffi::_frozen>, boot_code: &'static [u8]) -> Vec<ffi::_frozen> {
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
    let boot = lock(&BOOT).clone().ok_or_else(not_prepared)?;
    set_sys(c"oxidized", &Object::bool(gil, true))?;
    let set_path = |name, path: &Path| set_sys(name, &Object::fs_str(gil, path.as_os_str().as_bytes())?);
    // Since 3.11 `PYTHONEXECUTABLE` replaces what the configuration says, even in isolated mode.
    set_path(c"executable", &boot.executable)?;
    #[cfg(Py_3_11)]
    {
        // Since 3.14 a `pyvenv.cfg` beside the program does so, and a home is taken apart at its first colon.
        set_path(c"prefix", &boot.prefixes[0])?;
        set_path(c"exec_prefix", &boot.prefixes[1])?;
    }
    let finder = Finder::install(gil, boot.settings)?;
    if !boot.filesystem_importer {
        remove_path_finder(gil)?;
    }
    finder.patch_module(&import_in_progress(gil)?, "encodings")?;
    let mut first = lock(&FINDER);
    if first.is_none() {
        // The main interpreter is the first. SAFETY: only who runs it asks for its finder, and drops it.
        *first = Some(unsafe { Held::new(finder) });
    }
    Ok(())
}

/// Takes the importer of files out of `sys.meta_path`.
fn remove_path_finder(gil: Gil) -> Result<()> {
    let path_finder = import(gil, c"_frozen_importlib_external")?.attr(c"PathFinder")?;
    let meta_path = import(gil, c"sys")?.attr(c"meta_path")?;
    meta_path.call_method(c"remove", &[&path_finder]).map(drop)
}

/// Keeps the text of the exception; the result is another for CPython to fail with.
fn failed(gil: Gil, raised: Raised) -> Raised {
    if let Some(exception) = raised.take(gil) {
        *lock(&FAILURE) = Some(describe(&exception));
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
