//! What can go wrong with a distribution archive.

use std::io;
use std::path::PathBuf;

/// What can go wrong with reading, unpacking, linking or making a distribution archive.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or directory is no distribution of Python.
    #[error("{} is no distribution of Python: it is no archive, and has no PYTHON.json and no Python", .path.display())]
    NotADistribution {
        /// The file or directory.
        path: PathBuf,
    },
    /// A `PYTHON.json` of another version than those that are known.
    #[error("PYTHON.json has version {found}, and versions {oldest} to {newest} are known")]
    UnknownVersion {
        /// Its version.
        found: String,
        /// The oldest that is known.
        oldest: u8,
        /// The newest that is known.
        newest: u8,
    },
    /// A field is missing that this version of `PYTHON.json` requires.
    #[error(
        "PYTHON.json{} has no {field}",
        .version.map(|version| format!(" of version {version}")).unwrap_or_default()
    )]
    MissingField {
        /// The version; `None` if that is what is missing.
        version: Option<u8>,
        /// The field, with those that it is in.
        field: String,
    },
    /// A `PYTHON.json` is not JSON, or has other types.
    #[error("PYTHON.json is not understood")]
    Content(#[source] serde_json::Error),
    /// A path leads out of the archive.
    #[error("{field} in PYTHON.json leads out of the archive: {path:?}")]
    UnsafePath {
        /// The field.
        field: String,
        /// The path.
        path: String,
    },
    /// `PYTHON.json` names a file that is not there.
    #[error("{field} in PYTHON.json names {path}, which is not in the archive")]
    MissingFile {
        /// The field.
        field: String,
        /// The path.
        path: String,
    },
    /// `PYTHON.json` says something else than the interpreter.
    #[error("PYTHON.json says that {field} is {said}, and the interpreter says {found}")]
    Untrue {
        /// The field.
        field: &'static str,
        /// What `PYTHON.json` says.
        said: String,
        /// What the interpreter says.
        found: String,
    },
    /// A member of an archive cannot be unpacked.
    #[error("member {member:?} of {} {fault}", .path.display())]
    Member {
        /// The archive.
        path: PathBuf,
        /// The member.
        member: String,
        /// What is wrong with it.
        fault: MemberFault,
    },
    /// An archive becomes too long when it is unpacked.
    #[error("{} unpacks to more than {limit} bytes", .path.display())]
    TooLong {
        /// The archive.
        path: PathBuf,
        /// What is allowed, in bytes.
        limit: u64,
    },
    /// An archive has too many members.
    #[error("{} has more than {limit} members", .path.display())]
    TooMany {
        /// The archive.
        path: PathBuf,
        /// What is allowed.
        limit: usize,
    },
    /// An archive without a `PYTHON.json`, where what that says is needed.
    #[error("{} has no PYTHON.json: it is an install-only distribution", .path.display())]
    InstallOnly {
        /// The archive or directory.
        path: PathBuf,
    },
    /// Something is where an archive should be unpacked.
    #[error("{} is there already, and not an empty directory", .path.display())]
    Occupied {
        /// The place.
        path: PathBuf,
    },
    /// A name of an extension module or of a variant that the distribution does not have.
    #[error("there is no {what} {name}")]
    Unknown {
        /// `extension module`, `variant` and the like.
        what: &'static str,
        /// The name.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// A name that is none of C.
    #[error("{field} in PYTHON.json is no name: {name:?}")]
    Name {
        /// The field.
        field: String,
        /// The name.
        name: String,
    },
    /// Objects that the linker of this machine does not take.
    #[error("the objects of {} are {format}, which cannot be linked", .path.display())]
    Objects {
        /// The distribution.
        path: PathBuf,
        /// Their format.
        format: String,
    },
    /// The compiler failed at the table of built-in modules.
    #[error("compiling the table of built-in modules failed ({status}): {output}")]
    Compile {
        /// How it ended.
        status: String,
        /// What it said.
        output: String,
    },
    /// No archive can be made of this Python.
    #[error("no archive can be made of {}: {reason}", .python.display())]
    CannotCreate {
        /// The interpreter.
        python: PathBuf,
        /// What is missing.
        reason: String,
    },
    /// A file that is no static library.
    #[error("{} is no static library", .path.display())]
    NotALibrary {
        /// The file.
        path: PathBuf,
    },
    /// An interpreter.
    #[error(transparent)]
    Python(#[from] pyox_distribution::Error),
    /// A native library.
    #[error(transparent)]
    Native(#[from] pyox_binary::NativeError),
    /// Writing beside and renaming.
    #[error(transparent)]
    Output(#[from] pyox_output::Error),
    /// Reading or writing a file.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// What is wrong with a member of an archive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MemberFault {
    /// Its path is absolute, or leads out of the archive, or is no text.
    #[error("has a path that leads out of the archive")]
    Path,
    /// It is not below the directory `python`.
    #[error("is not below the directory `python`")]
    Outside,
    /// It is a link that leads out of the archive, or through other links.
    #[error("is a link that leads elsewhere: {target:?}")]
    Link {
        /// Where it leads to.
        target: String,
    },
    /// It is a device, a pipe or the like.
    #[error("is neither a file nor a directory nor a link")]
    Special,
    /// Another member has its path, or is a file where it needs a directory.
    #[error("is in the way of another member")]
    Twice,
}

impl Error {
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
