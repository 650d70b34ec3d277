//! What a build of Python says of itself in a file ([PEP 739](https://peps.python.org/pep-0739/)), from 3.14 on.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The name of the file, in the directory of the standard library.
const FILE: &str = "build-details.json";

/// The part of the file that is used here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct BuildDetails {
    #[serde(default)]
    base_prefix: PathBuf,
    #[serde(default)]
    libpython: Libraries,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
struct Libraries {
    #[serde(rename = "static")]
    static_library: Option<PathBuf>,
    dynamic: Option<PathBuf>,
}

impl BuildDetails {
    /// The file in a directory of the standard library; what is not there, or not understood, says nothing.
    pub(crate) fn read(stdlib: &Path) -> Self {
        let text = std::fs::read(stdlib.join(FILE)).unwrap_or_default();
        let mut details: Self = serde_json::from_slice(&text).unwrap_or_default();
        // A relative prefix is relative to the file, and what is relative otherwise to the prefix.
        details.base_prefix = stdlib.join(&details.base_prefix);
        details
    }

    /// Its static library.
    pub(crate) fn static_library(&self) -> Option<PathBuf> {
        self.libpython.static_library.as_ref().map(|path| self.base_prefix.join(path))
    }

    /// Its shared library.
    pub(crate) fn shared_library(&self) -> Option<PathBuf> {
        self.libpython.dynamic.as_ref().map(|path| self.base_prefix.join(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_what_the_file_says() -> std::io::Result<()> {
        let directory = tempfile::tempdir()?;
        let stdlib = directory.path();
        std::fs::write(
            stdlib.join(FILE),
            r#"{"schema_version": "1.0", "base_prefix": "../..",
                "libpython": {"dynamic": "lib/libpython3.14.so.1.0", "static": "/opt/libpython3.14.a"}}"#,
        )?;
        let details = BuildDetails::read(stdlib);
        assert_eq!(details.shared_library(), Some(stdlib.join("../../lib/libpython3.14.so.1.0")));
        assert_eq!(details.static_library(), Some("/opt/libpython3.14.a".into()));
        std::fs::write(stdlib.join(FILE), "[]")?;
        assert_eq!(BuildDetails::read(stdlib).static_library(), None);
        Ok(())
    }
}
