//! A payload and a launcher become an executable.
//!
//! A [`LauncherSource`] says where launchers come from: [`Compiled`] makes one with cargo, once per Python, and keeps
//! it; [`Prebuilt`] takes one that someone else has made. [`check`] says whether a launcher fits a Python, and
//! [`Attachment`] attaches packed resources to it.
//!
//! Nothing here prints; a [`Progress`] hears what happens.
#![forbid(unsafe_code)]

mod error;
mod launcher;
mod progress;

pub use error::Error;
pub use launcher::{
    CachedLauncher, Compiled, LAUNCHER_VARIABLE, Launcher, LauncherSource, Prebuilt, QUICK_VARIABLE, build_environment,
    check, link_arguments, pyo3_config, seal,
};
pub use progress::{Progress, Silent, Step, Timed};
pub use pyox_program_format::{Attachment, LauncherMarker, payload_range};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
