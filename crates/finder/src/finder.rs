//! The type `OxidizedFinder`.

use std::ffi::CStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use pyo3_ffi as ffi;
use pyox_packed_resources::{EntryFlags, FieldKind, normalize_project_name};
use pyox_python_objects::{Gil, Object, Result, import, import_error, os_error};

use crate::arguments::{Arguments, MethodTable, fast_method, method_table};
use crate::catalogue::damaged;
use crate::class::Class;
use crate::import::{is_namespace, unknown};
use crate::property::Property as _;
use crate::python::{METADATA, RESOURCES};
use crate::state::State;

mod construct;
mod listing;
mod path_entry;
mod resources;

pub(crate) use path_entry::PathEntry;

impl Class for State {
    const NAME: &'static CStr = c"oxidized_importer.OxidizedFinder";
    const DOC: &'static CStr = DOC;
    const PARAMETERS: &'static [&'static str] = &["resources_data", "resources_file", "relative_path_origin"];

    fn new(gil: Gil, arguments: &Arguments) -> Option<Result<Self>> {
        Some(construct::construct(gil, arguments))
    }

    fn methods() -> *const ffi::PyMethodDef {
        METHODS.0.as_ptr()
    }

    fn properties() -> *const ffi::PyGetSetDef {
        construct::PROPERTIES.0.as_ptr()
    }
}

fast_method!(State: find_spec, ["fullname", "path", "target"], 1, |finder, a: Arguments| {
    // As with `python`, the main module is that of the first item of `sys.path` that has one: a path entry finder says
    // whether the program does. `runpy.run_path` of a directory or zip file puts that before the program.
    if finder.is_of_program {
        if a.required(0).to_name()? == Some("__main__") {
            return Ok(Object::none(finder.gil()));
        }
        if finder.is_after_other_hooks()? {
            return Ok(Object::none(finder.gil()));
        }
        if let Some(found) = finder.found_on_changed_paths(a.required(0), a.optional(1))? {
            return Ok(found);
        }
    }
    Ok(finder.find_spec(finder.object(), a.required(0))?.unwrap_or_else(|| Object::none(finder.gil())))
});

#[cfg(not(Py_3_12))]
fast_method!(State: find_module, ["fullname", "path"], 1, |finder, a: Arguments| {
    let spec = finder.find_spec(finder.object(), a.required(0))?;
    Ok(spec.map_or_else(|| Object::none(finder.gil()), |_| finder.object().clone()))
});

fast_method!(State: create_module, ["spec"], 1, |finder, a: Arguments| { finder.create_module(a.required(0)) });

fast_method!(State: exec_module, ["module"], 1, |finder, a: Arguments| {
    finder.exec_module(finder, a.required(0)).map(|()| Object::none(finder.gil()))
});

fast_method!(State: load_module, ["fullname"], 1, |finder, a: Arguments| {
    import(finder.gil(), c"_frozen_importlib")?.call_method(c"_load_module_shim", &[finder.object(), a.required(0)])
});

fast_method!(State: get_code, ["fullname"], 1, |finder, a: Arguments| {
    let name = a.required(0).to_str()?;
    match finder.catalogue().importable(name)? {
        Some(entry) if entry.is(EntryFlags::MODULE) && !entry.is(EntryFlags::EXTENSION) => {
            finder.code(finder.gil(), &entry)
        }
        Some(_) => Ok(Object::none(finder.gil())),
        None => Err(unknown(name)),
    }
});

fast_method!(State: get_source, ["fullname"], 1, |finder, a: Arguments| {
    Ok(finder.source(finder.gil(), a.required(0).to_str()?)?.unwrap_or_else(|| Object::none(finder.gil())))
});

fast_method!(State: get_filename, ["fullname"], 1, |finder, a: Arguments| {
    let name = a.required(0).to_str()?;
    let file = match finder.catalogue().importable(name)? {
        Some(entry) => finder.module_file(finder.gil(), &entry)?,
        None => None,
    };
    match file {
        Some(file) => finder.path_object(finder.gil(), &file),
        None => Err(import_error(&format!("module {name:?} has no file name"), name)),
    }
});

fast_method!(State: is_package, ["fullname"], 1, |finder, a: Arguments| {
    finder.is_package(a.required(0).to_str()?).map(|is| Object::bool(finder.gil(), is))
});

fast_method!(State: get_data, ["path"], 1, |finder, a: Arguments| {
    let bytes = a.required(0).to_fs_bytes()?;
    let path = Path::new(std::ffi::OsStr::from_bytes(&bytes));
    if !path.is_absolute() {
        return Err(os_error(libc::ENOENT, a.required(0)));
    }
    if let Some(content) = finder.content_of_file(finder.gil(), &finder.catalogue(), path)? {
        return Object::bytes(finder.gil(), &content);
    }
    // Where virtual paths are those of files, it may be one that is no part of a package.
    if path.starts_with(finder.roots.program()) && finder.loaded.is_none() {
        return Err(os_error(libc::ENOENT, a.required(0)));
    }
    match std::fs::read(path) {
        Ok(content) => Object::bytes(finder.gil(), &content),
        Err(error) => Err(os_error(error.raw_os_error().unwrap_or(libc::EIO), a.required(0))),
    }
});

fast_method!(State: get_resource_reader, ["fullname"], 1, |finder, a: Arguments| {
    let name = a.required(0).to_str()?;
    let catalogue = finder.catalogue();
    let is_known = catalogue.importable(name)?.is_some() || catalogue.data_directory(name)?.is_some();
    let is_package = is_known && finder.is_package(name)?;
    let (package, directories) = if is_package && catalogue.entry(name)?.is_some_and(|entry| is_namespace(&entry)) {
        (name, finder.namespace_directories(finder.gil(), &catalogue, name)?)
    } else if is_package {
        (name, vec![finder.package_directory(finder.gil(), &catalogue, name)?])
    } else if cfg!(Py_3_12) && is_known {
        // Since 3.12 `files()` takes a module for the directory that it is in.
        let parent = name.rsplit_once('.').map_or("", |(parent, _)| parent);
        match parent {
            "" => (parent, vec![finder.base(finder.gil(), &catalogue, name)?.into_owned()]),
            _ => (parent, vec![finder.package_directory(finder.gil(), &catalogue, parent)?]),
        }
    } else {
        return Ok(Object::none(finder.gil()));
    };
    let reader = RESOURCES.get(finder.gil(), "OxidizedResourceReader")?;
    let directories = directories.iter().map(|directory| finder.path_object(finder.gil(), directory));
    let directories = Object::list(finder.gil(), directories)?;
    reader.call(&[finder.object(), &Object::str(finder.gil(), package)?, &directories])
});

fast_method!(State: find_distributions, ["context"], 0, |finder, a: Arguments| {
    let context = a.optional(0).cloned().unwrap_or_else(|| Object::none(finder.gil()));
    METADATA.get(finder.gil(), "find_distributions")?.call(&[finder.object(), &context])
});

fast_method!(State: invalidate_caches, [], 0, |finder, _a: Arguments| Ok(Object::none(finder.gil())));

fast_method!(State: iter_modules, ["prefix=''"], 0, |finder, a: Arguments| {
    let prefix = a.optional(0).map(Object::to_str).transpose()?.unwrap_or_default();
    listing::modules(finder.gil(), &finder.catalogue(), "", prefix, |_| true)
});

fast_method!(State: path_hook, ["path"], 1, |finder, a: Arguments| PathEntry::make(finder, a.required(0)));

fast_method!(State: index_bytes, ["data"], 1, |finder, a: Arguments| {
    construct::index_bytes(finder, a.required(0)).map(|()| Object::none(finder.gil()))
});

fast_method!(State: index_file_memory_mapped, ["path"], 1, |finder, a: Arguments| {
    construct::index_file(finder, a.required(0)).map(|()| Object::none(finder.gil()))
});

fast_method!(State: index_interpreter_builtin_extension_modules, [], 0, |finder, _a: Arguments| {
    resources::index_builtins(finder).map(|()| Object::none(finder.gil()))
});

fast_method!(State: index_interpreter_frozen_modules, [], 0, |finder, _a: Arguments| {
    resources::index_frozen(finder).map(|()| Object::none(finder.gil()))
});

fast_method!(State: index_interpreter_builtins, [], 0, |finder, _a: Arguments| {
    resources::index_builtins(finder)?;
    resources::index_frozen(finder).map(|()| Object::none(finder.gil()))
});

fast_method!(State: indexed_resources, [], 0, |finder, _a: Arguments| resources::indexed(finder));

fast_method!(State: add_resource, ["resource"], 1, |finder, a: Arguments| {
    resources::add(finder, a.required(0)).map(|()| Object::none(finder.gil()))
});

fast_method!(State: add_resources, ["resources"], 1, |finder, a: Arguments| {
    resources::add_all(finder, a.required(0)).map(|()| Object::none(finder.gil()))
});

fast_method!(
    State: serialize_indexed_resources,
    ["ignore_builtin=True", "ignore_frozen=True", "version=4"],
    0,
    |finder, a: Arguments| {
        let flag = |position: usize| a.0[position].as_ref().map_or(Ok(true), bool::from_python);
        let version = a.0[2].as_ref().map_or(Ok(4), Object::to_int)?;
        resources::serialize(finder, flag(0)?, flag(1)?, version)
    }
);

fast_method!(State: resource_files, ["package"], 1, |finder, a: Arguments| {
    listing::files(finder.gil(), &finder.catalogue(), a.required(0).to_str()?)
});

fast_method!(State: normalized, ["name"], 1, |finder, a: Arguments| {
    let name = a.required(0);
    match name.to_name()? {
        Some(text) => Object::str(finder.gil(), &normalize_project_name(text)),
        None => Ok(name.clone()),
    }
});

fast_method!(State: distributions, [], 0, |finder, _a: Arguments| {
    listing::distributions(finder.gil(), &finder.roots, &finder.catalogue())
});

fast_method!(State: distribution_files, ["distribution"], 1, |finder, a: Arguments| {
    listing::metadata_files(finder.gil(), &finder.catalogue(), a.required(0).to_str()?)
});

fast_method!(State: distribution_file, ["distribution", "name"], 2, |finder, a: Arguments| {
    let catalogue = finder.catalogue();
    let (distribution, name) = (a.required(0).to_str()?, a.required(1).to_str()?);
    let Some(entry) = catalogue.entry(distribution)? else { return Ok(Object::none(finder.gil())) };
    let Some(field) = entry.field_with_key(FieldKind::DistributionResource, name)? else {
        return Ok(Object::none(finder.gil()));
    };
    let Some(path) = field.file().map_err(|error| damaged(&error, distribution))? else {
        return Object::bytes(finder.gil(), &entry.read(&field)?);
    };
    let path = catalogue.origin().join(&*path);
    match std::fs::read(&path) {
        Ok(content) => Object::bytes(finder.gil(), &content),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Object::none(finder.gil())),
        Err(error) => {
            let path = finder.path_object(finder.gil(), &path)?;
            Err(os_error(error.raw_os_error().unwrap_or(libc::EIO), &path))
        }
    }
});

fast_method!(State: locate_file, ["distribution", "path"], 2, |finder, a: Arguments| {
    let (distribution, path) = (a.required(0).to_str()?, a.required(1).to_str()?);
    finder.path_object(finder.gil(), &finder.locate(finder.gil(), &finder.catalogue(), distribution, path)?)
});

fast_method!(State: is_file, ["path"], 1, |finder, a: Arguments| {
    let path = a.required(0).to_fs_bytes()?;
    let path = Path::new(std::ffi::OsStr::from_bytes(&path));
    finder.is_file(&finder.catalogue(), path).map(|is| Object::bool(finder.gil(), is))
});

const DOC: &CStr = c"OxidizedFinder(resources_data=None, resources_file=None, relative_path_origin=None)\n--\n\n\
Imports modules, extension modules and data from packed resources in memory.\n\n\
A meta path finder and loader (importlib.abc). `__file__` of a module is a virtual path below the executable.\n\n\
resources_data is a bytes-like object with packed resources, resources_file the path of a file with them. Paths of \
files in them are relative to relative_path_origin, which is the directory of the executable if it is not given.";

static METHODS: MethodTable = method_table![
    (c"find_spec", find_spec, c"The spec of a module, or None if it is not packed."),
    #[cfg(not(Py_3_12))]
    (c"find_module", find_module, c"The finder, which is the loader too, or None if the module is not packed."),
    (c"create_module", create_module, c"The module object for a spec if it is an extension module, else None."),
    (c"exec_module", exec_module, c"Run the code of a module."),
    (c"load_module", load_module, c"Load a module the old way (deprecated by importlib)."),
    (c"get_code", get_code, c"The code object of a module."),
    (c"get_source", get_source, c"The source text of a module, or None."),
    (c"get_filename", get_filename, c"The virtual file name of a module."),
    (c"is_package", is_package, c"Whether a module is a package."),
    (c"get_data", get_data, c"The bytes at a virtual path; other absolute paths are read from disk."),
    (c"get_resource_reader", get_resource_reader, c"A reader of the data files of a package."),
    (c"find_distributions", find_distributions, c"Distributions for importlib.metadata."),
    (c"invalidate_caches", invalidate_caches, c"There is nothing to invalidate."),
    (c"iter_modules", iter_modules, c"Top-level modules for pkgutil.iter_modules."),
    (c"path_hook", path_hook, c"A path entry finder for a virtual path; ImportError for others."),
    (c"index_bytes", index_bytes, c"Add the packed resources in a bytes-like object."),
    (c"index_file_memory_mapped", index_file_memory_mapped, c"Map a file and add the packed resources in it."),
    (
        c"index_interpreter_builtins",
        index_interpreter_builtins,
        c"Add the built-in and the frozen modules of the interpreter."
    ),
    (
        c"index_interpreter_builtin_extension_modules",
        index_interpreter_builtin_extension_modules,
        c"Add the modules that are built into the interpreter."
    ),
    (
        c"index_interpreter_frozen_modules",
        index_interpreter_frozen_modules,
        c"Add the modules that are frozen into the interpreter."
    ),
    (c"indexed_resources", indexed_resources, c"Copies of all resources, sorted by name."),
    (c"add_resource", add_resource, c"Add a copy of a resource; it replaces what has its name."),
    (c"add_resources", add_resources, c"Add a copy of each resource of an iterable."),
    (
        c"serialize_indexed_resources",
        serialize_indexed_resources,
        c"Packed resources that have everything but, unless told otherwise, the interpreter's own modules."
    ),
    (
        c"_resource_files",
        resource_files,
        c"All files below a package: a dict of relative path to path on disk, or to None."
    ),
    (c"_normalized", normalized, c"The name of a project as PEP 503 compares it."),
    (c"_distributions", distributions, c"Name, metadata directory and path item of all distributions."),
    (c"_distribution_files", distribution_files, c"Names of the files in a distribution's metadata directory."),
    (c"_distribution_file", distribution_file, c"A file of a distribution's metadata directory, or None."),
    (c"_locate_file", locate_file, c"The path of a file that a distribution has installed: a real or a virtual one."),
    (c"_is_file", is_file, c"Whether there is a file in memory at a virtual path."),
];
