//! Constructor and properties of `OxidizedFinder`, and the methods that give it resources.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pyo3_ffi as ffi;
use pyox_python_objects::{Gil, Object, Result, import, io_error, os_error, value_error};

use crate::arguments::{Arguments, END_OF_PROPERTIES, Static, getter, property};
use crate::catalogue::Catalogue;
use crate::class::Instance;
use crate::layer::{Layer, OpenError};
use crate::roots::Roots;
use crate::state::State;

/// `OxidizedFinder(resources_data=None, resources_file=None, relative_path_origin=None)`
pub(super) fn construct(gil: Gil, arguments: &Arguments) -> Result<State> {
    let mut layers = Vec::new();
    if let Some(data) = arguments.optional(0) {
        layers.push(Arc::new(layer_of_data(data)?));
    }
    if let Some(file) = arguments.optional(1) {
        layers.push(Arc::new(layer_of_file(file)?));
    }
    let root = executable()?;
    let origin = match arguments.optional(2) {
        Some(origin) => PathBuf::from(OsStr::from_bytes(&origin.to_fs_bytes()?)),
        None => root.parent().unwrap_or(Path::new("/")).to_owned(),
    };
    State::new(gil, Catalogue::new(layers, &origin), Roots::flat(root), None, optimize(gil)?)
}

/// The file that the process runs, as `sys.executable` may be a link to it, or anything else.
fn executable() -> Result<PathBuf> {
    std::env::current_exe().map_err(|error| io_error(&error))
}

fn optimize(gil: Gil) -> Result<u8> {
    let level = import(gil, c"sys")?.attr(c"flags")?.attr(c"optimize")?;
    Ok(level.to_int()?.min(2))
}

/// Adds the resources in a bytes-like object, which replace those of the same names.
pub(super) fn index_bytes(finder: &Instance<State>, data: &Object) -> Result<()> {
    let layer = layer_of_data(data)?;
    finder.update(|catalogue| catalogue.prepend(layer));
    Ok(())
}

/// Maps a file and adds the resources in it, which replace those of the same names.
pub(super) fn index_file(finder: &Instance<State>, path: &Object) -> Result<()> {
    let layer = layer_of_file(path)?;
    finder.update(|catalogue| catalogue.prepend(layer));
    Ok(())
}

fn layer_of_data(data: &Object) -> Result<Layer> {
    // SAFETY: the layer becomes a part of a catalogue. Those are parts of instances of Python types, which the
    // interpreter drops, and of what its threads use while they run a method.
    let opened = match unsafe { Layer::of_bytes(data) } {
        Some(opened) => opened,
        None => Layer::owned(data.to_bytes()?),
    };
    opened.map_err(|error| value_error(&format!("not packed resources: {error}")))
}

fn layer_of_file(path: &Object) -> Result<Layer> {
    let bytes = path.to_fs_bytes()?;
    let file = Path::new(OsStr::from_bytes(&bytes));
    Layer::map(file).map_err(|error| match error {
        OpenError::File(error) => os_error(error.raw_os_error().unwrap_or(libc::EIO), path),
        OpenError::Format(error) => value_error(&format!("{} does not hold packed resources: {error}", file.display())),
    })
}

property!(State: path_hook_base_str, |finder| {
    finder.path_object(finder.gil(), finder.roots.program())
});

property!(State: origin, |finder| {
    finder.path_object(finder.gil(), finder.catalogue().origin())
});

// No configuration of an interpreter has it.
property!(State: multiprocessing_set_start_method, |finder| Ok(Object::none(finder.gil())));

property!(State: pkg_resources_import_auto_register, |finder| {
    Ok(Object::bool(finder.gil(), finder.registers_pkg_resources))
});

pub(super) static PROPERTIES: Static<[ffi::PyGetSetDef; 5]> = Static([
    getter(c"path_hook_base_str", path_hook_base_str, c"str: the path that path_hook() takes paths below."),
    getter(c"origin", origin, c"str: the directory that paths of files are relative to."),
    getter(
        c"multiprocessing_set_start_method",
        multiprocessing_set_start_method,
        c"None: the finder leaves the start method of multiprocessing alone.",
    ),
    getter(
        c"pkg_resources_import_auto_register",
        pkg_resources_import_auto_register,
        c"bool: importing pkg_resources calls register_pkg_resources(), as in programs.",
    ),
    END_OF_PROPERTIES,
]);
