//! What is decided about.

use pyox_packed_resources::Location;
use pyox_scanner::Found;
use serde::{Deserialize, Serialize};

use super::{Decision, FilesNeeded};

/// A resource that may go into a program.
#[derive(Debug)]
#[non_exhaustive]
pub struct Candidate<'a> {
    /// The resource, where it comes from and which distribution has installed it.
    pub found: &'a Found,
    /// What kind of layer it is in.
    pub layer: LayerKind,
    /// Its path below `sys.path`.
    pub path: String,
    /// Length of an extension module or shared library, in bytes.
    pub native_length: Option<u64>,
    /// Where its distribution, or its top-level package, was asked to be.
    pub asked: Option<&'a Location>,
    /// Why its top-level package has to exist as files, if it does.
    pub files_needed: Option<&'a FilesNeeded>,
}

/// Changes decisions. An error stops packing.
pub type Decide<'a> =
    dyn Fn(&Candidate<'_>, &mut Decision) -> Result<(), Box<dyn std::error::Error + Send + Sync>> + 'a;

/// Where the resources of a layer come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LayerKind {
    /// The standard library of the Python. It is never in files: it copes without.
    StandardLibrary,
    /// Modules in the directory of a script.
    ScriptDirectory,
    /// A package that was given as a directory.
    Package,
    /// A directory that is run, with everything in it.
    Application,
    /// A wheel.
    Wheel,
    /// What pip has installed.
    Requirements,
    /// A virtual environment.
    Virtualenv,
    /// A directory from which packages are taken.
    PackageRoot,
    /// Anything else.
    #[default]
    Other,
}

impl LayerKind {
    /// What it is called, such as `standard library`.
    pub fn name(self) -> &'static str {
        match self {
            Self::StandardLibrary => "standard library",
            Self::ScriptDirectory => "modules beside the script",
            Self::Package => "the package",
            Self::Application => "the application",
            Self::Wheel => "the wheel",
            Self::Requirements => "requirements",
            Self::Virtualenv => "the virtualenv",
            Self::PackageRoot => "the package root",
            Self::Other => "resources",
        }
    }
}
