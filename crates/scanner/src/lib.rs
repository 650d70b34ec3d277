//! Finds what a Python program consists of: modules, extension modules, data files, distribution metadata and shared
//! libraries, in directories, wheels and virtualenvs.
//!
//! Everything that can be searched is a [`ResourceSource`]: a [`Directory`] of `sys.path`, a [`Wheel`], a
//! [`Virtualenv`], files in memory ([`MemorySource`]), and what `filter`, `exclude` and `chain` make of them. A scan
//! yields typed resources whose content is read when it is needed; [`Classifier`] holds the rules that all of them
//! share. [`files_needed`] then tells which packages have to exist as files when the program runs, and why, and
//! [`ImportGraph`] which modules it may import when it starts.
//!
//! ```
//! use pyox_scanner::{Directory, ResourceSource, files_needed};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let site_packages = tempfile::tempdir()?;
//! std::fs::create_dir(site_packages.path().join("hello"))?;
//! std::fs::write(site_packages.path().join("hello/__init__.py"), "print(open(__file__))")?;
//! std::fs::write(site_packages.path().join("hello/greeting.txt"), "hi")?;
//!
//! let scan = Directory::new(site_packages.path()).extension_suffixes([".abi3.so", ".so"]).scan()?;
//! assert_eq!(scan.module_names().collect::<Vec<_>>(), ["hello"]);
//!
//! let verdicts = files_needed(scan.resources.iter().map(|found| &found.resource))?;
//! assert_eq!((verdicts[0].package.as_str(), &*verdicts[0].data_files), ("hello", &["greeting.txt".to_owned()][..]));
//! # Ok(())
//! # }
//! ```
//!
//! Scans are deterministic: everything is sorted by relative path, and what differs between two installations of the
//! same package (caches, the installer's notes, machine paths) is left out.
//!
//! # A packager
//!
//! A reader of what it writes is in the examples of `pyox-packed-resources`.
//!
//! ```no_run
#![doc = include_str!("../examples/pack_directory.rs")]
//! ```
#![forbid(unsafe_code)]

mod candidate;
mod classify;
mod data;
mod data_files;
mod direct_url;
mod directory;
mod dist_info;
mod editable;
mod entry_points;
mod error;
mod files_needed;
mod installed_files;
mod memory;
mod mention;
mod metadata;
mod metadata_directory;
mod native;
mod owners;
mod pth;
mod python_name;
mod record;
mod requirement;
mod scan;
mod script_metadata;
mod select;
mod site_packages;
mod source;
mod spool;
mod virtualenv;
mod wheel;

pub use candidate::Candidate;
pub use classify::Classifier;
pub use data_files::DataFiles;
pub use direct_url::DirectUrl;
pub use directory::Directory;
pub use entry_points::{EntryPoint, entry_points};
pub use error::Error;
pub use files_needed::{NeedsFiles, files_needed};
pub use memory::MemorySource;
pub use mention::{Evidence, Mention};
pub use metadata::{Metadata, RequiresDist, metadata_headers};
pub use owners::{Installed, top_level_of_path};
pub use pth::PathLine;
pub use pyox_python_source::mentions::MentionKind;
pub use pyox_python_source::{Import, ImportGraph, Literals, STARTUP_MODULES, imports};
pub use record::{RecordRow, record_rows};
pub use requirement::{MarkerEnvironment, Requirement, RequirementError, allows_python};
pub use scan::{Found, Scan, SkipReason, Skipped};
pub use script_metadata::{ScriptMetadata, TwoScriptBlocks};
pub use site_packages::SitePackages;
pub use source::{Chain, Exclude, Filter, ResourceSource};
pub use spool::{LONG, Spool};
pub use virtualenv::Virtualenv;
pub use wheel::{Wheel, WheelLimits, WheelName};

/// The example in there compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
