//! `ModuleSpec` objects.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::ptr::null_mut;

use pyo3_ffi as ffi;
use pyox_packed_resources::EntryFlags;
use pyox_python_objects::{Object, Result, check, interned, type_error};

use crate::catalogue::Found;
use crate::state::State;

/// The attributes that all specs have. The constructor of `ModuleSpec` is Python code and takes longer than all else
/// that finding a module does, so that specs are made as `copy.copy()` makes them: of the attributes of another.
pub(crate) struct Template {
    kind: Object,
    attributes: Object,
    /// Names of the attributes that are lists: every spec has its own.
    lists: Vec<Object>,
    #[cfg(Py_3_13)]
    dictionary: Object,
    name: Object,
    loader: Object,
    origin: Object,
    has_location: Object,
    cached: Object,
    locations: Object,
}

impl Template {
    /// `kind` is `importlib.machinery.ModuleSpec`.
    pub(crate) fn new(kind: Object) -> Result<Self> {
        let gil = kind.gil();
        let example = kind.call(&[&Object::str(gil, "")?, &Object::none(gil)])?;
        example.set_attr(c"has_location", &Object::bool(gil, true))?;
        let attributes = example.attr(c"__dict__")?;
        let mut lists = Vec::new();
        attributes.for_each(|name| {
            lists.extend(attributes.item(&name)?.is_list().then_some(name));
            Ok(())
        })?;
        if !is_plain(&kind) {
            return Err(type_error("importlib's ModuleSpec is not the class that it was"));
        }
        Ok(Self {
            kind,
            attributes,
            lists,
            #[cfg(Py_3_13)]
            dictionary: interned(gil, "__dict__")?,
            name: interned(gil, "name")?,
            loader: interned(gil, "loader")?,
            origin: interned(gil, "origin")?,
            has_location: interned(gil, "_set_fileattr")?,
            cached: interned(gil, "_cached")?,
            locations: interned(gil, "submodule_search_locations")?,
        })
    }

    fn spec(&self, name: &Object, loader: &Object) -> Result<Spec<'_>> {
        // SAFETY: the C API checks that it copies a dictionary; makes an instance of a class whose instances are made
        // so.
        let (attributes, object) = unsafe {
            let attributes = Object::owned(ffi::PyDict_Copy(self.attributes.as_ptr()))?;
            (attributes, Object::owned(ffi::PyType_GenericNew(self.kind.as_ptr().cast(), null_mut(), null_mut()))?)
        };
        let spec = Spec { template: self, object, attributes };
        spec.set(&self.name, name)?;
        spec.set(&self.loader, loader)?;
        for list in &self.lists {
            spec.set(list, &Object::list(name.gil(), [])?)?;
        }
        Ok(spec)
    }
}

/// Whether instances of a class are made as those of `object` are: zeroed memory is one.
fn is_plain(class: &Object) -> bool {
    // SAFETY: reads a field of a live type; `object` lives as long as Python runs.
    let constructor = |kind: *mut ffi::PyTypeObject| unsafe { (*kind).tp_new }.map(|constructor| constructor as usize);
    class.is_type() && constructor(class.as_ptr().cast()) == constructor(&raw mut ffi::PyBaseObject_Type)
}

impl State {
    /// Sets `cached` of the spec of a module that is going to be made. `importlib` finds out by itself when it is asked
    /// for, but takes longer, and does not know of bytecode in files.
    pub(crate) fn complete_spec(&self, spec: &Object, entry: &Found<'_>) -> Result<()> {
        let gil = spec.gil();
        let Template { kind, origin, has_location, cached, .. } = &self.python(gil).spec;
        // Code that calls `create_module` with something else has its own idea of a spec.
        // SAFETY: compares the type of a live object.
        let is_spec = unsafe { ffi::Py_TYPE(spec.as_ptr()).cast() == kind.as_ptr() };
        if !is_spec || spec.attr_object(origin)?.is_none() || !spec.attr_object(cached)?.is_none() {
            return Ok(());
        }
        if !spec.attr_object(has_location)?.is_true()? {
            return Ok(());
        }
        let file = spec.attr_object(origin)?.to_fs_bytes()?;
        let path = self.cached_file_of(gil, entry, Path::new(OsStr::from_bytes(&file)))?;
        spec.set_attr_object(cached, &self.path_object(gil, &path)?)
    }
}

/// A spec in the making.
struct Spec<'t> {
    template: &'t Template,
    object: Object,
    attributes: Object,
}

impl Spec<'_> {
    fn set(&self, name: &Object, value: &Object) -> Result<()> {
        // SAFETY: a dictionary of ours and two objects.
        check(unsafe { ffi::PyDict_SetItem(self.attributes.as_ptr(), name.as_ptr(), value.as_ptr()) })
    }

    /// Makes the module a package with this directory.
    fn set_directory(&self, directory: &Object) -> Result<()> {
        self.set(&self.template.locations, &Object::list(directory.gil(), [Ok(directory.clone())])?)
    }

    fn finish(self) -> Result<Object> {
        #[cfg(not(Py_3_13))]
        // SAFETY: an instance of a class with a dictionary, and that to be; there is no closure.
        check(unsafe { ffi::PyObject_GenericSetDict(self.object.as_ptr(), self.attributes.as_ptr(), null_mut()) })?;
        // Since 3.13 instances look into values of their own before the dictionary that would set. An instance with
        // another dictionary has none: for 3.15 its module is one that is not loaded, if it is imported lazily.
        #[cfg(Py_3_13)]
        {
            let own = self.object.attr_object(&self.template.dictionary)?;
            // SAFETY: two dictionaries, of which the C API checks the types.
            check(unsafe { ffi::PyDict_Update(own.as_ptr(), self.attributes.as_ptr()) })?;
        }
        Ok(self.object)
    }
}

impl State {
    /// The spec of a module that is here; `finder` becomes the loader.
    pub(crate) fn spec(&self, finder: &Object, name: &Object, entry: &Found<'_>) -> Result<Object> {
        let gil = name.gil();
        let Some(file) = self.module_file(gil, entry)? else {
            let directories = self.namespace_directories(gil, entry.catalogue, entry.name())?;
            return self.namespace_spec(finder, name, &directories);
        };
        let template = &self.python(name.gil()).spec;
        let spec = template.spec(name, finder)?;
        spec.set(&template.origin, &self.path_object(gil, &file)?)?;
        if !self.virtual_files && file.starts_with(self.roots.program()) {
            spec.set(&template.has_location, &Object::bool(name.gil(), false))?;
        }
        if entry.is(EntryFlags::PACKAGE) {
            spec.set_directory(&self.path_object(gil, file.parent().unwrap_or(Path::new("")))?)?;
        }
        spec.finish()
    }

    /// The spec of a package without code, which has these directories.
    pub(crate) fn namespace_spec(&self, finder: &Object, name: &Object, directories: &[PathBuf]) -> Result<Object> {
        let template = &self.python(name.gil()).spec;
        let spec = template.spec(name, finder)?;
        spec.set(&template.has_location, &Object::bool(name.gil(), false))?;
        let directories = directories.iter().map(|directory| self.path_object(name.gil(), directory));
        spec.set(&template.locations, &Object::list(name.gil(), directories)?)?;
        spec.finish()
    }
}
