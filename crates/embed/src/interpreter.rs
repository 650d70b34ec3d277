//! The interpreter of the main thread, from start to exit status.

use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3_ffi as ffi;
use pyox_finder::{Finder, Layer, Loaded, Roots, Settings};
use pyox_interpreter_config::{FileAttribute, InterpreterConfig, Run, directories};
use pyox_packed_resources::{Blob, SectionKind};
use pyox_python_objects::{Gil, Object, Raised, Result, describe, import, set_sys};

use crate::config::{OxidizedPythonInterpreterConfig, initialize};
use crate::error::{FinalizeError, NewInterpreterError};
use crate::executable::current_executable;
use crate::invocation::{Invocation, process_arguments};
use crate::mark::Mark;
use crate::{address_space, arenas, boot, exit, path_configuration, privileges, run};

/// CPython is started at most once per process: packed modules are served from the start, or not at all.
static STARTED: AtomicBool = AtomicBool::new(false);

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
    config: InterpreterConfig,
    /// The path that virtual ones are below.
    program: PathBuf,
    as_interpreter: bool,
    /// `None` when Python has ended, or is about to.
    finder: Option<Finder>,
}

impl MainPythonInterpreter {
    /// Starts Python.
    ///
    /// # Errors
    ///
    /// [`NewInterpreterError`] says what is missing or damaged, or what CPython says.
    pub fn new(config: OxidizedPythonInterpreterConfig) -> std::result::Result<Self, NewInterpreterError> {
        address_space::check()?;
        check_index(&config.packed_resources)?;
        #[cfg(feature = "shared-libpython")]
        crate::libpython::load(config.interpreter_config.python, &config.packed_resources)?;
        Self::start(config)
    }

    /// A function of its own: no code that needs an address of Python's may be moved to before libpython is loaded.
    #[inline(never)]
    fn start(config: OxidizedPythonInterpreterConfig) -> std::result::Result<Self, NewInterpreterError> {
        let OxidizedPythonInterpreterConfig {
            interpreter_config: config,
            packed_resources: blobs,
            executable,
            argv,
            extra_extension_modules: modules,
        } = config;
        check_version(&config)?;
        let boot_code = match blobs.first() {
            Some(blob) => blob.checked_section(SectionKind::Boot)?.ok_or(NewInterpreterError::NoBootCode)?,
            None => return Err(NewInterpreterError::NoBootCode),
        };
        let layers = blobs.iter().map(|blob| Arc::new(Layer::of_process(*blob))).collect();
        let roots = roots(executable.map_or_else(current_executable, Ok)?, config.python.1);
        // SAFETY: reads a variable.
        if unsafe { ffi::Py_IsInitialized() } != 0 || STARTED.swap(true, Ordering::SeqCst) {
            return Err(NewInterpreterError::AlreadyStarted);
        }
        let script = match &config.run {
            Run::Script { file } => Some(file.clone()),
            _ => None,
        };
        let is_virtual = config.file_attribute == FileAttribute::Virtual;
        let loaded = virtual_files(is_virtual && config.virtual_files, &roots, &blobs, &script);
        let invocation = Invocation::new(argv.unwrap_or_else(process_arguments), &roots, &config.run)?;
        let is_alone = has_one_thread();
        if is_alone {
            Mark::hide();
            privileges::clean_environment();
        }
        let has_files = loaded.is_some();
        let settings = Settings::new(layers, roots.clone())
            .script(script)
            .optimize(config.optimization_level)
            .virtual_files(is_virtual)
            .loaded(loaded);
        // SAFETY: Python has not started, and this is the only thread that gets here.
        unsafe { boot::prepare(settings, boot_code, &modules) }?;
        arenas::use_huge_pages();
        initialize(&config, &roots, &invocation)?;
        if is_alone && has_one_thread() {
            invocation.leave_mark(&roots, &config.run);
        }
        // SAFETY: Python has just started the main interpreter in this thread, which keeps the GIL until `run` ends
        // Python. What is made here stays here: the type is not `Send`.
        let (gil, finder) = unsafe { (Gil::held(), boot::finder(Gil::held())) };
        let finder = finder.ok_or_else(|| start_failed("the importer was not installed"))?;
        #[cfg(feature = "virtual-files")]
        crate::virtual_files::started(gil);
        let program = roots.program().to_owned();
        let interpreter = Self { config, program, as_interpreter: invocation.as_interpreter, finder: Some(finder) };
        interpreter.decorate(gil).map_err(|raised| decorate_failed(gil, raised))?;
        if interpreter.config.path_configuration_files && !interpreter.config.site_import && has_files {
            path_configuration::run(gil, &roots).map_err(|raised| decorate_failed(gil, raised))?;
        }
        Ok(interpreter)
    }

    /// Runs what the configuration says, ends Python, and returns the status to exit with. With
    /// [`InterpreterConfig::fast_exit`] the process ends with that status instead.
    pub fn run(mut self) -> i32 {
        // It is there: only what consumes the interpreter takes it.
        let Some(finder) = self.finder.take() else { return 1 };
        let gil = finder.as_object().gil();
        let outcome = match &self.config.run {
            _ if self.as_interpreter => None,
            Run::Script { .. } => Some(run::script(&finder, &self.program)),
            Run::Module(name) => Some(run::module(gil, name, &self.program)),
            Run::Code(code) => Some(run::code(gil, code, &self.program)),
            _ => None,
        };
        let fast = self.config.fast_exit;
        drop(finder);
        finish_files();
        match outcome {
            // SAFETY: the thread runs the main interpreter, and the finder was the last object that Rust code has here.
            Some(outcome) => unsafe { exit::finish(outcome, fast) },
            // SAFETY: as above.
            None => unsafe { ffi::Py_RunMain() },
        }
    }

    /// Ends Python: runs exit handlers and finalizers, writes what is buffered, and frees what Python has. The process
    /// goes on, but cannot start Python again.
    ///
    /// # Errors
    ///
    /// [`FinalizeError`]; Python has ended nevertheless.
    pub fn finalize(mut self) -> std::result::Result<(), FinalizeError> {
        self.end()
    }

    fn end(&mut self) -> std::result::Result<(), FinalizeError> {
        let Some(finder) = self.finder.take() else { return Ok(()) };
        // SAFETY: reads a variable.
        if unsafe { ffi::Py_IsInitialized() } == 0 {
            // Someone else has ended Python: there is no object to release any more.
            std::mem::forget(finder);
            return Ok(());
        }
        drop(finder);
        finish_files();
        // SAFETY: the thread runs the main interpreter, and the finder was the last object that Rust code has here.
        if unsafe { ffi::Py_FinalizeEx() } == 0 { Ok(()) } else { Err(FinalizeError::Flush) }
    }

    /// Attributes and builtins that a packaged program finds.
    fn decorate(&self, gil: Gil) -> Result<()> {
        if self.config.sys_frozen {
            set_sys(c"frozen", &Object::bool(gil, true))?;
        }
        if !self.config.site_import {
            // As `site` does where there is no virtual environment.
            set_sys(c"_home", &Object::none(gil))?;
        }
        if self.config.site_builtins && !self.config.site_import {
            let site = import(gil, c"_sitebuiltins")?;
            let builtins = import(gil, c"builtins")?;
            let (quitter, end) = (site.attr(c"Quitter")?, Object::str(gil, "Ctrl-D (i.e. EOF)")?);
            builtins.set_attr(c"quit", &quitter.call(&[&Object::str(gil, "quit")?, &end])?)?;
            builtins.set_attr(c"exit", &quitter.call(&[&Object::str(gil, "exit")?, &end])?)?;
            builtins.set_attr(c"help", &site.attr(c"_Helper")?.call(&[])?)?;
        }
        Ok(())
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
fn finish_files() {
    #[cfg(feature = "virtual-files")]
    pyox_virtual_files::finish();
}

/// Compares the sections by which everything is found with their checksums: with a damaged one, a module would be
/// missing, or taken for another.
fn check_index(blobs: &[Blob<'static>]) -> std::result::Result<(), NewInterpreterError> {
    for blob in blobs {
        for kind in [SectionKind::Names, SectionKind::Slots, SectionKind::Entries, SectionKind::Fields] {
            blob.checked_section(kind)?;
        }
    }
    Ok(())
}

fn check_version(config: &InterpreterConfig) -> std::result::Result<(), NewInterpreterError> {
    // SAFETY: returns a static string, at any time.
    let version = unsafe { std::ffi::CStr::from_ptr(ffi::Py_GetVersion()) }.to_string_lossy();
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or_default());
    let found = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let expected = config.python;
    if expected == found { Ok(()) } else { Err(NewInterpreterError::PythonVersion { expected, found }) }
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
