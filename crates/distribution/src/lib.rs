//! A Python to run, to read and to link.
//!
//! A Python has two sides. A [`Host`] runs on this machine: it compiles bytecode, and its pip installs. A [`Target`] is
//! what programs are made for: its standard library and extension modules are read, and its libpython is linked. Both
//! are a [`Python`], which says what it is ([`PythonInfo`]). [`Installed`] finds a CPython of this machine, which is
//! both; a [`Toolchain`] is one such Python, or two that fit together.
//!
//! ```no_run
//! use pyox_distribution::{Host as _, Installed, Python as _};
//!
//! let python = Installed::locate(Some("3.12"))?;
//! println!("{} is {}", python.info().version, python.executable().display());
//! # Ok::<(), pyox_distribution::Error>(())
//! ```
//!
//! Nothing here prints or exits, and every program that is started is the Python that was asked for.
#![forbid(unsafe_code)]

mod build_details;
mod error;
mod extension;
mod info;
mod installed;
mod layout;
mod link;
mod python;
mod run;
mod search;
mod tags;
mod tcl;
mod toolchain;

pub use error::Error;
pub use extension::{ExtensionForm, ExtensionModule, ExtensionVariant};
pub use info::PythonInfo;
pub use installed::Installed;
pub use link::{Libpython, LibpythonKind, LinkSettings, LinkedExtension};
pub use python::{Host, Python, Target};
pub use run::command;
use tags::wheel_tags;
pub use tcl::Tcl;
pub use toolchain::Toolchain;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
