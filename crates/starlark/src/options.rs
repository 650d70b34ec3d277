//! What an evaluation is given, and whom it tells what happens.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use pyox_build_cache::Cache;
use pyox_distribution::Installed;
use pyox_linker::{LauncherSource, Progress};
use pyox_packaging::Report;
use pyox_standalone::Standalone;

/// What to evaluate, and for what.
#[non_exhaustive]
pub struct Options<'a> {
    /// The configuration file, an absolute path.
    pub path: PathBuf,
    /// The targets to build, in this order; none for the default one.
    pub targets: Vec<String>,
    /// Whether it is a build script that asks: it may have another default target.
    pub build_script: bool,
    /// Where the artifacts of a `PythonEmbeddedResources` go, instead of the directory of its target.
    pub artifacts: Option<PathBuf>,
    /// The Rust target triple that the build is for.
    pub target_triple: String,
    /// Whether the output is below `release` instead of `debug`.
    pub release: bool,
    /// What the configuration finds in `VARS`.
    pub vars: BTreeMap<String, Option<String>>,
    /// Run pip and make layers even if the earlier outcome is kept.
    pub refresh: bool,
    /// How many calls of functions and rounds of loops a file may take; 200 million by default.
    pub max_steps: u64,
    /// What is kept from one build to the next.
    pub cache: &'a Cache,
    /// Where launchers come from.
    pub launchers: &'a dyn LauncherSource,
    /// Where Pythons come from.
    pub pythons: &'a dyn Pythons,
}

impl<'a> Options<'a> {
    /// The default target of a file.
    pub fn new(
        path: impl Into<PathBuf>,
        target_triple: impl Into<String>,
        cache: &'a Cache,
        launchers: &'a dyn LauncherSource,
        pythons: &'a dyn Pythons,
    ) -> Self {
        Self {
            path: path.into(),
            targets: Vec::new(),
            build_script: false,
            artifacts: None,
            target_triple: target_triple.into(),
            release: false,
            vars: BTreeMap::new(),
            refresh: false,
            max_steps: 200_000_000,
            cache,
            launchers,
            pythons,
        }
    }

    /// The directory that relative paths in the file begin in.
    pub(crate) fn directory(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }
}

/// Which Python `default_python_distribution()` means.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PythonRequest {
    /// `X.Y`, or `X.Y.Z`; `None` for the newest.
    pub version: Option<String>,
    /// `standalone`, `standalone_dynamic` or `standalone_static`.
    pub flavor: String,
    /// The Rust target triple.
    pub target_triple: String,
}

/// A Python that was found.
#[non_exhaustive]
pub enum FoundPython {
    /// A full distribution archive.
    Standalone(Box<Standalone>),
    /// One that is installed on this machine.
    Installed(Box<Installed>),
}

/// Where Pythons come from: this is how the outside world, and a network, is reached.
pub trait Pythons {
    /// The Python that is meant, and what a person should know of the choice.
    ///
    /// # Errors
    ///
    /// There is none.
    fn find(&self, request: &PythonRequest) -> Result<(FoundPython, Option<String>), Box<dyn Error + Send + Sync>>;

    /// The archive at a URL, which has this SHA-256.
    ///
    /// # Errors
    ///
    /// It cannot be had, or is another one; then nothing is kept of it.
    fn download(&self, url: &str, sha256: &str) -> Result<PathBuf, Box<dyn Error + Send + Sync>>;
}

/// Hears what happens.
pub trait Listener {
    /// Hears of the steps of packaging.
    fn progress(&mut self) -> &mut dyn Progress;

    /// Hears of everything else.
    fn event(&mut self, event: &Event<'_>);
}

/// What happens.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'e> {
    /// A configuration file is used, to resolve so many targets.
    Begins {
        /// The file.
        path: &'e Path,
        /// How many targets.
        targets: usize,
    },
    /// A target is resolved.
    Target {
        /// Its name.
        name: &'e str,
    },
    /// The file prints something.
    Printed {
        /// What.
        text: &'e str,
    },
    /// A person should know of something; it is seen at this place of the file.
    Note {
        /// What.
        text: &'e str,
        /// Where.
        position: Option<String>,
    },
    /// A program is written.
    Packed {
        /// What is known of it.
        report: &'e Report,
        /// Where it is.
        path: &'e Path,
    },
    /// A directory is written.
    Installed {
        /// The directory.
        path: &'e Path,
        /// How many files.
        files: usize,
    },
}
