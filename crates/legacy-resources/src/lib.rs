//! Versions 1 to 3 of packed resources, the formats of PyOxidizer (its manual, chapter 7).
//!
//! * [`Resources`] reads all three, and [`Writer`] writes version 3. [`Loss`] is what version 3 has no place for.
//! * [`convert`] makes version 4 of these, and version 3 of version 4.
//! * [`Packed`] opens, looks up and verifies packed resources of any version.
//!
//! Entries and fields are those of version 4 ([`pyox_packed_resources`]), so that callers need not care: what is in a
//! file has [`Encoding::File`](pyox_packed_resources::Encoding::File), and modes are those of files only. What the
//! older versions do differently:
//!
//! * A name is as the blob gives it: that of a distribution is not normalised, and has no metadata directory
//!   ([`metadata_directory`] finds it).
//! * A value may be both in memory and in a file, and is two fields then.
//! * Paths of files are written as the platform does. Which one that was is not recorded: see [`NativePaths`].
//!
//! Compressed values of version 4 can be converted if the feature `zstd` of `pyox-packed-resources` is on.
//!
//! In the sources, `layout.rs` has the numbers of the format: read it before `read.rs` and `write.rs`.
#![forbid(unsafe_code)]

pub mod convert;
mod layout;
mod loss;
mod metadata;
mod packed;
mod read;
mod sections;
mod write;

pub use loss::{Loss, LossKind};
pub use metadata::directory as metadata_directory;
pub use packed::Packed;
pub use pyox_packed_resources::NativePaths;
pub use read::Resources;
pub use write::Writer;

/// The example in there compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
