use std::path::PathBuf;

/// An application could not be packaged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Where the application comes from.
    #[error(transparent)]
    Input(#[from] pyox_inputs::Error),
    /// The Python installation.
    #[error(transparent)]
    Distribution(#[from] pyox_distribution::Error),
    /// Making a layer.
    #[error(transparent)]
    Layer(#[from] pyox_layers::Error),
    /// Native code.
    #[error(transparent)]
    Native(#[from] pyox_binary::NativeError),
    /// Extension modules are to be linked into a launcher, and there is none.
    #[error("extension modules can only be linked into a program that is made with a launcher")]
    ExtensionsWithoutLauncher,
    /// The launcher, or attaching the application to it.
    #[error(transparent)]
    Linker(#[from] pyox_linker::Error),
    /// The list of components.
    #[error(transparent)]
    Licenses(#[from] pyox_licenses::Error),
    /// What an earlier program has.
    #[error(transparent)]
    Inspect(#[from] pyox_inspect::Error),
    /// Where something is written.
    #[error(transparent)]
    Output(#[from] pyox_output::Error),
    /// A setting of the interpreter that the Python does not have, or settings that contradict each other.
    #[error(transparent)]
    Setting(#[from] pyox_interpreter_config::SettingError),
    /// The program is to run its script, and nothing would import packed modules.
    #[error("{what} cannot be run without oxidized_importer")]
    NoImporter {
        /// What the program runs, in words.
        what: String,
    },
    /// The launcher has no such memory allocator.
    #[error("the launcher {} has no memory allocator {allocator}", launcher.display())]
    NoAllocator {
        /// As settings call it.
        allocator: &'static str,
        /// The launcher.
        launcher: PathBuf,
    },
    /// Packed resources.
    #[error(transparent)]
    Resources(#[from] pyox_packed_resources::Error),
    /// A package cannot be both in a file that programs share and in a directory beside one program.
    #[error("packages in a file that programs share cannot be placed beside one program")]
    LocationOfSharedPackage,
    /// Encoding the interpreter configuration.
    #[error(transparent)]
    Config(#[from] pyox_interpreter_config::Error),
    /// A resource file cannot be opened.
    #[error("cannot use the resource file {}", path.display())]
    SharedResources {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: pyox_packed_resources::Error,
    },
    /// Packed resources, but not made to be shared.
    #[error("{} is not a resource file for programs to share", path.display())]
    NotSharedResources {
        /// The file.
        path: PathBuf,
    },
    /// A resource file was changed after it was made.
    #[error("the resource file {} is damaged: it does not match its digest", path.display())]
    SharedResourcesDigest {
        /// The file.
        path: PathBuf,
    },
    /// A resource file is for another Python.
    #[error(
        "the resource file {} is for Python {}.{}, and the program for {}.{}",
        path.display(), found.0, found.1, expected.0, expected.1
    )]
    SharedResourcesPython {
        /// The file.
        path: PathBuf,
        /// Its Python.
        found: (u8, u8),
        /// The Python of the program.
        expected: (u8, u8),
    },
    /// A file that should name modules names something else, or nothing.
    #[error("{} {}", path.display(), no_module(found.as_deref()))]
    ImportOrder {
        /// The file.
        path: PathBuf,
        /// The first line that is not the name of a module.
        found: Option<String>,
    },
    /// [`Progress::is_cancelled`](pyox_linker::Progress::is_cancelled) said so.
    #[error("packing was cancelled")]
    Cancelled,
    /// A name is not UTF-8, which a path inside a program has to be.
    #[error("{} is not UTF-8", path.display())]
    NotUtf8 {
        /// The path.
        path: PathBuf,
    },
    /// A file beside the program would be replaced that belongs to another program, or to a person.
    #[error(
        "{} is another file than that to be written, and the program that is replaced does not use it",
        path.display()
    )]
    ForeignFileBeside {
        /// The file.
        path: PathBuf,
    },
    /// A resource file has nothing of a program.
    #[error("{} has nothing of what the program needs", path.display())]
    NothingShared {
        /// The file.
        path: PathBuf,
    },
    /// None of the modules is packed whose order is given.
    #[error("none of the modules whose order is given is in the program")]
    NothingOrdered,
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

/// What is wrong with a file that should name modules.
fn no_module(line: Option<&str>) -> String {
    match line {
        Some(line) => format!("has a line {line:?}, which is not the name of a module"),
        None => "names no module".to_owned(),
    }
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
