//! What a program is made of, and why.
//!
//! A [`Layer`] is resources from one place: scanned, compiled, with the native libraries its extensions need.
//! A [`LayerBuilder`] makes it. The [`Policy`] makes a [`Decision`] for each resource, and says what goes in, where and
//! in which form; the layer has a [`ReportRow`] for what went in, and a [`Finding`] for what a person should know.
//!
//! Nothing here prints; a [`Progress`](pyox_linker::Progress) hears what happens.
#![forbid(unsafe_code)]

mod error;
mod finding;
mod layer;
mod libpython;
mod plan;
mod policy;
mod row;
mod shadowed;
mod tcl;

pub use error::Error;
pub use finding::Finding;
pub use layer::{COMPRESSION_LEVEL, Layer, LayerBuilder, NativeFile};
pub use plan::{Candidate, Decide, Decision, FilesNeeded, LayerKind, Reason};
pub use policy::{Policy, Profile};
pub use row::{LeftOut, ReportRow};
pub use shadowed::Shadowed;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
