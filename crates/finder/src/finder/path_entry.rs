//! `OxidizedPathEntryFinder`: what `sys.path_hooks` gives for the executable and for packages inside it.

use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use pyo3_ffi as ffi;

use super::{listing, state_of};
use crate::arguments::{
    Arguments, END_OF_PROPERTIES, MethodTable, Static, fast_method, getter, method_table, property,
};
use crate::class::{self, Class};
use crate::object::{Object, Raised, Result, clear, raise};

/// What an `OxidizedPathEntryFinder` is.
pub(crate) struct PathEntry {
    finder: Object,
    /// Name of the package whose directory the path entry is; empty for the root.
    package: String,
}

impl Class for PathEntry {
    const NAME: &'static CStr = c"oxidized_importer.OxidizedPathEntryFinder";
    const DOC: &'static CStr = c"Finds modules in the executable or in a package inside it.";

    fn methods() -> *const ffi::PyMethodDef {
        METHODS.0.as_ptr()
    }

    fn properties() -> *const ffi::PyGetSetDef {
        PROPERTIES.0.as_ptr()
    }
}

fast_method!(find_spec, ["fullname", "target"], 1, |this, a: Arguments| {
    let PathEntry { finder, package } = class::value(this);
    let Some(name) = a.required(0).to_name()? else { return Ok(Object::none()) };
    let parent = name.rsplit_once('.').map_or("", |(parent, _)| parent);
    if parent != package.as_str() {
        return Ok(Object::none());
    }
    Ok(state_of(finder).find_spec(finder, a.required(0))?.unwrap_or_else(Object::none))
});

fast_method!(iter_modules, ["prefix=''"], 0, |this, a: Arguments| {
    let PathEntry { finder, package } = class::value(this);
    let prefix = a.0[0].as_ref().map(Object::to_str).transpose()?.unwrap_or_default();
    listing::modules(&state_of(finder).catalogue(), package, prefix)
});

fast_method!(invalidate_caches, [], 0, |_this, _a: Arguments| Ok(Object::none()));

property!(finder, |this| Ok(class::value::<PathEntry>(this).finder.clone()));

property!(package, |this| {
    let package = &class::value::<PathEntry>(this).package;
    if package.is_empty() { Ok(Object::none()) } else { Object::str(package) }
});

static PROPERTIES: Static<[ffi::PyGetSetDef; 3]> = Static([
    getter(c"_finder", finder, c"OxidizedFinder: where the modules are."),
    getter(c"_package", package, c"str or None: the package whose directory the path entry is, None for the root."),
    END_OF_PROPERTIES,
]);

static METHODS: MethodTable = method_table![
    (c"find_spec", find_spec, c"The spec of a module directly inside this path entry, or None."),
    (c"iter_modules", iter_modules, c"Modules directly inside this path entry, for pkgutil."),
    (c"invalidate_caches", invalidate_caches, c"There is nothing to invalidate."),
];

impl PathEntry {
    /// A path entry finder for a virtual path; `ImportError` for anything else, as path hooks do.
    pub(crate) fn make(finder: &Object, path: &Object) -> Result<Object> {
        let bytes = if path.is_str() { path.to_fs_bytes().inspect_err(|Raised| clear()).ok() } else { None };
        let package = match bytes {
            Some(bytes) => state_of(finder).path_entry(Path::new(OsStr::from_bytes(&bytes)))?,
            None => None,
        };
        let Some(package) = package else {
            // SAFETY: exception types are alive while Python runs.
            return Err(raise(unsafe { ffi::PyExc_ImportError }, "not a path inside this program"));
        };
        class::instance(Self { finder: finder.clone(), package })
    }
}
