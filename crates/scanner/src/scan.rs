use std::path::PathBuf;
use std::sync::Arc;

use pyox_packed_resources::{Place, Resource};
use serde::{Deserialize, Serialize};

use crate::pth::PathLine;

/// What was found, and what was passed over.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Scan {
    /// The resources, sorted by relative path.
    pub resources: Vec<Found>,
    /// What was passed over although its owner may expect it, sorted by path.
    pub skipped: Vec<Skipped>,
    /// Directories that `.pth` files add to `sys.path`, in the order in which Python would add them.
    pub path_lines: Vec<PathLine>,
}

impl Scan {
    /// Names of all modules, sorted, each once.
    ///
    /// Namespace packages ([PEP 420](https://peps.python.org/pep-0420/)) have no resource of their own: the name
    /// `a.b.c` implies `a` and `a.b`.
    pub fn module_names(&self) -> impl Iterator<Item = &str> {
        let names: std::collections::BTreeSet<&str> = self
            .resources
            .iter()
            .filter_map(|found| match &found.resource {
                Resource::ModuleSource(module) => Some(module.name.as_str()),
                Resource::ModuleBytecode(module) => Some(module.name.as_str()),
                Resource::ExtensionModule(module) => Some(module.name.as_str()),
                _ => None,
            })
            .collect();
        names.into_iter()
    }

    pub(crate) fn sort(&mut self) {
        self.resources.sort_by_cached_key(|found| (found.resource.relative_path(), found.origin.clone()));
        self.skipped.sort();
        self.skipped.dedup();
    }
}

/// A resource and the place it comes from.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Found {
    /// The resource.
    pub resource: Resource,
    /// The file, or the archive's path joined with the member's name. For reports: it differs between machines.
    pub origin: PathBuf,
    /// Whether the file is meant to be executed.
    pub executable: bool,
    /// The normalised name of the distribution that has installed it, if its `RECORD` says so.
    pub owner: Option<Arc<str>>,
    /// Where it is, and its path is relative to, if that is not where all else of its source is.
    pub place: Option<Place>,
}

impl Found {
    /// A resource from this place, not meant to be executed, that no distribution is known to have installed.
    pub fn new(resource: Resource, origin: impl Into<PathBuf>) -> Self {
        Self { resource, origin: origin.into(), executable: false, owner: None, place: None }
    }

    /// Says whether the file is meant to be executed.
    #[must_use]
    pub fn executable(mut self, executable: bool) -> Self {
        self.executable = executable;
        self
    }

    /// Says where it is, and its path is relative to.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }
}

/// Something that was passed over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Skipped {
    /// The file or directory, relative to what was scanned.
    pub path: String,
    /// Why.
    pub reason: SkipReason,
}

/// Why something was passed over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SkipReason {
    /// The file name is not UTF-8.
    NotUtf8,
    /// A symbolic link that leads nowhere.
    BrokenLink,
    /// A symbolic link to a directory that contains it.
    LinkLoop,
    /// Command line scripts of an installation; packaged programs have entry points instead.
    Scripts,
    /// An extension module for another interpreter or platform.
    ForeignExtension,
    /// Another file is imported instead.
    Shadowed {
        /// The file that is imported.
        by: String,
    },
    /// A `.pth` line with code, which only the `site` module would run.
    PthCode {
        /// Line, counted from 1.
        line: usize,
    },
    /// A `.pth` line with a directory that does not exist.
    PthMissing {
        /// Line, counted from 1.
        line: usize,
    },
    /// A file that a wheel installs outside of `sys.path`.
    WheelScheme {
        /// The installation scheme's key, for example `headers`.
        scheme: String,
    },
    /// A tool for installing packages that nothing in the virtualenv requires.
    BootstrapTool,
    /// Machinery of an editable installation.
    EditableHook,
    /// The virtualenv also uses the packages of the Python it was made from; these are not searched.
    SystemSitePackages,
}
