//! Directories that `.pth` files add, and editable installations.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use pyox_packed_resources::{Resource, normalize_project_name};

use crate::direct_url::DirectUrl;
use crate::directory::{Directory, canonical};
use crate::error::Error;
use crate::record::record_rows;
use crate::scan::{Scan, SkipReason, Skipped};
use crate::source::ResourceSource;

/// Searches the directories that the `.pth` files in `site_packages` add, and those of editable installations whose
/// `.pth` file is code. `seen` has the directories that were searched before, in their canonical form.
pub(crate) fn scan_added(
    site_packages: &Path,
    scan: &mut Scan,
    suffixes: &[String],
    seen: &mut BTreeSet<PathBuf>,
) -> Result<Vec<Scan>, Error> {
    let mut added = Vec::new();
    let installed = projects(scan);
    let names: BTreeSet<String> = installed.values().map(|name| normalize_project_name(name)).collect();
    let with_paths: BTreeSet<String> = scan.path_lines.iter().map(|line| line.file.clone()).collect();
    let mut editable = Vec::new();
    for (directory, project) in installed {
        if let Some(root) = editable_root(&site_packages.join(&directory))? {
            editable.push((pth_files(&site_packages.join(&directory))?, root, directory, project));
        }
    }
    for line in std::mem::take(&mut scan.path_lines) {
        let directory = site_packages.join(&line.path);
        if !directory.is_dir() {
            let reason = SkipReason::PthMissing { line: line.line };
            scan.skipped.push(Skipped { path: line.file, reason });
        } else if seen.insert(canonical(&directory)?) {
            let found = installable(tree(&directory, suffixes).scan()?, &names);
            let is_project = editable.iter().any(|(files, ..)| files.contains(&line.file));
            added.push(if is_project { without_plain_files(found) } else { found });
        }
    }
    let mut located = BTreeSet::new();
    for (hooks, root, directory, project) in editable {
        if hooks.is_empty() || !hooks.iter().any(|file| with_paths.contains(file)) {
            let found = locate(&project, &root, site_packages, &directory, suffixes)?;
            added.push(without_plain_files(installable(found, &names)));
        }
        located.extend(hooks);
    }
    for skip in &mut scan.skipped {
        if !matches!(skip.reason, SkipReason::PthCode { .. }) {
            continue;
        }
        if located.contains(&skip.path) {
            skip.reason = SkipReason::EditableHook;
        } else if let Some(name) = skip.path.strip_prefix("__editable__.") {
            let package = name.split('-').next().unwrap_or(name).trim_end_matches(".pth").to_owned();
            return Err(Error::Editable { package, path: site_packages.to_owned() });
        }
    }
    Ok(added)
}

/// Metadata directories and the names of their projects.
fn projects(scan: &Scan) -> BTreeMap<String, String> {
    let resources = scan.resources.iter().map(|found| &found.resource);
    resources
        .filter_map(|resource| match resource {
            Resource::DistributionResource(file) => Some((file.directory.clone(), file.project.clone())),
            _ => None,
        })
        .collect()
}

/// A source tree: without what development leaves in it.
fn tree(directory: &Path, suffixes: &[String]) -> Directory {
    let root = directory.to_owned();
    Directory::new(directory)
        .extension_suffixes(suffixes.iter().cloned())
        .exclude(["build", "dist", "setup.py"])
        .exclude_if(move |path| {
            let name = path.rsplit('/').next().unwrap_or(path);
            name.starts_with('.') || name == "node_modules" || root.join(path).join("pyvenv.cfg").exists()
        })
}

/// Leaves out the build's metadata of projects that are `installed`, and `.pth` files, which Python reads in
/// `site-packages` only.
fn installable(mut scan: Scan, installed: &BTreeSet<String>) -> Scan {
    scan.resources.retain(|found| match &found.resource {
        Resource::DistributionResource(file) => !installed.contains(&normalize_project_name(&file.project)),
        _ => true,
    });
    scan.skipped.retain(|skip| !matches!(skip.reason, SkipReason::PthCode { .. }));
    scan.path_lines.clear();
    scan
}

/// Leaves out what lies beside the packages of a project under development: its installation would not have it.
fn without_plain_files(mut scan: Scan) -> Scan {
    scan.resources.retain(|found| !matches!(found.resource, Resource::File(_)));
    scan
}

/// Finds the code of an editable installation that has an import hook: the packages that `top_level.txt` names, or that
/// have the name of the project, in `src` or at the root of the project.
fn locate(
    project: &str,
    root: &Path,
    site_packages: &Path,
    dist_info: &str,
    suffixes: &[String],
) -> Result<Scan, Error> {
    let top_level = read_optional(&site_packages.join(dist_info).join("top_level.txt"))?.unwrap_or_default();
    let mut names: Vec<String> =
        top_level.split_whitespace().filter(|name| !name.starts_with("__editable__")).map(String::from).collect();
    if names.is_empty() {
        names.push(normalize_project_name(project).replace('-', "_"));
    }
    for directory in [root.join("src"), root.to_owned()] {
        if !directory.is_dir() {
            continue;
        }
        match tree(&directory, suffixes).only(names.clone()).scan() {
            Ok(scan) => return Ok(scan),
            Err(Error::PackageNotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::Editable { package: project.to_owned(), path: site_packages.to_owned() })
}

/// The project's directory, if `direct_url.json` says that the installation is editable.
fn editable_root(dist_info: &Path) -> Result<Option<PathBuf>, Error> {
    let Some(text) = read_optional(&dist_info.join("direct_url.json"))? else { return Ok(None) };
    Ok(DirectUrl::parse(&text).filter(|direct| direct.is_editable).and_then(|direct| direct.path()))
}

/// The `.pth` files that `RECORD` lists.
fn pth_files(dist_info: &Path) -> Result<Vec<String>, Error> {
    let text = read_optional(&dist_info.join("RECORD"))?.unwrap_or_default();
    Ok(record_rows(&text).into_iter().map(|row| row.path).filter(|path| path.ends_with(".pth")).collect())
}

fn read_optional(path: &Path) -> Result<Option<String>, Error> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(source) => Err(Error::Read { path: path.to_owned(), source }),
    }
}
