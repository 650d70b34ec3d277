//! Why a launcher or a program could not be made.

use std::path::PathBuf;

use pyox_program_format::MarkerField;

/// A launcher or a program could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Attaching the payload.
    #[error("cannot attach the application to the launcher")]
    Attach(#[from] pyox_program_format::Error),
    /// A launcher is made for something else than the program.
    #[error(
        "launcher {} is for {what} {found}, but the program is made for {what} {expected}",
        path.display(), what = words(*field)
    )]
    Mismatch {
        /// The launcher.
        path: PathBuf,
        /// What differs.
        field: MarkerField,
        /// What its marker says; `unknown` if it says nothing.
        found: String,
        /// What is needed.
        expected: String,
        /// Version of the Python that the program is made for.
        python: String,
    },
    /// A launcher is not as it was made.
    #[error("launcher {} is damaged: it does not match its digest", path.display())]
    Damaged {
        /// The launcher.
        path: PathBuf,
    },
    /// A file is no launcher.
    #[error("{} is not a launcher of this project", path.display())]
    NotALauncher {
        /// The file.
        path: PathBuf,
    },
    /// The launcher did not compile.
    #[error("compiling the launcher for Python {python} failed ({status}):\n{output}")]
    Build {
        /// Version of the Python.
        python: String,
        /// How cargo ended.
        status: String,
        /// The last lines of what it said.
        output: String,
    },
    /// cargo cannot be started.
    #[error("cannot run cargo to compile the launcher for Python {python}")]
    NoCargo {
        /// Version of the Python.
        python: String,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
    /// Launchers are compiled for the machine and the system that this program itself is for, and for its C library or musl.
    #[error("a launcher for {target} cannot be compiled here")]
    OtherMachine {
        /// What the Python is for.
        target: String,
    },
    /// There is no prebuilt launcher for this Python where it should be.
    #[error("there is no launcher for Python {python} at {}{}", path.display(), only(others))]
    NoPrebuilt {
        /// Where it should be.
        path: PathBuf,
        /// The version.
        python: String,
        /// The launchers that are in the directory instead.
        others: Vec<String>,
    },
    /// What cargo has made cannot be changed as launchers are.
    #[error("cannot make a launcher of {}", path.display())]
    Binary {
        /// The executable.
        path: PathBuf,
        /// The reason.
        #[source]
        source: pyox_binary::ElfError,
    },
    /// What another implementation of [`LauncherSource`](crate::LauncherSource) meets.
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
    /// The Python cannot be linked.
    #[error(transparent)]
    Distribution(#[from] pyox_distribution::Error),
    /// Native code.
    #[error(transparent)]
    Native(#[from] pyox_binary::NativeError),
    /// Writing beside and renaming.
    #[error(transparent)]
    Output(#[from] pyox_output::Error),
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

/// What a field of a marker is about.
fn words(field: MarkerField) -> &'static str {
    match field {
        MarkerField::Python | MarkerField::Version => "Python",
        MarkerField::Abi => "ABI",
        MarkerField::Bytecode => "bytecode",
        MarkerField::Format => "packed resources of version",
        MarkerField::Protocol => "launcher protocol",
        MarkerField::Extensions => "the extension modules",
        other => other.key(),
    }
}

/// What is there instead.
fn only(others: &[String]) -> String {
    if others.is_empty() { String::new() } else { format!(", only {}", others.join(", ")) }
}
