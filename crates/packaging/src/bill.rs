//! What a program consists of, with licences.

use std::collections::BTreeSet;
use std::path::Path;

use pyox_binary::is_libpython;
use pyox_distribution::Target;
use pyox_layers::Layer;
use pyox_licenses::{Bill, Component, Packages, known_library, launcher_components, library, packed_distributions};
use pyox_linker::Launcher;
use pyox_packed_resources::{Decoder, ResourceKind};
use pyox_program_format::LauncherMarker;

use crate::error::Error;
use crate::glibc::Spared;

/// The memory allocators that a launcher was compiled with, separated by commas.
pub(crate) fn allocators(launcher: &Launcher) -> String {
    let marker = LauncherMarker::read(&launcher.bytes).ok().flatten();
    marker.and_then(|marker| marker.fields().get(LauncherMarker::ALLOCATORS).cloned()).unwrap_or_default()
}

/// The components of a program of these layers: the Python, distributions, shared libraries that no distribution has
/// installed, and what a launcher with these memory allocators is compiled from, if there is one.
pub(crate) fn bill(
    target: &dyn Target,
    layers: &[Layer],
    allocators: Option<&[&str]>,
    spared: &Spared,
) -> Result<Bill, Error> {
    let mut components = Vec::new();
    let mut names: BTreeSet<String> = target.info().builtin_modules.iter().cloned().collect();
    let mut libraries: BTreeSet<(&str, &str)> = BTreeSet::new();
    for layer in layers {
        let rows = layer.rows().iter().filter(|row| !spared.has(layer, &row.name));
        for row in rows {
            match (row.kind, &row.owner) {
                (ResourceKind::ExtensionModule, None) if layer.is_standard_library() => {
                    names.insert(row.name.clone());
                }
                (ResourceKind::SharedLibrary, None) if !is_libpython(&row.name) => {
                    names.insert(row.name.clone());
                    libraries.insert((&row.name, &row.origin));
                }
                (ResourceKind::SharedLibrary, Some(owner)) => components.extend(known_library(&row.name, owner)),
                _ => {}
            }
        }
        names.extend(layer.of_system().iter().map(|(_, soname)| soname.clone()));
        components.extend(distributions(layer)?);
    }
    components.extend(target.components(&names));
    if !libraries.is_empty() {
        let packages = Packages::of(Path::new("/"));
        let all = libraries.iter().map(|(name, origin)| library(name, Some(Path::new(origin)), Some(&packages)));
        components.extend(all);
    }
    components.extend(allocators.map(launcher_components).unwrap_or_default());
    Ok(components.into_iter().collect())
}

fn distributions(layer: &Layer) -> Result<Vec<Component>, Error> {
    let decoder = Decoder::new();
    packed_distributions(&layer.blob()?, &mut |field| {
        let value = layer.decoded(&decoder, field)?;
        Ok(value.stored().read().map_err(pyox_packed_resources::Error::Write)?.into_owned())
    })
}
