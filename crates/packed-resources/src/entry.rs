//! One entry and its fields, of any version of the format.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use crate::blob::{Blob, slice, u32_at, u64_at};
use crate::decode::Decoder;
use crate::error::Error;
use crate::layout::{Encoding, EntryFlags, FIELD_LEN, FieldKind};
use crate::legacy::NativePaths;

/// An entry record as stored.
pub(crate) struct Record {
    pub(crate) name_offset: u32,
    pub(crate) name_length: u32,
    pub(crate) flags: u32,
    pub(crate) first_field: u32,
    pub(crate) field_count: u32,
}

impl Record {
    pub(crate) fn name_bytes<'a>(&self, blob: &Blob<'a>) -> Result<&'a [u8], Error> {
        slice(blob.names, self.name_offset.into(), self.name_length.into(), "entry name")
    }

    pub(crate) fn entry<'a>(&self, blob: &Blob<'a>, name: Name<'a>) -> Result<Entry<'a>, Error> {
        let size = FIELD_LEN as u64;
        let records =
            slice(blob.fields, u64::from(self.first_field) * size, u64::from(self.field_count) * size, "entry fields")?;
        let records = Records::Stored { records, names: blob.names, blob: blob.bytes };
        Ok(Entry { name, flags: EntryFlags(self.flags), records })
    }
}

/// The name of an entry, which is UTF-8 either way.
#[derive(Clone, Copy)]
pub(crate) enum Name<'a> {
    /// Checked when it was read.
    Read(&'a str),
    /// Equal to the name that was looked up.
    LookedUp(&'a [u8]),
}

/// A named thing: a module, a package, a library, a distribution, or several of these.
#[derive(Clone)]
pub struct Entry<'a> {
    name: Name<'a>,
    flags: EntryFlags,
    records: Records<'a>,
}

impl<'a> Entry<'a> {
    /// An entry whose fields are parsed and sorted.
    pub(crate) fn parsed(name: &'a str, flags: EntryFlags, fields: &'a [Field<'a>]) -> Self {
        Self { name: Name::Read(name), flags, records: Records::Parsed(fields) }
    }

    /// An entry made of several; the fields are sorted.
    pub(crate) fn merged(name: &'a str, flags: EntryFlags, fields: Arc<[Field<'a>]>) -> Self {
        Self { name: Name::Read(name), flags, records: Records::Merged(fields) }
    }

    /// The name: dotted for modules, a SONAME for libraries, a normalised project name for distributions.
    pub fn name(&self) -> &'a str {
        match self.name {
            Name::Read(name) => name,
            Name::LookedUp(name) => std::str::from_utf8(name).unwrap_or_default(),
        }
    }

    /// What the entry is.
    pub fn flags(&self) -> EntryFlags {
        self.flags
    }

    /// Whether any of `flags` is set.
    pub fn is(&self, flags: EntryFlags) -> bool {
        self.flags.intersects(flags)
    }

    /// All fields of kinds this version of the crate knows, sorted by kind and key. In versions 1 to 3 a value may be
    /// both in memory and in a file; then the one in memory comes first.
    pub fn fields(&self) -> Fields<'a> {
        self.fields_from(0)
    }

    fn fields_from(&self, next: usize) -> Fields<'a> {
        Fields { records: self.records.clone(), next }
    }

    /// Number of fields, those of unknown kinds included.
    pub(crate) fn record_count(&self) -> usize {
        self.records.len()
    }

    /// The first field of a kind.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfBounds`] or [`Error::NotUtf8`] if its record is damaged.
    pub fn field(&self, kind: FieldKind) -> Result<Option<Field<'a>>, Error> {
        self.fields_of(kind).next().transpose()
    }

    /// All fields of a kind, sorted by key.
    pub fn fields_of(&self, kind: FieldKind) -> impl Iterator<Item = Result<Field<'a>, Error>> + use<'a> {
        let Ok(first) = self.lower_bound(|i| Ok::<_, Infallible>(self.records.kind(i) < kind as u8));
        self.fields_from(first).take_while(move |field| field.as_ref().map_or(true, |field| field.kind == kind))
    }

    /// The field with this kind and key.
    ///
    /// # Errors
    ///
    /// As [`Entry::field`].
    pub fn keyed(&self, kind: FieldKind, key: &str) -> Result<Option<Field<'a>>, Error> {
        let wanted = (kind as u8, key.as_bytes());
        let first = self.lower_bound(|i| Ok((self.records.kind(i), self.records.key(i)?) < wanted))?;
        let field = self.fields_from(first).next().transpose()?;
        Ok(field.filter(|field| field.kind == kind && field.key == key))
    }

    /// Index of the first record for which `less` is false; fields are sorted.
    fn lower_bound<E>(&self, less: impl Fn(usize) -> Result<bool, E>) -> Result<usize, E> {
        let (mut low, mut high) = (0, self.records.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if less(middle)? {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// Whether the records, those of unknown kinds included, ascend strictly by kind and key.
    pub(crate) fn is_sorted(&self) -> Result<bool, Error> {
        let mut previous = None;
        for i in 0..self.records.len() {
            let current = Some((self.records.kind(i), self.records.key(i)?));
            if previous >= current {
                return Ok(false);
            }
            previous = current;
        }
        Ok(true)
    }
}

/// Where the fields of an entry are.
#[derive(Clone)]
enum Records<'a> {
    /// As version 4 stores them.
    Stored { records: &'a [u8], names: &'a [u8], blob: &'a [u8] },
    /// Parsed when an older version was opened.
    Parsed(&'a [Field<'a>]),
    /// From several indexes.
    Merged(Arc<[Field<'a>]>),
}

impl<'a> Records<'a> {
    fn len(&self) -> usize {
        match self {
            Self::Stored { records, .. } => records.len() / FIELD_LEN,
            Self::Parsed(fields) => fields.len(),
            Self::Merged(fields) => fields.len(),
        }
    }

    /// The kind at a position that is there.
    fn kind(&self, position: usize) -> u8 {
        match self {
            Self::Stored { records, .. } => records[position * FIELD_LEN],
            Self::Parsed(fields) => fields[position].kind as u8,
            Self::Merged(fields) => fields[position].kind as u8,
        }
    }

    /// The key at a position that is there.
    fn key(&self, position: usize) -> Result<&'a [u8], Error> {
        match self {
            Self::Stored { records, names, .. } => key_bytes(&records[position * FIELD_LEN..], names),
            Self::Parsed(fields) => Ok(fields[position].key.as_bytes()),
            Self::Merged(fields) => Ok(fields[position].key.as_bytes()),
        }
    }

    /// The field at a position that is there, unless this version of the crate does not know its kind.
    fn field(&self, position: usize) -> Option<Result<Field<'a>, Error>> {
        match self {
            Self::Stored { records, names, blob } => {
                let record = &records[position * FIELD_LEN..(position + 1) * FIELD_LEN];
                FieldKind::from_code(record[0]).map(|kind| Field::parse(kind, record, names, blob))
            }
            Self::Parsed(fields) => Some(Ok(fields[position])),
            Self::Merged(fields) => Some(Ok(fields[position])),
        }
    }
}

fn key_bytes<'a>(record: &[u8], names: &'a [u8]) -> Result<&'a [u8], Error> {
    slice(names, u32_at(record, 4).into(), u32_at(record, 8).into(), "field key")
}

/// Iterator over the fields of an entry; kinds unknown to this version of the crate are passed over.
#[derive(Clone)]
pub struct Fields<'a> {
    records: Records<'a>,
    next: usize,
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.next < self.records.len() {
            self.next += 1;
            if let Some(field) = self.records.field(self.next - 1) {
                return Some(field);
            }
        }
        None
    }
}

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
    fn parse(kind: FieldKind, record: &[u8], names: &'a [u8], blob: &'a [u8]) -> Result<Self, Error> {
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

    /// A field of an older version, whose value is in the blob as it is.
    pub(crate) fn legacy(kind: FieldKind, key: &'a str, blob: &'a [u8], offset: usize, length: usize) -> Self {
        let (offset, length) = (offset as u64, length as u64);
        let (encoding, paths) = (Encoding::Raw.code(), NativePaths::Unix);
        Self { kind, encoding, paths, mode: 0, key, crc: None, blob, offset, stored_length: length, length }
    }

    /// The same, when the value is the path of a file.
    pub(crate) fn in_file(self, paths: NativePaths) -> Self {
        Self { encoding: Encoding::File.code(), paths, ..self }
    }

    pub(crate) fn with_mode(self, mode: u16) -> Self {
        Self { mode, ..self }
    }

    /// How the path is written, if the value is in a file.
    pub(crate) fn paths(&self) -> NativePaths {
        self.paths
    }

    /// Order of fields: what [`Entry::fields`] promises.
    pub(crate) fn rank(&self) -> (FieldKind, &'a str, bool) {
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

    /// The value, read alone; see [`Decoder::read`], which is faster for many.
    ///
    /// # Errors
    ///
    /// As [`Decoder::read`].
    pub fn read(&self) -> Result<Cow<'a, [u8]>, Error> {
        Decoder::new().read(self)
    }

    /// The path of the file with the value, with `/`, relative to a directory that the reader is told; `None` if the
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

    /// The blob that it is in.
    pub(crate) fn blob(&self) -> &'a [u8] {
        self.blob
    }

    /// `stored`, if that is as long as the value.
    pub(crate) fn whole(&self, stored: &'a [u8]) -> Result<&'a [u8], Error> {
        let (offset, length, limit) = (self.offset, self.length, self.stored_length);
        if length == limit { Ok(stored) } else { Err(Error::OutOfBounds { what: "raw value", offset, length, limit }) }
    }
}

pub(crate) fn text<'a>(bytes: &'a [u8], offset: u32, what: &'static str) -> Result<&'a str, Error> {
    std::str::from_utf8(bytes).map_err(|_| Error::NotUtf8 { what, offset: offset.into() })
}
