//! Distribution archives of Python, as [python-build-standalone](https://github.com/astral-sh/python-build-standalone)
//! makes them: read, unpacked, linked and made.
//!
//! [`Archive`] is a compressed tar file that is not trusted; [`PythonJson`] is what a full archive says of itself.
//! [`Standalone`] is a full archive that programs are made with, with a [`Selection`] of its extension modules.
//! [`create`] makes such an archive of a Python that is installed.
//!
//! ```no_run
//! use pyox_build_cache::Cache;
//! use pyox_distribution::{Python as _, Target as _};
//! use pyox_standalone::{ExtensionFilter, Selection, Standalone};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let python = Standalone::open("cpython-3.13.0-x86_64-unknown-linux-gnu-full.tar.zst".as_ref(), &Cache::of_user()?)?;
//! let python = python.with_extension_modules(Selection::new(ExtensionFilter::NoCopyleft))?;
//! println!("{}: {} extension modules", python.info().version, python.extension_modules()?.len());
//! # Ok(())
//! # }
//! ```
//!
//! Begin with `standalone.rs`; below it are `tree.rs` (the cache), `link.rs` and `selection.rs`.
#![forbid(unsafe_code)]

mod ar;
mod archive;
mod components;
mod create;
mod error;
mod form;
mod info;
mod link;
mod python_json;
mod selection;
mod standalone;
mod tree;

pub use archive::{Archive, Limits};
pub use components::components;
pub use create::{create, describe};
pub use error::{Error, MemberFault};
pub use python_json::{BuildInfo, CoreInfo, ExtensionInfo, Link, NEWEST, OLDEST, PythonJson};
pub use selection::{ExtensionFilter, Selection};
pub use standalone::{Standalone, installed_interpreter};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
