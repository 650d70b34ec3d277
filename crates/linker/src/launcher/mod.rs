//! Obtaining launchers: given by a person, or compiled with cargo and kept.

mod compiled;
mod fit;
mod sources;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use pyox_distribution::Distribution;

use crate::error::Error;
use crate::progress::{Progress, Silent};

pub use compiled::{CachedLauncher, Compiled};
pub(crate) use fit::check;

/// Names a prebuilt launcher, or a directory of them as [`Compiled::copy_to`] makes it.
pub const LAUNCHER_VARIABLE: &str = "PYOXIDIZER_LAUNCHER";

/// Names a directory of cargo in which launchers are compiled quickly: see [`Compiled::quick`].
pub const QUICK_VARIABLE: &str = "PYOXIDIZER_QUICK_LAUNCHER";

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
    /// The launcher at `path`, or the one in the directory at `path` that [`Compiled::copy_to`] has put there.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }
}

impl LauncherSource for Prebuilt {
    fn check(&self, python: &dyn Distribution) -> Result<(), Error> {
        self.launcher(python, &mut Silent).map(drop)
    }

    fn launcher(&self, python: &dyn Distribution, _progress: &mut dyn Progress) -> Result<PathBuf, Error> {
        let is_directory = self.path.is_dir();
        let path = if is_directory { self.path.join(fit::file_name(python)) } else { self.path.clone() };
        let bytes = std::fs::read(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                let others = if is_directory { others(&self.path) } else { Vec::new() };
                Error::NoPrebuiltLauncher { path: path.clone(), python: python.info().version.clone(), others }
            }
            _ => Error::io("read", &path)(error),
        })?;
        check(&path, &bytes, python)?;
        Ok(path)
    }
}

/// The names of the launchers in a directory, perhaps of other versions.
fn others(directory: &Path) -> Vec<String> {
    let names = std::fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name.starts_with("pyox-launcher-")).collect();
    names.sort();
    names
}
