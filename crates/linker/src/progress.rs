//! Telling a person what happens.

use std::fmt;
use std::path::Path;

/// A step of packaging.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// pip installs requirements.
    Install,
    /// Directories and wheels are searched.
    Scan,
    /// Source text is compiled to bytecode.
    Compile,
    /// Source text is compressed.
    Compress,
    /// Extension modules and libraries are prepared.
    Link,
    /// The launcher is compiled.
    Launcher,
    /// The executable is written.
    Write,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Install => "installing",
            Self::Scan => "scanning",
            Self::Compile => "compiling",
            Self::Compress => "compressing",
            Self::Link => "linking",
            Self::Launcher => "building the launcher",
            Self::Write => "writing",
        })
    }
}

/// Is told what happens. All methods have empty defaults.
pub trait Progress {
    /// A step begins; `what` it works on.
    fn begin(&mut self, step: Step, what: &str) {
        let _ = (step, what);
    }

    /// `done` of `total` units of the current step.
    fn advance(&mut self, done: usize, total: usize) {
        let _ = (done, total);
    }

    /// A line of output of a program that was started, such as pip or cargo.
    fn line(&mut self, line: &str) {
        let _ = line;
    }

    /// So many files at `path` in the cache are not as they were written: they are not used but made again.
    fn damaged(&mut self, path: &Path, count: usize) {
        let _ = (path, count);
    }

    /// The step ended.
    fn end(&mut self) {}
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}
