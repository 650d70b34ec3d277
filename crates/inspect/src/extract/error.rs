use std::path::PathBuf;

/// Packed resources could not be written back as files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtractError {
    /// A name in the resources leads out of the directory, or is no path on every system.
    #[error("entry {entry:?} has the path {path:?}, which leads elsewhere")]
    UnsafePath {
        /// The entry.
        entry: String,
        /// The path.
        path: String,
    },
    /// Two entries are the same file with different content.
    #[error("{path} comes with different content from {first} and from {second}")]
    Conflict {
        /// Path below the directory.
        path: String,
        /// The entry that has been added first.
        first: String,
        /// The entry with other content.
        second: String,
    },
    /// A value cannot be read.
    #[error("cannot read entry {entry}")]
    Value {
        /// The entry.
        entry: String,
        /// The reason.
        #[source]
        source: pyox_packed_resources::Error,
    },
    /// A file is there already.
    #[error("{} exists", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// What is to be written is reached through a symbolic link, or is one.
    #[error("{} is a symbolic link, which is not followed", path.display())]
    Symlink {
        /// The link.
        path: PathBuf,
    },
    /// Something else is there than the directory or file to be written.
    #[error("{} is in the way", path.display())]
    InTheWay {
        /// What is there.
        path: PathBuf,
    },
    /// A file cannot be read or written.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// `read`, `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
}

impl ExtractError {
    pub(super) fn value(entry: &str) -> impl FnOnce(pyox_packed_resources::Error) -> Self {
        move |source| Self::Value { entry: entry.to_owned(), source }
    }

    pub(super) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { action, path: path.into(), source }
    }
}
