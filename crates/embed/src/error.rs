use std::error::Error as _;
use std::ffi::OsStr;
use std::path::PathBuf;

use crate::arguments::arguments;
use crate::payload::PayloadError;

/// The interpreter could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NewInterpreterError {
    /// The program has no payload that can be used.
    #[error(transparent)]
    Payload(#[from] PayloadError),
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
    /// The interpreter, which is not part of the launcher, cannot be loaded.
    #[cfg(feature = "shared-libpython")]
    #[error("Python cannot be loaded")]
    Libpython(#[from] crate::libpython::LibpythonError),
    /// The resources have no code that starts the importer.
    #[error("the resources of the program hold no boot code")]
    NoBootCode,
    /// The packed script is to be run, and nothing imports packed modules.
    #[error("the packed script cannot be run without oxidized_importer")]
    ScriptWithoutImporter,
    /// Modules are imported from files only, and the standard library is nowhere.
    #[error(
        "Python cannot start: no standard library (a directory with encodings) in {}",
        paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
    )]
    NoStandardLibrary {
        /// Where it was looked for.
        paths: Vec<PathBuf>,
    },
    /// A setting that this Python does not have, or settings that contradict each other.
    #[error(transparent)]
    Setting(#[from] pyox_interpreter_config::SettingError),
    /// The allocator is not part of the program.
    #[error("the launcher is built without the allocator {allocator}: pyox-embed has it with the feature {allocator}")]
    Allocator {
        /// Its name, which is that of the feature.
        allocator: &'static str,
    },
    /// An interpreter runs in this process.
    #[error("a Python interpreter runs in this process already")]
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
    /// The application has started itself with the arguments that it was given, and so on.
    #[error("the program starts itself with the arguments that it was given, again and again")]
    Endless,
    /// The process may not have the memory that an interpreter takes.
    #[error(
        "Python cannot start: the address space is limited to {} MiB (ulimit -v), and {} MiB more are needed",
        limit >> 20, needed >> 20
    )]
    AddressSpace {
        /// The limit, in bytes.
        limit: u64,
        /// What could not be had, in bytes.
        needed: u64,
    },
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

impl NewInterpreterError {
    /// The status that a program ends with which cannot start.
    pub fn status(&self) -> i32 {
        match self {
            Self::Exit { status } => *status,
            _ => 1,
        }
    }

    /// A line for standard error, with the name of the program and all causes; nothing if CPython has said everything.
    /// A name or an exception may hold any characters: control characters are escaped.
    pub fn report(&self) -> String {
        if matches!(self, Self::Exit { .. }) {
            return String::new();
        }
        self.line(&arguments().into_iter().next().unwrap_or_default())
    }

    fn line(&self, program: &OsStr) -> String {
        let mut text = format!("{}: {self}", program.display());
        let mut source = self.source();
        while let Some(cause) = source {
            text.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        let mut line = String::new();
        for character in text.chars() {
            if character.is_control() { line.extend(character.escape_default()) } else { line.push(character) }
        }
        line.push('\n');
        line
    }
}

/// Python has ended, but not as it should.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FinalizeError {
    /// Something that was buffered could not be written.
    #[error("Python could not write everything to its standard output and standard error")]
    Flush,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_one_line_with_all_causes() {
        let cause = std::io::Error::other("a\nb\x1b[31m");
        let error = NewInterpreterError::Payload(PayloadError::Read(cause));
        assert_eq!(
            error.line(OsStr::new("my\tapp")),
            "my\\tapp: cannot read this program's own file: a\\nb\\u{1b}[31m\n"
        );
        assert_eq!(error.status(), 1);
        let said = NewInterpreterError::Exit { status: 2 };
        assert_eq!((said.report().as_str(), said.status()), ("", 2));
    }
}
