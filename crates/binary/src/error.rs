//! What can go wrong with native code.

use std::io;
use std::path::PathBuf;

use crate::Format;

/// Why the bytes of an ELF file could not be read or edited.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ElfError {
    /// The bytes do not start like an ELF file.
    #[error("not an ELF file")]
    NotElf,

    /// A structure of the file lies outside of it or contradicts itself.
    #[error("malformed ELF file: {what} at offset {offset:#x}")]
    Malformed {
        /// The damaged structure.
        what: &'static str,
        /// Where it is, or claims to be, in bytes from the start of the file.
        offset: u64,
    },

    /// A valid file of a kind that the operation does not handle.
    #[error("unsupported ELF file: {what}")]
    Unsupported {
        /// What is not supported.
        what: &'static str,
    },

    /// A needed library cannot be forgotten, because symbols are bound to versions of it: the dynamic loader would stop
    /// with an assertion.
    #[error("the need for {soname} cannot be removed, symbol versions refer to it")]
    VersionedNeed {
        /// The needed library.
        soname: String,
    },

    /// A launcher's marker is not lines of `key=value`.
    #[error("malformed launcher marker, line {line}: {text:?}")]
    Marker {
        /// The line, from 1.
        line: usize,
        /// What it says.
        text: String,
    },
}

/// Why a binary of any format could not be examined.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BinaryError {
    /// The bytes start as no binary of a known format does.
    #[error("not a binary (ELF, PE or Mach-O)")]
    Unknown,

    /// An ELF file that cannot be read.
    #[error(transparent)]
    Elf(#[from] ElfError),

    /// A structure of a PE or Mach-O file lies outside of it or contradicts itself.
    #[error("malformed {format} file: {what} at offset {offset:#x}")]
    Malformed {
        /// The format.
        format: Format,
        /// The damaged structure.
        what: &'static str,
        /// Where it is, or claims to be, in bytes from the start of the file or of what it is a part of.
        offset: u64,
    },
}

/// Why a file, or what it needs, could not be examined.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NativeError {
    /// A file could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: io::Error,
    },

    /// A file was read and is not what it should be.
    #[error("cannot use {}", path.display())]
    Elf {
        /// The file, or the name of what was given as bytes.
        path: PathBuf,
        /// The reason.
        #[source]
        source: ElfError,
    },
}
