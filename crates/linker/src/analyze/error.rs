//! Why a file could not be examined.

use super::Format;
use crate::native::ElfError;

/// Why a file could not be examined.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnalyzeError {
    /// The bytes start as no file of a known format does.
    #[error("neither a binary (ELF, PE or Mach-O) nor packed resources")]
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

    /// Packed resources that cannot be read.
    #[error(transparent)]
    Resources(#[from] pyox_packed_resources::Error),
}

impl AnalyzeError {
    /// What a person can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unknown => "give a program, a library, an extension module, or a file of packed resources",
            _ => "the file is damaged or incomplete: copy or make it again",
        }
    }
}
