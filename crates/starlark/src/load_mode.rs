//! Where a program has its resources (`packed_resources_load_mode`).

use std::fmt;

use crate::manifest;

/// What is accepted.
pub(crate) const EXPECTED: &str = "\"embedded:FILE\", \"binary-relative-memory-mapped:FILE\" with FILE below \
    the directory of the program, or \"none\"";

const EMBEDDED: &str = "embedded:";
const BESIDE: &str = "binary-relative-memory-mapped:";
const NONE: &str = "none";

/// Where a program has its resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LoadMode {
    /// In itself; the name is that of an artifact, and makes no difference.
    Embedded(String),
    /// The standard library and what is installed in a file beside it, which it maps into memory.
    Beside(String),
    /// It has none, and imports from files alone.
    None,
}

impl LoadMode {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Some(path) = text.strip_prefix(BESIDE) {
            return Some(Self::Beside(manifest::plain(path).ok()?));
        }
        match text.strip_prefix(EMBEDDED) {
            Some("") => None,
            Some(name) => Some(Self::Embedded(name.to_owned())),
            None => (text == NONE).then_some(Self::None),
        }
    }
}

impl Default for LoadMode {
    fn default() -> Self {
        Self::Embedded("packed-resources".to_owned())
    }
}

impl fmt::Display for LoadMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded(name) => write!(f, "{EMBEDDED}{name}"),
            Self::Beside(path) => write!(f, "{BESIDE}{path}"),
            Self::None => f.write_str(NONE),
        }
    }
}
