//! Reading values as what they were before they were stored.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use crate::blob::Blob;
use crate::entry::Field;
use crate::error::Error;
use crate::layout::{Encoding, MAX_DICTIONARY_LEN, SectionKind};

/// Reads values of one blob, and keeps what decompressing them needs from one to the next.
pub struct Decoder<'a> {
    blob: Blob<'a>,
    contexts: Mutex<Vec<Context>>,
}

/// A decompressor, and number and length of its dictionary.
struct Context {
    dictionary: Option<u8>,
    length: usize,
    decompressor: Decompressor,
}

impl<'a> Decoder<'a> {
    /// For this blob. Does not do or allocate anything yet.
    pub const fn new(blob: Blob<'a>) -> Self {
        Self { blob, contexts: Mutex::new(Vec::new()) }
    }

    /// The blob.
    pub fn blob(&self) -> &Blob<'a> {
        &self.blob
    }

    /// The value of a field of the blob: borrowed when it is stored raw, else decompressed, at most its stated length.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfBounds`], [`Error::UnknownEncoding`], [`Error::Decompress`], [`Error::NoDictionary`],
    /// [`Error::CompressionDisabled`], or [`Error::InFile`] if the value is not in the blob.
    pub fn read(&self, field: &Field<'a>) -> Result<Cow<'a, [u8]>, Error> {
        let stored = field.stored(&self.blob)?;
        match field.encoding()? {
            Encoding::Raw | Encoding::File if field.len() != field.stored_len() => {
                let (offset, length, limit) = (field.offset(), field.len(), field.stored_len());
                Err(Error::OutOfBounds { what: "stored value", offset, length, limit })
            }
            Encoding::Raw => Ok(Cow::Borrowed(stored)),
            Encoding::File => Err(Error::InFile { path: field.path(&self.blob)?.to_owned() }),
            Encoding::Zstd => self.decompress(None, stored, field.len()).map(Cow::Owned),
            Encoding::Dictionary(number) => self.decompress(Some(number), stored, field.len()).map(Cow::Owned),
        }
    }

    fn decompress(&self, dictionary: Option<u8>, stored: &[u8], length: u64) -> Result<Vec<u8>, Error> {
        let mut contexts = self.contexts.lock().unwrap_or_else(PoisonError::into_inner);
        let known = contexts.iter().position(|context| context.dictionary == dictionary);
        let position = match known {
            Some(position) => position,
            None => {
                let content = match dictionary {
                    Some(number) => self.dictionary(number)?,
                    None => Vec::new(),
                };
                let (length, decompressor) = (content.len(), Decompressor::new(&content)?);
                // A hostile dictionary is much longer than its section: no more is kept than one may have.
                let kept: usize = contexts.iter().map(|context| context.length).sum();
                if (kept + length) as u64 > MAX_DICTIONARY_LEN {
                    contexts.clear();
                }
                contexts.push(Context { dictionary, length, decompressor });
                contexts.len() - 1
            }
        };
        contexts[position].decompressor.decompress(stored, length)
    }

    fn dictionary(&self, number: u8) -> Result<Vec<u8>, Error> {
        let section = self.blob.section(SectionKind::Dictionary(number))?;
        dictionary(section.ok_or(Error::NoDictionary { number })?)
    }
}

#[cfg(feature = "zstd")]
mod zstandard {
    use super::{Error, MAX_DICTIONARY_LEN};
    use zstd::zstd_safe::{find_frame_compressed_size, get_frame_content_size};

    /// A block of at most 128 KiB takes at least four bytes, so a frame cannot hold more than this for each of its bytes:
    /// memory must not follow a lying length.
    const MAX_RATIO: u64 = (128 << 10) / 4;

    pub(super) struct Decompressor(zstd::bulk::Decompressor<'static>);

    impl Decompressor {
        pub(super) fn new(dictionary: &[u8]) -> Result<Self, Error> {
            let damaged = |source| Error::Decompress { expected: dictionary.len() as u64, source: Some(source) };
            zstd::bulk::Decompressor::with_dictionary(dictionary).map(Self).map_err(damaged)
        }

        pub(super) fn decompress(&mut self, stored: &[u8], length: u64) -> Result<Vec<u8>, Error> {
            let damaged = |source| Error::Decompress { expected: length, source };
            if length > (stored.len() as u64).saturating_mul(MAX_RATIO) || frame(stored) != Some(length) {
                return Err(damaged(None));
            }
            let capacity = usize::try_from(length).map_err(|_| damaged(None))?;
            let value = self.0.decompress(stored, capacity).map_err(|error| damaged(Some(error)))?;
            if value.len() == capacity { Ok(value) } else { Err(damaged(None)) }
        }
    }

    /// The length that a frame states, if it does and is the only one.
    fn frame(stored: &[u8]) -> Option<u64> {
        let alone = find_frame_compressed_size(stored).is_ok_and(|length| length == stored.len());
        if alone { get_frame_content_size(stored).ok().flatten() } else { None }
    }

    /// The content of a section that holds a dictionary: one frame, which states its length.
    pub(crate) fn dictionary(stored: &[u8]) -> Result<Vec<u8>, Error> {
        let length = frame(stored).ok_or(Error::Decompress { expected: 0, source: None })?;
        if length > MAX_DICTIONARY_LEN {
            return Err(Error::TooLarge { what: "dictionary", value: length, limit: MAX_DICTIONARY_LEN });
        }
        Decompressor::new(&[])?.decompress(stored, length)
    }
}

#[cfg(not(feature = "zstd"))]
mod zstandard {
    use super::Error;

    pub(super) struct Decompressor;

    impl Decompressor {
        pub(super) fn new(_dictionary: &[u8]) -> Result<Self, Error> {
            Err(Error::CompressionDisabled)
        }

        pub(super) fn decompress(&mut self, _stored: &[u8], _length: u64) -> Result<Vec<u8>, Error> {
            Err(Error::CompressionDisabled)
        }
    }

    pub(crate) fn dictionary(_stored: &[u8]) -> Result<Vec<u8>, Error> {
        Err(Error::CompressionDisabled)
    }
}

use zstandard::Decompressor;
pub(crate) use zstandard::dictionary;
