#![cfg_attr(doc, doc = include_str!("../README.md"))]
#![cfg_attr(not(doc), doc = "README.md describes this crate.")]

mod content;
mod decompress;
mod directory;
mod exports;
mod facts;
mod index;
mod loaded;
mod mapped;
mod native;
mod open;
mod place;
mod program;
mod store;
mod tree;

pub use content::{Content, Files};
pub use loaded::loaded;
pub use tree::{StartError, VARIABLE, is_active, start};
