#![doc = include_str!("../README.md")]

mod cache;
mod error;
mod held;
mod libraries;
mod memory;
mod registry;

pub use cache::{Distrust, File, Files, Placed, VARIABLE, cache_path};
pub use error::LoadError;
pub use held::Module;
pub use libraries::{Library, LibraryFile, load_needed, open_library};
pub use memory::{MemoryError, memory_file};
