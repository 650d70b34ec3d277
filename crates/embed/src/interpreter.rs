//! The interpreter of the main thread, from its start to its end.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pyo3_ffi as ffi;
use pyox_finder::{Finder, Layer, Loaded, Roots, Settings};
use pyox_interpreter_config::{Build, FileAttribute, InterpreterConfig, Run, directories};
use pyox_packed_resources::{Blob, SectionKind};
use pyox_python_objects::{Gil, Raised, describe};

use crate::boot::{self, Boot};
use crate::config::OxidizedPythonInterpreterConfig;
use crate::error::{FinalizeError, NewInterpreterError};
use crate::executable::current_executable;
use crate::invocation::{Invocation, process_arguments};
use crate::mark::Mark;
use crate::start::{Start, expand};
use crate::{address_space, allocators, arenas, attributes, path_configuration, privileges};

/// A running Python interpreter; the thread that made it holds the GIL. It stays there:
///
/// ```compile_fail,E0277
/// fn moved(python: pyembed::MainPythonInterpreter) {
///     std::thread::spawn(move || python.run());
/// }
/// ```
///
/// ```compile_fail,E0277
/// fn shared(python: &pyembed::MainPythonInterpreter) {
///     std::thread::scope(|scope| drop(scope.spawn(move || std::ptr::from_ref(python).is_null())));
/// }
/// ```
///
/// Dropping it ends Python as [`finalize`](Self::finalize) does: exit handlers run, and what is buffered is written. No
/// object of Python is used after that, through whatever library.
pub struct MainPythonInterpreter {
    pub(crate) config: InterpreterConfig,
    /// The path that virtual ones are below.
    pub(crate) program: PathBuf,
    /// Whether `Py_RunMain` knows what to run: options do, or the configuration of Python.
    pub(crate) is_told: bool,
    /// `None` without the importer of packed modules.
    pub(crate) finder: Option<Finder>,
    /// Python has not ended, and is not about to.
    pub(crate) runs: bool,
}

impl MainPythonInterpreter {
    /// Starts Python. One that has ended can be followed by another; extension modules that keep something of the first
    /// one in static variables are then not to be trusted.
    ///
    /// # Errors
    ///
    /// [`NewInterpreterError`] says what is missing or damaged, or what CPython says.
    pub fn new(config: OxidizedPythonInterpreterConfig) -> Result<Self, NewInterpreterError> {
        address_space::check()?;
        check_index(&config.packed_resources)?;
        #[cfg(feature = "shared-libpython")]
        crate::libpython::load(config.interpreter_config.python, &config.packed_resources)?;
        Self::start(config)
    }

    /// A function of its own: no code that needs an address of Python's may be moved to before libpython is loaded.
    #[inline(never)]
    fn start(config: OxidizedPythonInterpreterConfig) -> Result<Self, NewInterpreterError> {
        let OxidizedPythonInterpreterConfig {
            interpreter_config: config,
            packed_resources: blobs,
            executable,
            argv,
            extra_extension_modules: modules,
            origin,
            set_missing_path_configuration,
        } = config;
        let build = check_version(&config)?;
        config.check(build)?;
        allocators::check(&config)?;
        let roots = roots(executable.map_or_else(current_executable, Ok)?, build.minor);
        let origin = origin.unwrap_or_else(|| roots.program().parent().unwrap_or(Path::new("/")).to_owned());
        let boot_code = match (config.oxidized_importer, blobs.first()) {
            (true, Some(blob)) => {
                Some(blob.checked_section(SectionKind::Boot)?.ok_or(NewInterpreterError::NoBootCode)?)
            }
            (true, None) => return Err(NewInterpreterError::NoBootCode),
            (false, _) => None,
        };
        check_search_paths(&config, &origin)?;
        // SAFETY: reads a variable.
        if unsafe { ffi::Py_IsInitialized() } != 0 {
            return Err(NewInterpreterError::AlreadyStarted);
        }
        let script = match &config.run_mode {
            Run::Script { .. } if boot_code.is_none() => return Err(NewInterpreterError::ScriptWithoutImporter),
            Run::Script { file } => Some(file.clone()),
            _ => None,
        };
        let is_virtual = config.oxidized_importer && config.file_attribute == FileAttribute::Virtual;
        let loaded = virtual_files(is_virtual && config.virtual_files, &roots, &blobs, &script);
        let invocation = Invocation::new(argv.unwrap_or_else(process_arguments), &roots, &config.run_mode)?;
        let is_alone = has_one_thread();
        if is_alone {
            Mark::hide();
            privileges::clean_environment();
        }
        let has_files = loaded.is_some();
        let start = Start {
            config: &config,
            roots: &roots,
            invocation: &invocation,
            origin: &origin,
            set_missing_path_configuration,
        };
        if let Some(boot_code) = boot_code {
            let layers = blobs.iter().map(|blob| Arc::new(Layer::of_process(*blob))).collect();
            let settings = Settings::new(layers, roots.clone())
                .script(script)
                .optimize(config.optimization_level.unwrap_or_default())
                .virtual_files(is_virtual)
                .loaded(loaded);
            let executable = config.executable.as_ref().map(|path| expand(path, &origin));
            let executable = executable.unwrap_or_else(|| roots.program().to_owned());
            let boot = Boot {
                settings,
                executable,
                #[cfg(Py_3_11)]
                prefixes: start.prefixes(),
                filesystem_importer: config.filesystem_importer,
            };
            // SAFETY: Python does not run, and this is the only thread that gets here.
            unsafe { boot::prepare(boot, boot_code) }?;
        }
        // SAFETY: as above.
        unsafe {
            boot::append(&[boot::OXIDIZED_IMPORTER])?;
            boot::append(&modules)?;
        }
        arenas::use_huge_pages();
        let is_told = start.initialize()?;
        if is_alone && has_one_thread() {
            invocation.leave_mark(&roots, &config.run_mode);
        }
        // SAFETY: Python has just started the main interpreter in this thread, which keeps the GIL until Python ends.
        // What is made here stays here: the type is not `Send`.
        let gil = unsafe { Gil::held() };
        let finder = match boot_code {
            Some(_) => {
                // SAFETY: as above.
                let finder = unsafe { boot::finder(gil) };
                Some(finder.ok_or_else(|| start_failed("the importer was not installed"))?)
            }
            None => None,
        };
        #[cfg(feature = "virtual-files")]
        crate::virtual_files::started(gil);
        let failed = |raised| decorate_failed(gil, raised);
        attributes::set(gil, &start).map_err(failed)?;
        if config.path_configuration_files && config.site_import == Some(false) && has_files {
            path_configuration::run(gil, &roots).map_err(failed)?;
        }
        let program = roots.program().to_owned();
        Ok(Self { config, program, is_told, finder, runs: true })
    }

    /// Calls a function that may call Python, also where the thread has let go of Python for a while.
    pub fn with_gil<T>(&self, work: impl FnOnce(Gil) -> T) -> T {
        crate::attached::with_gil(work)
    }

    /// Lets other threads call Python while a function runs, which does not call Python.
    pub fn without_gil<T>(&self, work: impl FnOnce() -> T) -> T {
        crate::attached::without_gil(work)
    }

    /// Ends Python: runs exit handlers and finalizers, writes what is buffered, and frees what Python has. The process
    /// goes on, and can start Python again.
    ///
    /// # Errors
    ///
    /// [`FinalizeError`]; Python has ended nevertheless.
    pub fn finalize(mut self) -> Result<(), FinalizeError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), FinalizeError> {
        let finder = self.finder.take();
        if !std::mem::replace(&mut self.runs, false) {
            return Ok(());
        }
        // SAFETY: reads a variable.
        if unsafe { ffi::Py_IsInitialized() } == 0 {
            // Someone else has ended Python: there is no object to release any more.
            std::mem::forget(finder);
            return Ok(());
        }
        drop(finder);
        // SAFETY: the thread runs the main interpreter.
        unsafe { boot::release_finder(Gil::held()) };
        finish_files();
        // SAFETY: the thread runs the main interpreter, and the finder was the last object that Rust code has here.
        if unsafe { ffi::Py_FinalizeEx() } == 0 { Ok(()) } else { Err(FinalizeError::Flush) }
    }
}

impl Drop for MainPythonInterpreter {
    fn drop(&mut self) {
        // Python has complained on standard error, if it could.
        let _ = self.end();
    }
}

/// Where the files of a program for Python 3.`minor` seem to be.
pub(crate) fn roots(program: PathBuf, minor: u8) -> Roots {
    let (application, prefix) = (directories::APPLICATION.to_owned(), directories::PREFIX.to_owned());
    let (standard_library, packages) = (directories::standard_library(minor), directories::site_packages(minor));
    Roots::new(program, [application, standard_library, packages, prefix])
}

/// Lets packed paths be files for the whole process, where that is possible.
#[cfg(feature = "virtual-files")]
fn virtual_files(on: bool, roots: &Roots, blobs: &[Blob<'static>], script: &Option<String>) -> Option<Loaded> {
    if on { crate::virtual_files::start(roots, blobs, script.clone()) } else { None }
}

#[cfg(not(feature = "virtual-files"))]
fn virtual_files(_: bool, _: &Roots, _: &[Blob<'static>], _: &Option<String>) -> Option<Loaded> {
    None
}

/// Python is about to end.
pub(crate) fn finish_files() {
    #[cfg(feature = "virtual-files")]
    pyox_virtual_files::finish();
}

/// Compares the sections by which everything is found with their checksums: with a damaged one, a module would be
/// missing, or taken for another.
fn check_index(blobs: &[Blob<'static>]) -> Result<(), NewInterpreterError> {
    for blob in blobs {
        for kind in [SectionKind::Names, SectionKind::Slots, SectionKind::Entries, SectionKind::Fields] {
            blob.checked_section(kind)?;
        }
    }
    Ok(())
}

/// Without the importer of packed modules, one of the paths must have the standard library: CPython would end the
/// process.
fn check_search_paths(config: &InterpreterConfig, origin: &Path) -> Result<(), NewInterpreterError> {
    if config.oxidized_importer || config.module_search_paths.is_empty() {
        return Ok(());
    }
    let paths: Vec<PathBuf> = config.module_search_paths.iter().map(|path| expand(path, origin)).collect();
    if paths.iter().any(|path| path.is_file() || path.join("encodings").is_dir()) {
        return Ok(());
    }
    Err(NewInterpreterError::NoStandardLibrary { paths })
}

/// What the linked Python is. A configuration that names no version is for any.
fn check_version(config: &InterpreterConfig) -> Result<Build, NewInterpreterError> {
    // SAFETY: returns a static string, at any time.
    let version = unsafe { std::ffi::CStr::from_ptr(ffi::Py_GetVersion()) }.to_string_lossy();
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or_default());
    let found = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let expected = config.python;
    if expected != found && expected != (0, 0) {
        return Err(NewInterpreterError::PythonVersion { expected, found });
    }
    let mut build = Build::new(found.1);
    build.free_threaded = cfg!(Py_GIL_DISABLED);
    build.debug = cfg!(py_sys_config = "Py_DEBUG");
    Ok(build)
}

/// Whether this is the only thread of the process: then no other reads the environment.
fn has_one_thread() -> bool {
    // A directory has a link from its parent, one from itself, and one from each directory in it: one for each thread.
    std::fs::metadata("/proc/self/task").is_ok_and(|threads| threads.nlink() == 2 + 1)
}

fn decorate_failed(gil: Gil, raised: Raised) -> NewInterpreterError {
    let exception = raised.take(gil).map(|exception| format!(": {}", describe(&exception))).unwrap_or_default();
    start_failed(&format!("sys and builtins cannot be set up{exception}"))
}

fn start_failed(message: &str) -> NewInterpreterError {
    NewInterpreterError::Python { function: "pyembed".into(), message: message.into() }
}
