//! Deciding what goes where.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use super::{Writer, pad};
use crate::compress::Dictionary;
use crate::error::Error;
use crate::layout::{
    DIGEST_LEN, Encoding, FIELD_LEN, FieldKind, HEADER_LEN, MAGIC, MAX_DICTIONARIES, MAX_SECTIONS, NATIVE_ALIGNMENT,
    SECTION_LEN, SectionKind, VALUE_ALIGNMENT,
};
use crate::value::{Stored, Value};
use crate::write::tables::{Names, count, entry_table, slot_table};
use crate::{Content, Section};

/// Sections of values, in the order in which they are placed.
const VALUE_SECTIONS: [SectionKind; 4] =
    [SectionKind::Code, SectionKind::Source, SectionKind::Native, SectionKind::Resources];

/// Of a longer value the checksum of the section is combined, of a shorter one computed again: what is faster.
const COMBINE_FROM: usize = 16 << 10;

/// A field, in the order of the table.
#[derive(Clone, Copy)]
struct FieldToPlace<'w> {
    entry: &'w str,
    kind: FieldKind,
    key: &'w str,
    value: &'w Value,
}

impl FieldToPlace<'_> {
    /// For errors.
    fn name(&self) -> String {
        let Self { entry, kind, key, .. } = self;
        if key.is_empty() { format!("{entry} ({kind:?})") } else { format!("{entry} ({kind:?} {key})") }
    }
}

/// What is read to place a value.
struct ReadValue<'w> {
    /// All of it, if that is in memory.
    bytes: Option<Cow<'w, [u8]>>,
    length: u64,
    crc: crc32fast::Hasher,
}

impl<'w> FieldToPlace<'w> {
    fn read(&self) -> io::Result<ReadValue<'w>> {
        let mut crc = crc32fast::Hasher::new();
        match self.value.data.open()? {
            Content::Whole(bytes) => {
                crc.update(&bytes);
                let length = bytes.len() as u64;
                Ok(ReadValue { bytes: Some(bytes), length, crc })
            }
            stream => {
                let length = stream.len();
                stream.copy(|piece| {
                    crc.update(piece);
                    Ok(())
                })?;
                Ok(ReadValue { bytes: None, length, crc })
            }
        }
    }

    fn unreadable(&self) -> impl Fn(io::Error) -> Error {
        |source| Error::Content { name: self.name(), source }
    }
}

impl PlacedValue<'_> {
    /// Whether the value of a field has the same bytes.
    fn is(&self, field: &FieldToPlace<'_>, bytes: Option<&[u8]>) -> Result<bool, Error> {
        match (&self.bytes, bytes) {
            (Some(own), Some(bytes)) => Ok(**own == *bytes),
            _ => self.field.value.data.is_same(&field.value.data).map_err(field.unreadable()),
        }
    }

    fn write_to(&self, out: &mut dyn Write) -> Result<(), Error> {
        if let Some(bytes) = &self.bytes {
            return out.write_all(bytes).map_err(Error::Write);
        }
        let (mut crc, mut failed) = (crc32fast::Hasher::new(), None);
        let content = self.field.value.data.open().map_err(self.field.unreadable())?;
        let copied = content.copy(|piece| {
            crc.update(piece);
            out.write_all(piece).map_err(|error| {
                let kind = error.kind();
                failed = Some(error);
                kind.into()
            })
        });
        if let Some(error) = failed {
            return Err(Error::Write(error));
        }
        copied.map_err(self.field.unreadable())?;
        let (expected, actual) = (self.place.crc, crc.finalize());
        match expected == actual {
            true => Ok(()),
            false => Err(Error::ValueChecksum { name: self.field.name(), expected, actual }),
        }
    }
}

/// Where the stored bytes of a field are.
#[derive(Clone, Copy, Default)]
struct Place {
    offset: u64,
    length: u64,
    crc: u32,
}

/// A value with its place.
struct PlacedValue<'w> {
    field: FieldToPlace<'w>,
    place: Place,
    /// What is in memory. Anything else is read again.
    bytes: Option<Cow<'w, [u8]>>,
}

/// A section with its place; sections of values have no bytes of their own.
struct PlacedSection<'w> {
    kind: SectionKind,
    crc: u32,
    offset: u64,
    length: u64,
    bytes: Cow<'w, [u8]>,
}

/// A blob of which everything is decided: what is where, how long it is, its checksums. It can be written.
pub struct Layout<'w> {
    sections: Vec<PlacedSection<'w>>,
    /// In the order of their places, which are after those of the sections with bytes of their own.
    values: Vec<PlacedValue<'w>>,
    /// Numbers of entries, slots and fields.
    counts: [u32; 3],
    pub(super) total: u64,
}

impl<'w> Layout<'w> {
    pub(super) fn new(writer: &'w Writer) -> Result<Self, Error> {
        let fields = fields(writer);
        let dictionaries = dictionaries(&fields)?;
        let mut names = Names::new(writer)?;
        let slots = slot_table(writer);
        let counts =
            [count("entries", writer.entries.len())?, count("slots", slots.len() / 8)?, count("fields", fields.len())?];
        let opaque = dictionaries.len() + writer.sections.len() + usize::from(writer.digest);
        let section_count = 4 + opaque + VALUE_SECTIONS.len();
        if section_count > MAX_SECTIONS as usize {
            let (value, limit) = (section_count as u64, MAX_SECTIONS.into());
            return Err(Error::TooLarge { what: "sections", value, limit });
        }
        let total = (HEADER_LEN + section_count * SECTION_LEN) as u64;
        let mut layout = Self { sections: Vec::new(), values: Vec::new(), counts, total };
        let field_table_len = fields.len() * FIELD_LEN;
        layout.section(SectionKind::Names, std::mem::take(&mut names.bytes));
        layout.section(SectionKind::Slots, slots);
        layout.section(SectionKind::Entries, entry_table(writer, &names));
        // Values have to be placed before their places can be written down.
        let fields_at = layout.sections.len();
        layout.reserve(SectionKind::Fields, field_table_len as u64);
        for (&kind, bytes) in &writer.sections {
            layout.section(SectionKind::from_code(kind), bytes.as_slice());
        }
        for (number, dictionary) in dictionaries.iter().enumerate() {
            layout.section(SectionKind::Dictionary(number as u8), dictionary.stored.clone());
        }
        if writer.digest {
            layout.reserve(SectionKind::Digest, DIGEST_LEN as u64);
        }
        let places = layout.place_values(&fields, &load_order(writer, &fields))?;
        layout.fill(fields_at, field_table(&fields, &places, &names, &dictionaries));
        layout.seal()?;
        Ok(layout)
    }

    /// Length of the blob in bytes.
    #[expect(clippy::len_without_is_empty, reason = "a blob always has a header")]
    pub fn len(&self) -> u64 {
        self.total
    }

    /// The section table, in stored order.
    pub fn sections(&self) -> impl Iterator<Item = Section> + use<'_, 'w> {
        self.sections.iter().map(|&PlacedSection { kind, crc, offset, length, .. }| Section {
            kind,
            crc,
            offset,
            length,
        })
    }

    /// Gives an opaque section other bytes, as many as it has: what follows from the length of the blob.
    ///
    /// # Errors
    ///
    /// [`Error::MissingSection`] if the blob has no such section, [`Error::OutOfBounds`] for another length.
    pub fn set_section(&mut self, kind: SectionKind, bytes: Vec<u8>) -> Result<(), Error> {
        let found = self.sections.iter().position(|section| section.kind == kind && kind.is_opaque());
        let at = found.ok_or(Error::MissingSection { kind })?;
        let (length, limit) = (bytes.len() as u64, self.sections[at].length);
        if length != limit {
            return Err(Error::OutOfBounds { what: "section", offset: 0, length, limit });
        }
        self.fill(at, bytes);
        self.seal()
    }

    /// The blob up to its first value, for [`Blob::open_index`](crate::Blob::open_index).
    ///
    /// # Errors
    ///
    /// [`Error::Write`] if there is no memory.
    pub fn index(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        self.write_sections(&self.header(), &mut bytes)?;
        Ok(bytes)
    }

    fn reserve(&mut self, kind: SectionKind, length: u64) {
        let offset = self.total.next_multiple_of(VALUE_ALIGNMENT);
        self.sections.push(PlacedSection { kind, crc: 0, offset, length, bytes: Cow::Borrowed(&[]) });
        self.total = offset + length;
    }

    fn fill(&mut self, section: usize, bytes: impl Into<Cow<'w, [u8]>>) {
        let section = &mut self.sections[section];
        section.bytes = bytes.into();
        section.crc = crc32fast::hash(&section.bytes);
    }

    fn section(&mut self, kind: SectionKind, bytes: impl Into<Cow<'w, [u8]>>) {
        let bytes = bytes.into();
        self.reserve(kind, bytes.len() as u64);
        self.fill(self.sections.len() - 1, bytes);
    }

    /// Reads and places all values, equal ones once; gives the places in the order of the fields.
    fn place_values(&mut self, fields: &[FieldToPlace<'w>], order: &[usize]) -> Result<Vec<Place>, Error> {
        let mut places = vec![Place::default(); fields.len()];
        let mut known: HashMap<(u32, u64), usize> = HashMap::with_capacity(fields.len());
        self.values.reserve(fields.len());
        for section in VALUE_SECTIONS {
            // Where nothing is placed, nothing is padded for it either.
            let mut start = self.total.next_multiple_of(VALUE_ALIGNMENT);
            let mut end = start;
            let mut section_crc = crc32fast::Hasher::new();
            for &index in order {
                let field = &fields[index];
                if field.kind.section() != section {
                    continue;
                }
                let paged = section == SectionKind::Native && matches!(field.value.stored, Stored::Raw);
                let alignment = if paged { NATIVE_ALIGNMENT } else { VALUE_ALIGNMENT };
                let ReadValue { bytes, length, crc } = field.read().map_err(field.unreadable())?;
                let value_crc = crc.clone().finalize();
                if let Some(expected) = field.value.crc.filter(|&expected| expected != value_crc) {
                    return Err(Error::ValueChecksum { name: field.name(), expected, actual: value_crc });
                }
                let same = known.get(&(value_crc, length)).map(|&at| &self.values[at]);
                let same = same.filter(|same| same.place.offset.is_multiple_of(alignment));
                let shared = match same {
                    Some(same) if same.is(field, bytes.as_deref())? => Some(same.place.offset),
                    _ => None,
                };
                let offset = shared.unwrap_or(end.next_multiple_of(alignment));
                let place = Place { offset, length, crc: value_crc };
                places[index] = place;
                if shared.is_some() {
                    continue;
                }
                if end == start {
                    (start, end) = (offset, offset);
                }
                section_crc.update(&super::ZEROS[..(offset - end) as usize]);
                match &bytes {
                    Some(bytes) if bytes.len() < COMBINE_FROM => section_crc.update(bytes),
                    _ => section_crc.combine(&crc),
                }
                end = offset + length;
                known.insert((value_crc, length), self.values.len());
                self.values.push(PlacedValue { field: *field, place, bytes });
            }
            let (crc, length) = (section_crc.finalize(), end - start);
            self.sections.push(PlacedSection { kind: section, crc, offset: start, length, bytes: Cow::Borrowed(&[]) });
            self.total = end;
        }
        Ok(places)
    }

    /// Fills the digest section, if there is one, which is the last thing to be decided.
    #[cfg(feature = "digest")]
    fn seal(&mut self) -> Result<(), Error> {
        let Some(section) = self.sections.iter().position(|section| section.kind == SectionKind::Digest) else {
            return Ok(());
        };
        // It is zeros and its checksum 0 while the digest is computed.
        (self.sections[section].bytes, self.sections[section].crc) = (Vec::new().into(), 0);
        let mut header = self.header();
        header[crate::digest::CHECKSUM].fill(0);
        let mut digest = crate::digest::Digester::default();
        self.write_below(&header, &mut digest)?;
        self.fill(section, digest.finish().to_vec());
        Ok(())
    }

    #[cfg(not(feature = "digest"))]
    fn seal(&mut self) -> Result<(), Error> {
        Ok(())
    }

    /// Header and section table.
    fn header(&self) -> Vec<u8> {
        let mut checked = Vec::new();
        checked.extend_from_slice(&(self.sections.len() as u32).to_le_bytes());
        checked.extend_from_slice(&self.total.to_le_bytes());
        for number in self.counts.into_iter().chain([0; 3]) {
            checked.extend_from_slice(&number.to_le_bytes());
        }
        for section in &self.sections {
            checked.extend_from_slice(&section.kind.code().to_le_bytes());
            checked.extend_from_slice(&section.crc.to_le_bytes());
            checked.extend_from_slice(&section.offset.to_le_bytes());
            checked.extend_from_slice(&section.length.to_le_bytes());
        }
        let mut header = MAGIC.to_vec();
        header.extend_from_slice(&crc32fast::hash(&checked).to_le_bytes());
        header.extend_from_slice(&checked);
        header
    }

    /// Writes the blob.
    ///
    /// # Errors
    ///
    /// [`Error::Write`]; for a value that has to be read again [`Error::Content`], or [`Error::ValueChecksum`] if it
    /// has changed.
    pub fn write_to(&self, out: &mut dyn Write) -> Result<(), Error> {
        self.write_below(&self.header(), out)
    }

    fn write_below(&self, header: &[u8], out: &mut dyn Write) -> Result<(), Error> {
        let mut position = self.write_sections(header, out)?;
        for value in &self.values {
            pad(out, &mut position, value.place.offset)?;
            value.write_to(out)?;
            position += value.place.length;
        }
        pad(out, &mut position, self.total)
    }

    /// Writes what is before the values and returns its length.
    fn write_sections(&self, header: &[u8], out: &mut dyn Write) -> Result<u64, Error> {
        let mut position = header.len() as u64;
        out.write_all(header).map_err(Error::Write)?;
        for section in self.sections.iter().filter(|section| !section.kind.has_values()) {
            pad(out, &mut position, section.offset)?;
            out.write_all(&section.bytes).map_err(Error::Write)?;
            position += section.bytes.len() as u64;
        }
        Ok(position)
    }
}

/// All fields, in the order of the table.
fn fields(writer: &Writer) -> Vec<FieldToPlace<'_>> {
    let mut fields = Vec::with_capacity(writer.entries.values().map(|entry| entry.fields.len()).sum());
    for (entry, of_entry) in &writer.entries {
        fields.extend(of_entry.fields.iter().map(|((kind, key), value)| FieldToPlace {
            entry,
            kind: *kind,
            key,
            value,
        }));
    }
    fields
}

/// Positions of the fields in the order in which their values are placed.
fn load_order(writer: &Writer, fields: &[FieldToPlace<'_>]) -> Vec<usize> {
    let mut rank: HashMap<&str, usize> = HashMap::new();
    for (i, name) in writer.load_order.iter().enumerate() {
        rank.entry(name).or_insert(i);
    }
    let mut order: Vec<usize> = (0..fields.len()).collect();
    if !rank.is_empty() {
        order.sort_by_key(|&index| rank.get(fields[index].entry).copied().unwrap_or(usize::MAX));
    }
    order
}

/// The dictionaries that values need, each once, in the order of their numbers.
fn dictionaries<'w>(fields: &[FieldToPlace<'w>]) -> Result<Vec<&'w Arc<Dictionary>>, Error> {
    let mut dictionaries: Vec<&Arc<Dictionary>> = Vec::new();
    for field in fields {
        if let Stored::WithDictionary(dictionary) = &field.value.stored
            && number_of(dictionary, &dictionaries).is_none()
        {
            dictionaries.push(dictionary);
        }
    }
    let (value, limit) = (dictionaries.len() as u64, MAX_DICTIONARIES.into());
    if value > limit { Err(Error::TooLarge { what: "dictionaries", value, limit }) } else { Ok(dictionaries) }
}

fn number_of(dictionary: &Arc<Dictionary>, all: &[&Arc<Dictionary>]) -> Option<u8> {
    let same = |other: &&Arc<Dictionary>| Arc::ptr_eq(other, dictionary) || **other == *dictionary;
    all.iter().position(same).map(|number| number as u8)
}

fn field_table(
    fields: &[FieldToPlace<'_>],
    places: &[Place],
    names: &Names<'_>,
    dictionaries: &[&Arc<Dictionary>],
) -> Vec<u8> {
    let mut table = Vec::with_capacity(fields.len() * FIELD_LEN);
    for (field, place) in fields.iter().zip(places) {
        let encoding = match &field.value.stored {
            Stored::Raw => Encoding::Raw,
            Stored::Zstd => Encoding::Zstd,
            Stored::File => Encoding::File,
            Stored::WithDictionary(dictionary) => {
                Encoding::Dictionary(number_of(dictionary, dictionaries).unwrap_or_default())
            }
        };
        table.extend_from_slice(&[field.kind as u8, encoding.code()]);
        table.extend_from_slice(&field.value.mode.to_le_bytes());
        table.extend_from_slice(&names.of_key(field.key).to_le_bytes());
        table.extend_from_slice(&(field.key.len() as u32).to_le_bytes());
        table.extend_from_slice(&place.crc.to_le_bytes());
        table.extend_from_slice(&place.offset.to_le_bytes());
        table.extend_from_slice(&place.length.to_le_bytes());
        table.extend_from_slice(&field.value.length.unwrap_or(place.length).to_le_bytes());
    }
    table
}
