//! `OxidizedPathEntryFinder`: what `sys.path_hooks` gives for the executable and for packages inside it.

use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use pyo3_ffi as ffi;
use pyox_python_objects::{Held, Kind, Object, Raised, Result};

use super::listing;
use crate::arguments::{
    Arguments, END_OF_PROPERTIES, MethodTable, Static, fast_method, getter, method_table, property,
};
use crate::catalogue::Found;
use crate::class::{Class, Instance};
use crate::state::State;

/// What an `OxidizedPathEntryFinder` is.
pub(crate) struct PathEntry {
    finder: Held<Instance<State>>,
    /// Name of the package whose directory the path entry is; empty for a directory of top-level modules.
    package: String,
    /// That directory; `None` for the program, which stands for all of them.
    root: Option<PathBuf>,
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

fast_method!(PathEntry: find_spec, ["fullname", "target"], 1, |this, a: Arguments| {
    Ok(this.find(a.required(0))?.unwrap_or_else(|| Object::none(this.gil())))
});

#[cfg(not(Py_3_12))]
fast_method!(PathEntry: find_module, ["fullname"], 1, |this, a: Arguments| {
    this.find(a.required(0))?.map_or_else(|| Ok(Object::none(this.gil())), |spec| spec.attr(c"loader"))
});

fast_method!(PathEntry: iter_modules, ["prefix=''"], 0, |this, a: Arguments| {
    let prefix = a.0[0].as_ref().map(Object::to_str).transpose()?.unwrap_or_default();
    let finder = this.finder.get(this.gil());
    listing::modules(this.gil(), &finder.catalogue(), &this.package, prefix, |entry| this.has(finder, entry))
});

fast_method!(PathEntry: invalidate_caches, [], 0, |this, _a: Arguments| Ok(Object::none(this.gil())));

property!(PathEntry: finder, |this| Ok(this.finder.get(this.gil()).object().clone()));

property!(PathEntry: package, |this| {
    if this.package.is_empty() { Ok(Object::none(this.gil())) } else { Object::str(this.gil(), &this.package) }
});

static PROPERTIES: Static<[ffi::PyGetSetDef; 3]> = Static([
    getter(c"_finder", finder, c"OxidizedFinder: where the modules are."),
    getter(c"_package", package, c"str or None: the package whose directory the path entry is, None for the root."),
    END_OF_PROPERTIES,
]);

static METHODS: MethodTable = method_table![
    (c"find_spec", find_spec, c"The spec of a module directly inside this path entry, or None."),
    #[cfg(not(Py_3_12))]
    (c"find_module", find_module, c"The loader of a module directly inside this path entry, or None."),
    (c"iter_modules", iter_modules, c"Modules directly inside this path entry, for pkgutil."),
    (c"invalidate_caches", invalidate_caches, c"There is nothing to invalidate."),
];

impl Instance<PathEntry> {
    /// The spec of a module directly inside.
    fn find(&self, name: &Object) -> Result<Option<Object>> {
        let finder = self.finder.get(self.gil());
        let Some(text) = name.to_name()? else { return Ok(None) };
        let (parent, last) = text.rsplit_once('.').unwrap_or(("", text));
        if !finder.is_of_program {
            return if parent == self.package { finder.find_spec(finder.object(), name) } else { Ok(None) };
        }
        // A script is in a file of another name, where nothing finds it: it cannot be loaded again.
        let is_main = text == "__main__" && self.package.is_empty();
        if is_main && finder.script.as_ref().is_some_and(|script| script != "__main__.py") {
            return Ok(None);
        }
        // As in a directory, only the last part of the name counts.
        let packed = if self.package.is_empty() { last.to_owned() } else { format!("{}.{last}", self.package) };
        if finder.catalogue().entry(&packed)?.is_some_and(|entry| !self.has(finder, &entry)) {
            return Ok(None);
        }
        finder.find_spec_as(finder, name, &packed)
    }
}

impl PathEntry {
    /// Whether a module is in the directory.
    fn has(&self, finder: &State, entry: &Found<'_>) -> bool {
        self.root.as_ref().is_none_or(|root| finder.roots.of(entry.flags().place()) == root)
    }

    /// A path entry finder for a virtual path; `ImportError` for anything else, as path hooks do.
    pub(crate) fn make(finder: &Instance<State>, path: &Object) -> Result<Object> {
        let forget = |raised: Raised| raised.forget(finder.gil());
        let bytes = if path.is_str() { path.to_fs_bytes().map_err(forget).ok() } else { None };
        let found = match bytes {
            Some(bytes) => finder.path_entry(Path::new(OsStr::from_bytes(&bytes)))?,
            None => None,
        };
        let Some((root, package)) = found else {
            return Err(Raised::new(Kind::ImportError, "not a path inside this program"));
        };
        // SAFETY: a part of an instance of a Python type, which the interpreter of the finder alone uses and drops.
        let entry = Self { finder: unsafe { Held::new(finder.clone()) }, package, root };
        Instance::new(finder.gil(), entry).map(Instance::into_object)
    }
}
