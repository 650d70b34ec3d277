//! What an application comes from, and what it runs.
//!
//! [`Inputs`] is everything that a person can name: a script, a wheel, a project, a package or a directory that is run,
//! requirements for pip, virtualenvs, package roots, data. [`Inputs::locate_python`] chooses a Python that it allows,
//! and [`Inputs::resolve`] makes [layers](pyox_layers) of it, as [`Resolved`], with the [`Entry`] that the program
//! runs.
#![forbid(unsafe_code)]

mod beside;
mod code;
mod data;
mod edited;
mod entry;
mod error;
mod given;
mod inputs;
pub mod path_configuration;
mod project;
mod python;
mod read;
mod required;
mod resolving;
mod script;
mod source;
mod static_extensions;
mod system;
mod virtualenv;
mod wheel_tags;

pub use code::{code, main_code};
pub use data::AddedData;
pub use entry::{Entry, EntryRequest};
pub use error::Error;
pub use given::GivenResources;
pub use inputs::{Inputs, PackageRoot, Resolved};
pub use python::{PythonChoice, RequiresPython};
pub use source::is_meant as is_source;
pub use virtualenv::VirtualenvChoice;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
