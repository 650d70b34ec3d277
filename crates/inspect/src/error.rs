//! Why a program or a resource file cannot be read back.

use std::path::PathBuf;

/// A program or a resource file cannot be read back, or what was made of it cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An empty file.
    #[error("there are no packed resources in {}: it is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A file that is neither packed resources nor a program.
    #[error(
        "there are no packed resources in {}: it neither starts with `pyembed` nor is an executable (ELF) \
         with a payload",
        path.display()
    )]
    NoResources {
        /// The file.
        path: PathBuf,
    },
    /// The payload of a program cannot be found.
    #[error("cannot find the packed resources of {}", path.display())]
    NoPayload {
        /// The program.
        path: PathBuf,
        /// The reason.
        #[source]
        source: pyox_program_format::Error,
    },
    /// Packed resources of a version that is not read here.
    #[error("{} has packed resources of version {found}, only versions 1 to 4 are read here", path.display())]
    ResourcesVersion {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u8,
    },
    /// Packed resources that cannot be opened.
    #[error("cannot open the packed resources in {}", path.display())]
    OpenResources {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: pyox_packed_resources::Error,
    },
    /// Packed resources that do not become those of another version, as that version is not written or is their own.
    #[error("cannot convert {}: version {from} does not become version {to}", path.display())]
    NoConversion {
        /// The file.
        path: PathBuf,
        /// Its version.
        from: u8,
        /// The version that is asked for.
        to: u8,
    },
    /// Packed resources have something that another version cannot hold or that is damaged.
    #[error("cannot convert {} to version {to}", path.display())]
    Convert {
        /// The file.
        path: PathBuf,
        /// The version that is asked for.
        to: u8,
        /// The reason.
        #[source]
        source: pyox_packed_resources::Error,
    },
    /// Packed resources have things that version 3 cannot hold.
    #[error("converting {} to version 3 would lose{}", path.display(), crate::lost::listed(losses))]
    ConversionLoss {
        /// The file.
        path: PathBuf,
        /// All of them that may not be lost.
        losses: Vec<crate::Lost>,
    },
    /// Converted resources are not what was written when they are read back.
    #[error("{} is not as it was written when it is read back", path.display())]
    ConversionDiffers {
        /// The output, which is not put into place.
        path: PathBuf,
    },
    /// Writing packed resources back as files.
    #[error(transparent)]
    Extract(#[from] crate::extract::ExtractError),
    /// The launcher in a program is not the one it was made with.
    #[error("the launcher in {} does not match its digest", path.display())]
    LauncherDigest {
        /// The program.
        path: PathBuf,
    },
    /// A file of packed resources has other bytes after them.
    #[error("{} has {length} bytes at offset {offset} that do not belong to its packed resources", path.display())]
    TrailingBytes {
        /// The file.
        path: PathBuf,
        /// Where they start, in bytes from the start of the file.
        offset: u64,
        /// How many they are.
        length: u64,
    },
    /// Packed resources.
    #[error(transparent)]
    Resources(#[from] pyox_packed_resources::Error),
    /// Writing what was made of it.
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
