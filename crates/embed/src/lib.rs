#![cfg_attr(doc, doc = include_str!("../README.md"))]
#![cfg_attr(not(doc), doc = "README.md describes this crate.")]

mod address_space;
mod allocators;
mod apply;
mod arenas;
mod arguments;
mod attached;
mod attributes;
mod boot;
mod command;
mod config;
mod error;
mod exception;
mod executable;
mod exit;
mod extension_module;
mod fields;
mod finalizers;
mod included;
mod inside;
mod interpreter;
mod invocation;
#[cfg(feature = "shared-libpython")]
mod libpython;
mod lineage;
mod main_run;
mod mark;
mod modules_list;
mod origin;
mod path_configuration;
pub mod payload;
mod privileges;
mod process;
mod resource_file;
mod run;
mod start;
mod system;
#[cfg(feature = "virtual-files")]
mod virtual_files;

pub use arguments::given_to_main;
pub use attached::Attached;
pub use config::OxidizedPythonInterpreterConfig;
pub use error::{FinalizeError, NewInterpreterError};
pub use exception::PythonError;
pub use extension_module::ExtensionModule;
pub use included::Aligned;
pub use interpreter::MainPythonInterpreter;
#[cfg(feature = "shared-libpython")]
pub use libpython::LibpythonError;
pub use payload::PayloadError;
/// Calling Python through pyo3.
#[cfg(feature = "pyo3")]
pub use pyo3;
/// The C API of the Python that this is compiled for.
pub use pyo3_ffi as ffi;
pub use pyox_interpreter_config::{InterpreterConfig, Run};
pub use pyox_packed_resources::Blob;
/// For [`launcher_marker!`].
#[doc(hidden)]
pub use pyox_program_format as __program_format;
/// Calling Python on the C API.
pub use pyox_python_objects as objects;
