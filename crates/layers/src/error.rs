use std::path::PathBuf;

/// A layer could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The Python installation.
    #[error(transparent)]
    Distribution(#[from] pyox_distribution::Error),
    /// A worker process that compiles.
    #[error(transparent)]
    Worker(#[from] pyox_bytecode::WorkerError),
    /// Looking for resources.
    #[error(transparent)]
    Scan(#[from] pyox_scanner::Error),
    /// Native code.
    #[error(transparent)]
    Native(#[from] pyox_binary::NativeError),
    /// Packed resources.
    #[error(transparent)]
    Resources(#[from] pyox_packed_resources::Error),
    /// Files of packages in a directory beside the program.
    #[error(transparent)]
    Inspect(#[from] pyox_inspect::Error),
    /// The location of a package was asked for more than once.
    #[error("the location of {name} is given more than once")]
    LocatedTwice {
        /// The name that was given.
        name: String,
    },
    /// What is to be taken in or left out cannot be a name.
    #[error("{name:?} is not the name of a module")]
    NotAModule {
        /// As given.
        name: String,
    },
    /// What is to be left out is needed by the interpreter.
    #[error("{name} cannot be left out: the interpreter imports {needed} when it starts")]
    ExcludedNeeded {
        /// As given.
        name: String,
        /// The module.
        needed: String,
    },
    /// A module is to be taken in, and it or a package that it is in is to be left out.
    #[error("{included} is to be included, and {excluded} to be excluded")]
    IncludedAndExcluded {
        /// The module.
        included: String,
        /// It, or a package that it is in.
        excluded: String,
    },
    /// [`Progress::is_cancelled`](pyox_linker::Progress::is_cancelled) said so.
    #[error("packing was cancelled")]
    Cancelled,
    /// A function that changes decisions has failed.
    #[error("deciding about {resource} failed")]
    Decide {
        /// Path of the resource below `sys.path`.
        resource: String,
        /// The reason.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The compiler of another library failed.
    #[error("cannot compile")]
    Compiler(#[source] pyox_bytecode::CompileError),
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
    /// Whether to go on with the next part of the work.
    pub(crate) fn if_cancelled(progress: &dyn pyox_linker::Progress) -> Result<(), Self> {
        if progress.is_cancelled() { Err(Self::Cancelled) } else { Ok(()) }
    }

    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}

impl From<pyox_inspect::extract::ExtractError> for Error {
    fn from(error: pyox_inspect::extract::ExtractError) -> Self {
        Self::Inspect(error.into())
    }
}
