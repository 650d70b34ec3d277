//! What goes into a program, one row for each resource.

use pyox_packed_resources::{Location, ResourceKind};
use serde::{Deserialize, Serialize};

use crate::plan::Reason;

/// One resource in the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
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

impl LeftOut {
    /// What is at a path, with the distribution that has installed it.
    pub fn new(path: impl Into<String>, owner: Option<String>, reason: Reason) -> Self {
        Self { path: path.into(), owner, reason }
    }
}

impl ReportRow {
    /// A row of a resource in memory that no distribution has installed, stored as it is.
    pub fn new(
        name: impl Into<String>,
        kind: ResourceKind,
        path: impl Into<String>,
        size: u64,
        reason: Reason,
    ) -> Self {
        Self {
            name: name.into(),
            kind,
            path: path.into(),
            origin: String::new(),
            owner: None,
            size,
            stored: size,
            location: Location::InMemory,
            reason,
        }
    }
}

/// What is not in the program although it was found: one file, or a part of the standard library.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LeftOut {
    /// Path below `sys.path`, of a file or a directory.
    pub path: String,
    /// The distribution that has installed it, if that is known.
    pub owner: Option<String>,
    /// Why.
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
