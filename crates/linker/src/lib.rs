//! From resources to one executable.
//!
//! [`Inputs`] says where an application comes from and [`Inputs::resolve`] makes [`Layer`]s of it: scanned, compiled,
//! with the native libraries its extensions need. An [`ApplicationBuilder`] merges layers, adds what to run, and
//! writes the executable: a launcher from a [`LauncherSource`] with the packed resources attached.
//!
//! The way back: a [`ResourceFile`] reads the resources of an executable, an [`extract::Tree`] makes files of them, and a
//! [`Conversion`] makes resources of another version of the format.
//!
//! [`analyze::analyze`] says what any binary is and needs, and what is inside of ours.
//!
//! Nothing here prints; what happens is told to a [`Progress`], and the outcome is a [`Report`].
#![forbid(unsafe_code)]

pub mod analyze;
mod application;
mod beside;
mod bounds;
mod cache;
mod convert;
mod entry;
mod error;
pub mod extract;
mod hint;
mod inputs;
pub mod launcher;
mod layer;
mod location;
pub mod native;
mod output;
mod policy;
mod progress;
mod report;
mod resource_file;
mod script;
mod shadowed;
mod shared_resources;
mod start_up;
mod wheel_tags;

pub use application::{ApplicationBuilder, Staged};
pub use cache::Cache;
pub use convert::{Conversion, Converted, Lost};
pub use entry::{Entry, EntryRequest};
pub use error::Error;
pub use hint::DECODED_LIMIT;
pub use inputs::{Inputs, PackageRoot, Resolved};
pub use launcher::LauncherSource;
pub use layer::{Layer, LayerBuilder, NativeFile};
pub use location::{Location, LocationError};
pub use output::{Outputs, default_output};
pub use policy::{Policy, Profile};
pub use progress::{Progress, Silent, Step};
pub use pyox_interpreter_config::FileAttribute;
pub use report::{Finding, Report, ReportRow, Summary, Timing};
pub use resource_file::{LauncherDigest, ResourceFile};
pub use shared_resources::SharedResources;
pub use start_up::read_import_order;
