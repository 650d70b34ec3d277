//! Lists of what is packed: modules for `pkgutil`, files for resource readers, distributions for `importlib.metadata`.

use std::collections::BTreeMap;

use pyox_packed_resources::{EntryFlags, FieldKind};

use crate::catalogue::{Catalogue, Found};
use crate::object::{Object, Result};

/// Pairs of name and is-a-package of the modules directly inside `package` (empty: top-level ones).
pub(super) fn modules(catalogue: &Catalogue, package: &str, prefix: &str) -> Result<Object> {
    let inside = if package.is_empty() { String::new() } else { format!("{package}.") };
    let mut found = BTreeMap::new();
    for entry in catalogue.entries(&inside) {
        let entry = entry?;
        let name = &entry.name()[inside.len()..];
        // As with directories: neither namespace packages nor the program's own `__main__`.
        let is_module = entry.is(EntryFlags::MODULE.union(EntryFlags::EXTENSION));
        if is_module && !name.contains('.') && entry.name() != "__main__" {
            found.insert(name, entry.is(EntryFlags::PACKAGE));
        }
    }
    let pair =
        |(name, is_package): (&str, bool)| tuple(&[Object::str(&format!("{prefix}{name}"))?, Object::bool(is_package)]);
    // `pkgutil` iterates over it once.
    Object::list(found.into_iter().map(pair))
}

/// Paths of all files below a package or data directory, relative to it.
pub(super) fn files(catalogue: &Catalogue, package: &str) -> Result<Object> {
    let mut paths = Vec::new();
    if package.is_empty() {
        // Data files belong to packages.
        return Object::list([]);
    }
    if let Some((entry, prefix)) =
        catalogue.entry(package)?.is_none().then(|| catalogue.data_directory(package)).transpose()?.flatten()
    {
        for field in entry.fields_of(FieldKind::PackageResource).flatten() {
            paths.extend(field.key().strip_prefix(&prefix).map(str::to_owned));
        }
    }
    let inside = format!("{package}.");
    let own = catalogue.entry(package)?;
    let below = catalogue.entries(&inside);
    for entry in own.into_iter().map(Ok).chain(below) {
        let entry = entry?;
        let directory = entry.name()[package.len()..].trim_start_matches('.').replace('.', "/");
        let place = |name: &str| if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") };
        for field in entry.fields().flatten() {
            match field.kind() {
                FieldKind::PackageResource => paths.push(place(field.key())),
                FieldKind::Source if entry.is(EntryFlags::PACKAGE) => paths.push(place("__init__.py")),
                FieldKind::Source => paths.push(format!("{directory}.py")),
                FieldKind::Extension => {
                    let path = entry.text(FieldKind::RelativePath)?.unwrap_or_default();
                    let directory = format!("{}/", package.replace('.', "/"));
                    paths.extend(path.strip_prefix(&directory).map(str::to_owned));
                }
                _ => {}
            }
        }
    }
    Object::list(paths.iter().map(|path| Object::str(path)))
}

/// Pairs of normalised name and metadata directory of all distributions.
pub(super) fn distributions(catalogue: &Catalogue) -> Result<Object> {
    let is_distribution =
        |entry: &Result<Found<'_>>| entry.as_ref().map_or(true, |entry| entry.is(EntryFlags::DISTRIBUTION));
    Object::list(catalogue.entries("").filter(is_distribution).map(|entry| {
        let entry = entry?;
        let directory = entry.text(FieldKind::MetadataDirectory)?.unwrap_or_default();
        tuple(&[Object::str(entry.name())?, Object::str(&directory)?])
    }))
}

fn tuple(items: &[Object]) -> Result<Object> {
    // SAFETY: a new tuple; each position is filled once with an owned reference.
    unsafe {
        let tuple = Object::owned(pyo3_ffi::PyTuple_New(items.len() as isize))?;
        for (i, item) in items.iter().enumerate() {
            pyo3_ffi::PyTuple_SetItem(tuple.as_ptr(), i as isize, item.clone().into_ptr());
        }
        Ok(tuple)
    }
}
