//! Running a script, a module or statements as the `python` command does.

use std::ffi::c_int;

use oxidized_importer::object::{Object, Raised, Result, import, set_item};
use pyo3_ffi as ffi;

use crate::exit::Outcome;

/// Runs the packed `__main__` as `python FILE` runs a script.
pub(crate) fn script(finder: &Object) -> Outcome {
    outcome(|| {
        let (code, file) = oxidized_importer::main_code(finder)?;
        let namespace = main_namespace()?;
        set_item(&namespace, c"__file__", &file)?;
        set_item(&namespace, c"__cached__", &Object::none())?;
        set_item(&namespace, c"__loader__", finder)?;
        evaluate(&code, &namespace)
    })
}

/// Runs a module as `python -m NAME` does, but leaves `sys.argv[0]` the name of the program.
pub(crate) fn module(name: &str) -> Outcome {
    outcome(|| {
        let run = import(c"runpy")?.attr(c"_run_module_as_main")?;
        run.call(&[&Object::str(name)?, &Object::bool(false)]).map(drop)
    })
}

/// Runs statements as `python -c TEXT` does.
pub(crate) fn code(text: &str) -> Outcome {
    outcome(|| {
        let arguments = [&Object::str(&format!("{text}\n"))?, &Object::str("<string>")?, &Object::str("exec")?];
        let code = import(c"builtins")?.call_method(c"compile", &arguments)?;
        evaluate(&code, &main_namespace()?)
    })
}

fn outcome(run: impl FnOnce() -> Result<()>) -> Outcome {
    match run() {
        Ok(()) => Outcome::Status(0),
        Err(Raised) => unhandled_exception(),
    }
}

fn main_namespace() -> Result<Object> {
    // SAFETY: a valid C string; module and dictionary are borrowed from `sys.modules`, which keeps them.
    unsafe {
        let main = ffi::PyImport_AddModule(c"__main__".as_ptr());
        if main.is_null() {
            return Err(Raised);
        }
        Ok(Object::borrowed(ffi::PyModule_GetDict(main)))
    }
}

fn evaluate(code: &Object, namespace: &Object) -> Result<()> {
    // SAFETY: a code object and a dictionary, used as globals and locals.
    Object::owned(unsafe { ffi::PyEval_EvalCode(code.as_ptr(), namespace.as_ptr(), namespace.as_ptr()) }).map(drop)
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
