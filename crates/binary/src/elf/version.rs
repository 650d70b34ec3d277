//! Versions of symbols, and the oldest C library that a set of files can run with.

use std::fmt;

use serde::{Serialize, Serializer};

use super::ElfFacts;

/// The number in the name of a symbol version, such as 2.17 in `GLIBC_2.17`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SymbolVersion {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number; 0 if there is none.
    pub patch: u32,
}

impl SymbolVersion {
    /// Reads `2.17` or `3.4.30`; anything else is not a number.
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(|number| number.parse().ok());
        let (major, minor) = (numbers.next()??, numbers.next()??);
        let patch = numbers.next().unwrap_or(Some(0))?;
        numbers.next().is_none().then_some(Self { major, minor, patch })
    }
}

/// As text, such as `2.17`.
impl Serialize for SymbolVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for SymbolVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        if self.patch != 0 { write!(f, ".{}", self.patch) } else { Ok(()) }
    }
}

/// The oldest glibc that a set of files can run with, and which files ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Floor {
    /// The version of glibc.
    pub version: SymbolVersion,
    /// The names of the files that need this version, in the order given: without them the floor would be lower.
    pub culprits: Vec<String>,
}

/// The highest of the glibc versions needed by some files; `None` if none of them needs glibc.
pub fn glibc_floor<'a>(files: impl IntoIterator<Item = (&'a str, &'a ElfFacts)>) -> Option<Floor> {
    let mut floor: Option<Floor> = None;
    for (name, facts) in files {
        let Some(version) = facts.glibc else { continue };
        match &mut floor {
            Some(highest) if version < highest.version => {}
            Some(highest) if version == highest.version => highest.culprits.push(name.to_owned()),
            _ => floor = Some(Floor { version, culprits: vec![name.to_owned()] }),
        }
    }
    floor
}
