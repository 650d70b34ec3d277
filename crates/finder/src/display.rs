//! Source text of packed modules for those parts of Python that read files by name.
//!
//! * Until 3.12 the interpreter itself prints tracebacks, and opens the file of every frame through `io.open`. The
//!   hooks that print (`sys.excepthook`, `sys.unraisablehook`, that of threads) are wrapped: while one runs, `io.open`
//!   also opens virtual paths, as memory files. The text stays the interpreter's own. Since 3.13 it asks `linecache`.
//! * `linecache` finds sources through a module's globals; where a caller has none, such as `warnings`, the wrapped
//!   `updatecache` finds them by virtual path.

use std::ffi::CStr;
#[cfg(not(Py_3_13))]
use std::io::Write;
use std::ptr::null_mut;

use pyo3_ffi as ffi;

use crate::object::{Object, Raised, Result};
use crate::state::State;
use crate::types::{Static, state_of};

/// A built-in function whose `self` is the tuple `bound`.
fn function(definition: &'static Definition, bound: &[&Object]) -> Result<Object> {
    let bound = tuple(bound)?;
    // SAFETY: the definition is static; the C API takes its own reference to `bound` and does not write to the
    // definition.
    Object::owned(unsafe {
        ffi::PyCFunction_NewEx(std::ptr::from_ref(&definition.0).cast_mut(), bound.as_ptr(), null_mut())
    })
}

fn tuple(items: &[&Object]) -> Result<Object> {
    // SAFETY: a new tuple; each position is filled once with an owned reference.
    unsafe {
        let tuple = Object::owned(ffi::PyTuple_New(items.len() as isize))?;
        for (i, item) in items.iter().enumerate() {
            ffi::PyTuple_SetItem(tuple.as_ptr(), i as isize, (*item).clone().into_ptr());
        }
        Ok(tuple)
    }
}

/// Item of the tuple that [`function`] bound.
fn bound(this: *mut ffi::PyObject, position: isize) -> Object {
    // SAFETY: `this` is the tuple that `function` made, and has that many items.
    Object::borrowed(unsafe { ffi::PyTuple_GetItem(this, position) })
}

/// Calls `callable` with the arguments of a built-in function.
fn forward(callable: &Object, arguments: *mut ffi::PyObject, keywords: *mut ffi::PyObject) -> Result<Object> {
    // SAFETY: Python passes a tuple and null or a dictionary.
    Object::owned(unsafe { ffi::PyObject_Call(callable.as_ptr(), arguments, keywords) })
}

/// First argument of a built-in function.
fn first(arguments: *mut ffi::PyObject) -> Option<Object> {
    // SAFETY: Python passes a tuple.
    unsafe { (ffi::PyTuple_Size(arguments) > 0).then(|| Object::borrowed(ffi::PyTuple_GetItem(arguments, 0))) }
}

/// The description of a built-in function.
type Definition = Static<ffi::PyMethodDef>;

const fn definition(name: &'static CStr, call: ffi::PyCFunctionWithKeywords, doc: &'static CStr) -> Definition {
    Static(ffi::PyMethodDef {
        ml_name: name.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunctionWithKeywords: call },
        ml_flags: ffi::METH_VARARGS | ffi::METH_KEYWORDS,
        ml_doc: doc.as_ptr(),
    })
}

/// Called after the packed module `name` was executed: some modules of the standard library need to learn about
/// virtual paths.
pub(crate) fn after_import(_state: &State, finder: &Object, name: &str, module: &Object) -> Result<()> {
    match name {
        "linecache" => {
            let original = module.attr(c"updatecache")?;
            module.set_attr(c"updatecache", &function(&UPDATECACHE, &[finder, &original, module])?)
        }
        // `files()` of 3.9 does not ask resource readers.
        #[cfg(not(Py_3_10))]
        "importlib._common" => {
            let original = module.attr(c"fallback_resources")?;
            module.set_attr(c"fallback_resources", &function(&FALLBACK_RESOURCES, &[finder, &original])?)
        }
        _ => Ok(()),
    }
}

static UPDATECACHE: Definition =
    definition(c"updatecache", updatecache, c"linecache.updatecache, which also knows modules inside the program.");

unsafe extern "C" fn updatecache(
    this: *mut ffi::PyObject,
    arguments: *mut ffi::PyObject,
    keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let update = || -> Result<Object> {
        // Before the original, which believes that any source the caller's globals lead to is that of the file.
        let lines = first(arguments).map(|name| virtual_lines(&bound(this, 0), &name, &bound(this, 2))).transpose()?;
        lines.flatten().map_or_else(|| forward(&bound(this, 1), arguments, keywords), Ok)
    };
    update().map_or(null_mut(), Object::into_ptr)
}

/// Lines of the source behind a virtual path, put into the cache of `linecache`.
fn virtual_lines(finder: &Object, filename: &Object, linecache: &Object) -> Result<Option<Object>> {
    let Some(source) = virtual_source(finder, filename) else { return Ok(None) };
    let lines = source.call_method(c"splitlines", &[&Object::bool(true)])?;
    // SAFETY: asks a `str` for its length, and makes an `int` of it.
    let length = Object::owned(unsafe { ffi::PyLong_FromSsize_t(ffi::PyObject_Size(source.as_ptr())) })?;
    let row = tuple(&[&length, &Object::none(), &lines, filename])?;
    let cache = linecache.attr(c"cache")?;
    // SAFETY: three objects.
    crate::object::check(unsafe { ffi::PyObject_SetItem(cache.as_ptr(), filename.as_ptr(), row.as_ptr()) })?;
    Ok(Some(lines))
}

/// The source text behind a virtual path; `None` if it is not one, or has none.
fn virtual_source(finder: &Object, filename: &Object) -> Option<Object> {
    use std::os::unix::ffi::OsStrExt;
    let state = state_of(finder.as_ptr());
    let bytes = filename.to_fs_bytes().inspect_err(|Raised| crate::object::clear()).ok()?;
    // A relative path is relative to an item of `sys.path`.
    let path = state.root.join(std::ffi::OsStr::from_bytes(&bytes));
    let name = state.module_of_file(&path)?;
    state.source(&name).inspect_err(|Raised| crate::object::clear()).ok()?
}

#[cfg(not(Py_3_10))]
static FALLBACK_RESOURCES: Definition =
    definition(c"fallback_resources", fallback_resources, c"Files of a package inside or outside of the program.");

#[cfg(not(Py_3_10))]
unsafe extern "C" fn fallback_resources(
    this: *mut ffi::PyObject,
    arguments: *mut ffi::PyObject,
    keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let resources = || -> Result<Object> {
        let finder = bound(this, 0);
        if let Some(spec) = first(arguments)
            && spec.attr(c"loader")?.as_ptr() == finder.as_ptr()
        {
            return finder.call_method(c"get_resource_reader", &[&spec.attr(c"name")?])?.call_method(c"files", &[]);
        }
        forward(&bound(this, 1), arguments, keywords)
    };
    resources().map_or(null_mut(), Object::into_ptr)
}

#[cfg(Py_3_13)]
pub(crate) fn install(_finder: &Object) -> Result<()> {
    Ok(())
}

/// Wraps the hooks that print tracebacks.
#[cfg(not(Py_3_13))]
pub(crate) fn install(finder: &Object) -> Result<()> {
    use crate::object::{import, set_sys, sys};
    for (definition, name, kept) in
        [(&EXCEPTHOOK, c"excepthook", c"__excepthook__"), (&UNRAISABLEHOOK, c"unraisablehook", c"__unraisablehook__")]
    {
        if let Some(original) = sys(name) {
            let wrapped = function(definition, &[finder, &original])?;
            set_sys(name, &wrapped)?;
            set_sys(kept, &wrapped)?;
        }
    }
    let thread = import(c"_thread")?;
    let original = thread.attr(c"_excepthook")?;
    thread.set_attr(c"_excepthook", &function(&THREAD_EXCEPTHOOK, &[finder, &original])?)
}

#[cfg(not(Py_3_13))]
static EXCEPTHOOK: Definition =
    definition(c"excepthook", display_hook, c"Handle an exception by displaying it with a traceback on sys.stderr.");
#[cfg(not(Py_3_13))]
static UNRAISABLEHOOK: Definition = definition(c"unraisablehook", display_hook, c"Handle an unraisable exception.");
#[cfg(not(Py_3_13))]
static THREAD_EXCEPTHOOK: Definition =
    definition(c"_excepthook", display_hook, c"Handle uncaught Thread.run() exception.");
#[cfg(not(Py_3_13))]
static OPEN: Definition = definition(c"open", open, c"io.open, which also opens sources inside the program.");

/// Runs the original hook while `io.open` knows virtual paths.
#[cfg(not(Py_3_13))]
unsafe extern "C" fn display_hook(
    this: *mut ffi::PyObject,
    arguments: *mut ffi::PyObject,
    keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let display = || show_sources(&bound(this, 0), || forward(&bound(this, 1), arguments, keywords));
    display().map_or(null_mut(), Object::into_ptr)
}

/// Runs something that makes the interpreter print tracebacks, so that they show the sources of packed modules. An
/// exception that is set stays set.
pub fn show_sources<T>(finder: &Object, print: impl FnOnce() -> T) -> T {
    #[cfg(not(Py_3_13))]
    {
        let mut real = None;
        keep_exception(|| {
            let io = crate::object::import(c"io")?;
            let real_open = io.attr(c"open")?;
            io.set_attr(c"open", &function(&OPEN, &[finder, &real_open])?)?;
            real = Some((io, real_open));
            Ok(())
        });
        let outcome = print();
        if let Some((io, real_open)) = real {
            keep_exception(|| io.set_attr(c"open", &real_open));
        }
        outcome
    }
    #[cfg(Py_3_13)]
    {
        let _ = finder;
        print()
    }
}

/// Runs something without touching the exception that may be set.
#[cfg(not(Py_3_13))]
fn keep_exception(action: impl FnOnce() -> Result<()>) {
    use crate::object::{clear, set_exception, take_exception};
    let exception = take_exception();
    if action().is_err() {
        clear();
    }
    if let Some(exception) = exception {
        set_exception(exception);
    }
}

#[cfg(not(Py_3_13))]
unsafe extern "C" fn open(
    this: *mut ffi::PyObject,
    arguments: *mut ffi::PyObject,
    keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let open = || -> Result<Object> {
        let real_open = bound(this, 1);
        let Some(file) = first(arguments).and_then(|name| memory_source(&bound(this, 0), &name)) else {
            return forward(&real_open, arguments, keywords);
        };
        use std::os::fd::IntoRawFd;
        // SAFETY: makes an `int` of a number. Python's file object owns and closes the descriptor.
        let descriptor = Object::owned(unsafe { ffi::PyLong_FromLong(file.into_raw_fd().into()) })?;
        real_open.call(&[&descriptor, &Object::str("rb")?])
    };
    open().map_or(null_mut(), Object::into_ptr)
}

/// The source behind a virtual path as a memory file at its start.
#[cfg(not(Py_3_13))]
fn memory_source(finder: &Object, name: &Object) -> Option<std::fs::File> {
    use std::io::Seek;
    // SAFETY: reads the type of a live object.
    if unsafe { ffi::PyUnicode_Check(name.as_ptr()) } == 0 {
        return None;
    }
    let text = virtual_source(finder, name)?;
    let mut file = crate::native::memfd(c"source").ok()?;
    // The interpreter reads UTF-8 unless the text declares something else, which decoding has made untrue.
    let bytes = text.to_str().inspect_err(|Raised| crate::object::clear()).ok()?.replace("coding", "c0ding");
    file.write_all(bytes.as_bytes()).ok()?;
    file.rewind().ok()?;
    Some(file)
}
