//! From a request to a program.
//!
//! [`pack`] makes a program of a [`Request`]; these are its parts:
//!
//! [`Inputs`] says where an application comes from and [`Inputs::resolve`] makes [`Layer`]s of it: scanned, compiled,
//! with the native libraries its extensions need. An [`ApplicationBuilder`] merges layers, adds what to run, and
//! writes the executable: a launcher with the packed resources attached.
//!
//! Nothing here prints; a [`Progress`] hears what happens, and the outcome is a [`Report`].
#![forbid(unsafe_code)]

mod application;
mod bill;
mod code;
mod entry;
mod error;
mod glibc;
mod inputs;
mod modules;
mod pack;
mod path_configuration;
mod python;
mod relative_files;
mod report;
mod script;
mod settings;
mod shared_resources;
mod start_up;
mod tcl;
mod virtualenv;
mod wheel_tags;

pub use application::{ApplicationBuilder, Staged};
pub use code::boot_code;
pub use entry::{Entry, EntryRequest};
pub use error::Error;
pub use inputs::{AddedData, GivenResources, Inputs, PackageRoot, Resolved, is_source};
pub use pack::{Request, components, pack, pack_resources};
pub use pyox_interpreter_config::{FileAttribute, InterpreterConfig, Run, Setting, SettingError, SettingValue};
pub use pyox_layers::{
    Candidate, Decide, Decision, Error as LayerError, FilesNeeded, Finding, Layer, LayerBuilder, LayerKind, LeftOut,
    NativeFile, Policy, Profile, Reason, ReportRow,
};
pub use pyox_licenses::Bill;
pub use pyox_linker::{Progress, Silent, Step};
pub use pyox_packed_resources::{Location, LocationError};
pub use python::{PythonChoice, RequiresPython};
pub use report::{Report, Summary, Timing};
pub use shared_resources::SharedResources;
pub use start_up::read_import_order;
pub use virtualenv::VirtualenvChoice;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
