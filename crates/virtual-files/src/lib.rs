#![cfg_attr(doc, doc = include_str!("../README.md"))]
#![cfg_attr(not(doc), doc = "README.md describes this crate.")]

#[cfg(not(in_front_of_libc))]
compile_error!("pyox-virtual-files is for Linux with glibc on machines with 64 bits: elsewhere, leave it out");

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
mod real;
mod store;
mod tree;

pub use content::{Content, Files, HEADER_LEN, Header};
pub use loaded::loaded;
pub use real::real_path;
pub use store::finish;
pub use tree::{StartError, VARIABLE, start};
