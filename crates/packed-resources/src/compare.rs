//! What two blobs do not have in common.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::blob::{Blob, Section};
use crate::decode::Decoder;
use crate::entry::{Entry, Field};
use crate::error::Error;
use crate::layout::{Encoding, SectionKind};

/// When two values count as equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Equality {
    /// If they decode to the same bytes and have the same permission bits. Sections count if they are neither tables nor
    /// values, nor follow from these: a digest or a dictionary does not.
    Content,
    /// If they are also stored as the same bytes in the same encoding. All sections count.
    Stored,
}

/// Something in which two blobs differ. What one of them does not have is `None`.
#[derive(Clone)]
#[non_exhaustive]
pub enum Difference<'a> {
    /// An entry that only one blob has, with all its fields; or that both have, with other flags.
    Entry {
        /// The entry in the first blob.
        left: Option<Entry<'a>>,
        /// The entry in the second blob.
        right: Option<Entry<'a>>,
    },
    /// A field of an entry that both have.
    Field {
        /// Name of the entry.
        entry: &'a str,
        /// The field in the first blob.
        left: Option<Field<'a>>,
        /// The field in the second blob.
        right: Option<Field<'a>>,
    },
    /// A section. Of several of one kind the first counts.
    Section {
        /// The section in the first blob.
        left: Option<Section>,
        /// The section in the second blob.
        right: Option<Section>,
    },
}

impl<'a> Blob<'a> {
    /// Everything in which this blob and another one differ: entries and their fields by name, then sections. Empty if
    /// they are equal. For a value in a file it is the path that is compared, and never equal to a value in a blob.
    ///
    /// # Errors
    ///
    /// Damage that is met on the way, of either blob. In a blob whose tables are not in order, which only
    /// [`Blob::verify`] notices, too much may differ.
    pub fn differences(&self, other: &Blob<'a>, equality: Equality) -> Result<Vec<Difference<'a>>, Error> {
        let decoder = Decoder::new();
        let mut differences = Vec::new();
        for pair in side_by_side(self.entries(), other.entries(), Entry::name) {
            let pair = pair?;
            let (Some(one), Some(two)) = pair else {
                differences.push(Difference::Entry { left: pair.0, right: pair.1 });
                continue;
            };
            if one.flags() != two.flags() {
                differences.push(Difference::Entry { left: Some(one.clone()), right: Some(two.clone()) });
            }
            for pair in side_by_side(one.fields(), two.fields(), |field| (field.kind(), field.key())) {
                let pair = pair?;
                if let (Some(one), Some(two)) = &pair
                    && is_same(&decoder, one, two, equality)?
                {
                    continue;
                }
                differences.push(Difference::Field { entry: one.name(), left: pair.0, right: pair.1 });
            }
        }
        let sections = side_by_side(compared(self, equality), compared(other, equality), |section| section.kind.code());
        for pair in sections {
            let (one, two) = pair?;
            let bytes = |blob: &Blob<'a>, section: Option<Section>| section.map(|section| blob.section_bytes(&section));
            if bytes(self, one).transpose()? != bytes(other, two).transpose()? {
                differences.push(Difference::Section { left: one, right: two });
            }
        }
        Ok(differences)
    }
}

fn is_same<'a>(decoder: &Decoder<'a>, left: &Field<'a>, right: &Field<'a>, equality: Equality) -> Result<bool, Error> {
    if left.mode() != right.mode() || left.len() != right.len() {
        return Ok(false);
    }
    let encodings = (left.encoding()?, right.encoding()?);
    let is_stored_alike = encodings.0 == encodings.1 && left.stored()? == right.stored()?;
    match encodings {
        _ if equality == Equality::Stored => Ok(is_stored_alike),
        (Encoding::File, _) | (_, Encoding::File) => Ok(is_stored_alike),
        // Equal frames mean different things to different dictionaries.
        (Encoding::Raw | Encoding::Zstd, _) if is_stored_alike => Ok(true),
        _ => Ok(decoder.read(left)? == decoder.read(right)?),
    }
}

/// The sections that count, by kind.
fn compared(blob: &Blob<'_>, equality: Equality) -> impl Iterator<Item = Result<Section, Error>> + use<> {
    let follows = |kind| matches!(kind, SectionKind::Digest | SectionKind::Dictionary(_));
    let counts = |kind: SectionKind| kind.code() > SectionKind::Native.code() && !follows(kind);
    let mut found = BTreeMap::new();
    for section in blob.sections().filter(|section| equality == Equality::Stored || counts(section.kind)) {
        found.entry(section.kind.code()).or_insert(section);
    }
    found.into_values().map(Ok)
}

/// What two ascending sequences have, in pairs where both have the same key.
fn side_by_side<T, K: Ord>(
    left: impl Iterator<Item = Result<T, Error>>,
    right: impl Iterator<Item = Result<T, Error>>,
    key: impl Fn(&T) -> K,
) -> impl Iterator<Item = Result<(Option<T>, Option<T>), Error>> {
    let (mut left, mut right) = (left.peekable(), right.peekable());
    std::iter::from_fn(move || {
        let order = match (left.peek(), right.peek()) {
            (None, None) => return None,
            (Some(Ok(one)), Some(Ok(two))) => key(one).cmp(&key(two)),
            (Some(Err(_)), _) | (_, None) => Ordering::Less,
            (_, Some(_)) => Ordering::Greater,
        };
        let one = if order.is_le() { left.next() } else { None };
        let two = if order.is_ge() { right.next() } else { None };
        Some(one.transpose().and_then(|one| Ok((one, two.transpose()?))))
    })
}
