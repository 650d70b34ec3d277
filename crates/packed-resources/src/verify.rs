//! Checking everything that opening does not.

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
            Self::Value { entry, field, offset } => {
                write!(f, "entry {entry}: the value of {field} at offset {offset} does not match its checksum")
            }
            Self::Section { kind, offset } => {
                write!(f, "the {kind:?} section at offset {offset} does not match its checksum")
            }
            Self::Digest => f.write_str("the blob does not match its digest"),
            Self::Index { entry } => write!(f, "entry {entry} or one of its fields is not where the index leads"),
        }
    }
}

impl std::error::Error for Damage {}

impl Blob<'_> {
    /// Reads everything: every value against its checksum and its declared length, every section, order and hash
    /// table. Time is proportional to the blob.
    ///
    /// # Errors
    ///
    /// The first damage found, by name and offset.
    pub fn verify(&self) -> Result<(), Damage> {
        let decoder = Decoder::new();
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
            for field in entry.fields() {
                let field = field.map_err(|error| damaged(name, error))?;
                let stored = field.stored().map_err(|error| damaged(name, error))?;
                if Some(crc32fast::hash(stored)) != field.crc() {
                    let field_name = format!("{:?} {}", field.kind(), field.key()).trim_end().to_owned();
                    return Err(Damage::Value { entry: name.to_owned(), field: field_name, offset: field.offset() });
                }
                match decoder.read(&field) {
                    Ok(_) | Err(Error::InFile { .. }) => {}
                    Err(error) => return Err(damaged(name, error)),
                }
            }
        }
        for section in self.sections() {
            let bytes = self.section_bytes(&section).unwrap_or_default();
            if crc32fast::hash(bytes) != section.crc {
                return Err(Damage::Section { kind: section.kind, offset: section.offset });
            }
        }
        self.verify_digest()
    }

    /// Whether the digest is right, where there is one and it can be computed.
    fn verify_digest(&self) -> Result<(), Damage> {
        #[cfg(feature = "digest")]
        if let Some(digest) = self.digest().map_err(|_| Damage::Digest)?
            && self.compute_digest().map_err(|_| Damage::Digest)? != digest
        {
            return Err(Damage::Digest);
        }
        Ok(())
    }
}
