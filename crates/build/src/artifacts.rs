//! Files that a build leaves for a program which embeds Python.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// A directory with the files that a program which embeds Python is built with. `cargo_metadata.txt` says how it is
/// linked, `packed-resources` has what it imports, `default_python_config.rs` has its `default_python_config()`, and
/// `pyo3-build-config-file.txt` is for `PYO3_CONFIG_FILE`. Beside them is a copy of a static libpython.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifacts {
    directory: PathBuf,
}

/// The comment in `cargo_metadata.txt` that says for which Python the artifacts are.
pub(crate) const FOR_PYTHON: &str = "# for Python ";
/// The comment there that says where they were made.
pub(crate) const IN_DIRECTORY: &str = "# in ";
/// The start of a line that names a file they were made of.
const MADE_OF: &str = "cargo:rerun-if-changed=";

impl Artifacts {
    /// Lines for cargo, with absolute paths.
    pub const CARGO_METADATA: &str = "cargo_metadata.txt";
    /// The packed resources, with the configuration of the interpreter.
    pub const PACKED_RESOURCES: &str = "packed-resources";
    /// Source text in Rust.
    pub const DEFAULT_PYTHON_CONFIG: &str = "default_python_config.rs";
    /// How `pyo3-ffi` is configured for the Python.
    pub const PYO3_CONFIG: &str = "pyo3-build-config-file.txt";

    /// The variable that names a directory of artifacts.
    pub const DIRECTORY_VARIABLE: &str = "PYOXIDIZER_ARTIFACT_DIR";
    /// The variable in which the compiler gets the path of `default_python_config.rs`.
    pub const CONFIG_VARIABLE: &str = "PYOXIDIZER_DEFAULT_PYTHON_CONFIG_RS";

    /// Those in a directory.
    ///
    /// # Errors
    ///
    /// [`Error::NoArtifacts`] if one of them is missing.
    pub fn open(directory: impl Into<PathBuf>) -> Result<Self, Error> {
        let directory = directory.into();
        for name in [Self::CARGO_METADATA, Self::PACKED_RESOURCES, Self::DEFAULT_PYTHON_CONFIG] {
            if !directory.join(name).is_file() {
                return Err(Error::NoArtifacts { directory, name });
            }
        }
        Ok(Self { directory })
    }

    /// Where one of them is.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Where they are.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The lines for cargo, with the paths of this directory, also if they were made in another one.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn lines(&self) -> Result<Vec<String>, Error> {
        let metadata = self.cargo_metadata()?;
        let made_in = metadata.lines().find_map(|line| line.strip_prefix(IN_DIRECTORY)).filter(|path| !path.is_empty());
        let here = self.directory.display().to_string();
        let moved = |line: &str| made_in.map_or_else(|| line.to_owned(), |made_in| line.replace(made_in, &here));
        let is_line = |line: &&str| line.starts_with("cargo:");
        Ok(metadata
            .lines()
            .filter(is_line)
            .map(|line| if is_source(line) { line.to_owned() } else { moved(line) })
            .collect())
    }

    /// The same, for artifacts that are taken as they are: what they were made of need not be there.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn prebuilt_lines(&self) -> Result<Vec<String>, Error> {
        let mut lines = self.lines()?;
        lines.retain(|line| !is_source(line));
        lines.push(format!("{MADE_OF}{}", self.path(Self::CARGO_METADATA).display()));
        Ok(lines)
    }

    fn cargo_metadata(&self) -> Result<String, Error> {
        let path = self.path(Self::CARGO_METADATA);
        fs::read_to_string(&path).map_err(Error::io("read", &path))
    }

    /// Fails if they are for another Python than this one, such as `3.12`.
    ///
    /// # Errors
    ///
    /// [`Error::OtherPython`], or a file cannot be read.
    pub fn check_python(&self, expected: &str) -> Result<(), Error> {
        let metadata = self.cargo_metadata()?;
        match metadata.lines().find_map(|line| line.strip_prefix(FOR_PYTHON)) {
            Some(found) if found != expected => {
                Err(Error::OtherPython { found: found.to_owned(), expected: expected.to_owned() })
            }
            _ => Ok(()),
        }
    }
}

fn is_source(line: &str) -> bool {
    line.starts_with(MADE_OF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn artifacts_are_all_there_and_for_one_python() {
        let place = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(place.path().join(name), text).unwrap();
        write(Artifacts::CARGO_METADATA, "# for Python 3.12\ncargo:rustc-link-arg=-lm\n");
        write(Artifacts::PACKED_RESOURCES, "");
        let missing = Artifacts::open(place.path()).unwrap_err();
        assert!(matches!(missing, Error::NoArtifacts { name, .. } if name == Artifacts::DEFAULT_PYTHON_CONFIG));
        write(Artifacts::DEFAULT_PYTHON_CONFIG, "");
        let artifacts = Artifacts::open(place.path()).unwrap();
        artifacts.check_python("3.12").unwrap();
        let other = artifacts.check_python("3.13").unwrap_err().to_string();
        assert!(other.contains("for Python 3.12, but pyembed is compiled for Python 3.13"), "{other}");
    }

    #[test]
    fn artifacts_can_be_moved() {
        let place = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(place.path().join(name), text).unwrap();
        let metadata = "# for Python 3.12\n# in /old/place\ncargo:rustc-link-arg=/old/place/libpython3.12.a\n\
                        cargo:rustc-link-arg=-lm\ncargo:rerun-if-changed=/home/app.py\n";
        write(Artifacts::CARGO_METADATA, metadata);
        write(Artifacts::PACKED_RESOURCES, "");
        write(Artifacts::DEFAULT_PYTHON_CONFIG, "");
        let artifacts = Artifacts::open(place.path()).unwrap();
        let library = format!("cargo:rustc-link-arg={}", place.path().join("libpython3.12.a").display());
        let made = [library.as_str(), "cargo:rustc-link-arg=-lm", "cargo:rerun-if-changed=/home/app.py"];
        assert_eq!(artifacts.lines().unwrap(), made);
        let prebuilt = artifacts.prebuilt_lines().unwrap();
        assert_eq!(prebuilt[..2], made[..2]);
        assert!(prebuilt[2].ends_with(Artifacts::CARGO_METADATA) && prebuilt.len() == 3, "{prebuilt:?}");
    }
}
