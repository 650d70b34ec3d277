//! Running a script, a module or statements as the `python` command does.

use std::ffi::c_int;

use oxidized_importer::object::{Object, Raised, Result, clear, import, set_item, sys, take_exception};
use pyo3_ffi as ffi;

use crate::exit::Outcome;

/// Runs the packed `__main__` as `python FILE` runs a script.
pub(crate) fn script(finder: &Object) -> Outcome {
    outcome(|| {
        let (code, file) = oxidized_importer::main_code(finder)?;
        let namespace = main_namespace()?;
        if let Some(file) = file {
            set_item(&namespace, c"__file__", &file)?;
            set_item(&namespace, c"__cached__", &Object::none())?;
        }
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
    // SAFETY: an exception is set, and exception types are alive.
    let is = |kind: *mut ffi::PyObject| unsafe { ffi::PyErr_ExceptionMatches(kind) != 0 };
    // SAFETY: exception types are alive while Python runs.
    let (system_exit_type, interrupt) = unsafe { (ffi::PyExc_SystemExit, ffi::PyExc_KeyboardInterrupt) };
    if is(system_exit_type) {
        return Outcome::Status(system_exit().unwrap_or(1));
    }
    let outcome = if is(interrupt) { Outcome::Interrupted } else { Outcome::Status(1) };
    // SAFETY: an exception is set; printing clears it.
    unsafe { ffi::PyErr_Print() };
    outcome
}

/// The status of `SystemExit`: none is 0, a number is itself, anything else is printed and is 1.
fn system_exit() -> Result<c_int> {
    let exception = take_exception().ok_or(Raised)?;
    if let Some(stdout) = sys(c"stdout").filter(|stdout| !stdout.is_none())
        && stdout.call_method(c"flush", &[]).is_err()
    {
        clear();
    }
    let code = exception.attr_or_none(c"code").unwrap_or_else(Object::none);
    if code.is_none() {
        return Ok(0);
    }
    // SAFETY: looks at a live object; a number out of range becomes -1 with an exception, which is forgotten.
    unsafe {
        if ffi::PyLong_Check(code.as_ptr()) != 0 {
            let status = ffi::PyLong_AsLong(code.as_ptr());
            clear();
            return Ok(status as c_int);
        }
    }
    print(&code);
    Ok(1)
}

/// Writes `str(message)` and a newline to `sys.stderr`, or to that of C if there is none.
fn print(message: &Object) {
    let stderr = sys(c"stderr").filter(|stderr| !stderr.is_none());
    // SAFETY: live objects; a file gets `str(message)`, and the formats take an object and nothing.
    unsafe {
        match stderr {
            Some(stderr) => drop(ffi::PyFile_WriteObject(message.as_ptr(), stderr.as_ptr(), ffi::Py_PRINT_RAW)),
            None => ffi::PySys_FormatStderr(c"%S".as_ptr(), message.as_ptr()),
        }
        clear();
        ffi::PySys_WriteStderr(c"\n".as_ptr());
    }
}
