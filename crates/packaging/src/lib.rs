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
mod error;
mod glibc;
mod modules;
mod pack;
mod relative_files;
mod report;
mod settings;
mod shared_resources;
mod start_up;
mod tcl;

pub use application::{ApplicationBuilder, Staged};
pub use code::boot_code;
pub use error::Error;
pub use pack::{Request, components, pack, pack_resources};
pub use pyox_inputs::{
    AddedData, Entry, EntryRequest, Error as InputError, GivenResources, Inputs, PackageRoot, PythonChoice,
    RequiresPython, Resolved, VirtualenvChoice, is_source,
};
pub use pyox_interpreter_config::{
    FileAttribute, InterpreterConfig, Resolution, Run, Setting, SettingError, SettingValue,
};
pub use pyox_layers::{
    Candidate, Decide, Decision, Error as LayerError, FilesNeeded, Finding, Layer, LayerBuilder, LayerKind, LeftOut,
    NativeFile, Policy, Profile, Reason, ReportRow,
};
pub use pyox_licenses::Bill;
pub use pyox_linker::{Progress, Silent, Step};
pub use pyox_packed_resources::{Location, LocationError};
pub use report::{Report, Summary, Timing};
pub use shared_resources::SharedResources;
pub use start_up::read_import_order;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
