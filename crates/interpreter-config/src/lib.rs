//! How an embedded Python interpreter behaves, as plain data.
//!
//! [`InterpreterConfig`] travels from the tool that packages a program to the launcher that runs it, encoded with
//! [`InterpreterConfig::encode`] and read back with [`InterpreterConfig::decode`].
//!
//! Everything that can be set is a field of it: [`Run`] is what the interpreter runs, [`Profile`] with which Python it
//! behaves alike. [`VERSION`] is the version of the encoding, which `codec.rs` has.
//!
//! ```
//! use pyox_interpreter_config::{InterpreterConfig, Run};
//!
//! let config = InterpreterConfig::default().run(Run::Module("http.server".into()));
//! assert_eq!(InterpreterConfig::decode(&config.encode()?)?, config);
//! # Ok::<(), pyox_interpreter_config::Error>(())
//! ```
#![forbid(unsafe_code)]

mod codec;
pub mod directories;
mod setters;

pub use codec::{Error, VERSION};
use serde::{Deserialize, Serialize};

/// What the interpreter runs once it has started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[non_exhaustive]
pub enum Run {
    /// The interactive interpreter, as plain `python` does.
    #[default]
    Repl,
    /// The packed module `__main__`, as `python FILE` runs a script: `__spec__` and `__package__` are `None`.
    Script {
        /// Path of the script below `sys.path`: the last part of `__file__`, for example `hello.py`.
        file: String,
    },
    /// A module or package by name, as `python -m NAME` does.
    Module(String),
    /// Statements, as `python -c CODE` does.
    Code(String),
}

/// Which of CPython's two initial configurations the others are applied to (PEP 587).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[non_exhaustive]
pub enum Profile {
    /// Environment variables and the user's site directory have no influence on the interpreter.
    #[default]
    Isolated,
    /// As the `python` command: `PYTHON*` variables count.
    Python,
}

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

/// Settings of an embedded interpreter.
///
/// `None` leaves a setting to the profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[non_exhaustive]
pub struct InterpreterConfig {
    /// Python minor version the program was packaged for, for example `(3, 12)`; checked when the program starts.
    pub python: (u8, u8),
    /// What to run.
    pub run: Run,
    /// Resources in files, after those of the program itself: the first that has a module wins.
    pub resource_files: Vec<ResourceFile>,
    /// `__file__` and `__cached__` of modules in memory.
    pub file_attribute: FileAttribute,
    /// Virtual paths are those of files for the whole process, whoever opens them.
    pub virtual_files: bool,
    /// The initial configuration.
    pub profile: Profile,
    /// `sys.flags.optimize`: 0, 1 or 2.
    pub optimization_level: u8,
    /// Import the module `site` when starting.
    pub site_import: bool,
    /// Let the path configuration files (`.pth`) among the installed packages have their effect when starting, without
    /// `site_import`. That needs virtual files.
    pub path_configuration_files: bool,
    /// Provide `exit`, `quit` and `help` as `site` does, without importing it.
    pub site_builtins: bool,
    /// Set `sys.frozen`, which some programs test for.
    pub sys_frozen: bool,
    /// Python UTF-8 mode (PEP 540).
    pub utf8_mode: Option<bool>,
    /// Python development mode (`-X dev`).
    pub development_mode: Option<bool>,
    /// Dump a Python traceback on a crash (`-X faulthandler`).
    pub fault_handler: Option<bool>,
    /// Whether standard streams are buffered (`-u` turns that off).
    pub buffered_stdio: Option<bool>,
    /// Fixed seed of string hashes, 0 to 4294967295; 0 disables randomisation (manual 4.15.2).
    pub hash_seed: Option<u32>,
    /// End the process once Python has run its exit handlers, instead of freeing what the kernel frees anyway.
    pub fast_exit: bool,
}

/// The example in there compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
