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
use pyox_python_objects::{Gil, Object, Result, check, import, returned, tuple};

use crate::arguments::Static;
use crate::class::{Instance, type_of};
use crate::finder::PathEntry;
use crate::python::{LOADERS, PDB, PKG_RESOURCES};
use crate::state::State;

mod open_code;

/// A built-in function of `module` that knows the objects `bound`. As with any built-in function its `self` is a
/// module: that is how `pickle` and `repr` tell functions from methods.
fn function(definition: &'static Definition, module: &Object, bound: &[&Object]) -> Result<Object> {
    let (gil, name) = (module.gil(), module.attr(c"__name__")?);
    // SAFETY: the name is a `str`, or the call sets an exception.
    let this = unsafe { Object::owned(ffi::PyModule_NewObject(name.as_ptr())) }?;
    this.set_attr(BOUND, &tuple(gil, bound)?)?;
    // SAFETY: the definition is static; the C API takes its own references and does not write to the definition.
    unsafe {
        let definition = std::ptr::from_ref(&definition.0).cast_mut();
        Object::owned(ffi::PyCFunction_NewEx(definition, this.as_ptr(), name.as_ptr()))
    }
}

/// The attribute of a function's `self` that has its objects.
const BOUND: &CStr = c"_bound";

/// A call of such a function.
struct Call {
    this: Object,
    /// A tuple.
    positional: Object,
    /// A dictionary.
    named: Option<Object>,
}

impl Call {
    /// Lets `action` answer a call.
    ///
    /// # Safety
    ///
    /// Python calls with these: an object, a tuple, and null or a dictionary.
    unsafe fn answer(
        this: *mut ffi::PyObject,
        positional: *mut ffi::PyObject,
        named: *mut ffi::PyObject,
        action: fn(&Self) -> Result<Object>,
    ) -> *mut ffi::PyObject {
        // SAFETY: as the caller promises.
        let gil = unsafe { Gil::held() };
        let call = || {
            // SAFETY: as the caller promises.
            unsafe {
                let (this, positional) = (Object::borrowed(this)?, Object::borrowed(positional)?);
                Ok(Self { this, positional, named: Object::borrowed(named).ok() })
            }
        };
        returned(gil, call().and_then(|call| action(&call)))
    }

    /// One of the objects that [`function`] bound.
    fn bound(&self, position: isize) -> Result<Object> {
        let bound = self.this.attr(BOUND)?;
        // SAFETY: an attribute that Python code has replaced may be no tuple, or too short: the call sets an exception.
        unsafe { Object::borrowed(ffi::PyTuple_GetItem(bound.as_ptr(), position)) }
    }

    /// The finder, which is the first object of every function.
    fn finder(&self) -> Result<Instance<State>> {
        Instance::expect(&self.bound(0)?)
    }

    /// A positional argument.
    fn argument(&self, position: isize) -> Option<Object> {
        // SAFETY: a tuple; the position is below its size.
        unsafe {
            (ffi::PyTuple_Size(self.positional.as_ptr()) > position)
                .then(|| Object::borrowed(ffi::PyTuple_GetItem(self.positional.as_ptr(), position)).ok())?
        }
    }

    /// Calls `callable` with the arguments.
    fn forward(&self, callable: &Object) -> Result<Object> {
        let named = self.named.as_ref().map_or(null_mut(), Object::as_ptr);
        // SAFETY: a tuple, and null or a dictionary.
        unsafe { Object::owned(ffi::PyObject_Call(callable.as_ptr(), self.positional.as_ptr(), named)) }
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
pub(crate) fn after_import(finder: &Instance<State>, name: &str, module: &Object) -> Result<()> {
    let gil = module.gil();
    match name {
        "io" => {
            // Virtual paths may be those of files, but code is not only in sources.
            let functions = [(c"open_code", &open_code::OPEN_CODE), (c"open", &OPEN)];
            for (name, definition) in &functions[..if finder.loaded.is_some() { 1 } else { 2 }] {
                let original = module.attr(name)?;
                // `pickle` looks for it there. Until 3.11 it said `io`, since 3.12 it says so itself.
                original.set_attr(c"__module__", &Object::str(gil, "_io")?)?;
                module.set_attr(name, &function(definition, module, &[finder.object(), &original])?)?;
            }
            // The loaders of importlib know this one.
            import(gil, c"_io")?.set_attr(c"open_code", &module.attr(c"open_code")?)
        }
        "importlib.abc" => {
            let types = [type_of::<State>(gil)?, type_of::<PathEntry>(gil)?];
            LOADERS.get(gil, "register")?.call(&[module, &types[0], &types[1]]).map(drop)
        }
        "pdb" => PDB.get(gil, "teach_pdb")?.call(&[module, finder.object()]).map(drop),
        "pkg_resources" if finder.registers_pkg_resources => {
            PKG_RESOURCES.get(gil, "register_pkg_resources")?.call(&[]).map(drop)
        }
        "linecache" => {
            let original = module.attr(c"updatecache")?;
            module.set_attr(c"updatecache", &function(&UPDATECACHE, module, &[finder.object(), &original, module])?)
        }
        // `files()` of 3.9 does not ask resource readers.
        #[cfg(not(Py_3_10))]
        "importlib._common" => {
            let original = module.attr(c"fallback_resources")?;
            module
                .set_attr(c"fallback_resources", &function(&FALLBACK_RESOURCES, module, &[finder.object(), &original])?)
        }
        _ => Ok(()),
    }
}

static UPDATECACHE: Definition =
    definition(c"updatecache", updatecache, c"linecache.updatecache, which also knows modules inside the program.");

unsafe extern "C" fn updatecache(
    this: *mut ffi::PyObject,
    positional: *mut ffi::PyObject,
    named: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let answer = |call: &Call| {
        // Before the original, which believes that any source the caller's globals lead to is that of the file.
        let lines = call.argument(0).map(|name| virtual_lines(&call.finder()?, &name, &call.bound(2)?)).transpose()?;
        lines.flatten().map_or_else(|| call.forward(&call.bound(1)?), Ok)
    };
    // SAFETY: Python calls this.
    unsafe { Call::answer(this, positional, named, answer) }
}

/// Lines of the source at a virtual path, put into the cache of `linecache`.
fn virtual_lines(finder: &Instance<State>, filename: &Object, linecache: &Object) -> Result<Option<Object>> {
    let gil = finder.gil();
    let source = virtual_module(finder, filename)
        .and_then(|name| finder.source(gil, &name).map_err(|raised| raised.forget(gil)).ok()?);
    let Some(source) = source else { return Ok(None) };
    let lines = source.call_method(c"splitlines", &[&Object::bool(gil, true)])?;
    let length = source.call_method(c"__len__", &[])?;
    let row = tuple(gil, &[&length, &Object::none(gil), &lines, filename])?;
    let cache = linecache.attr(c"cache")?;
    // SAFETY: three objects.
    check(unsafe { ffi::PyObject_SetItem(cache.as_ptr(), filename.as_ptr(), row.as_ptr()) })?;
    Ok(Some(lines))
}

/// The module at a virtual path; `None` if it is not one. A relative path is relative to an item of `sys.path`.
fn virtual_module(finder: &Instance<State>, filename: &Object) -> Option<String> {
    let bytes = filename.to_fs_bytes().map_err(|raised| raised.forget(finder.gil())).ok()?;
    let name = std::ffi::OsStr::from_bytes(&bytes);
    finder.roots.search_path().iter().find_map(|root| finder.module_of_file(&root.join(name)))
}

#[cfg(not(Py_3_10))]
static FALLBACK_RESOURCES: Definition =
    definition(c"fallback_resources", fallback_resources, c"Files of a package inside or outside of the program.");

#[cfg(not(Py_3_10))]
unsafe extern "C" fn fallback_resources(
    this: *mut ffi::PyObject,
    positional: *mut ffi::PyObject,
    named: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let answer = |call: &Call| {
        let finder = call.finder()?;
        if let Some(spec) = call.argument(0)
            && spec.attr(c"loader")?.as_ptr() == finder.object().as_ptr()
        {
            let reader = finder.object().call_method(c"get_resource_reader", &[&spec.attr(c"name")?])?;
            return reader.call_method(c"files", &[]);
        }
        call.forward(&call.bound(1)?)
    };
    // SAFETY: Python calls this.
    unsafe { Call::answer(this, positional, named, answer) }
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
    positional: *mut ffi::PyObject,
    named: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let answer = |call: &Call| {
        let real_open = call.bound(1)?;
        let file = match (call.argument(0), call.argument(1)) {
            (Some(name), Some(mode)) if name.is_str() && mode.is_str() && mode.to_str()? == "rb" => {
                memory_source(&call.finder()?, &name)
            }
            _ => None,
        };
        let Some(file) = file else { return call.forward(&real_open) };
        let gil = real_open.gil();
        // Python's file object owns and closes the descriptor.
        let descriptor = Object::int(gil, file.into_raw_fd().into())?;
        real_open.call(&[&descriptor, &Object::str(gil, "rb")?])
    };
    // SAFETY: Python calls this.
    unsafe { Call::answer(this, positional, named, answer) }
}

/// The source at a virtual path as a memory file at its start.
fn memory_source(finder: &Instance<State>, name: &Object) -> Option<std::fs::File> {
    let catalogue = finder.catalogue();
    let entry = catalogue.entry(&virtual_module(finder, name)?).ok()??;
    let source = entry.value(FieldKind::Source).ok()??;
    let mut file = pyox_native_loader::memory_file(c"source").ok()?;
    file.write_all(&source).ok()?;
    file.rewind().ok()?;
    Some(file)
}
