//! What version 3 cannot hold.

use std::fmt;

use pyox_packed_resources::{EntryFlags, Error, FieldKind, SectionKind};

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

/// What a [`Loss`] is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LossKind {
    /// [`Loss::Section`].
    Section,
    /// [`Loss::Flags`].
    Flags,
    /// [`Loss::Field`].
    Field,
    /// [`Loss::UnknownFields`].
    UnknownFields,
    /// [`Loss::Mode`].
    Mode,
}

impl LossKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Section, Self::Flags, Self::Field, Self::UnknownFields, Self::Mode];

    /// The name, a plural in lower case with hyphens: `unknown-fields`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Section => "sections",
            Self::Flags => "flags",
            Self::Field => "fields",
            Self::UnknownFields => "unknown-fields",
            Self::Mode => "modes",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl<'a> Loss<'a> {
    /// What it is of.
    pub fn kind(&self) -> LossKind {
        match self {
            Self::Section(_) => LossKind::Section,
            Self::Flags { .. } => LossKind::Flags,
            Self::Field { .. } => LossKind::Field,
            Self::UnknownFields { .. } => LossKind::UnknownFields,
            Self::Mode { .. } => LossKind::Mode,
        }
    }

    /// Nothing, if it `may` be lost.
    pub(crate) fn allow(&self, may: &mut dyn FnMut(&Loss<'a>) -> bool) -> Result<(), Error> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_have_kinds_with_names() {
        for kind in LossKind::ALL {
            assert_eq!(LossKind::from_name(kind.name()), Some(kind));
        }
        assert_eq!(LossKind::from_name("field"), None);
    }
}
