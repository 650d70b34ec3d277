//! Compressing values. Together with `decode` the only place that knows zstd.

use std::sync::Arc;

use crate::Data;
use crate::blob::Blob;
use crate::error::Error;
use crate::layout::{MAX_DICTIONARIES, MAX_DICTIONARY_LEN};
use crate::value::{Stored, Value};

/// What values of one kind have in common, kept once: small values compress nearly as well with a dictionary as they do
/// together in one stream, and each can still be read alone.
///
/// In a blob it is a section of its own, itself compressed.
#[derive(Clone, PartialEq, Eq)]
pub struct Dictionary {
    /// One zstd frame.
    pub(crate) stored: Vec<u8>,
}

impl Dictionary {
    /// A dictionary of at most `size` bytes made of samples, each of which is a value like those it will be used for.
    /// Takes about a second for 10 MB of samples; the same samples give the same dictionary.
    ///
    /// # Errors
    ///
    /// [`Error::Train`] if there are too few samples: some dozens are needed, and several times `size` bytes.
    #[cfg(feature = "train")]
    pub fn train<S: AsRef<[u8]>>(samples: &[S], size: usize) -> Result<Self, Error> {
        let content = zstd::dict::from_samples(samples, size).map_err(|source| Error::Train {
            samples: samples.len(),
            bytes: samples.iter().map(|sample| sample.as_ref().len()).sum(),
            source,
        })?;
        Self::new(&content)
    }

    /// A dictionary with this content: one that a zstd trainer made, or any bytes that values have parts in common
    /// with.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] above 8 MiB, [`Error::CompressionDisabled`] without the feature `zstd`.
    pub fn new(content: &[u8]) -> Result<Self, Error> {
        const LEVEL: i32 = 19;
        let (value, limit) = (content.len() as u64, MAX_DICTIONARY_LEN);
        if value > limit {
            return Err(Error::TooLarge { what: "dictionary", value, limit });
        }
        Ok(Self { stored: compress(content, LEVEL)? })
    }

    /// The dictionaries of a blob, by number, for [`Value::from_field`].
    ///
    /// # Errors
    ///
    /// Damage of the section table, or [`Error::SectionChecksum`]: what is taken over must not get a new checksum.
    pub fn all_of(blob: &Blob<'_>) -> Result<Vec<Option<Arc<Self>>>, Error> {
        let one = |number| Ok(blob.dictionary(number)?.map(|stored| Arc::new(Self { stored: stored.to_vec() })));
        (0..MAX_DICTIONARIES).map(one).collect()
    }

    /// Its content.
    ///
    /// # Errors
    ///
    /// [`Error::Decompress`] if it comes from a damaged blob, [`Error::CompressionDisabled`].
    pub fn content(&self) -> Result<Vec<u8>, Error> {
        crate::decode::dictionary(&self.stored)
    }
}

impl std::fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dictionary").field("stored", &self.stored.len()).finish()
    }
}

/// Compresses many values in the same way.
pub struct Compressor {
    #[cfg(feature = "zstd")]
    context: zstd::bulk::Compressor<'static>,
    dictionary: Option<Arc<Dictionary>>,
}

impl Compressor {
    /// At a zstd level from 1 to 22.
    ///
    /// # Errors
    ///
    /// [`Error::CompressionDisabled`] without the feature `zstd`.
    pub fn new(level: i32) -> Result<Self, Error> {
        Self::start(level, None)
    }

    /// At a zstd level from 1 to 22, with a dictionary.
    ///
    /// # Errors
    ///
    /// As [`Dictionary::content`].
    pub fn with_dictionary(level: i32, dictionary: Arc<Dictionary>) -> Result<Self, Error> {
        Self::start(level, Some(dictionary))
    }

    #[cfg(feature = "zstd")]
    fn start(level: i32, dictionary: Option<Arc<Dictionary>>) -> Result<Self, Error> {
        let content = dictionary.as_ref().map(|dictionary| dictionary.content()).transpose()?.unwrap_or_default();
        let context = zstd::bulk::Compressor::with_dictionary(level, &content).map_err(Error::Write)?;
        Ok(Self { context, dictionary })
    }

    #[cfg(not(feature = "zstd"))]
    fn start(_level: i32, _dictionary: Option<Arc<Dictionary>>) -> Result<Self, Error> {
        Err(Error::CompressionDisabled)
    }

    /// The compressed value; kept raw when compressing does not save an eighth.
    ///
    /// # Errors
    ///
    /// [`Error::Write`] if there is no memory.
    pub fn compress(&mut self, raw: &[u8]) -> Result<Value, Error> {
        Ok(self.frame(raw)?.unwrap_or_else(|| Value::raw(raw)))
    }

    /// The same for content that is read for it, and not copied if it is kept raw.
    ///
    /// # Errors
    ///
    /// [`Error::Write`] if the content cannot be read or there is no memory.
    pub fn compress_data(&mut self, data: &Data) -> Result<Value, Error> {
        let raw = data.read().map_err(Error::Write)?;
        Ok(self.frame(&raw)?.unwrap_or_else(|| Value::raw(data.clone())))
    }

    fn frame(&mut self, raw: &[u8]) -> Result<Option<Value>, Error> {
        #[cfg(feature = "zstd")]
        let frame = self.context.compress(raw).map_err(Error::Write)?;
        #[cfg(not(feature = "zstd"))]
        let frame = raw.to_vec();
        if frame.len() as u64 >= raw.len() as u64 / 8 * 7 {
            return Ok(None);
        }
        let stored = match &self.dictionary {
            Some(dictionary) => Stored::WithDictionary(Arc::clone(dictionary)),
            None => Stored::Zstd,
        };
        Ok(Some(Value { data: frame.into(), stored, length: Some(raw.len() as u64), mode: 0, crc: None }))
    }
}

#[cfg(feature = "zstd")]
fn compress(raw: &[u8], level: i32) -> Result<Vec<u8>, Error> {
    zstd::bulk::compress(raw, level).map_err(Error::Write)
}

#[cfg(not(feature = "zstd"))]
fn compress(_raw: &[u8], _level: i32) -> Result<Vec<u8>, Error> {
    Err(Error::CompressionDisabled)
}
