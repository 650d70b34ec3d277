//! What version 3 cannot hold.

use std::fmt;

use crate::error::Error;
use crate::layout::{EntryFlags, FieldKind, SectionKind};

/// Something that version 3 has no place for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Loss<'a> {
    /// An opaque section.
    Section(SectionKind),
    /// Flags of an entry.
    Flags {
        /// The entry.
        entry: &'a str,
        /// The flags.
        flags: EntryFlags,
    },
    /// A field.
    Field {
        /// The entry.
        entry: &'a str,
        /// What the value is.
        kind: FieldKind,
        /// Its key.
        key: &'a str,
    },
    /// Fields of kinds that this version of the crate does not know.
    UnknownFields {
        /// The entry.
        entry: &'a str,
    },
    /// Permission bits of a value; the value itself has a place.
    Mode {
        /// The entry.
        entry: &'a str,
        /// What the value is.
        kind: FieldKind,
        /// Its key.
        key: &'a str,
        /// The permission bits.
        mode: u32,
    },
}

impl Loss<'_> {
    /// Nothing, if it `may` be lost.
    pub(crate) fn allow(&self, may: &mut dyn FnMut(&Loss<'_>) -> bool) -> Result<(), Error> {
        if may(self) { Ok(()) } else { Err(Error::NotRepresentable { version: 3, what: self.to_string() }) }
    }
}

impl fmt::Display for Loss<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Section(kind) => write!(f, "the section {kind:?}"),
            Self::Flags { entry, flags } => write!(f, "the flags {:#x} of {entry:?}", flags.0),
            Self::Field { entry, kind, key: "" } => write!(f, "the {kind:?} of {entry:?}"),
            Self::Field { entry, kind, key } => write!(f, "the {kind:?} {key:?} of {entry:?}"),
            Self::UnknownFields { entry } => write!(f, "fields of unknown kinds of {entry:?}"),
            Self::Mode { entry, kind, key: "", mode } => write!(f, "the mode {mode:o} of the {kind:?} of {entry:?}"),
            Self::Mode { entry, kind, key, mode } => {
                write!(f, "the mode {mode:o} of the {kind:?} {key:?} of {entry:?}")
            }
        }
    }
}
