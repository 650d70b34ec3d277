//! Why something cannot be written.

use std::path::PathBuf;

/// Something cannot be written where it was to be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The directory of the output does not exist.
    #[error("cannot write {}: there is no directory {}", path.display(), directory.display())]
    NoDirectory {
        /// The output.
        path: PathBuf,
        /// Its directory.
        directory: PathBuf,
    },
    /// The output exists and is not a file.
    #[error("{} is a directory", path.display())]
    IsDirectory {
        /// The output.
        path: PathBuf,
    },
    /// The output exists and is a device, a pipe or the like.
    #[error("{} is not an ordinary file", path.display())]
    IsSpecial {
        /// The output.
        path: PathBuf,
    },
    /// The output refusing to overwrite the input.
    #[error("refusing to overwrite the input {}: {input}", path.display())]
    IsInput {
        /// The output.
        path: PathBuf,
        /// What would be replaced.
        input: String,
    },
    /// Two outputs would be one file.
    #[error("{what} {} would replace {other} {}", path.display(), other_path.display())]
    Collide {
        /// What the one is, such as `the report`.
        what: String,
        /// Its path.
        path: PathBuf,
        /// What the other is.
        other: String,
        /// Its path.
        other_path: PathBuf,
    },
    /// It is not said where the program goes, and what is there was not written by us.
    #[error("{} and {} exist, and are no programs made by pyoxidizer", path.display(), other.display())]
    IsForeign {
        /// Where the program would go.
        path: PathBuf,
        /// Where it would go instead.
        other: PathBuf,
    },
    /// Reading or writing a file.
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
}

impl Error {
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
