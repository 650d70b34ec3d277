//! `PyConfig`, owned, and how its fields are set.

use std::ffi::{CString, OsStr, c_int};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;

use libc::wchar_t;
use pyo3_ffi as ffi;
use pyox_interpreter_config::Level;

use crate::error::NewInterpreterError;
use crate::start::status;

/// Leads to a string in the structure.
pub(crate) type Text = fn(&mut ffi::PyConfig) -> *mut *mut wchar_t;

/// Leads to a list in the structure.
pub(crate) type List = fn(&mut ffi::PyConfig) -> *mut ffi::PyWideStringList;

/// A `PyConfig` that is cleared when dropped.
pub(crate) struct PyConfig(pub(crate) ffi::PyConfig);

impl Drop for PyConfig {
    fn drop(&mut self) {
        // SAFETY: the structure was initialised in `new`.
        unsafe { ffi::PyConfig_Clear(&raw mut self.0) }
    }
}

impl PyConfig {
    pub(crate) fn new() -> Self {
        let mut config = MaybeUninit::<ffi::PyConfig>::uninit();
        // SAFETY: the function initialises the whole structure.
        unsafe {
            ffi::PyConfig_InitPythonConfig(config.as_mut_ptr());
            Self(config.assume_init())
        }
    }

    /// Reads options and computes everything, and says whether they name something to run.
    pub(crate) fn is_told_what_to_run(&mut self) -> Result<bool, NewInterpreterError> {
        // SAFETY: the structure is initialised, and Python is pre-initialised.
        status(unsafe { ffi::PyConfig_Read(&raw mut self.0) })?;
        // Since 3.10 Python notes that by itself: what is left would be taken for options when it starts.
        #[cfg(not(Py_3_10))]
        {
            self.0.parse_argv = 0;
        }
        let ffi::PyConfig { run_command, run_module, run_filename, .. } = self.0;
        Ok([run_command, run_module, run_filename].iter().any(|text| !text.is_null()))
    }

    pub(crate) fn initialize(&self) -> Result<(), NewInterpreterError> {
        // SAFETY: the configuration is initialised and Python is pre-initialised.
        status(unsafe { ffi::Py_InitializeFromConfig(&raw const self.0) })
    }

    /// Sets a path, which is decoded as file names are.
    pub(crate) fn path(&mut self, field: Text, path: impl AsRef<OsStr>) -> Result<(), NewInterpreterError> {
        let path = CString::new(path.as_ref().as_bytes())?;
        let field = field(&mut self.0);
        // SAFETY: `field` points into the configuration, which is initialised; the value is copied.
        status(unsafe { ffi::PyConfig_SetBytesString(&raw mut self.0, field, path.as_ptr()) })
    }

    /// Sets a text.
    pub(crate) fn text(&mut self, field: Text, text: &str) -> Result<(), NewInterpreterError> {
        let text = wide(text)?;
        let field = field(&mut self.0);
        // SAFETY: `field` points into the configuration, which is initialised; the value is copied.
        status(unsafe { ffi::PyConfig_SetString(&raw mut self.0, field, text.as_ptr()) })
    }

    /// Appends a path, which is decoded as file names are.
    pub(crate) fn append_path(&mut self, list: List, path: impl AsRef<OsStr>) -> Result<(), NewInterpreterError> {
        let path = CString::new(path.as_ref().as_bytes())?;
        let list = list(&mut self.0);
        // SAFETY: Python is pre-initialised; the result is null, or a string that is freed once, after it was copied.
        let outcome = unsafe {
            let decoded = ffi::Py_DecodeLocale(path.as_ptr(), std::ptr::null_mut());
            if decoded.is_null() {
                return Err(NewInterpreterError::Python {
                    function: "Py_DecodeLocale".into(),
                    message: "memory exhausted, or a path that cannot be decoded".into(),
                });
            }
            let outcome = ffi::PyWideStringList_Append(list, decoded);
            ffi::PyMem_RawFree(decoded.cast());
            outcome
        };
        status(outcome)
    }

    /// Appends texts.
    pub(crate) fn append(&mut self, list: List, texts: &[String]) -> Result<(), NewInterpreterError> {
        for text in texts {
            let text = wide(text)?;
            // SAFETY: the list is one of the configuration; the value is copied.
            status(unsafe { ffi::PyWideStringList_Append(list(&mut self.0), text.as_ptr()) })?;
        }
        Ok(())
    }
}

/// The characters, with a zero at the end.
fn wide(text: &str) -> Result<Vec<wchar_t>, NewInterpreterError> {
    // It has none within.
    CString::new(text)?;
    Ok(text.chars().map(|character| character as wchar_t).chain([0]).collect())
}

/// What a C structure has as a number.
pub(crate) trait Number {
    fn number(self) -> c_int;
}

impl Number for bool {
    fn number(self) -> c_int {
        self.into()
    }
}

impl Number for u8 {
    fn number(self) -> c_int {
        self.into()
    }
}

impl Number for u32 {
    fn number(self) -> c_int {
        c_int::try_from(self).unwrap_or(c_int::MAX)
    }
}

impl Number for Level {
    fn number(self) -> c_int {
        self.0.number()
    }
}
