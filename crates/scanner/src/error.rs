use std::path::PathBuf;

/// Everything that can go wrong while resources are searched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or directory could not be read.
    #[error("could not read {}", path.display())]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// A directory was expected.
    #[error("{} is not a directory", path.display())]
    NotADirectory {
        /// What was given instead.
        path: PathBuf,
    },
    /// An extension module is for one particular Python, and it is not known for which Python the files are.
    #[error("{} is for one version of Python, and no suffixes of extension modules were given", path.display())]
    ForeignExtension {
        /// The extension module.
        path: PathBuf,
    },
    /// What another implementation of [`ResourceSource`](crate::ResourceSource) meets.
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
    /// A package was asked for by name and is not there.
    #[error("there is no package or module {package:?} in {}", path.display())]
    PackageNotFound {
        /// The name that selects nothing.
        package: String,
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file is no zip archive, or a damaged or unsupported one.
    #[error("could not read the archive {}", path.display())]
    Archive {
        /// The archive.
        path: PathBuf,
        /// What the reader of the archive said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The file name is not that of a wheel.
    #[error("{file_name:?} is not the file name of a wheel")]
    WheelFileName {
        /// The file name.
        file_name: String,
    },
    /// `WHEEL` states a format version that is not understood, or none.
    #[error("{} has wheel format version {version:?}, only 1.x is known", path.display())]
    WheelVersion {
        /// The wheel.
        path: PathBuf,
        /// What `Wheel-Version` says.
        version: String,
    },
    /// The metadata directory is absent, or not that of the project the file name names.
    #[error("{} should have the metadata directory of {expected} and has {found:?}", path.display())]
    WheelMetadataDirectory {
        /// The wheel.
        path: PathBuf,
        /// Name and version from the file name.
        expected: String,
        /// The `.dist-info` directories of the archive.
        found: Vec<String>,
    },
    /// A file that every wheel has is absent.
    #[error("{} has no {member}", path.display())]
    MissingMember {
        /// The wheel.
        path: PathBuf,
        /// The absent file.
        member: String,
    },
    /// A member has a name that could lead outside of the wheel, or is not a plain file.
    #[error("{} has an unsafe member {member:?}: {problem}", path.display())]
    UnsafeMember {
        /// The wheel.
        path: PathBuf,
        /// The member's name.
        member: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Two members have, or are installed under, the same name.
    #[error("{} has more than one member {member:?}", path.display())]
    DuplicateMember {
        /// The wheel.
        path: PathBuf,
        /// The name.
        member: String,
    },
    /// A line of `RECORD` is malformed or contradicts another one.
    #[error("line {line} of RECORD in {} is invalid: {problem}", path.display())]
    Record {
        /// The wheel.
        path: PathBuf,
        /// Line, counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A member is not listed in `RECORD`.
    #[error("{member} is in {} but not in its RECORD", path.display())]
    Unlisted {
        /// The wheel.
        path: PathBuf,
        /// The member.
        member: String,
    },
    /// `RECORD` lists a file that the wheel does not have.
    #[error("{member} is in the RECORD of {} but not in the archive", path.display())]
    ListedButMissing {
        /// The wheel.
        path: PathBuf,
        /// The file.
        member: String,
    },
    /// `RECORD` gives no hash, or one that PEP 427 forbids.
    #[error("RECORD of {} has no sha256, sha384 or sha512 hash of {member}: found {found:?}", path.display())]
    WeakHash {
        /// The wheel.
        path: PathBuf,
        /// The member.
        member: String,
        /// The hash field as it stands.
        found: String,
    },
    /// A member's content is not what `RECORD` says.
    #[error("{member} in {} does not match RECORD: {expected} expected, {actual} computed", path.display())]
    HashMismatch {
        /// The wheel.
        path: PathBuf,
        /// The member.
        member: String,
        /// The hash in `RECORD`.
        expected: String,
        /// The hash of the content.
        actual: String,
    },
    /// A member's length is not what `RECORD` or the archive's directory says.
    #[error("{member} in {} should have {expected} bytes and has {actual}", path.display())]
    SizeMismatch {
        /// The wheel.
        path: PathBuf,
        /// The member.
        member: String,
        /// The stated length.
        expected: u64,
        /// The real length, or the first one that is certainly too much.
        actual: u64,
    },
    /// The wheel, or a file in it that is read to open it, unpacks to more than the limit.
    #[error("{} unpacks to {size} bytes, more than the limit of {limit}", path.display())]
    TooLarge {
        /// The wheel, or the wheel joined with the name of the file.
        path: PathBuf,
        /// The sum of all stated lengths, or that of the file.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// The directory is not a virtualenv.
    #[error("{} is not a virtualenv: it has no pyvenv.cfg", path.display())]
    NotAVirtualenv {
        /// The directory.
        path: PathBuf,
    },
    /// The virtualenv has no `site-packages`.
    #[error("the virtualenv {} has no site-packages directory", path.display())]
    NoSitePackages {
        /// The virtualenv.
        path: PathBuf,
    },
    /// Neither `pyvenv.cfg` nor a directory tells which Python the virtualenv is for.
    #[error("the virtualenv {} does not tell its Python version", path.display())]
    UnknownPythonVersion {
        /// The virtualenv.
        path: PathBuf,
    },
    /// The code of an editable installation cannot be located.
    #[error("{package} is installed as editable in {} and its code was not found", path.display())]
    Editable {
        /// The project.
        package: String,
        /// The `site-packages` directory.
        path: PathBuf,
    },
}

impl Error {
    /// What the user can do about it, if there is something.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::PackageNotFound { .. } => {
                Some("give the name that is imported, it can differ from the project's name")
            }
            Self::WheelFileName { .. } => Some("a wheel is called name-version-python-abi-platform.whl"),
            Self::Archive { .. }
            | Self::ListedButMissing { .. }
            | Self::HashMismatch { .. }
            | Self::SizeMismatch { .. } => Some("the file is damaged or was changed, download or build it again"),
            Self::UnsafeMember { .. }
            | Self::DuplicateMember { .. }
            | Self::WeakHash { .. }
            | Self::Unlisted { .. } => {
                Some("the wheel is not made as it should be: get it from a source that you trust, or tell its author")
            }
            Self::TooLarge { .. } => Some("raise the limit if the wheel is trusted"),
            Self::NotAVirtualenv { .. } => Some("give the directory that was passed to `python -m venv`"),
            Self::NoSitePackages { .. } | Self::UnknownPythonVersion { .. } => {
                Some("create the virtualenv again with `python -m venv --clear`")
            }
            Self::Editable { .. } => Some("install the project without --editable"),
            _ => None,
        }
    }
}
