//! Reading values as what they were before they were stored.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, TryLockError};

use crate::blob::Blob;
use crate::error::Error;
use crate::field::Field;
use crate::layout::{Encoding, MAX_DICTIONARY_LEN};

/// How many decompressors are kept: as many as threads may well use at once, or dictionaries.
const MAX_CONTEXTS: usize = 64;

/// Reads values, and keeps what decompressing them needs from one to the next. Threads that share it do not wait for
/// each other.
///
/// `'a` is how long the blobs live that the values are in.
pub struct Decoder<'a> {
    contexts: Mutex<Vec<Context<'a>>>,
    /// How many bytes may be decoded in all, and how many of them were.
    limit: u64,
    decoded: AtomicU64,
}

/// A decompressor, the dictionary that it is for (the blob and the number), and the dictionary's length.
struct Context<'a> {
    dictionary: Option<(&'a [u8], u8)>,
    length: usize,
    decompressor: Decompressor,
}

impl<'a> Decoder<'a> {
    /// Does not do or allocate anything yet.
    pub const fn new() -> Self {
        Self::with_limit(u64::MAX)
    }

    /// The same, for at most so many bytes of values in all: then reading is [`Error::DecodedLimit`].
    pub const fn with_limit(limit: u64) -> Self {
        Self { contexts: Mutex::new(Vec::new()), limit, decoded: AtomicU64::new(0) }
    }

    fn count(&self, length: u64) -> Result<(), Error> {
        if self.limit == u64::MAX {
            return Ok(());
        }
        let limit = self.limit;
        let more = |decoded: u64| decoded.checked_add(length).filter(|sum| *sum <= limit);
        let counted = self.decoded.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        counted.map(drop).map_err(|_| Error::DecodedLimit { limit })
    }

    /// The value of a field: borrowed when it is stored raw, else decompressed, at most its stated length.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfBounds`], [`Error::UnknownEncoding`], [`Error::Decompress`], [`Error::NoDictionary`],
    /// [`Error::SectionChecksum`] of its dictionary, [`Error::CompressionDisabled`], [`Error::DecodedLimit`], or
    /// [`Error::InFile`] if the value is not in the blob.
    pub fn read(&self, field: &Field<'a>) -> Result<Cow<'a, [u8]>, Error> {
        self.decode(field, field.stored()?)
    }

    /// The same with stored bytes that are not within the start of a blob ([`Blob::open_index`]).
    ///
    /// # Errors
    ///
    /// As [`Decoder::read`].
    pub fn decode<'s>(&self, field: &Field<'a>, stored: &'s [u8]) -> Result<Cow<'s, [u8]>, Error> {
        let dictionary = match field.encoding()? {
            Encoding::Raw => {
                self.count(field.len())?;
                return field.whole(stored).map(Cow::Borrowed);
            }
            Encoding::File => {
                let path = field.file()?.unwrap_or_default().into_owned();
                return Err(Error::InFile { path });
            }
            Encoding::Zstd => None,
            Encoding::Dictionary(number) => Some((field.blob(), number)),
        };
        self.count(field.len())?;
        let mut context = self.take(dictionary).map_or_else(|| Context::new(dictionary), Ok)?;
        let value = context.decompressor.decompress(stored, field.len());
        self.keep(context);
        value.map(Cow::Owned)
    }

    /// The value of a field that is compressed, to be read in parts.
    pub(crate) fn stream(&self, field: &Field<'a>) -> Result<Stream<'a>, Error> {
        self.count(field.len())?;
        let dictionary = match field.encoding()? {
            Encoding::Dictionary(number) => content(field.blob(), number)?,
            _ => Vec::new(),
        };
        Stream::new(field.stored()?, &dictionary, field.len())
    }

    /// Frees what is kept from one value to the next, but for what others use at this moment.
    pub fn release(&self) {
        drop(self.contexts().map(|mut contexts| std::mem::take(&mut *contexts)));
    }

    /// Takes out a context for the dictionary. What others use at this moment is not waited for: in a process made by
    /// fork() they may never let go of it.
    fn take(&self, dictionary: Option<(&[u8], u8)>) -> Option<Context<'a>> {
        let mut contexts = self.contexts()?;
        let position = contexts.iter().position(|context| same(context.dictionary, dictionary))?;
        Some(contexts.swap_remove(position))
    }

    /// Puts a context back for the next value.
    fn keep(&self, context: Context<'a>) {
        let mut contexts = self.contexts();
        let Some(contexts) = contexts.as_mut() else { return };
        // A hostile dictionary is much longer than its section: no more is kept than one may have.
        let kept: usize = contexts.iter().map(|context| context.length).sum();
        if (kept + context.length) as u64 > MAX_DICTIONARY_LEN || contexts.len() == MAX_CONTEXTS {
            contexts.clear();
        }
        contexts.push(context);
    }

    fn contexts(&self) -> Option<MutexGuard<'_, Vec<Context<'a>>>> {
        match self.contexts.try_lock() {
            Ok(contexts) => Some(contexts),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

impl<'a> Context<'a> {
    fn new(dictionary: Option<(&'a [u8], u8)>) -> Result<Self, Error> {
        let content = dictionary.map(|(blob, number)| content(blob, number)).transpose()?.unwrap_or_default();
        Ok(Self { dictionary, length: content.len(), decompressor: Decompressor::new(&content)? })
    }
}

impl Default for Decoder<'_> {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether both are the same dictionary of the same blob, which is not compared byte by byte.
fn same(a: Option<(&[u8], u8)>, b: Option<(&[u8], u8)>) -> bool {
    a.map(|(blob, number)| (blob.as_ptr(), blob.len(), number))
        == b.map(|(blob, number)| (blob.as_ptr(), blob.len(), number))
}

fn content(blob: &[u8], number: u8) -> Result<Vec<u8>, Error> {
    let section = Blob::open_index(blob)?.dictionary(number)?;
    dictionary(section.ok_or(Error::NoDictionary { number })?)
}

#[cfg(feature = "zstd")]
mod zstandard {
    use std::io::Read;

    use zstd::zstd_safe::{find_frame_compressed_size, get_frame_content_size};

    use super::{Error, MAX_DICTIONARY_LEN};

    /// A block of at most 128 KiB takes at least four bytes, so a frame cannot hold more than this for each of its
    /// bytes: memory must not follow a lying length.
    const MAX_RATIO: u64 = (128 << 10) / 4;

    pub(super) struct Decompressor(zstd::bulk::Decompressor<'static>);

    impl Decompressor {
        pub(super) fn new(dictionary: &[u8]) -> Result<Self, Error> {
            let damaged = |source| Error::Decompress { expected: dictionary.len() as u64, source: Some(source) };
            zstd::bulk::Decompressor::with_dictionary(dictionary).map(Self).map_err(damaged)
        }

        pub(super) fn decompress(&mut self, stored: &[u8], length: u64) -> Result<Vec<u8>, Error> {
            check(stored, length)?;
            let damaged = |source| Error::Decompress { expected: length, source };
            let capacity = usize::try_from(length).map_err(|_| damaged(None))?;
            let value = self.0.decompress(stored, capacity).map_err(|error| damaged(Some(error)))?;
            if value.len() == capacity { Ok(value) } else { Err(damaged(None)) }
        }
    }

    /// A value that is decompressed while it is read.
    pub(crate) struct Stream<'a> {
        decoder: zstd::stream::read::Decoder<'static, &'a [u8]>,
        length: u64,
        left: u64,
    }

    impl<'a> Stream<'a> {
        pub(super) fn new(stored: &'a [u8], dictionary: &[u8], length: u64) -> Result<Self, Error> {
            check(stored, length)?;
            let decoder = zstd::stream::read::Decoder::with_dictionary(stored, dictionary);
            let damaged = |source| Error::Decompress { expected: length, source: Some(source) };
            Ok(Self { decoder: decoder.map_err(damaged)?.single_frame(), length, left: length })
        }

        /// Fills `part`, unless the value ends; then returns less than its length, and nothing after that.
        pub(crate) fn fill(&mut self, part: &mut [u8]) -> Result<usize, Error> {
            let damaged = |source| Error::Decompress { expected: self.length, source };
            let mut filled = 0;
            while filled < part.len() {
                match self.decoder.read(&mut part[filled..]).map_err(|error| damaged(Some(error)))? {
                    0 => break,
                    read => filled += read,
                }
            }
            self.left = self.left.checked_sub(filled as u64).ok_or(damaged(None))?;
            if filled < part.len() && self.left != 0 { Err(damaged(None)) } else { Ok(filled) }
        }
    }

    /// Refuses what cannot decode to a length.
    fn check(stored: &[u8], length: u64) -> Result<(), Error> {
        match length <= (stored.len() as u64).saturating_mul(MAX_RATIO) && frame(stored) == Some(length) {
            true => Ok(()),
            false => Err(Error::Decompress { expected: length, source: None }),
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

    pub(crate) struct Stream<'a>(std::marker::PhantomData<&'a ()>);

    impl<'a> Stream<'a> {
        pub(super) fn new(_stored: &'a [u8], _dictionary: &[u8], _length: u64) -> Result<Self, Error> {
            Err(Error::CompressionDisabled)
        }

        pub(crate) fn fill(&mut self, _part: &mut [u8]) -> Result<usize, Error> {
            Err(Error::CompressionDisabled)
        }
    }

    pub(crate) fn dictionary(_stored: &[u8]) -> Result<Vec<u8>, Error> {
        Err(Error::CompressionDisabled)
    }
}

use zstandard::Decompressor;
pub(crate) use zstandard::{Stream, dictionary};

#[cfg(all(test, feature = "zstd"))]
mod tests {
    use super::*;
    use crate::{FieldKind, Value, Writer};

    #[test]
    fn no_value_waits_for_a_thread_that_is_gone() {
        let mut writer = Writer::new();
        writer.entry("a").field(FieldKind::Source, Value::compressed(&[b'x'; 5000], 3).unwrap());
        let bytes: &'static [u8] = writer.to_vec().unwrap().leak();
        let decoder: &'static Decoder<'static> = Box::leak(Box::default());
        let (sender, values) = std::sync::mpsc::channel();
        let read = || {
            let entry = Blob::open(bytes).unwrap().entry("a").unwrap().unwrap();
            decoder.read(&entry.field(FieldKind::Source).unwrap().unwrap()).unwrap().len()
        };
        assert_eq!(read(), 5000);
        // As after a fork() while another thread had it.
        std::mem::forget(decoder.contexts.lock().unwrap());
        std::thread::spawn(move || sender.send(read()));
        assert_eq!(values.recv_timeout(std::time::Duration::from_secs(20)), Ok(5000));
    }

    #[test]
    fn contexts_are_kept_for_the_next_value() {
        let decoder = Decoder::new();
        let context = Context::new(None).unwrap();
        decoder.keep(context);
        assert!(decoder.take(None).is_some() && decoder.take(None).is_none(), "one in use is not there");
        for _ in 0..3 * MAX_CONTEXTS {
            decoder.keep(Context::new(None).unwrap());
        }
        assert!(decoder.contexts().unwrap().len() <= MAX_CONTEXTS);
    }
}
