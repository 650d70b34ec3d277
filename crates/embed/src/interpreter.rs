//! The interpreter of the main thread, from start to exit status.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use oxidized_importer::object::{Object, Result, import, set_sys};
use oxidized_importer::{Layer, Settings};
use pyo3_ffi as ffi;
use pyox_interpreter_config::{FileAttribute, InterpreterConfig, Run};
use pyox_packed_resources::SectionKind;

use crate::child::{Invocation, process_arguments};
use crate::config::{OxidizedPythonInterpreterConfig, current_executable, initialize};
use crate::error::NewInterpreterError;
use crate::{arenas, boot, exit, lineage, run};

/// CPython is started at most once per process: packed modules are served from the start, or not at all.
static STARTED: AtomicBool = AtomicBool::new(false);

/// A running Python interpreter; the thread that made it holds the GIL.
pub struct MainPythonInterpreter {
    config: InterpreterConfig,
    as_interpreter: bool,
    finder: Object,
}

impl MainPythonInterpreter {
    /// Starts Python.
    ///
    /// # Errors
    ///
    /// [`NewInterpreterError`] says what is missing or damaged, or what CPython says.
    pub fn new(config: OxidizedPythonInterpreterConfig) -> std::result::Result<Self, NewInterpreterError> {
        let OxidizedPythonInterpreterConfig { interpreter_config: config, packed_resources: blobs, executable, argv } =
            config;
        check_version(&config)?;
        let boot_code = match blobs.first() {
            Some(blob) => blob.section(SectionKind::Boot)?.ok_or(NewInterpreterError::NoBootCode)?,
            None => return Err(NewInterpreterError::NoBootCode),
        };
        let layers = blobs.into_iter().map(|blob| Arc::new(Layer::of_process(blob))).collect();
        let root: PathBuf = executable.map_or_else(current_executable, Ok)?;
        let invocation = Invocation::new(argv.unwrap_or_else(process_arguments), &root)?;
        lineage::hide_mark();
        if STARTED.swap(true, Ordering::SeqCst) {
            return Err(NewInterpreterError::AlreadyStarted);
        }
        let script = match &config.run {
            Run::Script { file } => Some(file.clone()),
            _ => None,
        };
        let settings = Settings {
            layers,
            root: root.clone(),
            script,
            optimize: config.optimization_level,
            virtual_files: config.file_attribute == FileAttribute::Virtual,
        };
        boot::prepare(settings, boot_code)?;
        arenas::use_huge_pages();
        initialize(&config, &root, &invocation)?;
        lineage::leave_mark();
        let interpreter =
            boot::finder().map(|finder| Self { config, as_interpreter: invocation.as_interpreter, finder });
        let interpreter = interpreter.ok_or_else(|| start_failed("the importer was not installed"))?;
        interpreter.decorate().map_err(|_| start_failed("sys and builtins cannot be set up"))?;
        Ok(interpreter)
    }

    /// Runs what the configuration says, ends Python, and returns the status to exit with. With
    /// [`InterpreterConfig::fast_exit`] the process ends with that status instead.
    pub fn run(self) -> i32 {
        let outcome = match &self.config.run {
            _ if self.as_interpreter => None,
            Run::Script { .. } => Some(run::script(&self.finder)),
            Run::Module(name) => Some(run::module(name)),
            Run::Code(code) => Some(run::code(code)),
            _ => None,
        };
        let Some(outcome) = outcome else {
            // SAFETY: Python is initialised; the call ends it.
            return unsafe { ffi::Py_RunMain() };
        };
        let fast = self.config.fast_exit;
        drop(self.finder);
        exit::finish(outcome, fast)
    }

    /// Attributes and builtins that a packaged program finds.
    fn decorate(&self) -> Result<()> {
        if self.config.sys_frozen {
            set_sys(c"frozen", &Object::bool(true))?;
        }
        if self.config.site_builtins && !self.config.site_import {
            let site = import(c"_sitebuiltins")?;
            let builtins = import(c"builtins")?;
            let (quitter, end) = (site.attr(c"Quitter")?, Object::str("Ctrl-D (i.e. EOF)")?);
            builtins.set_attr(c"quit", &quitter.call(&[&Object::str("quit")?, &end])?)?;
            builtins.set_attr(c"exit", &quitter.call(&[&Object::str("exit")?, &end])?)?;
            builtins.set_attr(c"help", &site.attr(c"_Helper")?.call(&[])?)?;
        }
        Ok(())
    }
}

fn check_version(config: &InterpreterConfig) -> std::result::Result<(), NewInterpreterError> {
    // SAFETY: returns a static string, at any time.
    let version = unsafe { std::ffi::CStr::from_ptr(ffi::Py_GetVersion()) }.to_string_lossy();
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or_default());
    let found = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let expected = config.python;
    if expected == found { Ok(()) } else { Err(NewInterpreterError::PythonVersion { expected, found }) }
}

fn start_failed(message: &str) -> NewInterpreterError {
    // SAFETY: Python is initialised; prints the exception if one is set.
    unsafe {
        if !ffi::PyErr_Occurred().is_null() {
            ffi::PyErr_Print();
        }
    }
    NewInterpreterError::Python { function: "pyembed".into(), message: message.into() }
}
