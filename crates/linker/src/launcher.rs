//! Obtaining launchers: given by a person, or compiled with cargo and kept.

mod cargo;
mod compiled;
mod fit;
mod musl;
mod sources;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use cargo::{build_environment, link_arguments, pyo3_config, seal};
pub use compiled::{CachedLauncher, Compiled};
pub use fit::check;
use pyox_distribution::{LibpythonKind, Target};
use pyox_program_format::LauncherMarker;

use crate::error::Error;
use crate::progress::{Progress, Silent};

/// Names a prebuilt launcher, or a directory of them as [`Compiled::copy_to`] makes it.
pub const LAUNCHER_VARIABLE: &str = "PYOXIDIZER_LAUNCHER";

/// Names a directory of cargo in which launchers are compiled quickly: see [`Compiled::quick`].
pub const QUICK_VARIABLE: &str = "PYOXIDIZER_QUICK_LAUNCHER";

/// A launcher, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Launcher {
    /// The executable.
    pub bytes: Vec<u8>,
    /// Its file, or another name for errors and reports.
    pub origin: PathBuf,
}

impl Launcher {
    /// A launcher with a name for errors and reports.
    pub fn new(bytes: Vec<u8>, origin: impl Into<PathBuf>) -> Self {
        Self { bytes, origin: origin.into() }
    }

    /// Whether libpython is a part of it, or has to be among the resources of a program.
    pub fn libpython(&self) -> LibpythonKind {
        let marker = LauncherMarker::read(&self.bytes).ok().flatten();
        marker.as_ref().map_or(LibpythonKind::Static, fit::kind_of)
    }
}

/// Where launchers come from.
pub trait LauncherSource: Send + Sync {
    /// Whether there can be a launcher for this Python: quick, and to be asked before the long work.
    ///
    /// # Errors
    ///
    /// There is none, and none can be made.
    fn check(&self, target: &dyn Target) -> Result<(), Error>;

    /// A launcher for this Python.
    ///
    /// # Errors
    ///
    /// There is none, or it cannot be made.
    fn launcher(&self, target: &dyn Target, progress: &mut dyn Progress) -> Result<Launcher, Error>;

    /// Files and directories that a launcher may be read from, which no output may replace.
    fn files(&self) -> Vec<PathBuf> {
        Vec::new()
    }
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<T: LauncherSource + ?Sized> LauncherSource for $pointer {
            fn check(&self, target: &dyn Target) -> Result<(), Error> {
                (**self).check(target)
            }

            fn launcher(&self, target: &dyn Target, progress: &mut dyn Progress) -> Result<Launcher, Error> {
                (**self).launcher(target, progress)
            }

            fn files(&self) -> Vec<PathBuf> {
                (**self).files()
            }
        }
    )*};
}
forward!(&T, Box<T>, Arc<T>);

/// A launcher that someone else has compiled: a file, or a directory with one per Python version.
#[derive(Debug, Clone)]
pub struct Prebuilt {
    path: PathBuf,
}

impl Prebuilt {
    /// The launcher at `path`, or the one in the directory at `path` that [`Compiled::copy_to`] has put there.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The one that is linked as the Python is to be; where that has no static library, one with libpython will do,
    /// too.
    fn in_directory(&self, target: &dyn Target) -> PathBuf {
        let path = |kind| self.path.join(fit::file_name(target, kind));
        let with_libpython = path(LibpythonKind::Static);
        match fit::kind_for(target) {
            Ok(LibpythonKind::Shared) => Some(path(LibpythonKind::Shared)).filter(|path| path.is_file()),
            _ => None,
        }
        .unwrap_or(with_libpython)
    }
}

impl LauncherSource for Prebuilt {
    fn check(&self, target: &dyn Target) -> Result<(), Error> {
        self.launcher(target, &mut Silent).map(drop)
    }

    fn launcher(&self, target: &dyn Target, _progress: &mut dyn Progress) -> Result<Launcher, Error> {
        let is_directory = self.path.is_dir();
        let path = if is_directory { self.in_directory(target) } else { self.path.clone() };
        let bytes = std::fs::read(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                let others = if is_directory { others(&self.path) } else { Vec::new() };
                Error::NoPrebuilt { path: path.clone(), python: target.info().version.clone(), others }
            }
            _ => Error::io("read", &path)(error),
        })?;
        check(&path, &bytes, target)?;
        Ok(Launcher::new(bytes, path))
    }

    fn files(&self) -> Vec<PathBuf> {
        vec![self.path.clone()]
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
