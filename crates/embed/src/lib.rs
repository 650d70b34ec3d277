//! Start, run and end a Python interpreter whose modules live in memory.
//!
//! [`MainPythonInterpreter::new`] takes an [`OxidizedPythonInterpreterConfig`] and starts CPython with the finder of
//! `oxidized_importer` in place before the first module of the standard library is imported;
//! [`MainPythonInterpreter::run`] runs what the configuration says and returns the exit status.
//!
//! ```no_run
//! use pyembed::{MainPythonInterpreter, OxidizedPythonInterpreterConfig};
//! use pyox_packed_resources::Blob;
//!
//! static RESOURCES: &[u8] = &[];
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let config = OxidizedPythonInterpreterConfig::from_blob(Blob::open(RESOURCES)?)?;
//!     std::process::exit(MainPythonInterpreter::new(config)?.run());
//! }
//! ```

mod arenas;
mod boot;
mod command;
mod config;
mod error;
mod exit;
mod interpreter;
mod invocation;
mod lineage;
mod privileges;
mod process;
mod resource_file;
mod run;

pub use config::OxidizedPythonInterpreterConfig;
pub use error::NewInterpreterError;
pub use interpreter::MainPythonInterpreter;
