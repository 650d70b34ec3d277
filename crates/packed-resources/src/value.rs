//! Values on their way into a blob.

use std::sync::Arc;

use crate::Data;
use crate::compress::{Compressor, Dictionary};
use crate::error::Error;
use crate::field::Field;
use crate::layout::Encoding;

/// A value to be written, in the form it will have in the blob.
#[derive(Clone, Debug)]
pub struct Value {
    pub(crate) data: Data,
    pub(crate) stored: Stored,
    /// Length once decoded; `None` when it is that of `data`.
    pub(crate) length: Option<u64>,
    /// Permission bits, 0 when they are not known.
    pub(crate) mode: u16,
    /// CRC-32 that the stored bytes had in the blob they come from. The writer refuses others.
    pub(crate) crc: Option<u32>,
}

/// The form of a value. The writer numbers the dictionaries.
#[derive(Clone, Debug)]
pub(crate) enum Stored {
    Raw,
    Zstd,
    File,
    WithDictionary(Arc<Dictionary>),
}

impl Value {
    /// Stored as it is.
    pub fn raw(data: impl Into<Data>) -> Self {
        Self { data: data.into(), stored: Stored::Raw, length: None, mode: 0, crc: None }
    }

    /// Not stored but in a file with this path, relative to a directory that the reader is given, with `/`.
    pub fn file(path: impl Into<String>) -> Self {
        Self { data: path.into().into_bytes().into(), stored: Stored::File, length: None, mode: 0, crc: None }
    }

    /// Compressed now, at a zstd level from 1 to 22; kept raw when that does not save an eighth. A [`Compressor`] does
    /// this for many values, and with a dictionary.
    ///
    /// # Errors
    ///
    /// [`Error::CompressionDisabled`] without the feature `zstd`.
    pub fn compressed(raw: &[u8], level: i32) -> Result<Self, Error> {
        Compressor::new(level)?.compress(raw)
    }

    /// The value of a field of another blob, taken over without decoding it: `stored` are the bytes the field stores,
    /// and `dictionaries` those of the blob ([`Dictionary::all_of`]). The checksum of the field goes with it: a damaged
    /// value is an error of the writer, [`Error::ValueChecksum`], and never gets a new checksum.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEncoding`] or [`Error::NoDictionary`] if the field is damaged.
    pub fn from_field(
        field: &Field<'_>,
        stored: impl Into<Data>,
        dictionaries: &[Option<Arc<Dictionary>>],
    ) -> Result<Self, Error> {
        let form = match field.encoding()? {
            Encoding::Raw => Stored::Raw,
            Encoding::Zstd => Stored::Zstd,
            Encoding::File => Stored::File,
            Encoding::Dictionary(number) => {
                let dictionary = dictionaries.get(usize::from(number)).cloned().flatten();
                Stored::WithDictionary(dictionary.ok_or(Error::NoDictionary { number })?)
            }
        };
        let length = (!matches!(form, Stored::Raw)).then(|| field.len());
        Ok(Self { data: stored.into(), stored: form, length, mode: field.mode() as u16, crc: field.crc() })
    }

    /// Sets the permission bits of the file, as `chmod` takes them: `0o755`. Other bits are dropped; 0 is "not known".
    #[must_use]
    pub fn with_mode(mut self, mode: u32) -> Self {
        self.mode = (mode & 0o7777) as u16;
        self
    }

    /// The permission bits, 0 when they are not known.
    pub fn mode(&self) -> u32 {
        self.mode.into()
    }

    /// Length of the value once decoded, in bytes.
    ///
    /// # Errors
    ///
    /// Lazy content that cannot be read.
    pub fn decoded_len(&self) -> std::io::Result<u64> {
        match self.length {
            Some(length) => Ok(length),
            None => Ok(self.data.open()?.len()),
        }
    }

    /// Length of the bytes as they will be stored.
    ///
    /// # Errors
    ///
    /// As [`Value::decoded_len`].
    pub fn stored_len(&self) -> std::io::Result<u64> {
        Ok(self.data.open()?.len())
    }

    /// The bytes as they will be stored.
    pub fn stored(&self) -> &Data {
        &self.data
    }
}

impl<T: Into<Data>> From<T> for Value {
    fn from(data: T) -> Self {
        Self::raw(data)
    }
}
