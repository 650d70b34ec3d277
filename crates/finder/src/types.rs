//! The Python face: the type `OxidizedFinder` and its methods, and [`install`].

use std::ffi::{CStr, c_int, c_void};
use std::ptr::null_mut;

use pyo3_ffi as ffi;
use pyox_packed_resources::{EntryFlags, FieldKind};

use crate::object::{Object, Result, check, import, import_error, os_error, raise, sys};
use crate::state::{Settings, State};

mod arguments;
mod listing;
mod path_entry;

pub(crate) use arguments::Static;
use arguments::{Arguments, fast_method, method_table};
pub(crate) use path_entry::PathEntryType;

/// The memory of an `OxidizedFinder`.
#[repr(C)]
struct FinderObject {
    base: ffi::PyObject,
    /// Set right after allocation and never changed; states live as long as the process.
    state: &'static State,
}

/// The state behind a finder object.
pub(crate) fn state_of(finder: *mut ffi::PyObject) -> &'static State {
    // SAFETY: methods of the type are only called with instances of it, and only `install` makes those.
    unsafe { (*finder.cast::<FinderObject>()).state }
}

fast_method!(find_spec, ["fullname", "path", "target"], 1, |finder, a: Arguments| {
    // As with `python`, the main module is that of the first item of `sys.path` that has one: a path entry finder says
    // whether the program does. `runpy.run_path` of a directory or zip file puts that before the program.
    if a.required(0).to_str()? == "__main__" {
        return Ok(Object::none());
    }
    Ok(state_of(finder.as_ptr()).find_spec(finder, a.required(0))?.unwrap_or_else(Object::none))
});

fast_method!(create_module, ["spec"], 1, |finder, a: Arguments| {
    state_of(finder.as_ptr()).create_module(a.required(0))
});

fast_method!(exec_module, ["module"], 1, |finder, a: Arguments| {
    state_of(finder.as_ptr()).exec_module(finder, a.required(0)).map(|()| Object::none())
});

fast_method!(load_module, ["fullname"], 1, |finder, a: Arguments| {
    import(c"_frozen_importlib")?.call_method(c"_load_module_shim", &[finder, a.required(0)])
});

fast_method!(get_code, ["fullname"], 1, |finder, a: Arguments| {
    let state = state_of(finder.as_ptr());
    let name = a.required(0).to_str()?;
    match state.importable(name)? {
        Some(entry) if entry.is(EntryFlags::MODULE) && !entry.is(EntryFlags::EXTENSION) => state.code(&entry),
        Some(_) => Ok(Object::none()),
        None => Err(import_error(&format!("no module named {name:?} in this program"), name)),
    }
});

fast_method!(get_source, ["fullname"], 1, |finder, a: Arguments| {
    Ok(state_of(finder.as_ptr()).source(a.required(0).to_str()?)?.unwrap_or_else(Object::none))
});

fast_method!(get_filename, ["fullname"], 1, |finder, a: Arguments| {
    let state = state_of(finder.as_ptr());
    let name = a.required(0).to_str()?;
    let file = match state.importable(name)? {
        Some(entry) => state.module_file(&entry)?,
        None => None,
    };
    match file {
        Some(file) => state.path_object(&file),
        None => Err(import_error(&format!("module {name:?} has no file name in this program"), name)),
    }
});

fast_method!(is_package, ["fullname"], 1, |finder, a: Arguments| {
    state_of(finder.as_ptr()).is_package(a.required(0).to_str()?).map(Object::bool)
});

fast_method!(get_data, ["path"], 1, |finder, a: Arguments| {
    use std::os::unix::ffi::OsStrExt;
    let bytes = a.required(0).to_fs_bytes()?;
    let path = std::path::Path::new(std::ffi::OsStr::from_bytes(&bytes));
    if !path.is_absolute() {
        return Err(os_error(libc::ENOENT, a.required(0)));
    }
    if let Some(content) = state_of(finder.as_ptr()).content_of_file(path)? {
        return Object::bytes(&content);
    }
    if state_of(finder.as_ptr()).below_root(path).is_some() {
        return Err(os_error(libc::ENOENT, a.required(0)));
    }
    match std::fs::read(path) {
        Ok(content) => Object::bytes(&content),
        Err(error) => Err(os_error(error.raw_os_error().unwrap_or(libc::EIO), a.required(0))),
    }
});

fast_method!(get_resource_reader, ["fullname"], 1, |finder, a: Arguments| {
    let state = state_of(finder.as_ptr());
    let name = a.required(0).to_str()?;
    let is_package = match state.importable(name)? {
        Some(entry) => entry.is(EntryFlags::PACKAGE),
        None => state.data_directory(name)?.is_some(),
    };
    if is_package {
        let directory = state.path_object(&state.package_directory(name)?)?;
        return state.support()?.call_method(c"ResourceReader", &[finder, a.required(0), &directory]);
    }
    if cfg!(not(Py_3_10)) || state.importable(name)?.is_none() {
        return Ok(Object::none());
    }
    // Since 3.12 `files()` takes a module for the directory that it is in.
    let parent = name.rsplit_once('.').map_or("", |(parent, _)| parent);
    let directory = if parent.is_empty() { state.root.clone() } else { state.package_directory(parent)? };
    state.support()?.call_method(c"ResourceReader", &[finder, &Object::str(parent)?, &state.path_object(&directory)?])
});

fast_method!(find_distributions, ["context"], 0, |finder, a: Arguments| {
    let context = a.optional(0).cloned().unwrap_or_else(Object::none);
    state_of(finder.as_ptr()).support()?.call_method(c"find_distributions", &[finder, &context])
});

fast_method!(invalidate_caches, [], 0, |_finder, _a: Arguments| Ok(Object::none()));

fast_method!(iter_modules, ["prefix"], 0, |finder, a: Arguments| {
    let prefix = a.optional(0).map(Object::to_str).transpose()?.unwrap_or_default();
    listing::modules(state_of(finder.as_ptr()), "", prefix)
});

fast_method!(path_hook, ["path"], 1, |finder, a: Arguments| PathEntryType::make(finder, a.required(0)));

fast_method!(resource_files, ["package"], 1, |finder, a: Arguments| {
    listing::files(state_of(finder.as_ptr()), a.required(0).to_str()?)
});

fast_method!(distributions, [], 0, |finder, _a: Arguments| listing::distributions(state_of(finder.as_ptr())));

fast_method!(distribution_file, ["distribution", "name"], 2, |finder, a: Arguments| {
    let state = state_of(finder.as_ptr());
    let Some(entry) = state.entry(a.required(0).to_str()?)? else { return Ok(Object::none()) };
    let content = state.keyed_value(&entry, FieldKind::DistributionResource, a.required(1).to_str()?)?;
    content.map_or_else(|| Ok(Object::none()), |content| Object::bytes(&content))
});

fast_method!(base_directory, ["name"], 1, |finder, a: Arguments| {
    let state = state_of(finder.as_ptr());
    state.path_object(&state.base(a.required(0).to_str()?)?)
});

const DOC: &CStr = c"Imports modules, extension modules and data from packed resources in memory.\n\n\
A meta path finder and loader (importlib.abc). `__file__` of a module is a virtual path below the executable.";

static METHODS: Static<[ffi::PyMethodDef; 19]> = method_table![
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
    (c"_resource_files", resource_files, c"Paths of all files below a package, relative to it."),
    (c"_distributions", distributions, c"Pairs of normalised name and metadata directory of all distributions."),
    (
        c"_base_directory",
        base_directory,
        c"The directory that holds a top-level package: the executable or a real one."
    ),
    (c"_distribution_file", distribution_file, c"A file of a distribution's metadata directory, or None."),
];

/// Makes a finder and puts it into `sys.meta_path`, after the importer of built-in modules, and into
/// `sys.path_hooks`.
///
/// # Errors
///
/// A Python exception is set.
pub fn install(settings: Settings) -> Result<Object> {
    let state: &'static State = Box::leak(Box::new(State::new(settings)?));
    let finder = make(state)?;
    let insert = |list: &CStr, position: isize, item: &Object| {
        let list = sys(list).ok_or_else(|| raise(runtime_error(), "sys is not initialised"))?;
        // SAFETY: the C API checks that it is a list; it takes a reference of its own.
        check(unsafe { ffi::PyList_Insert(list.as_ptr(), position, item.as_ptr()) })
    };
    insert(c"meta_path", 1, &finder)?;
    insert(c"path_hooks", 0, &finder.attr(c"path_hook")?)?;
    Ok(finder)
}

fn runtime_error() -> *mut ffi::PyObject {
    // SAFETY: exception types are alive while Python runs.
    unsafe { ffi::PyExc_RuntimeError }
}

fn make(state: &'static State) -> Result<Object> {
    let mut slots = [
        ffi::PyType_Slot { slot: ffi::Py_tp_methods, pfunc: METHODS.0.as_ptr() as *mut c_void },
        ffi::PyType_Slot { slot: ffi::Py_tp_doc, pfunc: DOC.as_ptr() as *mut c_void },
        ffi::PyType_Slot { slot: 0, pfunc: null_mut() },
    ];
    let mut spec = ffi::PyType_Spec {
        name: c"oxidized_importer.OxidizedFinder".as_ptr(),
        basicsize: size_of::<FinderObject>() as c_int,
        itemsize: 0,
        flags: ffi::Py_TPFLAGS_DEFAULT as u32,
        slots: slots.as_mut_ptr(),
    };
    // SAFETY: the spec and its slots are valid for the call; methods and documentation are static.
    let finder_type = Object::owned(unsafe { ffi::PyType_FromSpec(&raw mut spec) })?;
    // SAFETY: allocates an instance of the type just made, whose layout is `FinderObject`; the field is written
    // before anything can call a method.
    unsafe {
        let finder = Object::owned(ffi::PyType_GenericAlloc(finder_type.as_ptr().cast(), 0))?;
        (&raw mut (*finder.as_ptr().cast::<FinderObject>()).state).write(state);
        Ok(finder)
    }
}

/// The code of the packed `__main__` and its virtual file.
///
/// # Errors
///
/// `ImportError` if there is none.
pub fn main_code(finder: &Object) -> Result<(Object, Object)> {
    let state = state_of(finder.as_ptr());
    let entry = state.importable("__main__")?.ok_or_else(|| import_error("the program has no __main__", "__main__"))?;
    let file = state.module_file(&entry)?.unwrap_or_default();
    Ok((state.code(&entry)?, state.path_object(&file)?))
}

/// Turns a module that something else began to load, such as the frozen `encodings`, into the packed module of its
/// name: spec, loader and paths are replaced and the packed code runs in its namespace.
///
/// # Errors
///
/// `ImportError` if there is no such packed module, and whatever its code raises.
pub fn patch_module(finder: &Object, module: &Object, name: &str) -> Result<()> {
    let state = state_of(finder.as_ptr());
    let spec = state.find_spec(finder, &Object::str(name)?)?;
    let spec = spec.ok_or_else(|| import_error(&format!("{name} is not packed"), name))?;
    module.set_attr(c"__spec__", &spec)?;
    module.set_attr(c"__loader__", finder)?;
    module.set_attr(c"__file__", &spec.attr(c"origin")?)?;
    module.set_attr(c"__cached__", &spec.attr(c"cached")?)?;
    let locations = spec.attr(c"submodule_search_locations")?;
    if !locations.is_none() {
        module.set_attr_object(&state.python.name_path, &locations)?;
    }
    state.exec_module(finder, module)
}
