//! What an interpreter runs, and where it finds what the system has.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What the interpreter runs once it has started (`run_mode`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[non_exhaustive]
pub enum Run {
    /// The interactive interpreter, as plain `python` does.
    #[default]
    Repl,
    /// The packed module `__main__`, as `python FILE` runs a script: `__spec__` and `__package__` are `None`.
    Script {
        /// Path of the script below `sys.path`: the last part of `__file__`, for example `hello.py`.
        file: String,
    },
    /// A module or package by name, as `python -m NAME` does.
    Module(String),
    /// Statements, as `python -c CODE` does.
    Code(String),
    /// A file, as `python FILE` does. The path is looked for when the program runs; `$ORIGIN` is the directory of the
    /// program.
    File(String),
    /// Nothing, but what `run_command`, `run_module` and `run_filename` say.
    None,
}

impl Run {
    /// Reads the form of the manual: `none`, `repl`, `module:NAME`, `eval:CODE` or `file:PATH`. What follows the colon
    /// is taken as it is.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None if text == "none" => Some(Self::None),
            None if text == "repl" => Some(Self::Repl),
            Some(("module", name)) if !name.is_empty() && name.trim() == name => Some(Self::Module(name.to_owned())),
            Some(("eval", code)) => Some(Self::Code(code.to_owned())),
            Some(("file", path)) if !path.is_empty() => Some(Self::File(path.to_owned())),
            _ => None,
        }
    }
}

/// As [`Run::parse`] reads it; a script is `script:FILE`, which that does not read.
impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repl => f.write_str("repl"),
            Self::None => f.write_str("none"),
            Self::Script { file } => write!(f, "script:{file}"),
            Self::Module(name) => write!(f, "module:{name}"),
            Self::Code(code) => write!(f, "eval:{code}"),
            Self::File(path) => write!(f, "file:{path}"),
        }
    }
}

/// Where something of the system is looked for that a library has a place for: the database of terminals
/// (`terminfo_resolution`) and the certificates of authorities (`certificates`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[non_exhaustive]
pub enum Resolution {
    /// Where the running system has it.
    #[default]
    Dynamic,
    /// Where the library was built to look; no file is looked at.
    None,
    /// Here; `$ORIGIN` is the directory of the program.
    Static(String),
    /// In the program itself, as a virtual file or directory: a path below that of the program, with `/`. What
    /// terminals the running system knows come first.
    Packed(String),
}

impl Resolution {
    /// Reads the form of the manual, `dynamic`, `none` or `static:PATH`, and `packed:PATH`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None if text == "dynamic" => Some(Self::Dynamic),
            None if text == "none" => Some(Self::None),
            Some(("static", path)) if !path.is_empty() => Some(Self::Static(path.to_owned())),
            Some(("packed", path)) if !path.is_empty() => Some(Self::Packed(path.to_owned())),
            _ => None,
        }
    }
}

/// As [`Resolution::parse`] reads it.
impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dynamic => f.write_str("dynamic"),
            Self::None => f.write_str("none"),
            Self::Static(path) => write!(f, "static:{path}"),
            Self::Packed(path) => write!(f, "packed:{path}"),
        }
    }
}
