//! The finder of a program that starts with it.

use std::ffi::CStr;
use std::path::PathBuf;
use std::sync::Arc;

use pyo3_ffi as ffi;

use crate::catalogue::Catalogue;
use crate::class;
use crate::finder::state_of;
use crate::layer::Layer;
use crate::object::{Object, Result, check, import_error, raise, sys};
use crate::state::State;

/// What [`install`] needs to know.
#[derive(Clone)]
pub struct Settings {
    /// The program's resources; of several layers the first that has a module wins.
    pub layers: Vec<Arc<Layer>>,
    /// Absolute path of the executable: the root of virtual paths.
    pub root: PathBuf,
    /// Path of the script below the root when the packed `__main__` is one.
    pub script: Option<String>,
    /// `sys.flags.optimize`.
    pub optimize: u8,
    /// Whether modules in memory have `__file__` and `__cached__`, which are virtual paths.
    pub virtual_files: bool,
}

/// Makes a finder and puts it into `sys.meta_path`, after the importer of built-in modules, and into
/// `sys.path_hooks`.
///
/// # Errors
///
/// A Python exception is set.
pub fn install(settings: Settings) -> Result<Object> {
    let Settings { layers, root, script, optimize, virtual_files } = settings;
    let catalogue = Catalogue::new(layers, root.parent().unwrap_or(&root));
    let mut state = State::new(catalogue, root, script, optimize)?;
    state.is_of_program = true;
    state.virtual_files = virtual_files;
    state.registers_pkg_resources = true;
    let finder = class::instance(state)?;
    let insert = |list: &CStr, position: isize, item: &Object| {
        // SAFETY: exception types are alive while Python runs.
        let kind = unsafe { ffi::PyExc_RuntimeError };
        let list = sys(list).ok_or_else(|| raise(kind, "sys is not initialised"))?;
        // SAFETY: the C API checks that it is a list; it takes a reference of its own.
        check(unsafe { ffi::PyList_Insert(list.as_ptr(), position, item.as_ptr()) })
    };
    insert(c"meta_path", 1, &finder)?;
    insert(c"path_hooks", 0, &finder.attr(c"path_hook")?)?;
    Ok(finder)
}

/// The code of the packed `__main__`, and its virtual file if modules have one.
///
/// # Errors
///
/// `ImportError` if there is none.
pub fn main_code(finder: &Object) -> Result<(Object, Option<Object>)> {
    let state = state_of(finder);
    let catalogue = state.catalogue();
    let entry =
        catalogue.importable("__main__")?.ok_or_else(|| import_error("the program has no __main__", "__main__"))?;
    let file = state.module_file(&entry)?.unwrap_or_default();
    let file = state.virtual_files.then(|| state.path_object(&file)).transpose()?;
    Ok((state.code(&entry)?, file))
}

/// Turns a module that something else began to load, such as the frozen `encodings`, into the packed module of its
/// name: spec, loader and paths are replaced and the packed code runs in its namespace.
///
/// # Errors
///
/// `ImportError` if there is no such packed module, and whatever its code raises.
pub fn patch_module(finder: &Object, module: &Object, name: &str) -> Result<()> {
    let state = state_of(finder);
    let spec = state.find_spec(finder, &Object::str(name)?)?;
    let spec = spec.ok_or_else(|| import_error(&format!("{name} is not packed"), name))?;
    module.set_attr(c"__spec__", &spec)?;
    module.set_attr(c"__loader__", finder)?;
    if state.virtual_files {
        module.set_attr(c"__file__", &spec.attr(c"origin")?)?;
        module.set_attr(c"__cached__", &spec.attr(c"cached")?)?;
    } else if module.attr_or_none(c"__file__").is_some() {
        module.delete_attr(c"__file__")?;
    }
    let locations = spec.attr(c"submodule_search_locations")?;
    if !locations.is_none() {
        module.set_attr_object(&state.python.name_path, &locations)?;
    }
    state.exec_module(finder, module)
}
