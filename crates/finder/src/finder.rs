//! The type `OxidizedFinder`.

use std::ffi::CStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::null_mut;

use pyo3_ffi as ffi;
use pyox_packed_resources::{EntryFlags, FieldKind};

use crate::arguments::{Arguments, Static, fast_method, method_table};
use crate::class::{self, Class};
use crate::import::unknown;
use crate::object::{Object, Result, import, import_error, os_error};
use crate::state::State;

mod construct;
mod listing;
mod path_entry;

use path_entry::PathEntry;

/// The state behind a finder object.
pub(crate) fn state_of(finder: &Object) -> &State {
    class::value(finder)
}

impl Class for State {
    const NAME: &'static CStr = c"oxidized_importer.OxidizedFinder";
    const DOC: &'static CStr = DOC;
    const PARAMETERS: &'static [&'static str] = &["resources_data", "resources_file", "relative_path_origin"];

    fn new(arguments: &Arguments) -> Option<Result<Self>> {
        Some(construct::construct(arguments))
    }

    fn methods() -> *const ffi::PyMethodDef {
        METHODS.0.as_ptr()
    }

    fn properties() -> *const ffi::PyGetSetDef {
        construct::PROPERTIES.0.as_ptr()
    }
}

fast_method!(find_spec, ["fullname", "path", "target"], 1, |finder, a: Arguments| {
    let state = state_of(finder);
    // As with `python`, the main module is that of the first item of `sys.path` that has one: a path entry finder says
    // whether the program does. `runpy.run_path` of a directory or zip file puts that before the program.
    if state.is_of_program && a.required(0).to_name()? == Some("__main__") {
        return Ok(Object::none());
    }
    Ok(state.find_spec(finder, a.required(0))?.unwrap_or_else(Object::none))
});

fast_method!(create_module, ["spec"], 1, |finder, a: Arguments| { state_of(finder).create_module(a.required(0)) });

fast_method!(exec_module, ["module"], 1, |finder, a: Arguments| {
    state_of(finder).exec_module(finder, a.required(0)).map(|()| Object::none())
});

fast_method!(load_module, ["fullname"], 1, |finder, a: Arguments| {
    import(c"_frozen_importlib")?.call_method(c"_load_module_shim", &[finder, a.required(0)])
});

fast_method!(get_code, ["fullname"], 1, |finder, a: Arguments| {
    let state = state_of(finder);
    let name = a.required(0).to_str()?;
    match state.catalogue().importable(name)? {
        Some(entry) if entry.is(EntryFlags::MODULE) && !entry.is(EntryFlags::EXTENSION) => state.code(&entry),
        Some(_) => Ok(Object::none()),
        None => Err(unknown(name)),
    }
});

fast_method!(get_source, ["fullname"], 1, |finder, a: Arguments| {
    Ok(state_of(finder).source(a.required(0).to_str()?)?.unwrap_or_else(Object::none))
});

fast_method!(get_filename, ["fullname"], 1, |finder, a: Arguments| {
    let state = state_of(finder);
    let name = a.required(0).to_str()?;
    let file = match state.catalogue().importable(name)? {
        Some(entry) => state.module_file(&entry)?,
        None => None,
    };
    match file {
        Some(file) => state.path_object(&file),
        None => Err(import_error(&format!("module {name:?} has no file name"), name)),
    }
});

fast_method!(is_package, ["fullname"], 1, |finder, a: Arguments| {
    state_of(finder).is_package(a.required(0).to_str()?).map(Object::bool)
});

fast_method!(get_data, ["path"], 1, |finder, a: Arguments| {
    let bytes = a.required(0).to_fs_bytes()?;
    let path = Path::new(std::ffi::OsStr::from_bytes(&bytes));
    if !path.is_absolute() {
        return Err(os_error(libc::ENOENT, a.required(0)));
    }
    if let Some(content) = state_of(finder).content_of_file(&state_of(finder).catalogue(), path)? {
        return Object::bytes(&content);
    }
    if state_of(finder).below_root(path).is_some() {
        return Err(os_error(libc::ENOENT, a.required(0)));
    }
    match std::fs::read(path) {
        Ok(content) => Object::bytes(&content),
        Err(error) => Err(os_error(error.raw_os_error().unwrap_or(libc::EIO), a.required(0))),
    }
});

fast_method!(get_resource_reader, ["fullname"], 1, |finder, a: Arguments| {
    let state = state_of(finder);
    let name = a.required(0).to_str()?;
    let catalogue = state.catalogue();
    let is_package = match catalogue.importable(name)? {
        Some(entry) => entry.is(EntryFlags::PACKAGE),
        None => catalogue.data_directory(name)?.is_some(),
    };
    if is_package {
        let directory = state.path_object(&state.package_directory(&catalogue, name)?)?;
        return state.support()?.call_method(c"ResourceReader", &[finder, a.required(0), &directory]);
    }
    if cfg!(not(Py_3_10)) || catalogue.importable(name)?.is_none() {
        return Ok(Object::none());
    }
    // Since 3.12 `files()` takes a module for the directory that it is in.
    let parent = name.rsplit_once('.').map_or("", |(parent, _)| parent);
    let directory = if parent.is_empty() { state.root.clone() } else { state.package_directory(&catalogue, parent)? };
    state.support()?.call_method(c"ResourceReader", &[finder, &Object::str(parent)?, &state.path_object(&directory)?])
});

fast_method!(find_distributions, ["context"], 0, |finder, a: Arguments| {
    let context = a.optional(0).cloned().unwrap_or_else(Object::none);
    state_of(finder).support()?.call_method(c"find_distributions", &[finder, &context])
});

fast_method!(invalidate_caches, [], 0, |_finder, _a: Arguments| Ok(Object::none()));

fast_method!(iter_modules, ["prefix"], 0, |finder, a: Arguments| {
    let prefix = a.optional(0).map(Object::to_str).transpose()?.unwrap_or_default();
    listing::modules(&state_of(finder).catalogue(), "", prefix)
});

fast_method!(path_hook, ["path"], 1, |finder, a: Arguments| PathEntry::make(finder, a.required(0)));

fast_method!(index_bytes, ["data"], 1, |finder, a: Arguments| {
    construct::index_bytes(finder, a.required(0)).map(|()| Object::none())
});

fast_method!(index_file_memory_mapped, ["path"], 1, |finder, a: Arguments| {
    construct::index_file(finder, a.required(0)).map(|()| Object::none())
});

fast_method!(resource_files, ["package"], 1, |finder, a: Arguments| {
    listing::files(&state_of(finder).catalogue(), a.required(0).to_str()?)
});

fast_method!(distributions, [], 0, |finder, _a: Arguments| listing::distributions(&state_of(finder).catalogue()));

fast_method!(distribution_file, ["distribution", "name"], 2, |finder, a: Arguments| {
    let catalogue = state_of(finder).catalogue();
    let Some(entry) = catalogue.entry(a.required(0).to_str()?)? else { return Ok(Object::none()) };
    let content = entry.keyed_value(FieldKind::DistributionResource, a.required(1).to_str()?)?;
    content.map_or_else(|| Ok(Object::none()), |content| Object::bytes(&content))
});

fast_method!(base_directory, ["name"], 1, |finder, a: Arguments| {
    let state = state_of(finder);
    state.path_object(&state.base(&state.catalogue(), a.required(0).to_str()?)?)
});

const DOC: &CStr = c"Imports modules, extension modules and data from packed resources in memory.\n\n\
A meta path finder and loader (importlib.abc). `__file__` of a module is a virtual path below the executable.";

static METHODS: Static<[ffi::PyMethodDef; 21]> = method_table![
    (c"find_spec", find_spec, c"The spec of a module, or None if it is not packed."),
    (c"create_module", create_module, c"The module object for a spec if it is an extension module, else None."),
    (c"exec_module", exec_module, c"Run the code of a module."),
    (c"load_module", load_module, c"Load a module the old way (deprecated by importlib)."),
    (c"get_code", get_code, c"The code object of a module."),
    (c"get_source", get_source, c"The source text of a module, or None."),
    (c"get_filename", get_filename, c"The virtual file name of a module."),
    (c"is_package", is_package, c"Whether a module is a package."),
    (c"get_data", get_data, c"The bytes behind a virtual path; other absolute paths are read from disk."),
    (c"get_resource_reader", get_resource_reader, c"A reader of the data files of a package."),
    (c"find_distributions", find_distributions, c"Distributions for importlib.metadata."),
    (c"invalidate_caches", invalidate_caches, c"There is nothing to invalidate."),
    (c"iter_modules", iter_modules, c"Top-level modules for pkgutil.iter_modules."),
    (c"path_hook", path_hook, c"A path entry finder for a virtual path; ImportError for others."),
    (c"index_bytes", index_bytes, c"Add the packed resources in a bytes-like object."),
    (c"index_file_memory_mapped", index_file_memory_mapped, c"Map a file and add the packed resources in it."),
    (c"_resource_files", resource_files, c"Paths of all files below a package, relative to it."),
    (c"_distributions", distributions, c"Pairs of normalised name and metadata directory of all distributions."),
    (
        c"_base_directory",
        base_directory,
        c"The directory that holds a top-level package: the executable or a real one."
    ),
    (c"_distribution_file", distribution_file, c"A file of a distribution's metadata directory, or None."),
];
