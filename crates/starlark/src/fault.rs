//! What is wrong with what a configuration file does.

use std::path::PathBuf;

/// What a configuration file has asked for and what cannot be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// There is no attribute of this name.
    #[error("{type_name} has no attribute {name}")]
    Attribute {
        /// The type of the value.
        type_name: &'static str,
        /// The name.
        name: String,
        /// Names that are like it.
        near: Vec<String>,
    },
    /// The attribute cannot be assigned.
    #[error("{type_name}.{name} cannot be assigned")]
    ReadOnly {
        /// The type of the value.
        type_name: &'static str,
        /// The name.
        name: String,
        /// What can be assigned.
        assignable: Vec<&'static str>,
    },
    /// The attribute does not take this value.
    #[error("{type_name}.{name} cannot be {value}: expected {expected}")]
    Value {
        /// The type of the value.
        type_name: &'static str,
        /// The name.
        name: String,
        /// What was assigned.
        value: String,
        /// What is accepted.
        expected: String,
    },
    /// A function does not take this argument.
    #[error("{function}() does not take {value} as {parameter}: expected {expected}")]
    Argument {
        /// The function or method.
        function: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// What was given.
        value: String,
        /// What is accepted.
        expected: String,
    },
    /// A name that earlier versions had.
    #[error("{name} does not exist any more")]
    Removed {
        /// The name.
        name: String,
        /// What there is instead.
        replacement: &'static str,
    },
    /// Something that programs are not made into.
    #[error("{what} cannot be built")]
    Unsupported {
        /// What it is.
        what: String,
        /// What there is instead.
        instead: &'static str,
    },
    /// No target has this name.
    #[error("no target is called {name:?}")]
    UnknownTarget {
        /// The name.
        name: String,
        /// Those that are registered.
        known: Vec<String>,
    },
    /// A target depends on one that does not exist.
    #[error("the target {target}{} depends on {name}, which is not registered", crate::error::registered(place.as_deref()))]
    UnknownDependency {
        /// The target.
        target: String,
        /// Where it is registered, as `FILE:LINE`.
        place: Option<String>,
        /// What it depends on.
        name: String,
        /// Those that are registered.
        known: Vec<String>,
    },
    /// Targets depend on each other.
    #[error("targets depend on each other: {}", chain.join(" -> "))]
    Cycle {
        /// Their names, the first one again at the end.
        chain: Vec<String>,
    },
    /// A target is registered twice.
    #[error("the target {name} is registered twice")]
    DuplicateTarget {
        /// Its name.
        name: String,
    },
    /// A `File` is added although the policy of the program does not allow files.
    #[error("{path} is a File, and the packaging policy has allow_files = False")]
    FilesNotAllowed {
        /// Its path.
        path: String,
    },
    /// An archive is not the one that is described.
    #[error("{} has the SHA-256 {found}, not {expected}", path.display())]
    Digest {
        /// The archive.
        path: PathBuf,
        /// As stated.
        expected: String,
        /// As computed.
        found: String,
    },
    /// Two settings contradict each other.
    #[error("{one} and {other} are both set")]
    Conflict {
        /// The one.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// An extension module is to be left out that is a part of an installed libpython.
    #[error("extension_module_filter cannot be {filter:?} for {}: its libpython has {module}", python.display())]
    Unfiltered {
        /// The filter.
        filter: String,
        /// The Python.
        python: PathBuf,
        /// The extension module.
        module: String,
    },
    /// A path that is given to be without a prefix does not begin with it.
    #[error("{} is not below {}", path.display(), prefix.display())]
    Prefix {
        /// The path.
        path: PathBuf,
        /// The prefix.
        prefix: PathBuf,
    },
    /// A path leads out of the directory that it is meant to be in.
    #[error("{} is no path below a directory", path.display())]
    Outside {
        /// The path.
        path: PathBuf,
    },
    /// A pattern is none.
    #[error("{pattern:?} is no pattern: {message}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// Why.
        message: &'static str,
    },
    /// A directory that would be replaced has something in it that was not written by this.
    #[error("{} has {}, which is not written here", directory.display(), foreign.display())]
    Foreign {
        /// The directory.
        directory: PathBuf,
        /// What is in it.
        foreign: PathBuf,
    },
    /// A file is no text in UTF-8.
    #[error("{path} is no text in UTF-8")]
    NotUtf8 {
        /// The file.
        path: String,
    },
    /// No Python was found, or it cannot be used.
    #[error("no Python for the program")]
    Python(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An attribute of the interpreter.
    #[error(transparent)]
    Setting(#[from] pyox_packaging::SettingError),
    /// Packing failed.
    #[error(transparent)]
    Packaging(#[from] pyox_packaging::Error),
    /// What the application comes from.
    #[error(transparent)]
    Input(#[from] pyox_packaging::InputError),
    /// The artifacts of a Rust program.
    #[error(transparent)]
    Artifacts(#[from] pyox_build::Error),
    /// A distribution archive.
    #[error(transparent)]
    Standalone(#[from] pyox_standalone::Error),
    /// A Python.
    #[error(transparent)]
    Distribution(#[from] pyox_distribution::Error),
    /// pip failed.
    #[error(transparent)]
    Pip(#[from] pyox_pip::Error),
    /// Resources cannot be found.
    #[error(transparent)]
    Scan(#[from] pyox_scanner::Error),
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

impl Fault {
    /// For `map_err`.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}

impl From<Fault> for starlark::Error {
    fn from(fault: Fault) -> Self {
        Self::new_other(fault)
    }
}
