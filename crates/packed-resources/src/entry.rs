//! One entry of a blob and its fields.

use std::borrow::Cow;
use std::convert::Infallible;

use crate::blob::{Blob, slice, u32_at, u64_at};
use crate::decode::Decoder;
use crate::error::Error;
use crate::layout::{Encoding, EntryFlags, FIELD_LEN, FieldKind};

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

    pub(crate) fn entry<'a>(&self, blob: &Blob<'a>) -> Result<Entry<'a>, Error> {
        let name = text(self.name_bytes(blob)?, self.name_offset, "entry name")?;
        let size = FIELD_LEN as u64;
        let fields =
            slice(blob.fields, u64::from(self.first_field) * size, u64::from(self.field_count) * size, "entry fields")?;
        Ok(Entry { name, flags: EntryFlags(self.flags), fields, names: blob.names })
    }
}

/// A named thing in a blob: a module, a package, a library, a distribution, or several of these.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    name: &'a str,
    flags: EntryFlags,
    fields: &'a [u8],
    names: &'a [u8],
}

impl<'a> Entry<'a> {
    /// The name: dotted for modules, a SONAME for libraries, a normalised project name for distributions.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// What the entry is.
    pub fn flags(&self) -> EntryFlags {
        self.flags
    }

    /// Whether any of `flags` is set.
    pub fn is(&self, flags: EntryFlags) -> bool {
        self.flags.intersects(flags)
    }

    /// All fields of kinds this version knows, sorted by kind and key.
    pub fn fields(&self) -> Fields<'a> {
        Fields { records: self.fields, names: self.names }
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
        let Ok(first) = self.lower_bound(|record| Ok::<_, Infallible>(record[0] < kind as u8));
        Fields { records: &self.fields[first * FIELD_LEN..], names: self.names }
            .take_while(move |field| field.as_ref().map_or(true, |field| field.kind == kind))
    }

    /// The field with this kind and key.
    ///
    /// # Errors
    ///
    /// As [`Entry::field`].
    pub fn keyed(&self, kind: FieldKind, key: &str) -> Result<Option<Field<'a>>, Error> {
        let wanted = (kind as u8, key.as_bytes());
        let first = self.lower_bound(|record| Ok((record[0], key_bytes(record, self.names)?) < wanted))?;
        let field = Fields { records: &self.fields[first * FIELD_LEN..], names: self.names }.next().transpose()?;
        Ok(field.filter(|field| field.kind == kind && field.key == key))
    }

    /// Index of the first record for which `less` is false; fields are sorted.
    fn lower_bound<E>(&self, less: impl Fn(&[u8]) -> Result<bool, E>) -> Result<usize, E> {
        let (mut low, mut high) = (0, self.fields.len() / FIELD_LEN);
        while low < high {
            let middle = low + (high - low) / 2;
            if less(&self.fields[middle * FIELD_LEN..(middle + 1) * FIELD_LEN])? {
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
        for record in self.fields.chunks_exact(FIELD_LEN) {
            let current = Some((record[0], key_bytes(record, self.names)?));
            if previous >= current {
                return Ok(false);
            }
            previous = current;
        }
        Ok(true)
    }
}

fn key_bytes<'a>(record: &[u8], names: &'a [u8]) -> Result<&'a [u8], Error> {
    slice(names, u32_at(record, 4).into(), u32_at(record, 8).into(), "field key")
}

/// Iterator over the fields of an entry; kinds unknown to this version are passed over.
#[derive(Clone)]
pub struct Fields<'a> {
    records: &'a [u8],
    names: &'a [u8],
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (record, rest) = self.records.split_at_checked(FIELD_LEN)?;
            self.records = rest;
            if let Some(kind) = FieldKind::from_code(record[0]) {
                return Some(Field::parse(kind, record, self.names));
            }
        }
    }
}

/// One value of an entry.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    kind: FieldKind,
    encoding: u8,
    mode: u16,
    key: &'a str,
    crc: u32,
    offset: u64,
    stored_length: u64,
    length: u64,
}

impl<'a> Field<'a> {
    fn parse(kind: FieldKind, record: &[u8], names: &'a [u8]) -> Result<Self, Error> {
        Ok(Self {
            kind,
            encoding: record[1],
            mode: u16::from_le_bytes([record[2], record[3]]),
            key: text(key_bytes(record, names)?, u32_at(record, 4), "field key")?,
            crc: u32_at(record, 12),
            offset: u64_at(record, 16),
            stored_length: u64_at(record, 24),
            length: u64_at(record, 32),
        })
    }

    /// What the value is.
    pub fn kind(&self) -> FieldKind {
        self.kind
    }

    /// The key that tells values of one kind apart; empty where a kind occurs once.
    pub fn key(&self) -> &'a str {
        self.key
    }

    /// How the value is stored.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEncoding`].
    pub fn encoding(&self) -> Result<Encoding, Error> {
        Encoding::from_code(self.encoding).ok_or(Error::UnknownEncoding { encoding: self.encoding })
    }

    /// Permission bits of the file that the value is, as `chmod` takes them; 0 when they are not known.
    pub fn mode(&self) -> u32 {
        self.mode.into()
    }

    /// Offset of the stored bytes from the start of the blob.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Length of the stored bytes.
    pub fn stored_len(&self) -> u64 {
        self.stored_length
    }

    /// Length of the value once decoded.
    #[expect(clippy::len_without_is_empty, reason = "emptiness of a value has no meaning here")]
    pub fn len(&self) -> u64 {
        self.length
    }

    /// CRC-32 of the stored bytes.
    pub fn crc(&self) -> u32 {
        self.crc
    }

    /// The stored bytes of the value, not decoded.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfBounds`] if they lie outside of the blob.
    pub fn stored(&self, blob: &Blob<'a>) -> Result<&'a [u8], Error> {
        slice(blob.bytes, self.offset, self.stored_length, "value")
    }

    /// The path of the file that has the value, relative to the origin of the resources, if that is where it is.
    ///
    /// # Errors
    ///
    /// As [`Field::stored`], [`Error::NotUtf8`], and [`Error::UnknownEncoding`].
    pub fn file(&self, blob: &Blob<'a>) -> Result<Option<&'a str>, Error> {
        if self.encoding()? == Encoding::File { self.path(blob).map(Some) } else { Ok(None) }
    }

    pub(crate) fn path(&self, blob: &Blob<'a>) -> Result<&'a str, Error> {
        let not_utf8 = |_| Error::NotUtf8 { what: "path of a file", offset: self.offset };
        std::str::from_utf8(self.stored(blob)?).map_err(not_utf8)
    }

    /// The value, read alone; see [`Decoder::read`], which is faster for many.
    ///
    /// # Errors
    ///
    /// As [`Decoder::read`].
    pub fn read(&self, blob: &Blob<'a>) -> Result<Cow<'a, [u8]>, Error> {
        Decoder::new(*blob).read(self)
    }
}

fn text<'a>(bytes: &'a [u8], offset: u32, what: &'static str) -> Result<&'a str, Error> {
    std::str::from_utf8(bytes).map_err(|_| Error::NotUtf8 { what, offset: offset.into() })
}
