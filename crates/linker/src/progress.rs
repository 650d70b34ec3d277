//! What happens while a program is made.

mod timed;

use std::path::Path;

use serde::{Deserialize, Serialize};
pub use timed::Timed;

/// A step of packaging.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Step {
    /// pip installs requirements.
    #[serde(rename = "installing")]
    Install,
    /// Directories and wheels are searched.
    #[serde(rename = "scanning")]
    Scan,
    /// Source text is compiled to bytecode.
    #[serde(rename = "compiling")]
    Compile,
    /// Source text is compressed.
    #[serde(rename = "compressing")]
    Compress,
    /// Extension modules and libraries are prepared.
    #[serde(rename = "linking")]
    Link,
    /// Another process makes the launcher.
    #[serde(rename = "waiting for the launcher")]
    Wait,
    /// The launcher is compiled.
    #[serde(rename = "building the launcher")]
    Launcher,
    /// The executable is written.
    #[serde(rename = "writing")]
    Write,
}

/// Hears what happens. All methods have empty defaults.
pub trait Progress {
    /// A step begins; `what` it works on: the version of Python of a launcher, the layer that is scanned, compressed or
    /// linked, the file that is written; or nothing.
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

    /// Whether to stop: asked between the parts of long work, which then ends with an error and changes nothing.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}
