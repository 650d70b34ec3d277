//! Lists of what is packed: modules for `pkgutil`, files for resource readers, distributions for `importlib.metadata`.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;

use pyo3_ffi as ffi;
use pyox_packed_resources::{EntryFlags, Field, FieldKind};
use pyox_python_objects::{Gil, Object, Result, check, dictionary, tuple};

use crate::catalogue::{Catalogue, Found, damaged};
use crate::roots::Roots;

/// Pairs of name and is-a-package of the modules directly inside `package` (empty: top-level ones) that are `wanted`.
pub(super) fn modules(
    gil: Gil,
    catalogue: &Catalogue,
    package: &str,
    prefix: &str,
    wanted: impl Fn(&Found<'_>) -> bool,
) -> Result<Object> {
    let inside = if package.is_empty() { String::new() } else { format!("{package}.") };
    let mut found = BTreeMap::new();
    for entry in catalogue.entries(&inside) {
        let entry = entry?;
        let name = &entry.name()[inside.len()..];
        // As with directories: neither namespace packages nor the program's own `__main__`.
        // A built-in module in a package is there instead of a file.
        let is_built_in = !package.is_empty() && entry.is(EntryFlags::BUILTIN);
        let is_module = is_built_in || entry.is(EntryFlags::MODULE.union(EntryFlags::EXTENSION));
        if is_module && !name.contains('.') && entry.name() != "__main__" && wanted(&entry) {
            found.insert(name, entry.is(EntryFlags::PACKAGE));
        }
    }
    let pair = |(name, is_package): (&str, bool)| {
        tuple(gil, &[Object::str(gil, &format!("{prefix}{name}"))?, Object::bool(gil, is_package)])
    };
    // `pkgutil` iterates over it once.
    Object::list(gil, found.into_iter().map(pair))
}

/// The paths of all files below a package or data directory, relative to it, each with its place on disk, or `None`.
pub(super) fn files(gil: Gil, catalogue: &Catalogue, package: &str) -> Result<Object> {
    let files = dictionary(gil)?;
    let insert = |name: &str, field: &Field<'_>| {
        let path = field.file().map_err(|error| damaged(&error, package))?;
        let path = path.map(|path| Object::fs_str(gil, catalogue.origin().join(&*path).as_os_str().as_bytes()));
        let (name, path) = (Object::str(gil, name)?, path.unwrap_or_else(|| Ok(Object::none(gil)))?);
        // SAFETY: a dictionary and two objects.
        check(unsafe { ffi::PyDict_SetItem(files.as_ptr(), name.as_ptr(), path.as_ptr()) })
    };
    if package.is_empty() {
        // Data files belong to packages.
        return Ok(files);
    }
    let own = catalogue.entry(package)?;
    if own.is_none()
        && let Some((entry, prefix)) = catalogue.data_directory(package)?
    {
        for field in entry.fields_of(FieldKind::PackageResource).flatten() {
            if let Some(name) = field.key().strip_prefix(&prefix) {
                insert(name, &field)?;
            }
        }
    }
    let inside = format!("{package}.");
    for entry in own.into_iter().map(Ok).chain(catalogue.entries(&inside)) {
        let entry = entry?;
        let directory = entry.name()[package.len()..].trim_start_matches('.').replace('.', "/");
        let place = |name: &str| if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") };
        let is_sourceless = !entry.has(FieldKind::Source);
        for field in entry.fields().flatten() {
            match field.kind() {
                FieldKind::PackageResource if !field.key().is_empty() => insert(&place(field.key()), &field)?,
                FieldKind::Source if entry.is(EntryFlags::PACKAGE) => insert(&place("__init__.py"), &field)?,
                FieldKind::Source => insert(&format!("{directory}.py"), &field)?,
                kind if is_sourceless && is_first_bytecode(&entry, kind) => {
                    let name =
                        if entry.is(EntryFlags::PACKAGE) { place("__init__.pyc") } else { format!("{directory}.pyc") };
                    insert(&name, &field)?;
                }
                FieldKind::Extension => {
                    let path = entry.text(FieldKind::RelativePath)?.unwrap_or_default();
                    if let Some(name) = path.strip_prefix(&format!("{}/", package.replace('.', "/"))) {
                        insert(name, &field)?;
                    }
                }
                _ => {}
            }
        }
    }
    Ok(files)
}

/// Whether a value is the bytecode of the lowest level that an entry has.
fn is_first_bytecode(entry: &Found<'_>, kind: FieldKind) -> bool {
    FieldKind::BYTECODE.into_iter().find(|kind| entry.has(*kind)) == Some(kind)
}

/// The project name, as the finder spells it, the metadata directory, and the item of `sys.path` that has it, of all
/// distributions.
pub(super) fn distributions(gil: Gil, roots: &Roots, catalogue: &Catalogue) -> Result<Object> {
    Object::list(
        gil,
        catalogue.distributions().map(|found| {
            let (entry, directory) = found?;
            let item = roots.of(entry.flags().metadata_place()).as_os_str().as_bytes();
            tuple(gil, &[Object::str(gil, entry.name())?, Object::str(gil, &directory)?, Object::fs_str(gil, item)?])
        }),
    )
}

/// The paths of a distribution's metadata files, relative to the metadata directory.
pub(super) fn metadata_files(gil: Gil, catalogue: &Catalogue, distribution: &str) -> Result<Object> {
    let entry = catalogue.entry(distribution)?;
    let fields = entry.iter().flat_map(|entry| entry.fields_of(FieldKind::DistributionResource).flatten());
    Object::list(gil, fields.map(|field| Object::str(gil, field.key())))
}
