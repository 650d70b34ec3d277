#![cfg_attr(doc, doc = include_str!("../README.md"))]
#![cfg_attr(not(doc), doc = "README.md describes this crate.")]

mod cache;
mod error;
mod file_pages;
mod global;
mod held;
mod in_place;
mod known;
mod lacking;
mod libraries;
mod memory;
mod path_buffer;
mod present;
mod registry;
mod shared;

pub use cache::{
    Distrust, File, Files, Missing, Placed, Refusal, STAMP, VARIABLE, cache_path, check_facts, enforce_limit, walk,
};
pub use error::LoadError;
pub use file_pages::{is_mapped_from_file, reading};
pub use global::Global;
pub use held::Module;
pub use lacking::check_lacking;
pub use libraries::{Library, LibraryFile, load_needed, open_library, symbol};
pub use memory::{MemoryError, memory_file};
pub use path_buffer::PathBuffer;
pub use present::is_present;
