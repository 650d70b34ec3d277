//! Which Python distributions can be downloaded, and downloading them.
//!
//! * A [`Catalogue`] is a list of archives of python-build-standalone: the one in this crate, or a JSON document in
//!   [its format](Catalogue::parse).
//! * A [`Request`] chooses one [`Archive`] of it, by version, release, target, linkage and build.
//! * [`Downloads`] has archives by their SHA-256, and gets those that are not there yet.
//!
//! ```no_run
//! use pyox_build_cache::Cache;
//! use pyox_catalogue::{Catalogue, Downloads, Request, Settings, Silent};
//!
//! let catalogue = Catalogue::embedded()?;
//! let archive = catalogue.find(&Request::parse("3.13", "x86_64-unknown-linux-gnu")?)?;
//! let downloads = Downloads::new(&Cache::at("cache"), Settings::from_environment());
//! println!("{} is {}", archive.name(), downloads.archive(archive, &mut Silent)?.display());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! This is the only crate that opens a socket. Nothing is run, and nothing is unpacked. In the sources, read
//! `archive.rs`, `catalogue.rs` and `request.rs` for the choice; `downloads.rs` with `part.rs` (what has arrived) and
//! `http.rs` (the connection) for the rest.
#![forbid(unsafe_code)]

mod archive;
mod catalogue;
mod downloads;
mod error;
mod http;
mod part;
mod request;
mod settings;

pub use archive::{Archive, Linkage, Shape};
pub use catalogue::Catalogue;
pub use downloads::{Downloads, Progress, Silent};
pub use error::{Error, TransferError};
pub use request::{Flavor, Request, host_target};
pub use settings::{MIRROR_VARIABLE, OFFLINE_VARIABLE, Settings};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
