//! What is decided.

use std::collections::BTreeSet;

use pyox_packed_resources::{Location, OptimizeLevel, Resource};
use serde::{Deserialize, Serialize};

use super::{FilesNeeded, LayerKind};

/// What becomes of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// Whether it goes into the program.
    pub include: bool,
    /// Where it is when the program runs. [`Location::Cache`] of anything but an extension module or a library takes
    /// the whole distribution there.
    pub location: Location,
    /// Where it is instead if it cannot be at `location`: a file that belongs to no package is never in memory.
    /// Without it, such a file is left out.
    pub location_fallback: Option<Location>,
    /// Of a module: whether its source text goes in. It does in any case if the module does not compile.
    pub source: bool,
    /// Of a module: the levels at which it is compiled.
    pub bytecode: BTreeSet<OptimizeLevel>,
    /// Why.
    pub reason: Reason,
}

/// Why a resource is in a program, and there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reason {
    /// It is a part of a layer.
    PartOf {
        /// The layer.
        layer: LayerKind,
    },
    /// It is what the program runs.
    Main,
    /// Its location was asked for.
    Asked,
    /// Code of its distribution looks for files.
    FilesNeeded(FilesNeeded),
    /// It is large: its file is loaded faster than a copy in memory.
    Large,
    /// It is a test, or something else that no application needs of the standard library.
    OfNoUse,
    /// A module that was asked for by name is or has it.
    Included,
    /// It was to be left out, by this name.
    Excluded {
        /// The module, package or distribution.
        name: String,
    },
    /// It alone would make the program need a newer GNU C library, and nothing imports it.
    RaisesGlibc {
        /// The version.
        needed: String,
    },
    /// It belongs to no package, and exists only as a file.
    NoPackage,
    /// It is native code, and a program of this Python can load none: see
    /// [`PythonInfo::loads_extensions`](pyox_distribution::PythonInfo::loads_extensions).
    NotLoadable,
    /// Whoever packs says so.
    Custom {
        /// In words.
        text: String,
    },
}

impl Decision {
    /// Whether the distribution goes to the cache as a whole because of this.
    pub(super) fn takes_distribution(&self, resource: &Resource) -> bool {
        let is_native = matches!(resource, Resource::ExtensionModule(_) | Resource::SharedLibrary(_));
        let is_of_distribution = matches!(self.reason, Reason::Asked | Reason::FilesNeeded(_));
        let is_metadata = matches!(resource, Resource::DistributionResource(_));
        self.location == Location::Cache && !is_metadata && (is_of_distribution || !is_native)
    }
}
