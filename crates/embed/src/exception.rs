//! Python exceptions as errors of Rust.

use pyox_python_objects::{Gil, Object, Raised, import};

/// Python code has raised an exception that it did not catch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {message}")]
#[non_exhaustive]
pub struct PythonError {
    /// The name of the exception's type, such as `ValueError`.
    pub kind: String,
    /// What the exception says: `str(exception)`.
    pub message: String,
    /// What Python would write to standard error.
    pub traceback: String,
    /// For `SystemExit`, the status that the process should end with.
    pub exit_status: Option<i32>,
}

impl PythonError {
    /// Takes the exception away from the thread.
    pub(crate) fn take(gil: Gil, raised: Raised) -> Self {
        match raised.take(gil) {
            Some(exception) => Self::of(gil, &exception),
            None => Self {
                kind: "SystemError".into(),
                message: "an error without an exception".into(),
                traceback: "SystemError: an error without an exception\n".into(),
                exit_status: None,
            },
        }
    }

    fn of(gil: Gil, exception: &Object) -> Self {
        let owned = |text: Object| text.to_str().map(str::to_owned).ok();
        let kind = exception.type_name();
        let message = exception.to_text().and_then(owned).unwrap_or_default();
        let traceback = traceback(gil, exception).map_err(|raised| raised.forget(gil)).ok();
        let traceback = traceback.unwrap_or_else(|| format!("{kind}: {message}\n"));
        Self { exit_status: exit_status(gil, exception), kind, message, traceback }
    }
}

/// `"".join(traceback.format_exception(...))`
fn traceback(gil: Gil, exception: &Object) -> pyox_python_objects::Result<String> {
    let traceback = exception.attr(c"__traceback__")?;
    let arguments = [&exception.attr(c"__class__")?, exception, &traceback];
    let lines = import(gil, c"traceback")?.call_method(c"format_exception", &arguments)?;
    let text = Object::str(gil, "")?.call_method(c"join", &[&lines])?;
    text.to_str().map(str::to_owned)
}

/// The status of `SystemExit`: none is 0, a number is itself, anything else is 1.
fn exit_status(gil: Gil, exception: &Object) -> Option<i32> {
    // SAFETY: looks at a live object and a type that is alive while Python runs.
    unsafe {
        if pyo3_ffi::PyObject_TypeCheck(exception.as_ptr(), pyo3_ffi::PyExc_SystemExit.cast()) == 0 {
            return None;
        }
    }
    let code = exception.attr_or_none(c"code")?;
    if code.is_none() {
        return Some(0);
    }
    // SAFETY: looks at a live object; a number out of range becomes -1 with an exception, which is forgotten.
    unsafe {
        if pyo3_ffi::PyLong_Check(code.as_ptr()) == 0 {
            return Some(1);
        }
        let status = pyo3_ffi::PyLong_AsLong(code.as_ptr());
        pyox_python_objects::clear(gil);
        Some(status as i32)
    }
}
