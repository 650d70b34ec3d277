//! What is classified.

use std::path::PathBuf;

use pyox_packed_resources::Data;

/// A file that waits to be classified.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Candidate {
    /// Path below `sys.path`, with `/`.
    pub path: String,
    /// Where it comes from, see [`Found::origin`](crate::Found::origin).
    pub origin: PathBuf,
    /// Its content.
    pub data: Data,
    /// Whether it is meant to be executed.
    pub executable: bool,
}

impl Candidate {
    /// A file at `path` that is not meant to be executed.
    pub fn new(path: impl Into<String>, origin: impl Into<PathBuf>, data: Data) -> Self {
        Self { path: path.into(), origin: origin.into(), data, executable: false }
    }

    /// Says whether it is meant to be executed.
    #[must_use]
    pub fn executable(mut self, executable: bool) -> Self {
        self.executable = executable;
        self
    }
}
