//! A Python to run, to read and to link.
//!
//! [`Installed`] finds an installed CPython and describes it ([`PythonInfo`], [`LinkSettings`]); what other crates need of any
//! Python is the trait [`Distribution`]. [`wheel_tags`] are those of the wheels that it takes.
//!
//! ```no_run
//! use pyox_distribution::{Distribution, Installed};
//!
//! let python = Installed::locate(Some("3.12"))?;
//! println!("{} in {}", python.info().version, python.stdlib_dir().display());
//! # Ok::<(), pyox_distribution::Error>(())
//! ```
//!
//! Nothing here prints or exits, and every program that is started is the Python that was asked for.
#![forbid(unsafe_code)]

mod distribution;
mod error;
mod info;
mod installed;
mod link;
mod search;
mod tags;

pub use distribution::Distribution;
pub use error::Error;
pub use info::{PythonInfo, python as command};
pub use installed::Installed;
pub use link::LinkSettings;
pub use tags::wheel_tags;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
