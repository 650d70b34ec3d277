//! What packages ask for: files, or a location that someone has named for them.

use std::collections::{BTreeMap, BTreeSet};

use pyox_packed_resources::{Location, normalize_project_name};
use pyox_scanner::{Evidence, Installed, NeedsFiles, Scan, files_needed, top_level_of_path};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::plan::LayerKind;
use crate::policy::Policy;

/// The evidence that a package has to exist as files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FilesNeeded {
    /// The module that looks for files.
    pub module: String,
    /// The line in which it does, if its source is known.
    pub line: Option<usize>,
    /// The name by which it does, such as `__file__`.
    pub name: String,
    /// How many data files the package has; with none it looks for modules.
    pub data_files: usize,
    /// One of them.
    pub example: Option<String>,
}

impl FilesNeeded {
    fn of(needs: &NeedsFiles) -> Self {
        let mention = needs.strongest();
        Self {
            module: mention.map_or_else(|| needs.package.clone(), |mention| mention.module.clone()),
            line: mention.and_then(|mention| mention.line),
            name: mention.map_or_else(String::new, |mention| mention.name.to_string()),
            data_files: needs.data_files.len(),
            example: needs.data_files.first().cloned(),
        }
    }
}

/// What the packages of one layer ask for, by top-level name.
#[derive(Default)]
pub(crate) struct Needs {
    /// Whether files outside of packages, which were installed with them, are virtual ones.
    pub(super) other_files: bool,
    /// Distribution by top-level name. One without metadata is named after its package.
    owners: BTreeMap<String, String>,
    asked: BTreeMap<String, Location>,
    located: BTreeSet<String>,
    /// By package, and again by every name of its distribution.
    packages: BTreeMap<String, FilesNeeded>,
    files_needed: BTreeMap<String, FilesNeeded>,
}

impl Needs {
    pub(crate) fn of(scan: &Scan, kind: LayerKind, policy: &Policy) -> Result<Self, Error> {
        let installed = scan.installed()?;
        // What else lies beside a script or a package may be anything.
        let is_whole = !matches!(kind, LayerKind::ScriptDirectory | LayerKind::Package | LayerKind::PackageRoot);
        let is_read = kind != LayerKind::StandardLibrary && kind != LayerKind::Other;
        let mut needs = Self { other_files: policy.virtual_files && is_whole && is_read, ..Self::default() };
        for distribution in &installed {
            for name in &distribution.top_level {
                needs.owners.entry(name.clone()).or_insert_with(|| distribution.project.to_string());
            }
        }
        for (name, location) in &policy.locations {
            let Some((distribution, names)) = distribution_called(name, &installed, scan) else { continue };
            needs.located.insert(name.clone());
            for top_level in names {
                needs.owners.insert(top_level.clone(), distribution.clone());
                needs.asked.insert(top_level, location.clone());
            }
        }
        if policy.virtual_files {
            return Ok(needs);
        }
        // Looking at the `__file__` of some module is mostly what reloaders and debuggers do, with modules of others.
        let found = files_needed(scan.resources.iter().map(|found| &found.resource))?;
        for found in found.iter().filter(|found| found.evidence() == Evidence::Direct) {
            if needs.asked.contains_key(&found.package) {
                continue;
            }
            let why = FilesNeeded::of(found);
            let owner = installed.iter().find(|distribution| distribution.top_level.contains(&found.package));
            let names = owner.map_or_else(|| [found.package.clone()].into(), |owner| owner.top_level.clone());
            let owner = owner.map_or_else(|| found.package.clone(), |owner| owner.project.to_string());
            for name in names {
                needs.owners.insert(name.clone(), owner.clone());
                needs.files_needed.entry(name).or_insert_with(|| why.clone());
            }
            needs.packages.insert(found.package.clone(), why);
        }
        Ok(needs)
    }

    /// The distribution that a path below `sys.path` belongs to.
    pub(super) fn owner(&self, path: &str) -> String {
        let name = top_level_of_path(path);
        self.owners.get(name).map_or(name, String::as_str).to_owned()
    }

    /// Top-level names with a distribution.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.owners.keys().cloned()
    }

    pub(crate) fn asked(&self, path: &str) -> Option<&Location> {
        self.asked.get(top_level_of_path(path))
    }

    pub(crate) fn files_needed(&self, path: &str) -> Option<&FilesNeeded> {
        self.files_needed.get(top_level_of_path(path))
    }

    pub(super) fn all_files_needed(&self) -> impl Iterator<Item = (&String, &FilesNeeded)> {
        self.packages.iter()
    }

    pub(super) fn located(&self) -> &BTreeSet<String> {
        &self.located
    }
}

/// The distribution of this name, or the one that has a top-level package of this name, with its top-level names.
fn distribution_called(name: &str, installed: &[Installed], scan: &Scan) -> Option<(String, BTreeSet<String>)> {
    let normalized = normalize_project_name(name);
    let called = installed.iter().find(|distribution| *distribution.project == *normalized);
    let owner = called.or_else(|| installed.iter().find(|distribution| distribution.top_level.contains(name)));
    if let Some(owner) = owner {
        return Some((owner.project.to_string(), owner.top_level.clone()));
    }
    let is_there = scan.resources.iter().any(|found| top_level_of_path(&found.resource.relative_path()) == name);
    is_there.then(|| (name.to_owned(), BTreeSet::from([name.to_owned()])))
}
