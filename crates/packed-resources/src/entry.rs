//! One entry, of any version of the format.

use std::convert::Infallible;
use std::sync::Arc;

use crate::blob::{Blob, slice};
use crate::error::Error;
use crate::field::{Field, key_bytes};
use crate::layout::{EntryFlags, FIELD_LEN, FieldKind};

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
    /// An entry of another [`Index`](crate::Index) than a blob of version 4. Its fields have to ascend by
    /// [`Field::rank`], or else some are not found.
    pub fn from_fields(name: &'a str, flags: EntryFlags, fields: &'a [Field<'a>]) -> Self {
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

    /// Number of fields, those of kinds that this version of the crate does not know included.
    pub fn field_count(&self) -> usize {
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
        self.fields_from(first).take_while(move |field| field.as_ref().map_or(true, |field| field.kind() == kind))
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
        Ok(field.filter(|field| field.kind() == kind && field.key() == key))
    }

    /// The fields of a kind whose keys start with `prefix`, sorted by key. The others are not looked at.
    ///
    /// # Errors
    ///
    /// As [`Entry::field`].
    pub fn with_prefix<'p>(
        &self,
        kind: FieldKind,
        prefix: &'p str,
    ) -> Result<impl Iterator<Item = Result<Field<'a>, Error>> + use<'a, 'p>, Error> {
        let wanted = (kind as u8, prefix.as_bytes());
        let first = self.lower_bound(|i| Ok((self.records.kind(i), self.records.key(i)?) < wanted))?;
        let has_prefix = move |field: &Field<'_>| field.kind() == kind && field.key().starts_with(prefix);
        Ok(self.fields_from(first).take_while(move |field| field.as_ref().map_or(true, has_prefix)))
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
    /// Of another index.
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
            Self::Parsed(fields) => fields[position].kind() as u8,
            Self::Merged(fields) => fields[position].kind() as u8,
        }
    }

    /// The key at a position that is there.
    fn key(&self, position: usize) -> Result<&'a [u8], Error> {
        match self {
            Self::Stored { records, names, .. } => key_bytes(&records[position * FIELD_LEN..], names),
            Self::Parsed(fields) => Ok(fields[position].key().as_bytes()),
            Self::Merged(fields) => Ok(fields[position].key().as_bytes()),
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
