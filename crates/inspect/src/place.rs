//! Where a program finds what it is made of.

use pyox_packed_resources::{Encoding, Entry, Error, Field, FieldKind, Index, top_level};
use serde::Serialize;

/// Where a value is when a program uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Place {
    /// In memory, with the packed resources.
    Memory,
    /// In the cache directory, where the program writes it.
    Cache,
    /// In a file beside the program.
    File,
}

impl Place {
    /// Where a value is; `is_cached` is [`Place::is_cached`] of its entry.
    pub fn of(field: &Field<'_>, is_cached: bool) -> Self {
        use FieldKind::{CacheFile, Extension, PackageResource, SharedLibrary, Source};
        match (field.encoding(), field.kind()) {
            (Ok(Encoding::File), _) => Self::File,
            (_, CacheFile) => Self::Cache,
            (_, Source | Extension | SharedLibrary | PackageResource) if is_cached => Self::Cache,
            _ => Self::Memory,
        }
    }

    /// Whether an entry, or the top-level package that it is in, has a directory in the cache.
    ///
    /// # Errors
    ///
    /// Damage of the index.
    pub fn is_cached(entry: &Entry<'_>, index: &dyn Index) -> Result<bool, Error> {
        let top = top_level(entry.name());
        let has_directory = |entry: &Entry<'_>| Ok(entry.field(FieldKind::CacheDirectory)?.is_some());
        Ok(has_directory(entry)? || index.entry(top)?.as_ref().map_or(Ok(false), has_directory)?)
    }

    /// `memory`, `cache` or `file`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Cache => "cache",
            Self::File => "file",
        }
    }
}
