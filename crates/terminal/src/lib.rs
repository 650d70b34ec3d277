//! What a packager of Python programs says in a terminal.
//!
//! | what | where |
//! |---|---|
//! | progress of long work | [`progress`] |
//! | what became of a program | [`summary`] |
//! | what a person can do about an error | [`hint`], [`settings::hint`] |
//! | names and text out of files, and mistakes of a person | [`text`] |
//! | standard output and error, and how they look | [`speech`], [`style`] |
#![forbid(unsafe_code)]

pub mod hint;
mod left_out;
pub mod progress;
pub mod settings;
pub mod speech;
pub mod style;
pub mod summary;
pub mod text;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
