//! Versions 1 to 3 of packed resources, the formats of PyOxidizer (its manual, chapter 7).
//!
//! [`Resources`] reads all three, [`Writer`] writes version 3. Entries and fields are those of version 4, so that
//! callers need not care: what is in a file has [`crate::Encoding::File`], and modes are those of files only. What the
//! older versions do differently:
//!
//! * A name is as the blob gives it: that of a distribution is not normalised, and has no metadata directory.
//! * A value may be both in memory and in a file, and is two fields then.
//! * Paths of files are written as the platform does. Which one that was is not recorded: see [`NativePaths`].
//!
//! [`crate::convert`] makes version 4 of these, and the other way round.

pub(crate) mod layout;
mod loss;
pub(crate) mod metadata;
mod paths;
mod read;
mod sections;
mod write;

pub use loss::{Loss, LossKind};
pub use metadata::directory as metadata_directory;
pub use paths::NativePaths;
pub use read::Resources;
pub use write::Writer;
