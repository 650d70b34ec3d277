use std::io::ErrorKind;
use std::path::PathBuf;

use crate::native::{NativeError, PayloadError};

/// An application could not be packaged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The Python installation, its compiler or pip.
    #[error(transparent)]
    Distribution(#[from] pyox_distribution::Error),
    /// Looking for resources.
    #[error(transparent)]
    Scan(#[from] pyox_scanner::Error),
    /// Native code.
    #[error(transparent)]
    Native(#[from] NativeError),
    /// Attaching the payload.
    #[error("cannot attach the application to the launcher")]
    Payload(#[from] PayloadError),
    /// Packed resources.
    #[error(transparent)]
    Resources(#[from] pyox_packed_resources::Error),
    /// Encoding the interpreter configuration.
    #[error(transparent)]
    Config(#[from] pyox_interpreter_config::Error),
    /// What was to be packaged does not exist.
    #[error("there is no {}", path.display())]
    NoSource {
        /// The path as given.
        path: PathBuf,
    },
    /// What was to be packaged is nothing that can be.
    #[error("{} is not a Python script, a wheel, a package or a project", path.display())]
    UnknownSource {
        /// The path as given.
        path: PathBuf,
    },
    /// Nothing says what the program shall run.
    #[error("nothing says what the program shall run")]
    NoEntry {
        /// Console scripts that could be meant.
        candidates: Vec<String>,
    },
    /// Several things could be run.
    #[error("the program could run any of {}", candidates.join(", "))]
    AmbiguousEntry {
        /// The console scripts, as `name (module:function)`.
        candidates: Vec<String>,
    },
    /// The entry that was asked for does not exist.
    #[error("{what} {name} does not exist in the program")]
    UnknownEntry {
        /// Module, console script.
        what: &'static str,
        /// Its name.
        name: String,
        /// Similar things that exist.
        candidates: Vec<String>,
    },
    /// An entry is not written as it should be.
    #[error("{text:?} does not name an entry")]
    EntrySyntax {
        /// As given.
        text: String,
    },
    /// The code that the program shall run does not compile.
    #[error("the code to run does not compile")]
    MainCode(#[source] pyox_distribution::CompileError),
    /// The virtualenv is for another Python.
    #[error("{} is for Python {}.{}, but the program is made for Python {}.{}", path.display(), found.0, found.1, expected.0, expected.1)]
    VirtualenvVersion {
        /// The virtualenv.
        path: PathBuf,
        /// Its version.
        found: (u8, u8),
        /// The version of the distribution.
        expected: (u8, u8),
    },
    /// A launcher is made for another Python.
    #[error("launcher {} is for Python {found}, but the program is made for Python {expected}", path.display())]
    LauncherVersion {
        /// The launcher.
        path: PathBuf,
        /// What its marker says.
        found: String,
        /// What is needed.
        expected: String,
    },
    /// A file is no launcher.
    #[error("{} is not a launcher of this project", path.display())]
    NotALauncher {
        /// The file.
        path: PathBuf,
    },
    /// The launcher did not compile.
    #[error("compiling the launcher for Python {python} failed ({status}):\n{output}")]
    LauncherBuild {
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
    /// This build of the library does not carry the launcher's sources.
    #[error("this build carries no sources of the launcher")]
    NoLauncherSources,
    /// No directory for caches.
    #[error("there is no cache directory: the home directory is not known")]
    NoCacheDirectory,
    /// A file of a shared library is missing.
    #[error("shared library {soname} was not found, needed by {}", needed_by.join(" by "))]
    MissingLibrary {
        /// Its SONAME.
        soname: String,
        /// What needs it, nearest first.
        needed_by: Vec<String>,
    },
    /// The inline metadata of a script is not valid (PEP 723).
    #[error("the inline metadata of {} is not valid: {message}", path.display())]
    ScriptMetadata {
        /// The script.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// `pyproject.toml` cannot be read.
    #[error("{} is not valid: {message}", path.display())]
    ProjectFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// The source is made for other versions of Python.
    #[error("{} requires Python {requires}, but the program is made for Python {found}", path.display())]
    RequiresPython {
        /// The script or wheel.
        path: PathBuf,
        /// The versions, as it states them.
        requires: String,
        /// The version of the distribution.
        found: String,
    },
    /// A name is not UTF-8, which a path inside a program has to be.
    #[error("{} is not UTF-8", path.display())]
    NotUtf8 {
        /// The path.
        path: PathBuf,
    },
    /// The output exists and is not a file.
    #[error("{} is a directory", path.display())]
    OutputIsDirectory {
        /// The output.
        path: PathBuf,
    },
    /// The output exists and is a device, a pipe or the like.
    #[error("{} is not an ordinary file", path.display())]
    OutputIsSpecial {
        /// The output.
        path: PathBuf,
    },
    /// The output would replace what the program is made of.
    #[error("writing {} would replace what is to be packed", path.display())]
    OutputIsInput {
        /// The output.
        path: PathBuf,
    },
    /// The directory of the output does not exist.
    #[error("cannot write {}: there is no directory {}", path.display(), directory.display())]
    NoOutputDirectory {
        /// The output.
        path: PathBuf,
        /// Its directory.
        directory: PathBuf,
    },
    /// There is no prebuilt launcher for this Python where it should be.
    #[error("there is no launcher for Python {python} at {}", path.display())]
    NoPrebuiltLauncher {
        /// Where it should be.
        path: PathBuf,
        /// The version.
        python: String,
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

    /// What a person can do about it.
    pub fn hint(&self) -> Option<String> {
        let list = |names: &[String]| names.iter().map(|name| format!("\n  {name}")).collect::<String>();
        match self {
            Self::Distribution(error) => error.hint(),
            Self::Scan(error) => error.hint().map(str::to_owned),
            Self::NoSource { .. } => Some("give a script, a wheel, a package or project directory that exists".into()),
            Self::UnknownSource { .. } => Some(
                "give a .py file, a .whl file, a directory with pyproject.toml or setup.py, or a directory with \
                 __init__.py or __main__.py; other code comes from --pip, --requirements, --venv and --package-root"
                    .into(),
            ),
            Self::NoEntry { candidates } if !candidates.is_empty() => Some(format!(
                "say what to run with --entry; the packages have these console scripts:{}",
                list(candidates)
            )),
            Self::NoEntry { .. } => Some(
                "say what to run: a script, --module NAME (like python -m), --entry MODULE:FUNCTION or --code TEXT"
                    .into(),
            ),
            Self::AmbiguousEntry { .. } => Some("choose one with --entry NAME".into()),
            Self::UnknownEntry { candidates, .. } if !candidates.is_empty() => {
                Some(format!("these exist:{}", list(candidates)))
            }
            Self::UnknownEntry { what: "module", .. } => {
                Some("name one that is packed, or add what has it with --pip, --venv or --package-root".into())
            }
            Self::UnknownEntry { .. } => Some(
                "nothing that is packed has console scripts; use --entry MODULE:FUNCTION, or --module NAME (like python \
                 -m)"
                    .into(),
            ),
            Self::EntrySyntax { .. } => Some("write MODULE:FUNCTION, or the name of a console script".into()),
            Self::LauncherBuild { .. } => {
                Some("give a prebuilt launcher with --launcher, or make the command above work".into())
            }
            Self::NoCargo { .. } | Self::NoLauncherSources => Some(
                "install Rust (cargo and a C linker) for the first pack of each Python version, or give a prebuilt \
                 launcher with --launcher or PYOXIDIZER_LAUNCHER"
                    .into(),
            ),
            Self::LauncherVersion { expected, .. } => {
                Some(format!("make the right one with: pyoxidizer launcher build --python {expected}"))
            }
            Self::NoCacheDirectory => Some("set PYOXIDIZER_CACHE_DIR to a directory".into()),
            Self::MissingLibrary { .. } => {
                Some("install the library on this machine, or leave out what needs it".into())
            }
            Self::VirtualenvVersion { found, .. } => Some(format!("use --python {}.{}", found.0, found.1)),
            Self::ScriptMetadata { .. } => {
                Some("the block is TOML with `dependencies`, a list of strings, and `requires-python`".into())
            }
            Self::ProjectFile { .. } => Some("correct the file; it is described at https://packaging.python.org".into()),
            Self::RequiresPython { .. } => Some("choose another Python with --python".into()),
            Self::NotALauncher { .. } | Self::NoPrebuiltLauncher { .. } => {
                Some("launchers are made with: pyoxidizer launcher build -o DIR".into())
            }
            Self::NoOutputDirectory { directory, .. } => {
                Some(format!("create it with `mkdir -p {}`, or name another output with -o", directory.display()))
            }
            Self::OutputIsDirectory { .. } | Self::OutputIsSpecial { .. } | Self::OutputIsInput { .. } => Some("name another output with -o".into()),
            Self::MainCode(error) => error.hint().or_else(|| {
                Some("correct it; if it is written for another version of Python, name that with --python".into())
            }),
            Self::Io { source, .. } => io_hint(source.kind()).map(str::to_owned),
            Self::Resources(pyox_packed_resources::Error::Write(error))
=> io_hint(error.kind()).map(str::to_owned),
            _ => None,
        }
    }
}

fn io_hint(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::NotFound => Some("check how the path is written, and from which directory it is meant"),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            Some("ask for access, or write elsewhere with -o; the cache is at PYOXIDIZER_CACHE_DIR")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some("free some space, or write elsewhere with -o"),
        _ => None,
    }
}
