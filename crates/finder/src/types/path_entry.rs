//! `OxidizedPathEntryFinder`: what `sys.path_hooks` gives for the executable and for packages inside it.

use std::ffi::{CStr, OsStr, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::null_mut;

use pyo3_ffi as ffi;

use super::arguments::{Arguments, Static, fast_method, method_table};
use super::{listing, state_of};
use crate::object::{Object, Raised, Result, raise};

/// The memory of an `OxidizedPathEntryFinder`; both fields are set right after allocation.
#[repr(C)]
struct PathEntryObject {
    base: ffi::PyObject,
    finder: Object,
    /// Name of the package whose directory the path entry is; empty for the root.
    package: String,
}

/// The type `OxidizedPathEntryFinder`.
pub(crate) struct PathEntryType;

fn parts(this: &Object) -> (&Object, &str) {
    // SAFETY: methods of the type are only called with instances of it, and only `make` makes those.
    let entry = unsafe { &*this.as_ptr().cast::<PathEntryObject>() };
    (&entry.finder, &entry.package)
}

fast_method!(find_spec, ["fullname", "target"], 1, |this, a: Arguments| {
    let (finder, package) = parts(this);
    let name = a.required(0).to_str()?;
    let parent = name.rsplit_once('.').map_or("", |(parent, _)| parent);
    if parent != package {
        return Ok(Object::none());
    }
    Ok(state_of(finder.as_ptr()).find_spec(finder, a.required(0))?.unwrap_or_else(Object::none))
});

fast_method!(iter_modules, ["prefix"], 0, |this, a: Arguments| {
    let (finder, package) = parts(this);
    let prefix = a.optional(0).map(Object::to_str).transpose()?.unwrap_or_default();
    listing::modules(state_of(finder.as_ptr()), package, prefix)
});

fast_method!(invalidate_caches, [], 0, |_this, _a: Arguments| Ok(Object::none()));

static METHODS: Static<[ffi::PyMethodDef; 4]> = method_table![
    (c"find_spec", find_spec, c"The spec of a module directly inside this path entry, or None."),
    (c"iter_modules", iter_modules, c"Modules directly inside this path entry, for pkgutil."),
    (c"invalidate_caches", invalidate_caches, c"There is nothing to invalidate."),
];

const DOC: &CStr = c"Finds modules in the executable or in a package inside it.";

unsafe extern "C" fn dealloc(this: *mut ffi::PyObject) {
    // SAFETY: Python calls this once, with the last reference gone; the fields were initialised by `make`.
    unsafe {
        let entry = this.cast::<PathEntryObject>();
        std::ptr::drop_in_place(&raw mut (*entry).finder);
        std::ptr::drop_in_place(&raw mut (*entry).package);
        let kind = ffi::Py_TYPE(this);
        if let Some(free) = (*kind).tp_free {
            free(this.cast());
        }
        ffi::Py_DECREF(kind.cast());
    }
}

impl PathEntryType {
    /// A path entry finder for a virtual path; `ImportError` for any other, as path hooks do.
    pub(crate) fn make(finder: &Object, path: &Object) -> Result<Object> {
        let bytes = path.to_fs_bytes()?;
        let state = state_of(finder.as_ptr());
        let Some(package) = state.path_entry(Path::new(OsStr::from_bytes(&bytes)))? else {
            // SAFETY: exception types are alive while Python runs.
            return Err(raise(unsafe { ffi::PyExc_ImportError }, "not a path inside this program"));
        };
        let kind = Self::get(finder)?;
        // SAFETY: allocates an instance of the type, whose layout is `PathEntryObject`; both fields are written
        // before anything can see the object.
        unsafe {
            let object = ffi::PyType_GenericAlloc(kind.as_ptr().cast(), 0);
            if object.is_null() {
                return Err(Raised);
            }
            let entry = object.cast::<PathEntryObject>();
            (&raw mut (*entry).finder).write(finder.clone());
            (&raw mut (*entry).package).write(package);
            Object::owned(object)
        }
    }

    /// The type, made on first use.
    fn get(finder: &Object) -> Result<Object> {
        let cell = &state_of(finder.as_ptr()).path_entry_type;
        if let Some(kind) = cell.get() {
            return Ok(kind.clone());
        }
        let mut slots = [
            ffi::PyType_Slot { slot: ffi::Py_tp_methods, pfunc: METHODS.0.as_ptr() as *mut c_void },
            ffi::PyType_Slot { slot: ffi::Py_tp_dealloc, pfunc: dealloc as *mut c_void },
            ffi::PyType_Slot { slot: ffi::Py_tp_doc, pfunc: DOC.as_ptr() as *mut c_void },
            ffi::PyType_Slot { slot: 0, pfunc: null_mut() },
        ];
        let mut spec = ffi::PyType_Spec {
            name: c"oxidized_importer.OxidizedPathEntryFinder".as_ptr(),
            basicsize: size_of::<PathEntryObject>() as c_int,
            itemsize: 0,
            flags: ffi::Py_TPFLAGS_DEFAULT as u32,
            slots: slots.as_mut_ptr(),
        };
        // SAFETY: the spec and its slots are valid for the call; methods and documentation are static.
        let kind = Object::owned(unsafe { ffi::PyType_FromSpec(&raw mut spec) })?;
        Ok(cell.get_or_init(|| kind).clone())
    }
}
