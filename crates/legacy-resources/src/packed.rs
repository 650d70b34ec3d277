//! Packed resources of any version as one.

use pyox_packed_resources::{Blob, Damage, Encoding, Entries, Entry, Error, Index, MAGIC, NativePaths, Verified};

use crate::Resources;

/// A binary search for a name, without allocation.
impl Index for Resources<'_> {
    fn entry(&self, name: &str) -> Result<Option<Entry<'_>>, Error> {
        Ok(self.entry(name))
    }

    fn entries_with_prefix(&self, prefix: &str) -> Entries<'_> {
        Box::new(self.entries_with_prefix(prefix).map(Ok))
    }

    fn entry_count(&self) -> Result<usize, Error> {
        Ok(self.entry_count())
    }
}

impl Resources<'_> {
    fn verify(&self) -> Result<Verified, Damage> {
        let mut verified = Verified::default();
        for entry in self.entries() {
            let damaged = |error| Damage::Entry { entry: entry.name().to_owned(), error };
            verified.entries += 1;
            for field in entry.fields() {
                let field = field.map_err(damaged)?;
                match field.encoding().map_err(damaged)? {
                    Encoding::File => verified.in_files += 1,
                    _ => {
                        verified.values += 1;
                        verified.bytes += field.stored().map_err(damaged)?.len() as u64;
                    }
                }
            }
        }
        Ok(verified)
    }
}

/// Packed resources of any version.
#[derive(Clone)]
#[non_exhaustive]
pub enum Packed<'a> {
    /// Versions 1, 2 and 3.
    Legacy(Resources<'a>),
    /// Version 4.
    Blob(Blob<'a>),
}

impl<'a> Packed<'a> {
    /// Opens packed resources of the version they name; those of versions 1 to 3 have the paths of this platform, or
    /// else are for [`Packed::open_with`].
    ///
    /// # Errors
    ///
    /// [`Error::Magic`] if they name none that is known; what [`Blob::open`] or [`Resources::open`] returns.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::open_with(bytes, NativePaths::HOST)
    }

    /// The same, if those of versions 1 to 3 were written on a platform with `paths`.
    ///
    /// # Errors
    ///
    /// As [`Packed::open`].
    pub fn open_with(bytes: &'a [u8], paths: NativePaths) -> Result<Self, Error> {
        if bytes.starts_with(&MAGIC) {
            Blob::open(bytes).map(Self::Blob)
        } else {
            Resources::open_with(bytes, paths).map(Self::Legacy)
        }
    }

    /// 1, 2, 3 or 4.
    pub fn version(&self) -> u8 {
        match self {
            Self::Legacy(resources) => resources.version(),
            Self::Blob(_) => 4,
        }
    }

    /// The blob, if it is version 4.
    pub fn blob(&self) -> Option<&Blob<'a>> {
        match self {
            Self::Legacy(_) => None,
            Self::Blob(blob) => Some(blob),
        }
    }

    /// Reads everything. Versions 1 to 3 have no checksums: all that can be wrong with them is noticed when they are
    /// opened, and a changed value is not.
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
    /// [`Damage::Content`] with [`Error::DecodedLimit`], else as [`Packed::verify`].
    pub fn verify_within(&self, limit: u64) -> Result<Verified, Damage> {
        match self {
            Self::Legacy(resources) => resources.verify(),
            Self::Blob(blob) => blob.verify_within(limit),
        }
    }

    fn index(&self) -> &dyn Index {
        match self {
            Self::Legacy(resources) => resources,
            Self::Blob(blob) => blob,
        }
    }
}

impl Index for Packed<'_> {
    fn entry(&self, name: &str) -> Result<Option<Entry<'_>>, Error> {
        self.index().entry(name)
    }

    fn entries_with_prefix(&self, prefix: &str) -> Entries<'_> {
        self.index().entries_with_prefix(prefix)
    }

    fn entry_count(&self) -> Result<usize, Error> {
        self.index().entry_count()
    }
}
