//! What Python source says without being run.
//!
//! [`imports`] finds the imports of one source, [`ImportGraph`] which modules a program may import when it starts,
//! [`Literals`] the strings, [`mentions`] where it mentions its own location or what finds files. All of them read
//! [`Tokens`], and none fails: of text that is not Python they find something or nothing.
#![forbid(unsafe_code)]

mod import_graph;
mod imports;
mod literals;
pub mod mentions;
mod tokens;

pub use import_graph::{ImportGraph, STARTUP_MODULES};
pub use imports::{Import, imports};
pub use literals::Literals;
pub use tokens::{Kind, Token, Tokens};

/// The example in there compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
