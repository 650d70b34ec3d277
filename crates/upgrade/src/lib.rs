//! Rewrites configuration files that were written for earlier versions (manual 13.2).
//!
//! [`upgrade`] takes the text of a `pyoxidizer.bzl`: what it understands becomes what there is instead, everything else
//! stays as it is, byte by byte. [`Left`] is a name that it cannot rewrite, with what to use. All such names are in
//! [`GLOBALS`], [`DISTRIBUTION`] and [`EXECUTABLE`].
//!
//! In the sources, `rewriting.rs` walks through a file, `calls.rs` has names that are replaced where they stand,
//! `additions.rs` statements that become several, and `policies.rs` parameters that became attributes.
#![forbid(unsafe_code)]

mod additions;
mod calls;
mod policies;
mod removed;
mod rewriting;
mod scope;

pub use removed::{DISTRIBUTION, EXECUTABLE, GLOBALS, RemovedName};
use rewriting::{Edit, Rewriting};
use starlark_syntax::syntax::{AstModule, Dialect};

/// Why a file was not rewritten.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It is no Starlark.
    #[error("{0}")]
    Syntax(starlark_syntax::Error),
}

/// A configuration file that was rewritten.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Upgraded {
    /// Its text.
    pub text: String,
    /// What is in it still and does not exist any more, in the order of lines.
    pub left: Vec<Left>,
}

/// A name that does not exist any more, where a person has to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Left {
    /// The line of the text as it was, counted from 1.
    pub line: usize,
    /// The name.
    pub name: String,
    /// What there is instead.
    pub replacement: &'static str,
}

/// Rewrites the text of a configuration file; `name` is the file in errors.
///
/// # Errors
///
/// [`Error::Syntax`], if it cannot be parsed.
pub fn upgrade(name: &str, text: &str) -> Result<Upgraded, Error> {
    let module = AstModule::parse(name, text.to_owned(), &Dialect::Extended).map_err(Error::Syntax)?;
    let (mut edits, mut left) = Rewriting::of(text, &module);
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    left.sort_by_key(|left| left.line);
    let (mut upgraded, mut done) = (String::with_capacity(text.len()), 0);
    for Edit { range, text: new } in edits {
        upgraded += &text[done..range.start];
        upgraded += &new;
        done = range.end;
    }
    upgraded += &text[done..];
    Ok(Upgraded { text: upgraded, left })
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
