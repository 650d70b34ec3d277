//! Why a file could not be examined.

use pyox_binary::BinaryError;

/// Why a file could not be examined.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnalyzeError {
    /// The bytes start as no file of a known format does.
    #[error("neither a binary (ELF, PE or Mach-O) nor packed resources")]
    Unknown,

    /// A binary that cannot be read.
    #[error(transparent)]
    Binary(#[from] BinaryError),

    /// Packed resources that cannot be read.
    #[error(transparent)]
    Resources(#[from] pyox_packed_resources::Error),
}
