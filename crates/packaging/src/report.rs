//! What went into a program, and what a person should know about it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use pyox_linker::Step;
use pyox_packed_resources::{Location, ResourceKind};
use pyox_scanner::SkipReason;
use serde::{Deserialize, Serialize};

use crate::plan::{FilesNeeded, LayerKind, Reason};

/// The whole outcome of packaging.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// The facts in short.
    pub summary: Summary,
    /// Things a person should know.
    pub findings: Vec<Finding>,
    /// Every resource.
    pub resources: Vec<ReportRow>,
}

/// The facts in short.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Summary {
    /// The executable.
    pub output: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// Size of the launcher in it, in bytes.
    pub launcher_size: u64,
    /// Version of Python, for example `3.12.1`.
    pub python: String,
    /// What it runs.
    pub entry: String,
    /// Importable modules with source or bytecode.
    pub modules: usize,
    /// Extension modules.
    pub extensions: usize,
    /// Shared libraries that travel in the file.
    pub libraries: usize,
    /// Top-level packages that are placed in files at run time.
    pub packages_in_files: Vec<String>,
    /// Extension modules and shared libraries that are loaded from files at run time: large ones, and those of such
    /// packages.
    pub libraries_in_files: Vec<String>,
    /// Top-level names that are in a directory beside the program, and which.
    pub packages_beside: BTreeMap<String, String>,
    /// The lowest version of the GNU C library it runs with, and the files that ask for it.
    pub glibc: Option<(String, Vec<String>)>,
    /// The file that has the rest of the resources, if it is another.
    pub resource_file: Option<PathBuf>,
    /// Seconds spent per step.
    pub timings: Vec<Timing>,
}

/// Time spent in a step.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Timing {
    /// The step.
    pub step: Step,
    /// Wall clock seconds.
    pub seconds: f64,
}

impl Timing {
    pub(crate) fn new(step: Step, spent: Duration) -> Self {
        Self { step, seconds: spent.as_secs_f64() }
    }
}

/// Something a person should know about the program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Finding {
    /// A package is placed in files at run time.
    InFiles {
        /// Top-level name.
        package: String,
        /// The evidence.
        why: FilesNeeded,
    },
    /// A module does not compile and has only its source, so that importing it raises the error.
    DoesNotCompile {
        /// Path below `sys.path`.
        path: String,
        /// What Python says.
        message: String,
        /// Whether it concerns the program, as far as can be known.
        #[serde(default = "always")]
        concerns: bool,
    },
    /// A shared library was not found; the modules that need it cannot be imported.
    MissingLibrary {
        /// Its SONAME.
        soname: String,
        /// What needs it, nearest first.
        needed_by: Vec<String>,
        /// Whether it concerns the program, as far as can be known.
        #[serde(default = "always")]
        concerns: bool,
    },
    /// A library beyond the C library is left to the machine that runs the program.
    FromSystem {
        /// Its SONAME.
        soname: String,
        /// The file that needs it.
        needed_by: String,
        /// Whether it concerns the program, as far as can be known.
        #[serde(default = "always")]
        concerns: bool,
    },
    /// Two libraries of one name differ; the first is used.
    ConflictingLibrary {
        /// The SONAME.
        soname: String,
        /// The one that is used.
        used: String,
        /// The one that is not.
        other: String,
        /// What would have got that one.
        needed_by: String,
    },
    /// Libraries need each other. They are loaded together.
    LibraryCycle {
        /// Their SONAMEs.
        libraries: Vec<String>,
        /// Whether their names are long enough to be replaced by paths in memory; if not, what needs them cannot be
        /// imported.
        can_be_loaded: bool,
    },
    /// The program needs a newer GNU C library than is allowed.
    NewerGlibc {
        /// The version that is allowed.
        allowed: String,
        /// The version it needs.
        needed: String,
        /// The files that need more than is allowed, with what they need.
        culprits: Vec<(String, String)>,
    },
    /// A file was passed over.
    Skipped {
        /// Its path.
        path: String,
        /// Why.
        reason: SkipReason,
        /// Whether it concerns the program, as far as can be known.
        #[serde(default = "always")]
        concerns: bool,
    },
    /// A file belongs to no package, and its location is memory.
    NoPackage {
        /// Its path.
        path: String,
        /// Whether it concerns the program, as far as can be known.
        concerns: bool,
    },
    /// A `.pth` file adds a directory to `sys.path`, and packing does not search it.
    NotSearched {
        /// The path of the `.pth` file.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// The directory as it stands there.
        directory: String,
        /// Whether it concerns the program, as far as can be known.
        concerns: bool,
    },
    /// Modules of one layer are not imported, because another one that comes before it has modules of their names.
    Shadowed {
        /// Their top-level names.
        modules: Vec<String>,
        /// The layer that they are imported from.
        used: LayerKind,
        /// The layer that they are not imported from.
        other: LayerKind,
    },
    /// The script imports a module that is not in the program.
    MissingModule {
        /// Its name.
        module: String,
    },
}

impl Finding {
    /// The same of a layer that is not the application's own: what only modules need that the program does not import
    /// concerns it no more.
    pub(crate) fn concerning(mut self, is_standard_library: bool, imports: impl Fn(&str) -> bool) -> Self {
        match &mut self {
            Self::DoesNotCompile { path, concerns, .. } => *concerns &= imports(&module_of(path)),
            Self::Skipped { concerns, .. } | Self::NoPackage { concerns, .. } | Self::NotSearched { concerns, .. } => {
                *concerns = false;
            }
            Self::MissingLibrary { needed_by, concerns, .. } if is_standard_library => {
                *concerns &= needed_by.last().is_some_and(|root| imports(&module_of(root)));
            }
            Self::FromSystem { needed_by, concerns, .. } if is_standard_library => {
                *concerns &= imports(&module_of(needed_by));
            }
            _ => {}
        }
        self
    }
}

/// The module that a file below `sys.path` is, without the tag of its ABI.
fn module_of(path: &str) -> String {
    let (directory, file) = path.rsplit_once('/').map_or((None, path), |(directory, file)| (Some(directory), file));
    let stem = file.split('.').next().unwrap_or(file);
    let directory = directory.map(|directory| directory.replace('/', "."));
    match (directory, stem) {
        (Some(package), "__init__") => package,
        (Some(package), stem) => format!("{package}.{stem}"),
        (None, stem) => stem.to_owned(),
    }
}

/// What older reports do not say.
fn always() -> bool {
    true
}

/// One resource in the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRow {
    /// Name of its entry: a module, a distribution, a library.
    pub name: String,
    /// What it is.
    #[serde(with = "kind_name")]
    pub kind: ResourceKind,
    /// Path below `sys.path`.
    pub path: String,
    /// The file it comes from.
    pub origin: String,
    /// The distribution that has installed it, if that is known.
    #[serde(default)]
    pub owner: Option<String>,
    /// Size in bytes once decoded.
    pub size: u64,
    /// Size in bytes as stored.
    pub stored: u64,
    /// Where it is when the program runs.
    #[serde(with = "location_name")]
    pub location: Location,
    /// Why it is in, and why there.
    pub reason: Reason,
}

/// Kinds by their names.
mod kind_name {
    use pyox_packed_resources::ResourceKind;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(kind: &ResourceKind, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(kind.name())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ResourceKind, D::Error> {
        let name = String::deserialize(deserializer)?;
        let found = ResourceKind::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| D::Error::custom(format_args!("there is no kind {name:?}")))
    }
}

/// Locations as they are written.
mod location_name {
    use pyox_packed_resources::Location;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(location: &Location, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(location)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Location, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::module_of;

    #[test]
    fn files_are_modules() {
        assert_eq!(module_of("_tkinter.cpython-311-x86_64-linux-gnu.so"), "_tkinter");
        assert_eq!(module_of("pkg/deep/mod.py"), "pkg.deep.mod");
        assert_eq!(module_of("pkg/__init__.py"), "pkg");
    }
}
