//! Selection of packages by name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pyox_packed_resources::{Resource, normalize_project_name};

use crate::data::read_text;
use crate::error::Error;
use crate::record::record_rows;
use crate::scan::{Found, Scan};

/// Keeps what `packages` select; `root` is for the error about a name that selects nothing.
pub(crate) fn select(mut scan: Scan, packages: &[String], root: &Path) -> Result<Scan, Error> {
    let mut selected = BTreeSet::new();
    for package in packages {
        let mut any = false;
        for (index, found) in scan.resources.iter().enumerate() {
            if belongs_to(&found.resource, package) {
                any |= is_module(&found.resource);
                selected.insert(index);
            }
        }
        if !any {
            return Err(Error::PackageNotFound { package: package.clone(), path: root.to_owned() });
        }
    }
    let directories = distributions(&scan, packages, &selected)?;
    add_distributions(&scan, &directories, &mut selected);
    let mut index = 0..;
    scan.resources.retain(|_| index.next().is_some_and(|index| selected.contains(&index)));
    Ok(scan)
}

fn is_module(resource: &Resource) -> bool {
    matches!(resource, Resource::ModuleSource(_) | Resource::ModuleBytecode(_) | Resource::ExtensionModule(_))
}

fn belongs_to(resource: &Resource, package: &str) -> bool {
    let below = |name: &str| name.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    match resource {
        Resource::ModuleSource(module) => below(&module.name),
        Resource::ModuleBytecode(module) => below(&module.name),
        Resource::ExtensionModule(module) => below(&module.name),
        Resource::PackageResource(file) => below(&file.package),
        Resource::SharedLibrary(library) => library.relative_path.as_deref().is_some_and(|path| {
            path.strip_prefix(&package.replace('.', "/"))
                .is_some_and(|rest| rest.starts_with('/') || rest.starts_with(".libs/"))
        }),
        _ => false,
    }
}

/// Metadata directories of distributions that have the name of a package, or own a selected module, with the files that
/// they own.
fn distributions(
    scan: &Scan,
    packages: &[String],
    selected: &BTreeSet<usize>,
) -> Result<BTreeMap<String, BTreeSet<String>>, Error> {
    let names: BTreeSet<String> = packages.iter().map(|package| normalize_project_name(package)).collect();
    let modules: BTreeSet<String> = selected
        .iter()
        .map(|&index| &scan.resources[index].resource)
        .filter(|resource| is_module(resource))
        .map(Resource::relative_path)
        .collect();
    let mut directories: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for Found { resource, origin, .. } in &scan.resources {
        let Resource::DistributionResource(file) = resource else { continue };
        if names.contains(&normalize_project_name(&file.project)) {
            directories.entry(file.directory.clone()).or_default();
        }
        if file.name == "RECORD" {
            let rows = record_rows(&read_text(&file.data, origin)?);
            let owned: BTreeSet<String> = rows.into_iter().map(|row| row.path).collect();
            if directories.contains_key(&file.directory) || !owned.is_disjoint(&modules) {
                directories.insert(file.directory.clone(), owned);
            }
        }
    }
    Ok(directories)
}

/// Adds metadata, private libraries and mypyc's shared modules of distributions.
fn add_distributions(scan: &Scan, directories: &BTreeMap<String, BTreeSet<String>>, selected: &mut BTreeSet<usize>) {
    for (index, found) in scan.resources.iter().enumerate() {
        let owned = |path: &str| directories.values().any(|files| files.contains(path));
        let wanted = match &found.resource {
            Resource::DistributionResource(file) => directories.contains_key(&file.directory),
            Resource::SharedLibrary(library) => library.relative_path.as_deref().is_some_and(|path| {
                path.split('/').next().is_some_and(|first| first.ends_with(".libs")) && owned(path)
            }),
            Resource::ExtensionModule(module) => module.name.ends_with("__mypyc") && owned(&module.relative_path),
            _ => false,
        };
        if wanted {
            selected.insert(index);
        }
    }
}
