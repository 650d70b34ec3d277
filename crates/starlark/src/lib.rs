//! Configuration files in Starlark (manual, chapter 4): a thin skin over [`pyox_packaging`].
//!
//! [`find`] looks for a `pyoxidizer.bzl`, [`build`] evaluates it and builds the targets that are asked for, [`targets`]
//! lists them. What the outside world has to do with it is in [`Options`]: where launchers and [`Pythons`] come from. A
//! [`Listener`] hears what happens; nothing here prints.
//!
//! In the sources, begin with `evaluate.rs`. `functions` has the global functions of the dialect and `values` its
//! types, which are Starlark values around plain data: `executable.rs`, `policy.rs`, `config.rs`, `manifest.rs` and
//! `resource.rs`, where attributes are tables. `build.rs` makes packaging requests of them.
#![deny(unsafe_code)]

mod addition;
mod attribute;
mod build;
mod config;
#[allow(unsafe_code, reason = "the derive macros of starlark implement traits that are unsafe")]
mod context;
mod directory;
mod error;
mod evaluate;
mod executable;
mod failure;
mod fault;
mod find;
mod functions;
mod glob;
mod load_mode;
mod location;
mod manifest;
mod options;
mod pip_words;
mod plain;
mod policy;
mod python;
mod reference;
mod resource;
mod search;
#[allow(unsafe_code, reason = "the derive macros of starlark implement traits that are unsafe")]
mod session;
#[allow(unsafe_code, reason = "the derive macros of starlark implement traits that are unsafe")]
mod values;

pub use build::Built;
pub use error::{Error, Failure, Fault, Position};
pub use evaluate::{TargetName, build, targets};
pub use find::{CONFIGURATION, find};
pub use options::{Event, FoundPython, Listener, Options, PythonRequest, Pythons};
pub use reference::{Member, MemberKind, Type, reference_functions, reference_types};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
