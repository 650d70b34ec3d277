//! Deciding what goes where.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;
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

/// Sections of values, in the order in which they are placed.
const VALUE_SECTIONS: [SectionKind; 4] =
    [SectionKind::Code, SectionKind::Source, SectionKind::Native, SectionKind::Resources];

/// Of a longer value the checksum of the section is combined, of a shorter one computed again: what is faster.
const COMBINE_FROM: usize = 16 << 10;

/// A field, in the order of the table.
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

/// Where the stored bytes of a field are.
#[derive(Clone, Copy, Default)]
struct Place {
    offset: u64,
    length: u64,
    crc: u32,
}

/// Bytes with their place.
struct Piece<'w> {
    offset: u64,
    bytes: Cow<'w, [u8]>,
}

/// A section with its place; sections of values have no bytes of their own.
struct PlacedSection<'w> {
    kind: SectionKind,
    crc: u32,
    offset: u64,
    length: u64,
    bytes: Cow<'w, [u8]>,
}

/// Everything decided.
pub(super) struct Plan<'w> {
    sections: Vec<PlacedSection<'w>>,
    /// In the order of their places, which are after those of the sections with bytes of their own.
    values: Vec<Piece<'w>>,
    /// Numbers of entries, slots and fields.
    counts: [u32; 3],
    pub(super) total: u64,
}

impl<'w> Plan<'w> {
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
        let mut plan = Self { sections: Vec::new(), values: Vec::new(), counts, total };
        let field_table_len = fields.len() * FIELD_LEN;
        plan.section(SectionKind::Names, std::mem::take(&mut names.bytes));
        plan.section(SectionKind::Slots, slots);
        plan.section(SectionKind::Entries, entry_table(writer, &names));
        // Values have to be placed before their places can be written down.
        let fields_at = plan.sections.len();
        plan.reserve(SectionKind::Fields, field_table_len as u64);
        for (&kind, bytes) in &writer.sections {
            plan.section(SectionKind::from_code(kind), bytes.as_slice());
        }
        for (number, dictionary) in dictionaries.iter().enumerate() {
            plan.section(SectionKind::Dictionary(number as u8), dictionary.stored.clone());
        }
        let digest_at = writer.digest.then(|| {
            plan.reserve(SectionKind::Digest, DIGEST_LEN as u64);
            plan.sections.len() - 1
        });
        let places = plan.place_values(&fields, &load_order(writer, &fields))?;
        plan.fill(fields_at, field_table(&fields, &places, &names, &dictionaries));
        if let Some(at) = digest_at {
            plan.seal(at)?;
        }
        Ok(plan)
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
        let mut known: HashMap<(u32, usize), usize> = HashMap::with_capacity(fields.len());
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
                let bytes = field.value.data.read().map_err(|source| Error::Content { name: field.name(), source })?;
                let mut crc = crc32fast::Hasher::new();
                crc.update(&bytes);
                let value_crc = crc.clone().finalize();
                if let Some(expected) = field.value.crc.filter(|&expected| expected != value_crc) {
                    return Err(Error::ValueChecksum { name: field.name(), expected, actual: value_crc });
                }
                let length = bytes.len() as u64;
                let same = known.get(&(value_crc, bytes.len())).map(|&at| &self.values[at]);
                let shared = same.filter(|same| same.offset.is_multiple_of(alignment) && same.bytes == bytes);
                let offset = shared.map_or(end.next_multiple_of(alignment), |same| same.offset);
                places[index] = Place { offset, length, crc: value_crc };
                if shared.is_some() {
                    continue;
                }
                if end == start {
                    (start, end) = (offset, offset);
                }
                section_crc.update(&super::ZEROS[..(offset - end) as usize]);
                if bytes.len() < COMBINE_FROM {
                    section_crc.update(&bytes);
                } else {
                    section_crc.combine(&crc);
                }
                end = offset + length;
                known.insert((value_crc, bytes.len()), self.values.len());
                self.values.push(Piece { offset, bytes });
            }
            let (crc, length) = (section_crc.finalize(), end - start);
            self.sections.push(PlacedSection { kind: section, crc, offset: start, length, bytes: Cow::Borrowed(&[]) });
            self.total = end;
        }
        Ok(places)
    }

    /// Fills the digest section, which is the last thing to be decided.
    #[cfg(feature = "digest")]
    fn seal(&mut self, section: usize) -> Result<(), Error> {
        let mut header = self.header();
        header[crate::digest::CHECKSUM].fill(0);
        let mut digest = crate::digest::Digester::default();
        self.write_below(&header, &mut digest)?;
        self.fill(section, digest.finish().to_vec());
        Ok(())
    }

    #[cfg(not(feature = "digest"))]
    fn seal(&mut self, _section: usize) -> Result<(), Error> {
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

    /// Writes everything in the order of its places.
    pub(super) fn write(&self, out: &mut dyn Write) -> Result<(), Error> {
        self.write_below(&self.header(), out)
    }

    fn write_below(&self, header: &[u8], out: &mut dyn Write) -> Result<(), Error> {
        let sections = self.sections.iter().filter(|section| !section.bytes.is_empty());
        let sections = sections.map(|section| (section.offset, &*section.bytes));
        let values = self.values.iter().map(|value| (value.offset, &*value.bytes));
        let mut position = header.len() as u64;
        out.write_all(header).map_err(Error::Write)?;
        for (offset, bytes) in sections.chain(values) {
            pad(out, &mut position, offset)?;
            out.write_all(bytes).map_err(Error::Write)?;
            position += bytes.len() as u64;
        }
        pad(out, &mut position, self.total)
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
