//! Extension modules built from source, as objects for a program to be linked with.
//!
//! A [`Recorder`] stands before the compilers while pip builds a package, whatever its build system is; it keeps what
//! every shared library was linked of. [`Recording::extension`] makes an object of that for an extension module, which
//! defines one symbol, and [`WithExtensions`] is a Python that programs are linked with such modules for. In a scan,
//! [`BuiltIn`] has them in the place of their files.
//!
//! Nothing here knows of the package's build system but that it calls a compiler by its name, or as `CC` and `CXX` say.
#![forbid(unsafe_code)]

mod built_in;
mod error;
mod object;
mod recorder;
mod recording;
mod target;

pub use built_in::{BuiltIn, modules_of};
pub use error::Error;
pub use recorder::Recorder;
pub use recording::{Recording, StaticExtension};
pub use target::WithExtensions;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
