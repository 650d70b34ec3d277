//! Opening a blob and finding entries in it.

use crate::entry::{Entry, Name, Record};
use crate::error::Error;
use crate::field::text;
use crate::layout::{
    DIGEST_LEN, ENTRY_LEN, FIELD_LEN, HEADER_LEN, MAGIC, MAX_SECTIONS, SECTION_LEN, SLOT_LEN, SectionKind, hash_name,
};

/// Packed resources version 4 in a byte slice.
///
/// Opening validates the header and the bounds of all sections, in constant time and without allocation. Every
/// access after that is bounds-checked again and returns an error on damage.
#[derive(Clone, Copy)]
pub struct Blob<'a> {
    pub(crate) bytes: &'a [u8],
    /// Length that the header states.
    total: u64,
    pub(crate) names: &'a [u8],
    slots: &'a [[u8; SLOT_LEN]],
    entries: &'a [[u8; ENTRY_LEN]],
    pub(crate) fields: &'a [u8],
    section_count: u32,
}

/// One record of the section table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Section {
    /// What the section holds.
    pub kind: SectionKind,
    /// CRC-32 of its bytes, as stored.
    pub crc: u32,
    /// Offset from the start of the blob, in bytes.
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
}

impl<'a> Blob<'a> {
    /// Opens the blob at the start of `bytes`; what follows it is ignored.
    ///
    /// # Errors
    ///
    /// [`Error::Magic`], [`Error::Truncated`], [`Error::HeaderChecksum`], [`Error::Header`],
    /// [`Error::MissingSection`] or [`Error::OutOfBounds`]: the header or the section table is not valid.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::open_start(bytes, true)
    }

    /// Opens a blob of which `bytes` are the start, with everything before the first section of values at least: its
    /// entries can be looked at, and a value that lies after `bytes` is [`Error::OutOfBounds`].
    ///
    /// # Errors
    ///
    /// As [`Blob::open`]. [`Error::OutOfBounds`] if a section other than those of values is not all there.
    pub fn open_index(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::open_start(bytes, false)
    }

    fn open_start(bytes: &'a [u8], is_whole: bool) -> Result<Self, Error> {
        let actual = bytes.len() as u64;
        if !bytes.starts_with(&MAGIC) {
            return Err(Error::Magic { found: bytes[..bytes.len().min(8)].to_vec() });
        }
        let truncated = |expected| Error::Truncated { expected, actual };
        let header = bytes.get(..HEADER_LEN).ok_or(truncated(HEADER_LEN as u64))?;
        let total = u64_at(header, 16);
        if total < HEADER_LEN as u64 {
            return Err(Error::Header { what: "total length", value: total });
        }
        if is_whole && total > actual {
            return Err(truncated(total));
        }
        let bytes = &bytes[..total.min(actual) as usize];
        let section_count = u32_at(header, 12);
        if section_count > MAX_SECTIONS {
            return Err(Error::Header { what: "section count", value: section_count.into() });
        }
        let table_end = HEADER_LEN + section_count as usize * SECTION_LEN;
        let too_many = || match total < table_end as u64 {
            true => Error::Header { what: "section count", value: section_count.into() },
            false => truncated(total),
        };
        let checked = bytes.get(12..table_end).ok_or_else(too_many)?;
        let (expected, actual) = (u32_at(header, 8), crc32fast::hash(checked));
        if expected != actual {
            return Err(Error::HeaderChecksum { expected, actual });
        }
        let mut blob = Self { bytes, total, names: &[], slots: &[], entries: &[], fields: &[], section_count };
        blob.locate_sections(u32_at(header, 24), u32_at(header, 28), u32_at(header, 32))?;
        Ok(blob)
    }

    fn locate_sections(&mut self, entries: u32, slots: u32, fields: u32) -> Result<(), Error> {
        if !slots.is_power_of_two() {
            return Err(Error::Header { what: "slot count", value: slots.into() });
        }
        for section in self.sections() {
            let Section { offset, length, .. } = section;
            match offset.checked_add(length) {
                Some(end) if end <= self.total && section.kind.has_values() => {}
                _ => drop(self.section_bytes(&section)?),
            }
        }
        let sized = |kind, count: u32, size: usize| -> Result<&'a [u8], Error> {
            let bytes = self.section(kind)?.ok_or(Error::MissingSection { kind })?;
            let (length, limit) = (u64::from(count) * size as u64, bytes.len() as u64);
            if length != limit {
                return Err(Error::OutOfBounds { what: "table of records", offset: 0, length, limit });
            }
            Ok(bytes)
        };
        let slots = sized(SectionKind::Slots, slots, SLOT_LEN)?;
        let entries = sized(SectionKind::Entries, entries, ENTRY_LEN)?;
        let fields = sized(SectionKind::Fields, fields, FIELD_LEN)?;
        let names = self.section(SectionKind::Names)?.unwrap_or_default();
        (self.slots, self.entries) = (slots.as_chunks().0, entries.as_chunks().0);
        (self.fields, self.names) = (fields, names);
        Ok(())
    }

    /// Length of the blob in bytes.
    #[expect(clippy::len_without_is_empty, reason = "a blob always has a header")]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// All bytes of the blob.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Number of entries.
    pub fn entry_count(&self) -> usize {
        self.entries.len()
    }

    /// The bytes of a section, or `None` if the blob has none of that kind.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfBounds`] if its record points outside of the blob; [`Blob::open`] rules that out.
    pub fn section(&self, kind: SectionKind) -> Result<Option<&'a [u8]>, Error> {
        match self.sections().find(|section| section.kind == kind) {
            Some(section) => self.section_bytes(&section).map(Some),
            None => Ok(None),
        }
    }

    /// The same, with the checksum of the section compared. Time is proportional to its length.
    ///
    /// # Errors
    ///
    /// [`Error::SectionChecksum`] if it differs, [`Error::OutOfBounds`] as [`Blob::section`].
    pub fn checked_section(&self, kind: SectionKind) -> Result<Option<&'a [u8]>, Error> {
        let Some(section) = self.sections().find(|section| section.kind == kind) else { return Ok(None) };
        let bytes = self.section_bytes(&section)?;
        if crc32fast::hash(bytes) == section.crc { Ok(Some(bytes)) } else { Err(Error::SectionChecksum { kind }) }
    }

    /// The section of a dictionary, compared with its checksum: all values that need it would be damaged with it.
    pub(crate) fn dictionary(&self, number: u8) -> Result<Option<&'a [u8]>, Error> {
        self.checked_section(SectionKind::Dictionary(number))
    }

    /// The digest that the blob was written with, if it was; [`Blob::verify`] tells whether it is right.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfBounds`] if the section of the digest has another length than 32 bytes.
    pub fn digest(&self) -> Result<Option<[u8; 32]>, Error> {
        let Some(section) = self.section(SectionKind::Digest)? else { return Ok(None) };
        let (offset, length, limit) = (0, section.len() as u64, DIGEST_LEN as u64);
        section.try_into().map(Some).map_err(|_| Error::OutOfBounds { what: "digest", offset, length, limit })
    }

    /// The kinds of all sections, in stored order.
    pub fn section_kinds(&self) -> impl Iterator<Item = SectionKind> + use<'a> {
        self.sections().map(|section| section.kind)
    }

    /// The section table, in stored order.
    pub fn sections(&self) -> impl Iterator<Item = Section> + use<'a> {
        let bytes = self.bytes;
        (0..self.section_count as usize).map(move |i| {
            let at = HEADER_LEN + i * SECTION_LEN;
            Section {
                kind: SectionKind::from_code(u32_at(bytes, at)),
                crc: u32_at(bytes, at + 4),
                offset: u64_at(bytes, at + 8),
                length: u64_at(bytes, at + 16),
            }
        })
    }

    pub(crate) fn section_bytes(&self, section: &Section) -> Result<&'a [u8], Error> {
        slice(self.bytes, section.offset, section.length, "section")
    }

    /// The entry with this name, found through the hash table.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfBounds`] or [`Error::NotUtf8`] if records on the way are damaged.
    pub fn entry(&self, name: &str) -> Result<Option<Entry<'a>>, Error> {
        let hash = hash_name(name.as_bytes());
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        for _ in self.slots {
            let position = u32_at(&self.slots[slot], 4);
            if position == 0 {
                return Ok(None);
            }
            if u32_at(&self.slots[slot], 0) == hash {
                let record = self.record(position as usize - 1)?;
                let found = record.name_bytes(self)?;
                if found == name.as_bytes() {
                    return record.entry(self, Name::LookedUp(found)).map(Some);
                }
            }
            slot = (slot + 1) & mask;
        }
        Ok(None)
    }

    /// The entry at a position of the table sorted by name.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfBounds`] if there is no such position or its record is damaged, [`Error::NotUtf8`] for its name.
    pub fn entry_at(&self, position: usize) -> Result<Entry<'a>, Error> {
        let record = self.record(position)?;
        let name = text(record.name_bytes(self)?, record.name_offset, "entry name")?;
        record.entry(self, Name::Read(name))
    }

    /// All entries, sorted by the bytes of their names.
    pub fn entries(&self) -> impl Iterator<Item = Result<Entry<'a>, Error>> + use<'a> {
        let blob = *self;
        (0..blob.entry_count()).map(move |position| blob.entry_at(position))
    }

    /// The entries whose names start with `prefix`: one binary search, then a range.
    ///
    /// # Errors
    ///
    /// As [`Blob::entry`].
    pub fn entries_with_prefix(
        &self,
        prefix: &str,
    ) -> Result<impl Iterator<Item = Result<Entry<'a>, Error>> + use<'a>, Error> {
        let (mut low, mut high) = (0, self.entry_count());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.record(middle)?.name_bytes(self)? < prefix.as_bytes() {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let (blob, prefix) = (*self, prefix.to_owned());
        Ok((low..blob.entry_count())
            .map(move |position| blob.entry_at(position))
            .take_while(move |entry| entry.as_ref().map_or(true, |entry| entry.name().starts_with(&*prefix))))
    }

    fn record(&self, position: usize) -> Result<Record, Error> {
        let bytes = self.entries.get(position).ok_or_else(|| Error::OutOfBounds {
            what: "entry",
            offset: (position as u64).saturating_mul(ENTRY_LEN as u64),
            length: ENTRY_LEN as u64,
            limit: (self.entries.len() * ENTRY_LEN) as u64,
        })?;
        Ok(Record {
            name_offset: u32_at(bytes, 0),
            name_length: u32_at(bytes, 4),
            flags: u32_at(bytes, 8),
            first_field: u32_at(bytes, 12),
            field_count: u32_at(bytes, 16),
        })
    }
}

/// A checked sub-slice; `what` names it in the error.
pub(crate) fn slice<'b>(bytes: &'b [u8], offset: u64, length: u64, what: &'static str) -> Result<&'b [u8], Error> {
    let range = || {
        let start = usize::try_from(offset).ok()?;
        let end = start.checked_add(usize::try_from(length).ok()?)?;
        bytes.get(start..end)
    };
    match range() {
        Some(bytes) => Ok(bytes),
        None => Err(Error::OutOfBounds { what, offset, length, limit: bytes.len() as u64 }),
    }
}

/// Little-endian; the caller has checked the bounds.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut word = [0; 4];
    word.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(word)
}

/// Little-endian; the caller has checked the bounds.
pub(crate) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(word)
}
