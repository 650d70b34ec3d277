//! Constructor and properties of `OxidizedFinder`, and the methods that give it resources.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pyo3_ffi as ffi;

use super::state_of;
use crate::arguments::{Arguments, Static, property};
use crate::catalogue::Catalogue;
use crate::layer::{Layer, OpenError};
use crate::object::{Object, Result, import, os_error, sys, value_error};
use crate::state::State;

/// `OxidizedFinder(resources_data=None, resources_file=None, relative_path_origin=None)`
pub(super) fn construct(arguments: &Arguments) -> Result<State> {
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
    State::new(Catalogue::new(layers, &origin), root, None, optimize()?)
}

/// `sys.executable`, or the file that the process runs if Python does not know.
fn executable() -> Result<PathBuf> {
    let known = sys(c"executable").filter(|path| !path.is_none()).map(|path| path.to_fs_bytes()).transpose()?;
    match known.filter(|path| !path.is_empty()) {
        Some(path) => Ok(PathBuf::from(OsStr::from_bytes(&path))),
        None => std::env::current_exe().map_err(|error| value_error(&format!("sys.executable is not set: {error}"))),
    }
}

fn optimize() -> Result<u8> {
    let flags = import(c"sys")?.attr(c"flags")?.attr(c"optimize")?;
    // SAFETY: any object; a wrong type sets an exception and gives -1.
    let level = unsafe { ffi::PyLong_AsLong(flags.as_ptr()) };
    Ok(level.clamp(0, 2) as u8)
}

/// Adds the resources in a bytes-like object behind those that are there.
pub(super) fn index_bytes(finder: &Object, data: &Object) -> Result<()> {
    let layer = layer_of_data(data)?;
    state_of(finder).update(|catalogue| catalogue.append(layer));
    Ok(())
}

/// Maps a file and adds the resources in it behind those that are there.
pub(super) fn index_file(finder: &Object, path: &Object) -> Result<()> {
    let layer = layer_of_file(path)?;
    state_of(finder).update(|catalogue| catalogue.append(layer));
    Ok(())
}

fn layer_of_data(data: &Object) -> Result<Layer> {
    let opened = match Layer::of_bytes(data) {
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

property!(path_hook_base_str, |finder| {
    let state = state_of(finder);
    state.path_object(&state.root)
});

property!(origin, |finder| {
    let state = state_of(finder);
    state.path_object(state.catalogue().origin())
});

pub(super) static PROPERTIES: Static<[ffi::PyGetSetDef; 3]> = Static([
    crate::arguments::getter(
        c"path_hook_base_str",
        path_hook_base_str,
        c"The path that path_hook() takes paths below.",
    ),
    crate::arguments::getter(c"origin", origin, c"The directory that paths of files are relative to."),
    crate::arguments::END_OF_PROPERTIES,
]);
