//! Obtaining launchers: given by a person, or compiled with cargo and kept.

mod compiled;
mod sources;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use pyox_distribution::Distribution;

use crate::error::Error;
use crate::native::LauncherMarker;
use crate::progress::{Progress, Silent};

pub use compiled::{CachedLauncher, Compiled};

/// Names a prebuilt launcher, or a directory of them named `pyox-launcher-X.Y`.
pub const LAUNCHER_VARIABLE: &str = "PYOXIDIZER_LAUNCHER";

/// Where launchers come from.
pub trait LauncherSource {
    /// Whether there can be a launcher for this Python: quick, and to be asked before the long work.
    ///
    /// # Errors
    ///
    /// There is none, and none can be made.
    fn check(&self, python: &dyn Distribution) -> Result<(), Error>;

    /// A launcher for this Python.
    ///
    /// # Errors
    ///
    /// There is none, or it cannot be made.
    fn launcher(&self, python: &dyn Distribution, progress: &mut dyn Progress) -> Result<PathBuf, Error>;
}

/// A launcher that somebody else has compiled: a file, or a directory with one per Python version.
#[derive(Debug, Clone)]
pub struct Prebuilt {
    path: PathBuf,
}

impl Prebuilt {
    /// The launcher at `path`, or the one named `pyox-launcher-X.Y` in the directory at `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }
}

impl LauncherSource for Prebuilt {
    fn check(&self, python: &dyn Distribution) -> Result<(), Error> {
        self.launcher(python, &mut Silent).map(drop)
    }

    fn launcher(&self, python: &dyn Distribution, _progress: &mut dyn Progress) -> Result<PathBuf, Error> {
        let (major, minor) = python.minor();
        let path = if self.path.is_dir() {
            self.path.join(format!("pyox-launcher-{major}.{minor}"))
        } else {
            self.path.clone()
        };
        let bytes = std::fs::read(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Error::NoPrebuiltLauncher { path: path.clone(), python: format!("{major}.{minor}") },
            _ => Error::io("read", &path)(error),
        })?;
        check(&path, &bytes, python)?;
        Ok(path)
    }
}

/// Checks that the bytes are a launcher, for this Python.
pub(crate) fn check(path: &Path, bytes: &[u8], python: &dyn Distribution) -> Result<(), Error> {
    let marker = LauncherMarker::read(bytes).ok().flatten();
    let marker = marker.ok_or_else(|| Error::NotALauncher { path: path.to_owned() })?;
    let (major, minor) = python.minor();
    let expected = format!("{major}.{minor}");
    let found = marker.python().unwrap_or("unknown").to_owned();
    if found == expected { Ok(()) } else { Err(Error::LauncherVersion { path: path.to_owned(), found, expected }) }
}
