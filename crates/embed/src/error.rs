use std::path::PathBuf;

/// The interpreter could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NewInterpreterError {
    /// The resources have no interpreter configuration.
    #[error("the resources of the program hold no interpreter configuration")]
    NoConfig,
    /// The interpreter configuration cannot be decoded.
    #[error(transparent)]
    Config(#[from] pyox_interpreter_config::Error),
    /// The resources are damaged.
    #[error("the resources of the program are damaged")]
    Resources(#[from] pyox_packed_resources::Error),
    /// A file with resources of the program cannot be used.
    #[error("the program needs the file {}, which cannot be used", path.display())]
    ResourceFile {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A file with resources is not the one that the program was made with.
    #[error(
        "{} is not the file that the program was made with: its digest is {found}, not {expected}; copy the right one \
         there, or make the program again",
        path.display()
    )]
    ResourceFileDigest {
        /// The file.
        path: PathBuf,
        /// Start of the digest that the program asks for, hexadecimal.
        expected: String,
        /// Start of the digest that the file has, or `none`.
        found: String,
    },
    /// The program was packaged for another Python than the one in the launcher.
    #[error(
        "the program is made for Python {}.{}, but its launcher holds Python {}.{}",
        expected.0, expected.1, found.0, found.1
    )]
    PythonVersion {
        /// Major and minor version the program wants.
        expected: (u8, u8),
        /// Major and minor version of the linked interpreter.
        found: (u8, u8),
    },
    /// The resources have no code that starts the importer.
    #[error("the resources of the program hold no boot code")]
    NoBootCode,
    /// An interpreter runs or has run in this process.
    #[error("a Python interpreter has been started in this process before")]
    AlreadyStarted,
    /// The path of the executable is not known.
    #[error("cannot find out the path of the executable")]
    Executable(#[source] std::io::Error),
    /// The arguments are those of a helper process of `multiprocessing`, but no process of this program with the same
    /// user and privileges has started it.
    #[error(
        "cannot be a helper process of multiprocessing: it was not started by this program with the same privileges"
    )]
    Helper,
    /// CPython did not start.
    #[error("Python cannot start: {function}: {message}")]
    Python {
        /// The function of CPython that failed.
        function: String,
        /// What it says.
        message: String,
    },
    /// CPython has already said what is wrong with an option, and asks for the process to end.
    #[error("Python does not start with these options")]
    Exit {
        /// The status to end with.
        status: i32,
    },
    /// The importer could not be installed.
    #[error("Python cannot start: the importer fails with {exception}")]
    Boot {
        /// Type and text of the Python exception.
        exception: String,
    },
    /// An argument or path holds a NUL byte.
    #[error("argument holds a NUL byte")]
    Nul(#[from] std::ffi::NulError),
}
