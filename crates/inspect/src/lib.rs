//! Programs and resource files, read back.
//!
//! A [`ResourceFile`] reads the resources of an executable or of a file of their own, an [`extract::Tree`] makes files of them,
//! a [`Conversion`] makes resources of another version of the format, and [`differences`] compares two. [`analyze()`] says what any binary is and needs, and
//! what is inside of ours.
//!
//! Files may be damaged or hostile: that is an error and never a panic, and a small file never takes much time or memory.
#![forbid(unsafe_code)]

mod analyze;
mod bounds;
mod compare;
mod convert;
mod error;
pub mod extract;
mod place;
mod resource_file;

pub use analyze::{Analysis, AnalyzeError, Contents, Format, Native, Package, SectionSize, analyze};
pub use compare::{Difference, Equality, differences};
pub use convert::{Conversion, Converted, Lost};
pub use error::Error;
pub use place::Place;
pub use resource_file::{LauncherDigest, ResourceFile};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
