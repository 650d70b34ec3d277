//! Python exceptions as errors.

use std::ffi::{CString, c_int};
use std::fmt;
use std::ptr::null_mut;

use pyo3_ffi as ffi;

use crate::gil::Gil;
use crate::object::Object;

/// The outcome of calling Python.
pub type Result<T> = std::result::Result<T, Raised>;

/// Why something failed, as a Python exception: one that is set in the current thread, or one that will be set where
/// Rust returns to Python. What makes one calls no Python.
#[derive(Debug)]
pub struct Raised(Option<Box<Exception>>);

/// An exception that is not set yet.
#[derive(Debug)]
enum Exception {
    /// One with a message.
    Message { kind: Kind, message: String },
    /// `ImportError(message, name=name)`
    Import { message: String, name: String },
    /// `OSError(number, message, filename)`; Python picks the subclass, such as `FileNotFoundError`.
    Os { number: i32, filename: Object },
}

/// A built-in type of exceptions.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// `AttributeError`
    AttributeError,
    /// `ImportError`
    ImportError,
    /// `OSError`
    OSError,
    /// `RuntimeError`
    RuntimeError,
    /// `TypeError`
    TypeError,
    /// `ValueError`
    ValueError,
}

impl Raised {
    /// The C API has set an exception in this thread.
    pub const fn pending() -> Self {
        Self(None)
    }

    /// An exception of a built-in type.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Some(Box::new(Exception::Message { kind, message: message.into() })))
    }

    /// Sets the exception, for Python to find.
    pub fn set(self, gil: Gil) {
        let Some(exception) = self.0 else { return };
        // An exception that prevents to set this one is as good.
        let _ = exception.set(gil);
    }

    /// Takes the exception away from the thread; `None` if the C API has failed without one.
    pub fn take(self, gil: Gil) -> Option<Object> {
        self.set(gil);
        #[cfg(Py_3_12)]
        // SAFETY: the token says that Python runs; gives an owned reference, or null if no exception is set.
        let exception = unsafe { Object::owned(ffi::PyErr_GetRaisedException()) };
        #[cfg(not(Py_3_12))]
        // SAFETY: the three references are owned and may be null; two of them are given up, the traceback to the
        // exception.
        let exception = unsafe {
            let (mut kind, mut value, mut traceback) = (null_mut(), null_mut(), null_mut());
            ffi::PyErr_Fetch(&raw mut kind, &raw mut value, &raw mut traceback);
            ffi::PyErr_NormalizeException(&raw mut kind, &raw mut value, &raw mut traceback);
            if !value.is_null() && !traceback.is_null() {
                ffi::PyException_SetTraceback(value, traceback);
            }
            ffi::Py_XDECREF(kind);
            ffi::Py_XDECREF(traceback);
            Object::owned(value)
        };
        exception.ok()
    }

    /// Forgets the exception.
    pub fn forget(self, gil: Gil) {
        if self.0.is_none() {
            clear(gil);
        }
    }
}

/// Calls Python while the exception that is set in this thread, if there is one, is put aside as it is.
pub fn with_exception_aside<T>(_gil: Gil, work: impl FnOnce() -> T) -> T {
    #[cfg(Py_3_12)]
    {
        // SAFETY: the token says that Python runs; the reference, which may be null, is given back.
        let exception = unsafe { ffi::PyErr_GetRaisedException() };
        let done = work();
        // SAFETY: as above.
        unsafe { ffi::PyErr_SetRaisedException(exception) };
        done
    }
    #[cfg(not(Py_3_12))]
    {
        let (mut kind, mut value, mut traceback) = (null_mut(), null_mut(), null_mut());
        // SAFETY: the token says that Python runs; the references, which may be null, are given back.
        unsafe { ffi::PyErr_Fetch(&raw mut kind, &raw mut value, &raw mut traceback) };
        let done = work();
        // SAFETY: as above.
        unsafe { ffi::PyErr_Restore(kind, value, traceback) };
        done
    }
}

/// Type and text of an exception that is not set yet.
impl fmt::Display for Raised {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_deref() {
            Some(Exception::Message { kind, message }) => write!(formatter, "{kind:?}: {message}"),
            Some(Exception::Import { message, .. }) => write!(formatter, "ImportError: {message}"),
            Some(Exception::Os { number, .. }) => write!(formatter, "{}", std::io::Error::from_raw_os_error(*number)),
            None => formatter.write_str("a Python exception"),
        }
    }
}

impl Exception {
    fn set(self, gil: Gil) -> Result<()> {
        match self {
            Self::Message { kind, message } => {
                let message = c_string(&message);
                // SAFETY: the token says that Python runs, so that the type is alive; a C string.
                unsafe { ffi::PyErr_SetString(kind.pointer(gil), message.as_ptr()) }
            }
            Self::Import { message, name } => {
                let (message, name) = (Object::str(gil, &message)?, Object::str(gil, &name)?);
                // SAFETY: both are objects; a null path is allowed.
                unsafe { ffi::PyErr_SetImportError(message.as_ptr(), name.as_ptr(), null_mut()) };
            }
            // SAFETY: errno is a thread-local int; the function reads it and takes no reference.
            Self::Os { number, filename } => unsafe {
                *libc::__errno_location() = number;
                ffi::PyErr_SetFromErrnoWithFilenameObject(ffi::PyExc_OSError, filename.as_ptr());
            },
        }
        Ok(())
    }
}

impl Kind {
    fn pointer(self, _gil: Gil) -> *mut ffi::PyObject {
        // SAFETY: variables that Python has set before it runs any code.
        unsafe {
            match self {
                Self::AttributeError => ffi::PyExc_AttributeError,
                Self::ImportError => ffi::PyExc_ImportError,
                Self::OSError => ffi::PyExc_OSError,
                Self::RuntimeError => ffi::PyExc_RuntimeError,
                Self::TypeError => ffi::PyExc_TypeError,
                Self::ValueError => ffi::PyExc_ValueError,
            }
        }
    }
}

/// `TypeError`
pub fn type_error(message: &str) -> Raised {
    Raised::new(Kind::TypeError, message)
}

/// `ValueError`
pub fn value_error(message: &str) -> Raised {
    Raised::new(Kind::ValueError, message)
}

/// `ImportError(message, name=name)`
pub fn import_error(message: &str, name: &str) -> Raised {
    Raised(Some(Box::new(Exception::Import { message: message.to_owned(), name: name.to_owned() })))
}

/// `OSError` for an error whose text says what it is about.
pub fn io_error(error: &std::io::Error) -> Raised {
    Raised::new(Kind::OSError, with_causes(error))
}

/// `OSError(number, message, filename)`; Python picks the subclass, such as `FileNotFoundError`.
pub fn os_error(number: i32, filename: &Object) -> Raised {
    Raised(Some(Box::new(Exception::Os { number, filename: filename.clone() })))
}

/// The text of an error and of what has caused it.
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// Turns the C convention of -1 for an exception into a result.
pub fn check(code: c_int) -> Result<()> {
    if code < 0 { Err(Raised::pending()) } else { Ok(()) }
}

/// The C convention for a result: -1 with the exception set.
pub fn status(gil: Gil, result: Result<()>) -> c_int {
    result.map_or_else(
        |raised| {
            raised.set(gil);
            -1
        },
        |()| 0,
    )
}

/// The same for an object: null with the exception set.
pub fn returned(gil: Gil, result: Result<Object>) -> *mut ffi::PyObject {
    result.map_or_else(
        |raised| {
            raised.set(gil);
            null_mut()
        },
        Object::into_ptr,
    )
}

/// Forgets the exception that is set, if any.
pub fn clear(_gil: Gil) {
    // SAFETY: the token says that Python runs.
    unsafe { ffi::PyErr_Clear() }
}

/// Whether an exception is set.
pub fn is_pending(_gil: Gil) -> bool {
    // SAFETY: the token says that Python runs; the result is borrowed and only compared.
    !unsafe { ffi::PyErr_Occurred() }.is_null()
}

/// Sets an exception again that was taken.
pub fn set_exception(exception: &Object) -> Raised {
    // SAFETY: an exception object, whose type is alive as long; the function takes references of its own.
    unsafe { ffi::PyErr_SetObject(ffi::Py_TYPE(exception.as_ptr()).cast(), exception.as_ptr()) };
    Raised::pending()
}

/// Type and text of an exception.
pub fn describe(exception: &Object) -> String {
    let owned = |text: &Object| text.to_str().map(str::to_owned).unwrap_or_default();
    let name = exception.attr_or_none(c"__class__").and_then(|kind| kind.attr_or_none(c"__name__"));
    let name = name.as_ref().map(owned).unwrap_or_default();
    let text = exception.to_text().as_ref().map(owned).unwrap_or_default();
    clear(exception.gil());
    format!("{name}: {text}")
}

/// Warns the caller with a `RuntimeWarning`; an error if warnings are errors.
pub fn warn(_gil: Gil, message: &str) -> Result<()> {
    let message = c_string(message);
    // SAFETY: the token says that Python runs, so that the type is alive; a C string.
    if unsafe { ffi::PyErr_WarnEx(ffi::PyExc_RuntimeWarning, message.as_ptr(), 1) } == 0 {
        Ok(())
    } else {
        Err(Raised::pending())
    }
}

fn c_string(message: &str) -> CString {
    CString::new(message.replace('\0', "\\0")).unwrap_or_default()
}
