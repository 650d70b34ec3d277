//! Why a program cannot be linked with Python.

use std::path::PathBuf;

/// A program cannot be linked with Python, or its artifacts cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A variable that cargo sets for build scripts is not there.
    #[error("{name} is not set: this runs in a build script of cargo only")]
    NotInBuildScript {
        /// The variable.
        name: &'static str,
    },
    /// The package of the build script does not depend on `pyembed` itself.
    #[error(
        "the package of this build script does not depend on pyox-embed (pyembed) itself, which says what Python it is \
         compiled for"
    )]
    NoPyembed,
    /// The package has none of the features that say where artifacts come from, or several.
    #[error("the package needs one of the features {}; {} are on", crate::Mode::FEATURES.join(", "), on.len())]
    Modes {
        /// Those that are on.
        on: Vec<&'static str>,
    },
    /// `pyo3-ffi` has linked Python already, and so would this.
    #[error(
        "pyo3-ffi has linked Python already: with the feature {feature}, pyembed has to have the feature \
         cpython-link-unresolved-static"
    )]
    LinkedTwice {
        /// The feature of the package.
        feature: &'static str,
    },
    /// The command cannot be started.
    #[error(
        "cannot run {} run-build-script, which makes the packed resources: install pyoxidizer, or name it in \
         PYOXIDIZER_EXE",
        exe.display()
    )]
    NoExe {
        /// The command.
        exe: PathBuf,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
    /// The command has failed.
    #[error("{} run-build-script failed ({status})\n{output}", exe.display())]
    Exe {
        /// The command.
        exe: PathBuf,
        /// How it ended.
        status: String,
        /// What it wrote to standard error.
        output: String,
    },
    /// There are no artifacts where they should be.
    #[error("{} holds no artifacts: {name} is missing; `pyoxidizer run-build-script` makes them", directory.display())]
    NoArtifacts {
        /// The directory.
        directory: PathBuf,
        /// The file that is missing.
        name: &'static str,
    },
    /// The artifacts are for another Python than the program.
    #[error(
        "the packed resources are for Python {found}, but pyembed is compiled for Python {expected}: set \
         PYO3_PYTHON to the Python that they are for, or pack for the other one"
    )]
    OtherPython {
        /// Version of the artifacts, such as `3.12`.
        found: String,
        /// Version that `pyembed` is compiled for.
        expected: String,
    },
    /// A file cannot be read or written.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
    /// The packed resources cannot be made.
    #[cfg(feature = "packaging")]
    #[error(transparent)]
    Packaging(#[from] pyox_packaging::Error),
    /// The Python cannot be used, or not linked.
    #[cfg(feature = "packaging")]
    #[error(transparent)]
    Distribution(#[from] pyox_distribution::Error),
    /// There is no cache.
    #[cfg(feature = "packaging")]
    #[error(transparent)]
    Cache(#[from] pyox_build_cache::CacheError),
    /// Files cannot be put into place.
    #[cfg(feature = "packaging")]
    #[error(transparent)]
    Output(#[from] pyox_output::Error),
}

impl Error {
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
