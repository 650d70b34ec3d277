//! Values on their way into a blob.

use crate::Data;
use crate::compress;
use crate::entry::Field;
use crate::error::Error;
use crate::layout::Encoding;

/// A value to be written, in the encoding it will have in the blob.
#[derive(Clone, Debug)]
pub struct Value {
    pub(crate) stored: Data,
    pub(crate) encoding: Encoding,
    /// Decoded length; `None` when it is that of `stored`.
    pub(crate) decoded: Option<u64>,
    pub(crate) mode: u16,
}

impl Value {
    /// Stored as it is.
    pub fn raw(data: impl Into<Data>) -> Self {
        Self { stored: data.into(), encoding: Encoding::Raw, decoded: None, mode: 0 }
    }

    /// Compressed now, at a zstd level from 1 to 22; kept raw when that does not save an eighth.
    ///
    /// # Errors
    ///
    /// [`Error::CompressionDisabled`] without the feature `zstd`.
    pub fn compressed(raw: &[u8], level: i32) -> Result<Self, Error> {
        let stored = compress::compress(raw, level)?;
        if stored.len() as u64 >= raw.len() as u64 / 8 * 7 {
            return Ok(Self::raw(raw.to_vec()));
        }
        Ok(Self { stored: stored.into(), encoding: Encoding::Zstd, decoded: Some(raw.len() as u64), mode: 0 })
    }

    /// The value of a field of another blob, taken over without decoding it: `stored` are the bytes the field stores.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEncoding`] if the field is damaged.
    pub fn from_field(field: &Field<'_>, stored: impl Into<Data>) -> Result<Self, Error> {
        let encoding = field.encoding()?;
        let decoded = (encoding == Encoding::Zstd).then(|| field.len());
        Ok(Self { stored: stored.into(), encoding, decoded, mode: field.mode() as u16 })
    }

    /// A value that is in a file; `path` has `/` and is relative to a directory that the reader is told.
    pub fn file(path: &str) -> Self {
        Self { encoding: Encoding::File, ..Self::raw(path.as_bytes()) }
    }

    /// Records the permission bits of the file the value comes from: those of `0o7777`, 0 for none recorded.
    #[must_use]
    pub fn with_mode(self, mode: u32) -> Self {
        Self { mode: (mode & 0o7777) as u16, ..self }
    }

    /// Length of the value once decoded, in bytes.
    ///
    /// # Errors
    ///
    /// Lazy content that cannot be read.
    pub fn decoded_len(&self) -> std::io::Result<u64> {
        match self.decoded {
            Some(length) => Ok(length),
            None => Ok(self.stored.read()?.len() as u64),
        }
    }

    /// The bytes as they will be stored.
    pub fn stored(&self) -> &Data {
        &self.stored
    }
}

impl<T: Into<Data>> From<T> for Value {
    fn from(data: T) -> Self {
        Self::raw(data)
    }
}
