//! What cargo tells a build script, and what the script tells cargo.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::error::Error;

/// A variable of a build script; that it is not there is an error.
pub(crate) fn variable(name: &'static str) -> Result<OsString, Error> {
    env::var_os(name).ok_or(Error::NotInBuildScript { name })
}

/// A variable that a person may set; cargo runs the build script again if it changes.
pub(crate) fn setting(name: &str, lines: &mut Vec<String>) -> Option<OsString> {
    lines.push(format!("cargo:rerun-if-env-changed={name}"));
    env::var_os(name).filter(|value| !value.is_empty())
}

/// Whether a feature of the package is on.
pub(crate) fn has_feature(name: &str) -> bool {
    env::var_os(format!("CARGO_FEATURE_{}", name.to_uppercase().replace('-', "_"))).is_some()
}

/// The Python that `pyembed` is compiled for: its build script tells it to those of packages that depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkedPython {
    /// Major and minor version, such as `3.12`.
    pub version: String,
    /// The interpreter, if `pyo3-ffi` has asked one.
    pub executable: Option<PathBuf>,
    /// The directory of libpython, if that is known.
    pub library_directory: Option<PathBuf>,
    /// Whether `pyo3-ffi` has cargo link it.
    pub is_linked: bool,
}

impl LinkedPython {
    /// The one of the package whose build script runs.
    ///
    /// # Errors
    ///
    /// [`Error::NoPyembed`]
    pub fn of_package() -> Result<Self, Error> {
        let fact = |name: &str| env::var(format!("DEP_PYEMBED_{name}")).ok().filter(|value| !value.is_empty());
        Ok(Self {
            version: fact("PYTHON").ok_or(Error::NoPyembed)?,
            executable: fact("EXECUTABLE").map(PathBuf::from),
            library_directory: fact("LIBRARY_DIRECTORY").map(PathBuf::from),
            is_linked: fact("IS_LINKED").is_some_and(|value| value == "true"),
        })
    }
}
