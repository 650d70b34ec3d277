//! Running a script, a module or statements as the `python` command does.

use std::ffi::c_int;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use pyo3_ffi as ffi;
use pyox_finder::Finder;
use pyox_python_objects::{
    Gil, Object, Raised, Result, clear, import, os_error, set_item, sys, type_error, with_exception_aside,
};

use crate::exit::Outcome;
use crate::inside;

/// Runs the packed `__main__` as `python FILE` runs a script.
pub(crate) fn script(finder: &Finder, program: &Path, inspects: bool) -> Outcome {
    let gil = finder.as_object().gil();
    outcome(gil, program, inspects, || {
        let (code, file) = finder.main_code()?;
        let namespace = main_namespace(gil)?;
        if let Some(file) = file {
            set_item(&namespace, c"__file__", &file)?;
            #[cfg(not(Py_3_15))]
            set_item(&namespace, c"__cached__", &Object::none(gil))?;
        }
        set_item(&namespace, c"__loader__", finder.as_object())?;
        let ran = evaluate(&code, &namespace);
        // As CPython does for scripts only, before it prints an exception and runs exit handlers.
        with_exception_aside(gil, || flush_streams(gil));
        ran
    })
}

/// Writes what is buffered for standard error and output; what cannot be written is noticed later.
fn flush_streams(gil: Gil) {
    for stream in [c"stderr", c"stdout"] {
        if sys(gil, stream).is_some_and(|stream| stream.call_method(c"flush", &[]).is_err()) {
            clear(gil);
        }
    }
}

/// Runs a module as `python -m NAME` does, but leaves `sys.argv[0]` the name of the program.
pub(crate) fn module(gil: Gil, name: &str, program: &Path, inspects: bool) -> Outcome {
    outcome(gil, program, inspects, || named(gil, name))
}

/// The same, with its exception.
pub(crate) fn named(gil: Gil, name: &str) -> Result<()> {
    let run = import(gil, c"runpy")?.attr(c"_run_module_as_main")?;
    run.call(&[&Object::str(gil, name)?, &Object::bool(gil, false)]).map(drop)
}

/// Runs statements as `python -c TEXT` does.
pub(crate) fn code(gil: Gil, text: &str, program: &Path, inspects: bool) -> Outcome {
    outcome(gil, program, inspects, || statements(gil, text))
}

/// The same, with their exception.
pub(crate) fn statements(gil: Gil, text: &str) -> Result<()> {
    let code = compile(gil, &Object::str(gil, &format!("{text}\n"))?, &Object::str(gil, "<string>")?)?;
    evaluate(&code, &main_namespace(gil)?)
}

/// Runs a file in the module `__main__`.
pub(crate) fn file(gil: Gil, path: &Path) -> Result<()> {
    let name = Object::fs_str(gil, path.as_os_str().as_bytes())?;
    let source = std::fs::read(path);
    let source = source.map_err(|error| os_error(error.raw_os_error().unwrap_or(libc::EIO), &name))?;
    let code = compile(gil, &Object::bytes(gil, &source)?, &name)?;
    let namespace = main_namespace(gil)?;
    set_item(&namespace, c"__file__", &name)?;
    evaluate(&code, &namespace)
}

fn compile(gil: Gil, source: &Object, name: &Object) -> Result<Object> {
    import(gil, c"builtins")?.call_method(c"compile", &[source, name, &Object::str(gil, "exec")?])
}

/// The interactive interpreter on standard input, with history where there is `readline`.
pub(crate) fn repl(gil: Gil) {
    if let Err(raised) = import(gil, c"readline") {
        raised.forget(gil);
    }
    // SAFETY: the stream of C lives as long as the process; the name is static; errors are told by Python.
    unsafe {
        ffi::PyRun_AnyFileExFlags(stdin, c"<stdin>".as_ptr(), 0, std::ptr::null_mut());
    }
    clear(gil);
}

unsafe extern "C" {
    /// Standard input of C.
    static stdin: *mut libc::FILE;
}

fn outcome(gil: Gil, program: &Path, inspects: bool, run: impl FnOnce() -> Result<()>) -> Outcome {
    match run() {
        Ok(()) => Outcome::Status(0),
        Err(raised) => unhandled_exception(gil, raised, program, inspects),
    }
}

fn main_namespace(gil: Gil) -> Result<Object> {
    let _ = gil;
    // SAFETY: a valid C string; module and dictionary are borrowed from `sys.modules`, which keeps them.
    unsafe {
        let main = Object::borrowed(ffi::PyImport_AddModule(c"__main__".as_ptr()))?;
        Object::borrowed(ffi::PyModule_GetDict(main.as_ptr()))
    }
}

fn evaluate(code: &Object, namespace: &Object) -> Result<()> {
    // SAFETY: reads the type of a live object.
    if unsafe { ffi::PyCode_Check(code.as_ptr()) } == 0 {
        return Err(type_error(&format!("expected code, not {}", code.type_name())));
    }
    // SAFETY: a code object and two objects for globals and locals, of which the C API checks the types.
    unsafe { Object::owned(ffi::PyEval_EvalCode(code.as_ptr(), namespace.as_ptr(), namespace.as_ptr())) }.map(drop)
}

/// What CPython does with an exception that nothing caught; after the traceback of one for a packed path a line says
/// what to do. Before the interactive interpreter, a program does not end with `SystemExit`: Python tells of it.
fn unhandled_exception(gil: Gil, raised: Raised, program: &Path, inspects: bool) -> Outcome {
    raised.set(gil);
    // SAFETY: an exception is set, and exception types are alive.
    let is = |kind: *mut ffi::PyObject| unsafe { ffi::PyErr_ExceptionMatches(kind) != 0 };
    // SAFETY: exception types are alive while Python runs.
    let (system_exit_type, interrupt) = unsafe { (ffi::PyExc_SystemExit, ffi::PyExc_KeyboardInterrupt) };
    if is(system_exit_type) && !inspects {
        return Outcome::Status(system_exit(gil));
    }
    // Before 3.14 not a subclass. SAFETY: an exception is set, whose type is only compared.
    let interrupted = if cfg!(Py_3_14) { is(interrupt) } else { unsafe { ffi::PyErr_Occurred() == interrupt } };
    let advice = inside::advice(gil, program);
    // SAFETY: an exception is set; printing clears it.
    unsafe { ffi::PyErr_Print() };
    match advice.map(|text| Object::str(gil, &text)) {
        Some(Ok(text)) => print(&text),
        Some(Err(raised)) => raised.forget(gil),
        None => {}
    }
    if interrupted { Outcome::Interrupted } else { Outcome::Status(1) }
}

/// The status of `SystemExit`: none is 0, a number is itself, anything else is printed and is 1.
fn system_exit(gil: Gil) -> c_int {
    let Some(value) = take_value(gil) else { return 0 };
    // SAFETY: looks at a live object.
    let is_exception = unsafe { ffi::PyExceptionInstance_Check(value.as_ptr()) != 0 };
    let code = if is_exception { value.attr_or_none(c"code").unwrap_or(value) } else { value };
    if code.is_none() {
        return 0;
    }
    // SAFETY: looks at a live object; a number out of range becomes -1 with an exception, which is forgotten.
    unsafe {
        if ffi::PyLong_Check(code.as_ptr()) != 0 {
            let status = ffi::PyLong_AsLong(code.as_ptr());
            clear(gil);
            return status as c_int;
        }
    }
    print(&code);
    1
}

/// Takes the exception away. Before 3.12 its value need not be an exception yet: `sys.exit(())` sets `SystemExit`
/// with a tuple.
fn take_value(gil: Gil) -> Option<Object> {
    #[cfg(Py_3_12)]
    return Raised::pending().take(gil);
    #[cfg(not(Py_3_12))]
    // SAFETY: the token says that Python runs; the three references are owned, and may be null.
    unsafe {
        let _ = gil;
        let (mut kind, mut value, mut traceback) = Default::default();
        ffi::PyErr_Fetch(&raw mut kind, &raw mut value, &raw mut traceback);
        ffi::Py_XDECREF(kind);
        ffi::Py_XDECREF(traceback);
        (!value.is_null()).then(|| Object::owned(value).ok()).flatten()
    }
}

/// Writes `str(message)` and a newline to `sys.stderr`, or to that of C if there is none.
fn print(message: &Object) {
    let stderr = sys(message.gil(), c"stderr").filter(|stderr| !stderr.is_none());
    // SAFETY: live objects; a file gets `str(message)`, and the formats take an object and nothing.
    unsafe {
        match stderr {
            Some(stderr) => drop(ffi::PyFile_WriteObject(message.as_ptr(), stderr.as_ptr(), ffi::Py_PRINT_RAW)),
            None => ffi::PySys_FormatStderr(c"%S".as_ptr(), message.as_ptr()),
        }
        clear(message.gil());
        ffi::PySys_WriteStderr(c"\n".as_ptr());
    }
}
