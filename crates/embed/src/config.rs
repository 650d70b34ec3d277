//! What an interpreter is started with, and its translation to the structures of PEP 587.

use std::ffi::{CStr, CString, OsString, c_char, c_int};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use libc::wchar_t;
use pyo3_ffi as ffi;
use pyox_finder::Roots;
use pyox_interpreter_config::{InterpreterConfig, Profile};
use pyox_packed_resources::{Blob, Place, SectionKind};

use crate::error::NewInterpreterError;
use crate::executable::current_executable;
use crate::extension_module::ExtensionModule;
use crate::invocation::Invocation;
use crate::privileges::elevated;
use crate::{address_space, payload, resource_file};

/// Everything an interpreter needs to start.
#[derive(Default)]
#[non_exhaustive]
pub struct OxidizedPythonInterpreterConfig {
    /// How the interpreter behaves and what it runs.
    pub interpreter_config: InterpreterConfig,
    /// The modules and data of the program, the first blob that has a module wins. The first one also has the code
    /// that starts the importer.
    pub packed_resources: Vec<Blob<'static>>,
    /// Absolute path of the executable; `None` asks the operating system.
    pub executable: Option<PathBuf>,
    /// The command line with the program's name first; `None` takes that of the process.
    pub argv: Option<Vec<OsString>>,
    /// Modules that are part of the program.
    pub extra_extension_modules: Vec<ExtensionModule>,
}

impl OxidizedPythonInterpreterConfig {
    /// Takes everything from the payload of the running program ([`payload::find`]).
    ///
    /// # Errors
    ///
    /// [`NewInterpreterError::Payload`], and those of [`from_blob`](Self::from_blob).
    pub fn from_program() -> Result<Self, NewInterpreterError> {
        address_space::check()?;
        Self::from_blob(payload::find()?)
    }

    /// Takes the interpreter configuration from the section of the blob that holds it, and maps the resource files that
    /// it names.
    ///
    /// # Errors
    ///
    /// [`NewInterpreterError::NoConfig`], [`NewInterpreterError::Config`] or [`NewInterpreterError::Resources`]; for a
    /// resource file [`NewInterpreterError::ResourceFile`] or [`NewInterpreterError::ResourceFileDigest`].
    pub fn from_blob(blob: Blob<'static>) -> Result<Self, NewInterpreterError> {
        let section = blob.checked_section(SectionKind::InterpreterConfig)?.ok_or(NewInterpreterError::NoConfig)?;
        let interpreter_config = InterpreterConfig::decode(section)?;
        let mut packed_resources = vec![blob];
        for file in &interpreter_config.resource_files {
            packed_resources.push(resource_file::map(file, &current_executable()?)?);
        }
        Ok(Self { interpreter_config, packed_resources, ..Self::default() })
    }

    /// Sets how the interpreter behaves and what it runs.
    #[must_use]
    pub fn interpreter_config(mut self, config: InterpreterConfig) -> Self {
        self.interpreter_config = config;
        self
    }

    /// Sets the modules and data of the program.
    #[must_use]
    pub fn packed_resources(mut self, blobs: Vec<Blob<'static>>) -> Self {
        self.packed_resources = blobs;
        self
    }

    /// Sets the absolute path of the executable.
    #[must_use]
    pub fn executable(mut self, path: impl Into<PathBuf>) -> Self {
        self.executable = Some(path.into());
        self
    }

    /// Sets the command line, with the program's name first.
    #[must_use]
    pub fn argv(mut self, argv: Vec<OsString>) -> Self {
        self.argv = Some(argv);
        self
    }

    /// Adds a module that is part of the program.
    #[must_use]
    pub fn extension_module(mut self, module: ExtensionModule) -> Self {
        self.extra_extension_modules.push(module);
        self
    }
}

/// Initialises CPython. The importer must have been prepared by [`crate::boot::prepare`].
pub(crate) fn initialize(
    config: &InterpreterConfig,
    roots: &Roots,
    invocation: &Invocation,
) -> Result<(), NewInterpreterError> {
    preinitialize(config, invocation)?;
    let mut python = PyConfig::new();
    python.apply(config, roots, invocation)?;
    // SAFETY: the configuration is initialised and Python is pre-initialised.
    let outcome = status(unsafe { ffi::Py_InitializeFromConfig(&raw const python.0) });
    outcome.map_err(|error| crate::boot::failure().map_or(error, |exception| NewInterpreterError::Boot { exception }))
}

/// Locale, UTF-8 mode and allocators: a packaged program decodes and encodes as the `python` command does, whatever
/// the profile, but takes no notice of `PYTHON*` variables when isolated.
fn preinitialize(config: &InterpreterConfig, invocation: &Invocation) -> Result<(), NewInterpreterError> {
    let mut pre = MaybeUninit::<ffi::PyPreConfig>::uninit();
    // SAFETY: the function initialises the whole structure, which is only read after it.
    let mut pre = unsafe {
        ffi::PyPreConfig_InitPythonConfig(pre.as_mut_ptr());
        pre.assume_init()
    };
    pre.parse_argv = c_int::from(invocation.as_interpreter);
    if is_isolated(config) {
        pre.isolated = c_int::from(!invocation.as_interpreter);
        pre.use_environment = 0;
    }
    if let Some(utf8_mode) = config.utf8_mode {
        pre.utf8_mode = utf8_mode.into();
    }
    if let Some(development_mode) = config.development_mode {
        pre.dev_mode = development_mode.into();
    }
    let mut argv = invocation.pointers();
    // SAFETY: the structure is initialised; the strings live as long as `invocation`.
    status(unsafe { ffi::Py_PreInitializeFromBytesArgs(&raw const pre, argv.len() as isize, argv.as_mut_ptr()) })
}

/// A program with more privileges than the one who starts it takes nothing from that environment or home directory.
fn is_isolated(config: &InterpreterConfig) -> bool {
    config.profile == Profile::Isolated || elevated()
}

/// A `PyConfig` that is cleared when dropped.
struct PyConfig(ffi::PyConfig);

impl Drop for PyConfig {
    fn drop(&mut self) {
        // SAFETY: the structure was initialised in `new`.
        unsafe { ffi::PyConfig_Clear(&raw mut self.0) }
    }
}

impl PyConfig {
    fn new() -> Self {
        let mut config = MaybeUninit::<ffi::PyConfig>::uninit();
        // SAFETY: the function initialises the whole structure.
        unsafe {
            ffi::PyConfig_InitPythonConfig(config.as_mut_ptr());
            Self(config.assume_init())
        }
    }

    fn apply(
        &mut self,
        config: &InterpreterConfig,
        roots: &Roots,
        invocation: &Invocation,
    ) -> Result<(), NewInterpreterError> {
        self.behaviour(config, invocation);
        self.paths(roots)?;
        if invocation.as_interpreter {
            self.0.parse_argv = 1;
        }
        let mut argv = invocation.pointers();
        // SAFETY: the configuration is initialised; the strings live as long as `invocation`.
        status(unsafe { ffi::PyConfig_SetBytesArgv(&raw mut self.0, argv.len() as isize, argv.as_mut_ptr().cast()) })
    }

    fn behaviour(&mut self, config: &InterpreterConfig, invocation: &Invocation) {
        let python = &mut self.0;
        // An interpreter has what `python` puts first on `sys.path`, unless its options say otherwise.
        let has_script_path = invocation.as_interpreter;
        if is_isolated(config) {
            python.isolated = c_int::from(!has_script_path);
            python.use_environment = 0;
            python.user_site_directory = 0;
        }
        python.parse_argv = 0;
        python.pathconfig_warnings = 0;
        python.write_bytecode = 0;
        python.site_import = config.site_import.into();
        if !invocation.as_interpreter {
            python.optimization_level = config.optimization_level.into();
        }
        #[cfg(Py_3_11)]
        {
            python.safe_path = c_int::from(!has_script_path);
            // The packed modules come first, so that `_imp.is_frozen` must not say that CPython's own are used.
            python.use_frozen_modules = 0;
        }
        if let Some(buffered) = config.buffered_stdio {
            python.buffered_stdio = buffered.into();
        }
        if let Some(development_mode) = config.development_mode {
            python.dev_mode = development_mode.into();
        }
        if let Some(fault_handler) = config.fault_handler {
            python.faulthandler = fault_handler.into();
        }
        if let Some(seed) = config.hash_seed {
            python.use_hash_seed = 1;
            python.hash_seed = seed.into();
        }
    }

    /// All paths are given, so that Python looks for nothing: the installation is below the executable.
    fn paths(&mut self, roots: &Roots) -> Result<(), NewInterpreterError> {
        let path = CString::new(roots.program().as_os_str().as_bytes())?;
        self.set(|c| &raw mut c.program_name, &path)?;
        self.set(|c| &raw mut c.executable, &path)?;
        self.set(|c| &raw mut c.base_executable, &path)?;
        let prefix = CString::new(roots.of(Place::Prefix).as_os_str().as_bytes())?;
        self.set(|c| &raw mut c.prefix, &prefix)?;
        self.set(|c| &raw mut c.base_prefix, &prefix)?;
        self.set(|c| &raw mut c.exec_prefix, &prefix)?;
        self.set(|c| &raw mut c.base_exec_prefix, &prefix)?;
        self.set(|c| &raw mut c.platlibdir, c"lib")?;
        #[cfg(Py_3_11)]
        {
            let library = CString::new(roots.of(Place::StandardLibrary).as_os_str().as_bytes())?;
            self.set(|c| &raw mut c.stdlib_dir, &library)?;
        }
        self.0.module_search_paths_set = 1;
        roots
            .search_path()
            .iter()
            .try_for_each(|directory| self.search(&CString::new(directory.as_os_str().as_bytes())?))
    }

    /// Appends to `sys.path`.
    fn search(&mut self, directory: &CStr) -> Result<(), NewInterpreterError> {
        // SAFETY: Python is pre-initialised; the result is null, or a string that is freed once, after it was copied.
        let outcome = unsafe {
            let decoded = ffi::Py_DecodeLocale(directory.as_ptr(), std::ptr::null_mut());
            if decoded.is_null() {
                return Err(NewInterpreterError::Python {
                    function: "Py_DecodeLocale".into(),
                    message: "memory exhausted, or a path that cannot be decoded".into(),
                });
            }
            let outcome = ffi::PyWideStringList_Append(&raw mut self.0.module_search_paths, decoded);
            ffi::PyMem_RawFree(decoded.cast());
            outcome
        };
        status(outcome)
    }

    fn set(
        &mut self,
        field: fn(&mut ffi::PyConfig) -> *mut *mut wchar_t,
        value: &CStr,
    ) -> Result<(), NewInterpreterError> {
        let field = field(&mut self.0);
        // SAFETY: `field` points into the configuration, which is initialised; the value is copied.
        status(unsafe { ffi::PyConfig_SetBytesString(&raw mut self.0, field, value.as_ptr()) })
    }
}

fn status(status: ffi::PyStatus) -> Result<(), NewInterpreterError> {
    let text = |pointer: *const c_char| {
        if pointer.is_null() {
            return String::new();
        }
        // SAFETY: not null, so a static C string of CPython.
        unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
    };
    // SAFETY: both look at a value.
    if unsafe { ffi::PyStatus_Exception(status) } == 0 {
        return Ok(());
    }
    // SAFETY: as above.
    if unsafe { ffi::PyStatus_IsExit(status) } != 0 {
        return Err(NewInterpreterError::Exit { status: status.exitcode });
    }
    Err(NewInterpreterError::Python { function: text(status.func), message: text(status.err_msg) })
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
