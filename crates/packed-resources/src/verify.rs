//! Checking everything that opening does not.

use std::collections::HashSet;
use std::convert::Infallible;
use std::fmt;

use crate::blob::Blob;
use crate::decode::Decoder;
use crate::error::Error;

/// The first damage that [`Blob::verify`] met.
#[derive(Debug)]
#[non_exhaustive]
pub enum Damage {
    /// A record or value cannot be read.
    Entry {
        /// Name of the entry, or its position when the name is what is damaged.
        entry: String,
        /// What is wrong.
        error: Error,
    },
    /// A value cannot be decoded.
    Content {
        /// Name of the entry.
        entry: String,
        /// Kind and key of the field.
        field: String,
        /// Offset of the value from the start of the blob.
        offset: u64,
        /// What is wrong.
        error: Box<Error>,
    },
    /// A value does not have the checksum of its field.
    Value {
        /// Name of the entry.
        entry: String,
        /// Kind and key of the field.
        field: String,
        /// Offset of the value from the start of the blob.
        offset: u64,
    },
    /// A section does not have its checksum.
    Section {
        /// The section.
        kind: crate::SectionKind,
        /// Its offset from the start of the blob.
        offset: u64,
    },
    /// The blob does not have the digest it was written with.
    Digest,
    /// Entries or the fields of one are not sorted, or the hash table does not lead to one.
    Index {
        /// Name of the entry.
        entry: String,
    },
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry { entry, error } => write!(f, "entry {entry}: {error}"),
            Self::Content { entry, field, offset, error } => {
                write!(f, "entry {entry}: the value of {field} at offset {offset} cannot be decoded: {error}")
            }
            Self::Value { entry, field, offset } => {
                write!(f, "entry {entry}: the value of {field} at offset {offset} does not match its checksum")
            }
            Self::Section { kind, offset } => {
                write!(f, "the {kind} section at offset {offset} does not match its checksum")
            }
            Self::Digest => f.write_str("the blob does not match its digest"),
            Self::Index { entry } => write!(f, "entry {entry} or one of its fields is not where the index leads"),
        }
    }
}

impl std::error::Error for Damage {}

/// What [`Blob::verify`] has read and found to be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Verified {
    /// Number of entries.
    pub entries: u64,
    /// Number of values in the blob; those that fields share count for each.
    pub values: u64,
    /// Length of these values once decoded, in bytes.
    pub bytes: u64,
    /// Number of values in files, which were not looked at.
    pub in_files: u64,
    /// Number of sections; 0 in versions 1 to 3.
    pub sections: u64,
    /// The digest, if the blob carries one and this build can compute it (feature `digest`).
    pub digest: Option<[u8; 32]>,
}

impl Blob<'_> {
    /// Reads everything: every value against its checksum and its declared length, every section, order and hash
    /// table. Time is proportional to the blob.
    ///
    /// # Errors
    ///
    /// The first damage found, by name and offset.
    pub fn verify(&self) -> Result<Verified, Damage> {
        self.verify_within(u64::MAX)
    }

    /// The same, if no more than `limit` bytes have to be decoded; what values share is decoded once.
    ///
    /// # Errors
    ///
    /// [`Damage::Content`] with [`Error::DecodedLimit`], else as [`Blob::verify`].
    pub fn verify_within(&self, limit: u64) -> Result<Verified, Damage> {
        let mut verified = Verified::default();
        let decoder = Decoder::with_limit(limit);
        // Many fields may share what takes long to read.
        let mut right = HashSet::new();
        let mut previous = None;
        for position in 0..self.entry_count() {
            let damaged = |entry: &str, error| Damage::Entry { entry: entry.to_owned(), error };
            let entry = self.entry_at(position).map_err(|error| damaged(&format!("#{position}"), error))?;
            let name = entry.name();
            let found = self.entry(name).map_err(|error| damaged(name, error))?;
            if previous.is_some_and(|previous| previous >= name) || found.is_none_or(|found| found.name() != name) {
                return Err(Damage::Index { entry: name.to_owned() });
            }
            previous = Some(name);
            if !entry.is_sorted().map_err(|error| damaged(name, error))? {
                return Err(Damage::Index { entry: name.to_owned() });
            }
            verified.entries += 1;
            for field in entry.fields() {
                let field = field.map_err(|error| damaged(name, error))?;
                let (offset, length) = (field.offset(), field.len());
                let described = || (name.to_owned(), format!("{} {}", field.kind(), field.key()).trim_end().to_owned());
                if right.contains(&field.stored_form()) {
                    verified.values += 1;
                    verified.bytes = verified.bytes.saturating_add(length);
                    continue;
                }
                let stored = field.stored().map_err(|error| damaged(name, error))?;
                if Some(crc32fast::hash(stored)) != field.crc() {
                    let (entry, field) = described();
                    return Err(Damage::Value { entry, field, offset });
                }
                match decoder.copy(&field, |_| Ok::<_, Infallible>(())) {
                    Ok(_) => {
                        right.insert(field.stored_form());
                        verified.values += 1;
                        verified.bytes = verified.bytes.saturating_add(length);
                    }
                    Err(Error::InFile { .. }) => verified.in_files += 1,
                    Err(error) => {
                        let ((entry, field), error) = (described(), Box::new(error));
                        return Err(Damage::Content { entry, field, offset, error });
                    }
                }
            }
        }
        for section in self.sections() {
            let bytes = self.section_bytes(&section).unwrap_or_default();
            if crc32fast::hash(bytes) != section.crc {
                return Err(Damage::Section { kind: section.kind, offset: section.offset });
            }
            verified.sections += 1;
        }
        verified.digest = self.verified_digest()?;
        Ok(verified)
    }

    #[cfg(feature = "digest")]
    fn verified_digest(&self) -> Result<Option<[u8; 32]>, Damage> {
        let digest = self.digest().map_err(|_| Damage::Digest)?;
        let is_right = |digest: &[u8; 32]| self.compute_digest().is_ok_and(|computed| computed == *digest);
        if digest.as_ref().is_none_or(is_right) { Ok(digest) } else { Err(Damage::Digest) }
    }

    #[cfg(not(feature = "digest"))]
    fn verified_digest(&self) -> Result<Option<[u8; 32]>, Damage> {
        Ok(None)
    }
}
