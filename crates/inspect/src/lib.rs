//! Programs and resource files, read back.
//!
//! | question | answer |
//! |---|---|
//! | which resources does a program, or a file of resources, have? | [`ResourceFile`], whose `packed()` is an index |
//! | are they what was written? | `ResourceFile::packed()` and its `verify()`; [`ResourceFile::verify_launcher`] |
//! | in what do two differ? | [`differences`] |
//! | which files were they made of? | [`extract::Tree`] |
//! | what are they in another version of the format? | [`Conversion`] |
//! | what is any binary, what does it need, and what is inside of ours? | [`analyze()`] |
//!
//! ```no_run
//! use pyox_inspect::{Equality, ResourceFile, differences};
//!
//! let (old, new) = (ResourceFile::read("old/app")?, ResourceFile::read("new/app")?);
//! let (old, new) = (old.packed()?, new.packed()?);
//! new.verify()?;
//! println!("{} differences", differences(&old, &new, Equality::Content, 1 << 30)?.len());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In the sources, read `resource_file.rs` first.
//!
//! Files may be damaged or hostile: that is an error and never a panic, and a small file never takes much time or
//! memory.
#![forbid(unsafe_code)]

mod analyze;
mod bounds;
mod compare;
mod convert;
mod error;
pub mod extract;
mod lost;
mod resource_file;

pub use analyze::{Analysis, AnalyzeError, Contents, Format, Native, Package, SectionSize, analyze};
pub use compare::{Difference, Equality, differences};
pub use convert::{Conversion, Converted};
pub use error::Error;
pub use lost::Lost;
pub use resource_file::{LauncherDigest, ResourceFile};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
