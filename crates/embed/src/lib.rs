#![cfg_attr(doc, doc = include_str!("../README.md"))]
#![cfg_attr(not(doc), doc = "README.md describes this crate.")]

mod address_space;
mod allocators;
mod apply;
mod arenas;
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

pub use config::OxidizedPythonInterpreterConfig;
pub use error::{FinalizeError, NewInterpreterError};
pub use exception::PythonError;
pub use extension_module::ExtensionModule;
pub use interpreter::MainPythonInterpreter;
#[cfg(feature = "shared-libpython")]
pub use libpython::LibpythonError;
pub use payload::PayloadError;
/// For [`launcher_marker!`].
#[doc(hidden)]
pub use pyox_program_format as __program_format;
