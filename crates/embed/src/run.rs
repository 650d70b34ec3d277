//! Running the packed `__main__` as `python FILE` runs a script.

use std::ffi::c_int;

use oxidized_importer::object::{Object, Raised, Result, import, set_item};
use pyo3_ffi as ffi;

use crate::exit::Outcome;

/// Runs the script and says how it ended.
pub(crate) fn script(finder: &Object) -> Outcome {
    match execute(finder) {
        Ok(()) => Outcome::Status(0),
        Err(Raised) => unhandled_exception(),
    }
}

fn execute(finder: &Object) -> Result<()> {
    let (code, file) = oxidized_importer::main_code(finder)?;
    // SAFETY: a valid C string; module and dictionary are borrowed from `sys.modules`, which keeps them.
    let namespace = unsafe {
        let main = ffi::PyImport_AddModule(c"__main__".as_ptr());
        if main.is_null() {
            return Err(Raised);
        }
        Object::borrowed(ffi::PyModule_GetDict(main))
    };
    set_item(&namespace, c"__file__", &file)?;
    set_item(&namespace, c"__cached__", &Object::none())?;
    set_item(&namespace, c"__loader__", finder)?;
    // SAFETY: a code object and a dictionary, used as globals and locals.
    Object::owned(unsafe { ffi::PyEval_EvalCode(code.as_ptr(), namespace.as_ptr(), namespace.as_ptr()) })?;
    Ok(())
}

/// What CPython does with an exception that nothing caught.
fn unhandled_exception() -> Outcome {
    // SAFETY: an exception is set, exception types are alive; printing clears the exception.
    unsafe {
        if ffi::PyErr_ExceptionMatches(ffi::PyExc_SystemExit) != 0 {
            return Outcome::Status(system_exit().unwrap_or(1));
        }
        let interrupted = ffi::PyErr_ExceptionMatches(ffi::PyExc_KeyboardInterrupt) != 0;
        ffi::PyErr_Print();
        if interrupted { Outcome::Interrupted } else { Outcome::Status(1) }
    }
}

/// The status of `SystemExit`: none is 0, a number is itself, anything else is printed and is 1.
fn system_exit() -> Result<c_int> {
    let (mut kind, mut value, mut traceback) = (std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: the three references fetched become owned by the objects; null ones are tolerated by `Py_XDECREF`.
    let exception = unsafe {
        ffi::PyErr_Fetch(&raw mut kind, &raw mut value, &raw mut traceback);
        ffi::PyErr_NormalizeException(&raw mut kind, &raw mut value, &raw mut traceback);
        ffi::Py_XDECREF(kind);
        ffi::Py_XDECREF(traceback);
        Object::owned(value)?
    };
    if let Ok(stdout) = import(c"sys")?.attr(c"stdout")
        && !stdout.is_none()
        && stdout.call_method(c"flush", &[]).is_err()
    {
        oxidized_importer::object::clear();
    }
    let code = exception.attr_or_none(c"code").unwrap_or_else(Object::none);
    if code.is_none() {
        return Ok(0);
    }
    // SAFETY: looks at a live object; a number out of range becomes -1 with an exception, which is forgotten.
    unsafe {
        if ffi::PyLong_Check(code.as_ptr()) != 0 {
            let status = ffi::PyLong_AsLong(code.as_ptr());
            oxidized_importer::object::clear();
            return Ok(status as c_int);
        }
    }
    print(&code);
    Ok(1)
}

/// Writes `str(message)` and a newline to `sys.stderr`.
fn print(message: &Object) {
    let write = || -> Result<()> {
        let stderr = import(c"sys")?.attr(c"stderr")?;
        if stderr.is_none() {
            return Ok(());
        }
        // SAFETY: two live objects; the file gets `str(message)`.
        oxidized_importer::object::check(unsafe {
            ffi::PyFile_WriteObject(message.as_ptr(), stderr.as_ptr(), ffi::Py_PRINT_RAW)
        })?;
        stderr.call_method(c"write", &[&Object::str("\n")?]).map(drop)
    };
    if write().is_err() {
        oxidized_importer::object::clear();
    }
}
