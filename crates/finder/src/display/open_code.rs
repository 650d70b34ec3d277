//! `io.open_code` for the files of packed modules: `runpy.run_path`, which `multiprocessing` runs a script with once
//! more, reads code with it, and so do `pdb`, `profile` and `trace`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use pyo3_ffi as ffi;
use pyox_packed_resources::FieldKind;
use pyox_python_objects::{Object, Result, import};

use super::{Call, Definition, definition, virtual_module};
use crate::class::Instance;
use crate::paths::with_header;
use crate::state::State;

pub(super) static OPEN_CODE: Definition = definition(
    c"open_code",
    open_code,
    c"open_code(path)\n--\n\nio.open_code, which also reads modules inside the program.",
);

unsafe extern "C" fn open_code(
    this: *mut ffi::PyObject,
    positional: *mut ffi::PyObject,
    named: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let answer = |call: &Call| {
        let content = match call.argument(0) {
            Some(name) if name.is_str() => content(&call.finder()?, &name)?,
            _ => None,
        };
        let Some(content) = content else { return call.forward(&call.bound(1)?) };
        import(content.gil(), c"io")?.call_method(c"BytesIO", &[&content])
    };
    // SAFETY: Python calls this.
    unsafe { Call::answer(this, positional, named, answer) }
}

/// What is in memory at a virtual path, or where the source would be of a module that has only bytecode, as `bytes`.
fn content(finder: &Instance<State>, name: &Object) -> Result<Option<Object>> {
    let (gil, catalogue) = (finder.gil(), finder.catalogue());
    if let Ok(path) = name.to_fs_bytes().map_err(|raised| raised.forget(gil))
        && let Some(content) = finder.content_of_file(gil, &catalogue, Path::new(OsStr::from_bytes(&path)))?
    {
        return Object::bytes(gil, &content).map(Some);
    }
    let Some(module) = virtual_module(finder, name) else { return Ok(None) };
    let Some(entry) = catalogue.importable(&module)? else { return Ok(None) };
    if let Some(source) = entry.value(FieldKind::Source)? {
        return Object::bytes(gil, &source).map(Some);
    }
    let code = finder.code(gil, &entry)?;
    // SAFETY: an object, and the version in which CPython writes `.pyc` files.
    let code = unsafe { Object::owned(ffi::PyMarshal_WriteObjectToString(code.as_ptr(), ffi::Py_MARSHAL_VERSION))? };
    Object::bytes(gil, &with_header(gil, &code.to_bytes()?)).map(Some)
}
