//! How an embedded Python interpreter behaves, as plain data.
//!
//! [`InterpreterConfig`] travels from the tool that packages a program to the launcher that runs it, encoded with
//! [`InterpreterConfig::encode`] and read back with [`InterpreterConfig::decode`].
//!
//! Everything that can be set is a field of it, with the name of the manual's attribute; `settings.rs` lists them.
//! [`InterpreterConfig::set`] takes names and texts, [`InterpreterConfig::check`] says whether a Python has what is
//! set. [`VERSION`] is the version of the encoding, which `codec.rs` has.
//!
//! ```
//! use pyox_interpreter_config::{InterpreterConfig, Run};
//!
//! let config = InterpreterConfig::default().run_mode(Run::Module("http.server".into()));
//! assert_eq!(InterpreterConfig::decode(&config.encode()?)?, config);
//! # Ok::<(), pyox_interpreter_config::Error>(())
//! ```
#![forbid(unsafe_code)]

mod access;
mod choices;
mod codec;
pub mod directories;
mod run;
mod settings;
mod support;
mod value;

pub use choices::{
    Allocator, BytesWarning, CheckHashPycsMode, CoerceCLocale, DomainAllocator, LazyImports, Profile, StartMethod,
};
pub use codec::{Error, VERSION};
pub use run::{Resolution, Run};
use serde::{Deserialize, Serialize};
pub use settings::{InterpreterConfig, Setting};
pub use support::{Build, SettingError};
pub use value::{Level, SettingValue};

/// What `__file__` of a module is that has no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[non_exhaustive]
pub enum FileAttribute {
    /// The path that the module would have if the executable were a directory, as `zipimport` does with archives.
    #[default]
    Virtual,
    /// There is none.
    Absent,
}

/// Packed resources in a file beside the program, which other programs may share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ResourceFile {
    /// Path from the directory of the program, with the separators of its platform.
    pub path: String,
    /// The digest that the resources carry; a file with another one is not used.
    pub digest: [u8; 32],
}

impl ResourceFile {
    /// A file at a path from the directory of the program, and the digest that it has to have.
    pub fn new(path: impl Into<String>, digest: [u8; 32]) -> Self {
        Self { path: path.into(), digest }
    }
}

/// The example in there compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
