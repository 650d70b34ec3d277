//! Distributions that are placed in files when the program runs.
//!
//! A package that needs files gets them together with everything else that its distribution installs: `black` finds its
//! data through the shared library beside its package, others through a sibling package.

use std::collections::{BTreeMap, BTreeSet};

use pyox_packed_resources::{Collector, Resource, normalize_project_name};
use pyox_scanner::{Evidence, Scan, files_needed, record_rows};

use super::cache_files::CacheFiles;
use crate::error::Error;
use crate::location::Location;
use crate::report::Finding;

/// Distributions of one layer that are not simply in memory. One without metadata is named after its package.
#[derive(Default)]
pub(super) struct CachedPackages {
    /// Distribution by top-level name.
    owners: BTreeMap<String, String>,
    distributions: BTreeMap<String, Cached>,
    findings: Vec<Finding>,
    /// Top-level names whose location was asked for.
    asked: BTreeMap<String, Location>,
    /// The names by which it was asked for.
    located: BTreeSet<String>,
}

struct Cached {
    reason: String,
    files: CacheFiles,
}

impl CachedPackages {
    pub(super) fn of(scan: &Scan, locations: &BTreeMap<String, Location>) -> Result<Self, Error> {
        let verdicts = files_needed(scan.resources.iter().map(|found| &found.resource))?;
        let installed = installed_names(scan)?;
        let mut cached = Self::default();
        for (name, location) in locations {
            let Some((distribution, names)) = distribution_called(name, &installed, scan) else { continue };
            cached.located.insert(name.clone());
            cached.asked.extend(names.iter().map(|top_level| (top_level.clone(), location.clone())));
            if *location == Location::Cache {
                cached.add(distribution, names, "its location was asked for".to_owned());
            }
        }
        // Looking at the `__file__` of some module is mostly what reloaders and debuggers do, with modules of others.
        for needs in verdicts.into_iter().filter(|needs| needs.evidence() == Evidence::Direct) {
            if cached.asked.contains_key(&needs.package) {
                continue;
            }
            let (package, reason) = (needs.package.clone(), needs.reason());
            cached.findings.push(Finding::InFiles { package: package.clone(), reason: reason.clone() });
            let owner = installed.iter().find(|(_, names)| names.contains(&package));
            let (name, names) = match owner {
                Some((project, names)) => (normalize_project_name(project), names.clone()),
                None => (package.clone(), BTreeSet::from([package])),
            };
            cached.add(name, names, reason);
        }
        Ok(cached)
    }

    fn add(&mut self, distribution: String, names: BTreeSet<String>, reason: String) {
        self.owners.extend(names.into_iter().map(|top_level| (top_level, distribution.clone())));
        self.distributions.entry(distribution).or_insert_with(|| Cached { reason, files: CacheFiles::default() });
    }

    /// Where a path below `sys.path` shall be, if that was asked for.
    pub(super) fn asked(&self, path: &str) -> Option<&Location> {
        self.asked.get(top_level(path))
    }

    /// Whether the distribution that a path below `sys.path` belongs to is in files, all of it.
    pub(super) fn is_in_files(&self, path: &str) -> bool {
        self.reason(path).is_some() || matches!(self.asked(path), Some(Location::FilesystemRelative(_)))
    }

    /// Top-level names that are in a directory beside the program, and which.
    pub(super) fn beside(&self) -> BTreeMap<String, String> {
        let beside = self.asked.iter().filter_map(|(name, location)| match location {
            Location::FilesystemRelative(directory) => Some((name.clone(), directory.clone())),
            _ => None,
        });
        beside.collect()
    }

    /// The names by which locations were asked for and which this layer has.
    pub(super) fn located(&self) -> &BTreeSet<String> {
        &self.located
    }

    /// Why a path below `sys.path` is placed in a file, if it is.
    pub(super) fn reason(&self, path: &str) -> Option<&str> {
        let owner = self.owners.get(top_level(path))?;
        self.distributions.get(owner).map(|cached| cached.reason.as_str())
    }

    /// The files of the distribution that a path below `sys.path` belongs to, if that is placed in files.
    pub(super) fn files_of(&mut self, path: &str) -> Option<&mut CacheFiles> {
        let owner = self.owners.get(top_level(path))?;
        self.distributions.get_mut(owner).map(|cached| &mut cached.files)
    }

    pub(super) fn findings(&self) -> Vec<Finding> {
        self.findings.clone()
    }

    /// Lists the files in the collector.
    pub(super) fn finish(self, collector: &mut Collector) {
        let finished = self.distributions.into_iter().map(|(name, cached)| {
            let directory = cached.files.finish(&name, collector);
            (name, directory)
        });
        let directories: BTreeMap<String, String> = finished.collect();
        for (top_level, name) in &self.owners {
            if let Some(directory) = directories.get(name) {
                collector.cache_directory(top_level, directory);
            }
        }
    }
}

/// The distribution of this name, or the one that has a top-level package of this name, with its top-level names.
fn distribution_called(
    name: &str,
    installed: &BTreeMap<String, BTreeSet<String>>,
    scan: &Scan,
) -> Option<(String, BTreeSet<String>)> {
    let normalized = normalize_project_name(name);
    let called = installed.iter().find(|(project, _)| normalize_project_name(project) == normalized);
    let owner = called.or_else(|| installed.iter().find(|(_, names)| names.contains(name)));
    if let Some((project, names)) = owner {
        return Some((normalize_project_name(project), names.clone()));
    }
    let is_there = scan.resources.iter().any(|found| top_level(&found.resource.relative_path()) == name);
    is_there.then(|| (name.to_owned(), BTreeSet::from([name.to_owned()])))
}

/// The top-level names that each project installs, from its `RECORD`, with the name of its metadata directory.
fn installed_names(scan: &Scan) -> Result<BTreeMap<String, BTreeSet<String>>, Error> {
    let mut installed = BTreeMap::new();
    for found in &scan.resources {
        if let Resource::DistributionResource(file) = &found.resource
            && file.name == "RECORD"
        {
            let record = file.data.read().map_err(Error::io("read", &found.origin))?;
            let record = String::from_utf8_lossy(&record);
            let rows = record_rows(&record);
            let names = rows.iter().map(|row| top_level(&row.path)).filter(|name| is_importable(name));
            installed.insert(file.project.clone(), names.map(str::to_owned).collect());
        }
    }
    Ok(installed)
}

/// Whether a top-level name can be that of a module or of a directory that modules look into.
fn is_importable(name: &str) -> bool {
    !(name.is_empty() || name == ".." || name.ends_with(".dist-info") || name.ends_with(".egg-info"))
}

/// The top-level name of a path below `sys.path`: of a directory its name, of a file the part before the first dot.
pub(super) fn top_level(path: &str) -> &str {
    match path.split_once('/') {
        Some((directory, _)) => directory,
        None => path.split('.').next().unwrap_or(path),
    }
}
