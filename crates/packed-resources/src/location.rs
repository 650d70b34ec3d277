//! Where a resource is when the program runs.

use std::fmt;
use std::str::FromStr;

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
            Self::InMemory => f.write_str("in-memory"),
            Self::Cache => f.write_str("cache"),
            Self::FilesystemRelative(directory) => write!(f, "filesystem-relative:{directory}"),
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
