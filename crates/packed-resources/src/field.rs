//! One value of an entry, of any version of the format.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use crate::blob::{slice, u32_at, u64_at};
use crate::decode::Decoder;
use crate::error::Error;
use crate::layout::{Encoding, FieldKind};
use crate::native_paths::NativePaths;

/// One value of an entry. It knows the blob it is in, wherever that is.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    kind: FieldKind,
    encoding: u8,
    paths: NativePaths,
    mode: u16,
    key: &'a str,
    crc: Option<u32>,
    blob: &'a [u8],
    offset: u64,
    stored_length: u64,
    length: u64,
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Field")
            .field("kind", &self.kind)
            .field("key", &self.key)
            .field("encoding", &self.encoding)
            .field("mode", &self.mode)
            .field("offset", &self.offset)
            .field("stored_length", &self.stored_length)
            .field("length", &self.length)
            .finish()
    }
}

impl<'a> Field<'a> {
    /// A record of version 4.
    pub(crate) fn parse(kind: FieldKind, record: &[u8], names: &'a [u8], blob: &'a [u8]) -> Result<Self, Error> {
        Ok(Self {
            kind,
            encoding: record[1],
            paths: NativePaths::Unix,
            mode: u16::from_le_bytes([record[2], record[3]]) & 0o7777,
            key: text(key_bytes(record, names)?, u32_at(record, 4), "field key")?,
            crc: Some(u32_at(record, 12)),
            blob,
            offset: u64_at(record, 16),
            stored_length: u64_at(record, 24),
            length: u64_at(record, 32),
        })
    }

    /// A field that another [`Index`](crate::Index) than a blob of version 4 has: its value is that range of `blob` as
    /// it is, without a checksum. A range outside of `blob` is [`Error::OutOfBounds`] when the value is read.
    pub fn raw(kind: FieldKind, key: &'a str, blob: &'a [u8], range: Range<usize>) -> Self {
        let (offset, length) = (range.start as u64, range.len() as u64);
        let (encoding, paths) = (Encoding::Raw.code(), NativePaths::Unix);
        Self { kind, encoding, paths, mode: 0, key, crc: None, blob, offset, stored_length: length, length }
    }

    /// The same, if the range is the path of the file with the value, written as `paths` says.
    #[must_use]
    pub fn in_file(self, paths: NativePaths) -> Self {
        Self { encoding: Encoding::File.code(), paths, ..self }
    }

    /// The same with other permission bits, as `chmod` takes them; bits outside of `0o7777` are dropped.
    #[must_use]
    pub fn with_mode(self, mode: u32) -> Self {
        Self { mode: (mode & 0o7777) as u16, ..self }
    }

    /// How the path is written, if the value is in a file.
    pub fn native_paths(&self) -> NativePaths {
        self.paths
    }

    /// What the fields of an entry are sorted by: kind, key, and whether the value is in a file.
    pub fn rank(&self) -> (FieldKind, &'a str, bool) {
        (self.kind, self.key, self.encoding == Encoding::File.code())
    }

    /// What the value is.
    pub fn kind(&self) -> FieldKind {
        self.kind
    }

    /// The key that tells values of one kind apart; empty where a kind occurs once.
    pub fn key(&self) -> &'a str {
        self.key
    }

    /// Permission bits of the file the value comes from, within `0o7777`; 0 when they are not recorded.
    pub fn mode(&self) -> u32 {
        self.mode.into()
    }

    /// How the value is stored.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEncoding`].
    pub fn encoding(&self) -> Result<Encoding, Error> {
        Encoding::from_code(self.encoding).ok_or(Error::UnknownEncoding { encoding: self.encoding })
    }

    /// Offset of the stored bytes from the start of the blob.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Length of the stored bytes.
    pub fn stored_len(&self) -> u64 {
        self.stored_length
    }

    /// Length of the value once decoded; that of the path when the value is in a file.
    #[expect(clippy::len_without_is_empty, reason = "emptiness of a value has no meaning here")]
    pub fn len(&self) -> u64 {
        self.length
    }

    /// CRC-32 of the stored bytes; `None` in versions 1 to 3, which have no checksums.
    pub fn crc(&self) -> Option<u32> {
        self.crc
    }

    /// The stored bytes of the value, not decoded.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfBounds`] if they lie outside of the blob.
    pub fn stored(&self) -> Result<&'a [u8], Error> {
        slice(self.blob, self.offset, self.stored_length, "value")
    }

    /// Checks the stored bytes against their checksum, if there is one.
    ///
    /// # Errors
    ///
    /// [`Error::ValueChecksum`] if not, [`Error::OutOfBounds`] as [`Field::stored`].
    pub fn verify(&self) -> Result<(), Error> {
        self.verify_stored(self.stored()?)
    }

    /// The same for stored bytes that are not within the start of a blob
    /// ([`Blob::open_index`](crate::Blob::open_index)).
    ///
    /// # Errors
    ///
    /// [`Error::ValueChecksum`]
    pub fn verify_stored(&self, stored: &[u8]) -> Result<(), Error> {
        let Some(expected) = self.crc else { return Ok(()) };
        let actual = crc32fast::hash(stored);
        if actual == expected {
            return Ok(());
        }
        let name = format!("{} {}", self.kind, self.key).trim_end().to_owned();
        Err(Error::ValueChecksum { name, expected, actual })
    }

    /// The value, read alone; see [`Decoder::read`], which is faster for many.
    ///
    /// # Errors
    ///
    /// As [`Decoder::read`].
    pub fn read(&self) -> Result<Cow<'a, [u8]>, Error> {
        Decoder::new().read(self)
    }

    /// The path of the file with the value, with `/`, relative to a directory that the reader is given; `None` if the
    /// value is in the blob.
    ///
    /// # Errors
    ///
    /// [`Error::NotUtf8`] if the path has no form in UTF-8, [`Error::OutOfBounds`] if it is damaged.
    pub fn file(&self) -> Result<Option<Cow<'a, str>>, Error> {
        if self.encoding != Encoding::File.code() {
            return Ok(None);
        }
        let path = self.paths.decode(self.whole(self.stored()?)?);
        path.map(Some).ok_or(Error::NotUtf8 { what: "path of a value", offset: self.offset })
    }

    /// What its value follows from, within the blob: offset, the two lengths, encoding and checksum.
    pub(crate) fn stored_form(&self) -> (u64, u64, u64, u8, Option<u32>) {
        (self.offset, self.stored_length, self.length, self.encoding, self.crc)
    }

    /// Whether the values of both follow from the same stored bytes.
    pub fn shares(&self, other: &Self) -> bool {
        std::ptr::eq(self.blob, other.blob) && self.stored_form() == other.stored_form()
    }

    /// The blob that it is in.
    pub(crate) fn blob(&self) -> &'a [u8] {
        self.blob
    }

    /// `stored`, if that is as long as the value.
    pub(crate) fn whole<'s>(&self, stored: &'s [u8]) -> Result<&'s [u8], Error> {
        let (offset, length, limit) = (self.offset, self.length, stored.len() as u64);
        if length == limit { Ok(stored) } else { Err(Error::OutOfBounds { what: "raw value", offset, length, limit }) }
    }
}

/// The key of a record of version 4.
pub(crate) fn key_bytes<'a>(record: &[u8], names: &'a [u8]) -> Result<&'a [u8], Error> {
    slice(names, u32_at(record, 4).into(), u32_at(record, 8).into(), "field key")
}

/// What is handed out as text.
pub(crate) fn text<'a>(bytes: &'a [u8], offset: u32, what: &'static str) -> Result<&'a str, Error> {
    std::str::from_utf8(bytes).map_err(|_| Error::NotUtf8 { what, offset: offset.into() })
}
