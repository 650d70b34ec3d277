//! What can go wrong.

use std::path::PathBuf;

pub use crate::failure::{Failure, Position};
pub use crate::fault::Fault;

/// Why a configuration file was not evaluated, or its targets not built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No configuration file in a directory, nor in one above it.
    #[error("there is no {} in {} or above it", crate::CONFIGURATION, directory.display())]
    NotFound {
        /// Where the search began.
        directory: PathBuf,
    },
    /// The configuration file that was named is not there.
    #[error("there is no configuration file {}", path.display())]
    NoFile {
        /// The file.
        path: PathBuf,
    },
    /// Evaluation failed.
    #[error(transparent)]
    Evaluation(Box<Failure>),
    /// The file registers no target.
    #[error("{} registers no target", path.display())]
    NoTarget {
        /// The file.
        path: PathBuf,
    },
    /// A target that was asked for is not registered.
    #[error("no target is called {name:?}")]
    UnknownTarget {
        /// The name.
        name: String,
        /// Those that are registered.
        known: Vec<String>,
    },
    /// Building what a target has returned failed.
    #[error("cannot build the target {target}{}", registered(place.as_deref()))]
    Build {
        /// The target.
        target: String,
        /// Where it is registered, as `FILE:LINE`.
        place: Option<String>,
        /// Why.
        #[source]
        source: Box<Fault>,
    },
    /// Reading or writing a file failed.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// Where a target is registered, to come after its name.
pub(crate) fn registered(place: Option<&str>) -> String {
    place.map(|place| format!(" ({place})")).unwrap_or_default()
}
