//! What can go wrong.

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A list of components that a program has cannot be read.
    #[error("the list of components is damaged")]
    Bill(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A list of components is longer than any that is written.
    #[error("the list of components has more than {limit} bytes")]
    TooLong {
        /// The most bytes that are read.
        limit: u64,
    },
    /// What is to be denied is no licence of SPDX's list.
    #[error("{text:?} is no identifier of a licence, nor the start of one")]
    UnknownLicense {
        /// As given.
        text: String,
    },
    /// Packed resources are damaged.
    #[error(transparent)]
    Resources(#[from] pyox_packed_resources::Error),
}
