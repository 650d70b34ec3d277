//! Where a resource is when the program runs.

use std::fmt;
use std::str::FromStr;

use crate::entry::Entry;
use crate::error::Error;
use crate::field::Field;
use crate::index::Index;
use crate::layout::{Encoding, EntryFlags, FieldKind};
use crate::names::top_level;
use crate::path::is_plain_path;

/// Where a resource is when the program runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Location {
    /// In memory, with the packed resources.
    InMemory,
    /// In a cache directory, into which the program writes it when it is first needed.
    Cache,
    /// In this directory next to the program, with `/` between its parts.
    FilesystemRelative(String),
}

impl Location {
    /// Where the value of a field is; `is_cached` is [`Location::is_cached`] of its entry. The directory of a value in
    /// a file is that which is searched for modules, if the path leads to it, else that of the file.
    pub fn of(entry: &Entry<'_>, field: &Field<'_>, is_cached: bool) -> Self {
        use FieldKind::{CacheFile, Extension, PackageResource, SharedLibrary, Source};
        match (field.encoding(), field.kind()) {
            (Ok(Encoding::File), _) => Self::FilesystemRelative(directory(entry, field).unwrap_or_default()),
            (_, CacheFile) => Self::Cache,
            (_, Source | Extension | SharedLibrary | PackageResource) if is_cached => Self::Cache,
            _ => Self::InMemory,
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

    /// `in-memory`, `cache` or `filesystem-relative`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::InMemory => "in-memory",
            Self::Cache => "cache",
            Self::FilesystemRelative(_) => "filesystem-relative",
        }
    }
}

/// The directory of a value in a file; `None` if its path is damaged.
fn directory(entry: &Entry<'_>, field: &Field<'_>) -> Option<String> {
    let path = field.file().ok()??.replace("__pycache__/", "");
    let module = entry.name().replace('.', "/");
    // The start of the file's path below the directory.
    let below = match field.kind() {
        FieldKind::PackageResource => format!("{module}/{}", field.key()),
        FieldKind::File => entry.name().to_owned(),
        _ if entry.is(EntryFlags::PACKAGE) => format!("{module}/__init__"),
        _ => module,
    };
    let starts = path.match_indices(&below).map(|(at, _)| &path[..at]);
    let searched = starts.filter(|start| start.is_empty() || start.ends_with('/')).last();
    let directory = searched.map(|start| start.trim_end_matches('/'));
    Some(directory.or(path.rsplit_once('/').map(|(parent, _)| parent)).unwrap_or_default().to_owned())
}

/// Text is not a [`Location`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LocationError {
    /// No location is called so.
    #[error("{text:?} is none of in-memory, cache, filesystem-relative:DIRECTORY")]
    Unknown {
        /// The text.
        text: String,
    },
    /// The directory is not a plain relative path.
    #[error("{directory:?} is not a relative path without `.` and `..`")]
    Directory {
        /// What was given.
        directory: String,
    },
}

/// `in-memory`, `cache` or `filesystem-relative:DIRECTORY`.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FilesystemRelative(directory) => write!(f, "{}:{directory}", self.name()),
            _ => f.write_str(self.name()),
        }
    }
}

/// `in-memory`, `cache` or `filesystem-relative:DIRECTORY`.
impl FromStr for Location {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        match text.split_once(':') {
            None if text == "in-memory" => Ok(Self::InMemory),
            None if text == "cache" => Ok(Self::Cache),
            Some(("filesystem-relative", directory)) if is_plain_path(directory) => {
                Ok(Self::FilesystemRelative(directory.to_owned()))
            }
            Some(("filesystem-relative", directory)) => {
                Err(LocationError::Directory { directory: directory.to_owned() })
            }
            _ => Err(LocationError::Unknown { text: text.to_owned() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Location, LocationError};
    use crate::{Blob, EntryFlags, Error, FieldKind, Value, Writer};

    #[test]
    fn directories_of_files_are_those_that_are_searched() -> Result<(), Error> {
        let mut writer = Writer::new();
        let package = writer.entry("pkg").flag(EntryFlags::PACKAGE.union(EntryFlags::MODULE));
        package.field(FieldKind::Source, Value::file("a/lib/pkg/__init__.py"));
        package.keyed(FieldKind::PackageResource, "data/x.txt", Value::file("lib/pkg/data/x.txt"));
        writer.entry("pkg._native").field(FieldKind::Extension, Value::file("pkg/_native.so"));
        writer.entry("other").field(FieldKind::Source, Value::file("lib/another.py"));
        writer.entry("a").field(FieldKind::Bytecode, Value::file("lib/__pycache__/a.cpython-311.pyc"));
        let bytes = writer.to_vec()?;
        let blob = Blob::open(&bytes)?;
        for (name, kind, directory) in [
            ("pkg", FieldKind::Source, "a/lib"),
            ("pkg", FieldKind::PackageResource, "lib"),
            ("pkg._native", FieldKind::Extension, ""),
            ("other", FieldKind::Source, "lib"),
            ("a", FieldKind::Bytecode, "lib"),
        ] {
            let entry = blob.entry(name)?.expect("is there");
            let field = entry.field(kind)?.expect("is there");
            let location = Location::of(&entry, &field, false);
            assert_eq!(location, Location::FilesystemRelative(directory.to_owned()), "{name} {kind}");
        }
        Ok(())
    }

    #[test]
    fn locations_are_read() {
        assert_eq!("in-memory".parse(), Ok(Location::InMemory));
        assert_eq!("cache".parse(), Ok(Location::Cache));
        assert_eq!("filesystem-relative:a/b".parse(), Ok(Location::FilesystemRelative("a/b".into())));
        for directory in ["", "/a", "a/../b", "./a", "a/"] {
            let directory = directory.to_owned();
            let text = format!("filesystem-relative:{directory}");
            assert_eq!(text.parse::<Location>(), Err(LocationError::Directory { directory }));
        }
        for text in ["", "memory", "filesystem-relative", "cache:x"] {
            assert_eq!(text.parse::<Location>(), Err(LocationError::Unknown { text: text.into() }));
        }
        for location in [Location::InMemory, Location::Cache, Location::FilesystemRelative("a/b".into())] {
            assert_eq!(location.to_string().parse(), Ok(location));
        }
    }
}
