//! What two packed resources do not have in common.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use pyox_legacy_resources::Packed;
use pyox_packed_resources::{Blob, Decoder, Encoding, Entry, Error, Field, Index, Section};

/// When two values count as equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Equality {
    /// If they decode to the same bytes and have the same permission bits. Sections count if they are neither tables
    /// nor values, nor follow from these: a digest or a dictionary does not.
    Content,
    /// If they are also stored as the same bytes in the same encoding. All sections count.
    Stored,
}

/// Something in which two packed resources differ. What one of them does not have is `None`.
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

/// Everything in which two packed resources differ: entries and their fields by name, then sections if both are version
/// 4. Empty if they are equal. For a value in a file it is the path that is compared, and never equal to a value in
///    memory. No more than `limit` bytes are decoded.
///
/// # Errors
///
/// [`Error::DecodedLimit`], and damage that is met on the way, on either side. In a blob whose tables are not in order,
/// which only [`Blob::verify`] notices, too much may differ.
pub fn differences<'p>(
    left: &'p Packed<'_>,
    right: &'p Packed<'_>,
    equality: Equality,
    limit: u64,
) -> Result<Vec<Difference<'p>>, Error> {
    let mut all = entry_differences(left, right, equality, &Decoder::with_limit(limit))?;
    if let (Some(left), Some(right)) = (left.blob(), right.blob()) {
        section_differences(left, right, equality, &mut all)?;
    }
    Ok(all)
}

fn entry_differences<'i>(
    left: &'i dyn Index,
    right: &'i dyn Index,
    equality: Equality,
    decoder: &Decoder<'i>,
) -> Result<Vec<Difference<'i>>, Error> {
    let mut differences = Vec::new();
    for pair in side_by_side(left.entries(), right.entries(), Entry::name) {
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
                && is_same(decoder, one, two, equality)?
            {
                continue;
            }
            differences.push(Difference::Field { entry: one.name(), left: pair.0, right: pair.1 });
        }
    }
    Ok(differences)
}

fn section_differences(
    left: &Blob<'_>,
    right: &Blob<'_>,
    equality: Equality,
    differences: &mut Vec<Difference<'_>>,
) -> Result<(), Error> {
    let sections = side_by_side(compared(left, equality), compared(right, equality), |section| section.kind.code());
    for pair in sections {
        let (one, two) = pair?;
        if section_bytes(left, one)? != section_bytes(right, two)? {
            differences.push(Difference::Section { left: one, right: two });
        }
    }
    Ok(())
}

fn section_bytes<'a>(blob: &Blob<'a>, section: Option<Section>) -> Result<Option<&'a [u8]>, Error> {
    section.map_or(Ok(None), |section| blob.section(section.kind))
}

fn is_same<'a>(decoder: &Decoder<'a>, left: &Field<'a>, right: &Field<'a>, equality: Equality) -> Result<bool, Error> {
    if left.mode() != right.mode() {
        return Ok(false);
    }
    let encodings = (left.encoding()?, right.encoding()?);
    let is_stored_alike = encodings.0 == encodings.1 && left.stored()? == right.stored()?;
    match encodings {
        _ if equality == Equality::Stored => Ok(is_stored_alike && left.len() == right.len()),
        // One path may be written as on Unix and the other as on Windows; some have no form that is the same on both.
        (Encoding::File, Encoding::File) => {
            Ok(is_stored_alike || matches!((left.file(), right.file()), (Ok(one), Ok(two)) if one == two))
        }
        (Encoding::File, _) | (_, Encoding::File) => Ok(false),
        _ if left.len() != right.len() => Ok(false),
        // Equal frames mean different things to different dictionaries.
        (Encoding::Raw | Encoding::Zstd, _) if is_stored_alike => Ok(true),
        _ => decoder.is_same(left, right),
    }
}

/// The sections that count, by kind.
fn compared(blob: &Blob<'_>, equality: Equality) -> impl Iterator<Item = Result<Section, Error>> + use<> {
    let mut found = BTreeMap::new();
    for section in blob.sections().filter(|section| equality == Equality::Stored || section.kind.is_opaque()) {
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
