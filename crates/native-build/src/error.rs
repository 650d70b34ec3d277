//! Why an extension module cannot be linked into a program.

use std::path::PathBuf;
use std::process::ExitStatus;

/// An extension module cannot be linked into a program.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A tool that this needs is nowhere on `PATH`.
    #[error("there is no {tool}, which linking extension modules into a program needs")]
    NoTool {
        /// What it is called.
        tool: String,
    },
    /// A tool fails.
    #[error("{tool} failed for the extension module {module} ({status}):\n{output}")]
    Tool {
        /// What it is called.
        tool: String,
        /// The extension module.
        module: String,
        /// How it ended.
        status: ExitStatus,
        /// What it said.
        output: String,
    },
    /// No link of a shared library was seen that the extension module can be from.
    #[error("no compiler was seen to link the extension module {module}")]
    NotRecorded {
        /// The extension module.
        module: String,
        /// The shared libraries that were linked.
        outputs: Vec<String>,
    },
    /// There are several links that the extension module may be from.
    #[error("the extension module {module} may be {}", outputs.join(" or "))]
    Ambiguous {
        /// The extension module.
        module: String,
        /// The shared libraries.
        outputs: Vec<String>,
    },
    /// What the shared library was linked of cannot be linked as one object.
    #[error("what the extension module {module} was linked of cannot be linked as one object:\n{output}")]
    NoObject {
        /// The extension module.
        module: String,
        /// What the linker said.
        output: String,
    },
    /// The name of a module is none that C code can be made for.
    #[error("{module:?} is not the name of an extension module")]
    Name {
        /// The name.
        module: String,
    },
    /// A library that an extension module needs would have to be there where the program runs.
    #[error("the extension module {module} needs {library}, of which there is no static library")]
    NoStaticLibrary {
        /// The extension module.
        module: String,
        /// The name of the library, as for `-l`, or its path.
        library: String,
    },
    /// What was recorded is damaged.
    #[error("{} is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A scan.
    #[error(transparent)]
    Scan(#[from] pyox_scanner::Error),
    /// Reading or writing a file.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
}

impl Error {
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
