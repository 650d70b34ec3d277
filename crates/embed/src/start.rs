//! Starting CPython: the configuration becomes the structures of PEP 587.

use std::ffi::{CStr, c_char, c_int};
use std::mem::MaybeUninit;
use std::path::{Path, PathBuf};

use pyo3_ffi as ffi;
use pyox_finder::Roots;
use pyox_interpreter_config::{Allocator, CoerceCLocale, InterpreterConfig, Profile, Run};

use crate::error::NewInterpreterError;
use crate::fields::{Number as _, PyConfig};
use crate::invocation::Invocation;
use crate::privileges::elevated;
use crate::{allocators, boot};

/// What is known when an interpreter starts.
pub(crate) struct Start<'a> {
    pub(crate) config: &'a InterpreterConfig,
    pub(crate) roots: &'a Roots,
    pub(crate) invocation: &'a Invocation,
    /// The directory that `$ORIGIN` stands for.
    pub(crate) origin: &'a Path,
    /// Whether Python is given its path if nothing else says it.
    pub(crate) set_missing_path_configuration: bool,
}

impl Start<'_> {
    /// Initialises CPython, and says whether its options name something to run. The importer of packed modules must
    /// have been prepared by [`boot::prepare`].
    pub(crate) fn initialize(&self) -> Result<bool, NewInterpreterError> {
        self.preinitialize()?;
        allocators::install(self.config)?;
        let mut python = PyConfig::new();
        self.apply(&mut python)?;
        let is_told = self.invocation.as_interpreter || self.parses_argv() && python.is_told_what_to_run()?;
        let outcome = python.initialize();
        outcome.map_err(|error| boot::failure().map_or(error, |exception| NewInterpreterError::Boot { exception }))?;
        Ok(is_told)
    }

    /// Locale, UTF-8 mode and allocators: a packaged program decodes and encodes as the `python` command does, whatever
    /// the profile, but takes no notice of `PYTHON*` variables when isolated.
    pub(crate) fn preinitialize(&self) -> Result<(), NewInterpreterError> {
        let config = self.config;
        let mut pre = MaybeUninit::<ffi::PyPreConfig>::uninit();
        // SAFETY: the function initialises the whole structure, which is only read after it.
        let mut pre = unsafe {
            ffi::PyPreConfig_InitPythonConfig(pre.as_mut_ptr());
            pre.assume_init()
        };
        pre.parse_argv = self.parses_argv().into();
        if self.is_isolated() {
            pre.isolated = c_int::from(!self.invocation.as_interpreter);
            pre.use_environment = 0;
        }
        if let Some(on) = config.isolated.filter(|_| !elevated()) {
            pre.isolated = on.number();
        }
        if let Some(on) = config.use_environment.filter(|_| !elevated()) {
            pre.use_environment = on.number();
        }
        if let Some(on) = config.configure_locale {
            pre.configure_locale = on.number();
        }
        if let Some(coerce) = config.coerce_c_locale {
            pre.coerce_c_locale = match coerce {
                CoerceCLocale::LcCtype => 1,
                CoerceCLocale::C => 2,
                _ => 0,
            };
        }
        if let Some(on) = config.coerce_c_locale_warn {
            pre.coerce_c_locale_warn = on.number();
        }
        if let Some(on) = config.utf8_mode {
            pre.utf8_mode = on.number();
        }
        if let Some(on) = config.development_mode {
            pre.dev_mode = on.number();
        }
        if let Some(allocator) = config.allocator {
            pre.allocator = number_of(allocator);
        }
        let mut argv = self.invocation.pointers();
        // SAFETY: the structure is initialised; the strings live as long as `invocation`.
        status(unsafe { ffi::Py_PreInitializeFromBytesArgs(&raw const pre, argv.len() as isize, argv.as_mut_ptr()) })
    }

    /// A program with more privileges than the one who starts it takes nothing from that environment or home directory.
    pub(crate) fn is_isolated(&self) -> bool {
        self.config.config_profile == Profile::Isolated || elevated()
    }

    /// Whether Python reads options. As `python` it does so only where the program has nothing of its own to run: the
    /// options of an application are not those of Python.
    pub(crate) fn parses_argv(&self) -> bool {
        let is_python =
            || self.config.config_profile == Profile::Python && matches!(self.config.run_mode, Run::Repl | Run::None);
        self.invocation.as_interpreter || !elevated() && self.config.parse_argv.unwrap_or_else(is_python)
    }

    /// A path of the configuration.
    pub(crate) fn expand(&self, path: &str) -> PathBuf {
        expand(path, self.origin)
    }
}

/// Replaces `$ORIGIN`, anywhere in a path or in several of them.
pub(crate) fn expand(path: &str, origin: &Path) -> PathBuf {
    let mut parts = path.split("$ORIGIN");
    let mut expanded = std::ffi::OsString::from(parts.next().unwrap_or_default());
    for part in parts {
        expanded.push(origin);
        expanded.push(part);
    }
    expanded.into()
}

/// A value of `PyMemAllocatorName`.
fn number_of(allocator: Allocator) -> c_int {
    match allocator {
        Allocator::Default => 1,
        Allocator::Debug => 2,
        Allocator::Malloc => 3,
        Allocator::MallocDebug => 4,
        Allocator::PyMalloc => 5,
        Allocator::PyMallocDebug => 6,
        Allocator::Mimalloc => 7,
        Allocator::MimallocDebug => 8,
        _ => 0,
    }
}

/// What a function of PEP 587 says.
pub(crate) fn status(status: ffi::PyStatus) -> Result<(), NewInterpreterError> {
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
#[path = "start_tests.rs"]
mod tests;
