//! Source text of packed modules for those parts of Python that read files by name.
//!
//! * The interpreter itself prints tracebacks (since 3.13 only those of exceptions that it ignores), and opens the file
//!   of every frame through the attribute `open` of the module `io`. That attribute is a function which also opens the
//!   virtual paths of sources, as memory files; the text stays the interpreter's own. The built-in `open` is another
//!   object, and knows real files only.
//! * `linecache` finds sources through a module's globals; where a caller has none, such as `warnings`, the wrapped
//!   `updatecache` finds them by virtual path.

use std::ffi::CStr;
use std::io::{Seek, Write};
use std::os::fd::IntoRawFd;
use std::os::unix::ffi::OsStrExt;
use std::ptr::null_mut;

use pyo3_ffi as ffi;
use pyox_packed_resources::FieldKind;

use crate::arguments::Static;
use crate::class;
use crate::finder::state_of;
use crate::object::{Object, Raised, Result, check, clear, tuple};
use crate::python::{PDB, PKG_RESOURCES};
use crate::state::State;

/// A built-in function of `module` that knows the objects `bound`. As with any built-in function its `self` is a module:
/// that is how `pickle` and `repr` tell functions from methods.
fn function(definition: &'static Definition, module: &Object, bound: &[&Object]) -> Result<Object> {
    let name = module.attr(c"__name__")?;
    // SAFETY: the name is a `str`, or the call sets an exception.
    let this = Object::owned(unsafe { ffi::PyModule_NewObject(name.as_ptr()) })?;
    this.set_attr(BOUND, &tuple(bound)?)?;
    // SAFETY: the definition is static; the C API takes its own references and does not write to the definition.
    Object::owned(unsafe {
        ffi::PyCFunction_NewEx(std::ptr::from_ref(&definition.0).cast_mut(), this.as_ptr(), name.as_ptr())
    })
}

/// The attribute of a function's `self` that has its objects.
const BOUND: &CStr = c"_bound";

/// One of the objects that [`function`] bound.
fn bound(this: *mut ffi::PyObject, position: isize) -> Result<Object> {
    let bound = Object::borrowed(this).attr(BOUND)?;
    // SAFETY: an attribute that Python code has replaced may be no tuple, or too short: the call sets an exception.
    let item = unsafe { ffi::PyTuple_GetItem(bound.as_ptr(), position) };
    if item.is_null() { Err(Raised) } else { Ok(Object::borrowed(item)) }
}

/// The finder, which is the first object of every function.
fn bound_finder(this: *mut ffi::PyObject) -> Result<Object> {
    let finder = bound(this, 0)?;
    class::expect::<State>(&finder)?;
    Ok(finder)
}

/// Calls `callable` with the arguments of a built-in function.
fn forward(callable: &Object, arguments: *mut ffi::PyObject, keywords: *mut ffi::PyObject) -> Result<Object> {
    // SAFETY: Python passes a tuple and null or a dictionary.
    Object::owned(unsafe { ffi::PyObject_Call(callable.as_ptr(), arguments, keywords) })
}

/// A positional argument of a built-in function.
fn argument(arguments: *mut ffi::PyObject, position: isize) -> Option<Object> {
    // SAFETY: Python passes a tuple.
    unsafe {
        (ffi::PyTuple_Size(arguments) > position).then(|| Object::borrowed(ffi::PyTuple_GetItem(arguments, position)))
    }
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
pub(crate) fn after_import(state: &State, finder: &Object, name: &str, module: &Object) -> Result<()> {
    match name {
        "io" => {
            let original = module.attr(c"open")?;
            // `pickle` looks for it there. Until 3.11 it said `io`, since 3.12 it says so itself.
            original.set_attr(c"__module__", &Object::str("_io")?)?;
            module.set_attr(c"open", &function(&OPEN, module, &[finder, &original])?)
        }
        "pdb" => PDB.get("teach_pdb")?.call(&[module, finder]).map(drop),
        "pkg_resources" if state.registers_pkg_resources => {
            PKG_RESOURCES.get("register_pkg_resources")?.call(&[]).map(drop)
        }
        "linecache" => {
            let original = module.attr(c"updatecache")?;
            module.set_attr(c"updatecache", &function(&UPDATECACHE, module, &[finder, &original, module])?)
        }
        // `files()` of 3.9 does not ask resource readers.
        #[cfg(not(Py_3_10))]
        "importlib._common" => {
            let original = module.attr(c"fallback_resources")?;
            module.set_attr(c"fallback_resources", &function(&FALLBACK_RESOURCES, module, &[finder, &original])?)
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
        let lines = argument(arguments, 0)
            .map(|name| virtual_lines(&bound_finder(this)?, &name, &bound(this, 2)?))
            .transpose()?;
        lines.flatten().map_or_else(|| forward(&bound(this, 1)?, arguments, keywords), Ok)
    };
    update().map_or(null_mut(), Object::into_ptr)
}

/// Lines of the source behind a virtual path, put into the cache of `linecache`.
fn virtual_lines(finder: &Object, filename: &Object, linecache: &Object) -> Result<Option<Object>> {
    let source = virtual_module(finder, filename)
        .and_then(|name| state_of(finder).source(&name).inspect_err(|Raised| clear()).ok()?);
    let Some(source) = source else { return Ok(None) };
    let lines = source.call_method(c"splitlines", &[&Object::bool(true)])?;
    // SAFETY: asks a `str` for its length, and makes an `int` of it.
    let length = Object::owned(unsafe { ffi::PyLong_FromSsize_t(ffi::PyObject_Size(source.as_ptr())) })?;
    let row = tuple(&[&length, &Object::none(), &lines, filename])?;
    let cache = linecache.attr(c"cache")?;
    // SAFETY: three objects.
    check(unsafe { ffi::PyObject_SetItem(cache.as_ptr(), filename.as_ptr(), row.as_ptr()) })?;
    Ok(Some(lines))
}

/// The module behind a virtual path; `None` if it is not one. A relative path is relative to an item of `sys.path`.
fn virtual_module(finder: &Object, filename: &Object) -> Option<String> {
    let state = state_of(finder);
    let bytes = filename.to_fs_bytes().inspect_err(|Raised| clear()).ok()?;
    state.module_of_file(&state.root.join(std::ffi::OsStr::from_bytes(&bytes)))
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
        let finder = bound_finder(this)?;
        if let Some(spec) = argument(arguments, 0)
            && spec.attr(c"loader")?.as_ptr() == finder.as_ptr()
        {
            return finder.call_method(c"get_resource_reader", &[&spec.attr(c"name")?])?.call_method(c"files", &[]);
        }
        forward(&bound(this, 1)?, arguments, keywords)
    };
    resources().map_or(null_mut(), Object::into_ptr)
}

/// `inspect` reads the signature in the first line.
static OPEN: Definition = definition(
    c"open",
    open,
    c"open(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)\n\
--\n\n\
io.open, which also reads sources inside the program.",
);

unsafe extern "C" fn open(
    this: *mut ffi::PyObject,
    arguments: *mut ffi::PyObject,
    keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let open = || -> Result<Object> {
        let real_open = bound(this, 1)?;
        let file = match (argument(arguments, 0), argument(arguments, 1)) {
            (Some(name), Some(mode)) if name.is_str() && mode.is_str() && mode.to_str()? == "rb" => {
                memory_source(&bound_finder(this)?, &name)
            }
            _ => None,
        };
        let Some(file) = file else { return forward(&real_open, arguments, keywords) };
        // SAFETY: makes an `int` of a number. Python's file object owns and closes the descriptor.
        let descriptor = Object::owned(unsafe { ffi::PyLong_FromLong(file.into_raw_fd().into()) })?;
        real_open.call(&[&descriptor, &Object::str("rb")?])
    };
    open().map_or(null_mut(), Object::into_ptr)
}

/// The source behind a virtual path as a memory file at its start.
fn memory_source(finder: &Object, name: &Object) -> Option<std::fs::File> {
    let catalogue = state_of(finder).catalogue();
    let entry = catalogue.entry(&virtual_module(finder, name)?).inspect_err(|Raised| clear()).ok()??;
    let source = entry.value(FieldKind::Source).inspect_err(|Raised| clear()).ok()??;
    let mut file = crate::native::memfd(c"source").ok()?;
    file.write_all(&source).ok()?;
    file.rewind().ok()?;
    Some(file)
}
