//! Laying entries out as a blob.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::Write;

use crate::error::Error;
use crate::layout::{
    Encoding, EntryFlags, FieldKind, HEADER_LEN, MAGIC, MAX_SECTIONS, NATIVE_ALIGNMENT, SECTION_LEN, SectionKind,
    VALUE_ALIGNMENT, hash_name,
};
use crate::value::Value;

/// Collects entries and sections and writes them as packed resources version 4.
///
/// The bytes depend only on what was put in, not on the order in which it was.
#[derive(Default)]
pub struct Writer {
    entries: BTreeMap<String, EntryWriter>,
    sections: BTreeMap<u32, Vec<u8>>,
    load_order: Vec<String>,
}

/// One entry in the making.
#[derive(Default)]
pub struct EntryWriter {
    flags: EntryFlags,
    fields: BTreeMap<(FieldKind, String), Value>,
}

impl EntryWriter {
    /// Sets bits of the entry's flags.
    pub fn flag(&mut self, flags: EntryFlags) -> &mut Self {
        self.flags = self.flags.union(flags);
        self
    }

    /// What the entry is, so far.
    pub fn flags(&self) -> EntryFlags {
        self.flags
    }

    /// Whether any of `flags` is set.
    pub fn is(&self, flags: EntryFlags) -> bool {
        self.flags.intersects(flags)
    }

    /// Sets the value of a kind that occurs once.
    pub fn field(&mut self, kind: FieldKind, value: impl Into<Value>) -> &mut Self {
        self.keyed(kind, "", value)
    }

    /// Sets the value of a kind and key.
    pub fn keyed(&mut self, kind: FieldKind, key: impl Into<String>, value: impl Into<Value>) -> &mut Self {
        self.fields.insert((kind, key.into()), value.into());
        self
    }
}

impl Writer {
    /// Nothing in it yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The entry with this name, made if it is not there.
    pub fn entry(&mut self, name: impl Into<String>) -> &mut EntryWriter {
        self.entries.entry(name.into()).or_default()
    }

    /// Sets an opaque section, for example [`SectionKind::InterpreterConfig`]. Sections of records and values are
    /// the writer's own: setting one of those has no effect.
    pub fn section(&mut self, kind: SectionKind, bytes: Vec<u8>) -> &mut Self {
        if kind.code() > SectionKind::Native.code() {
            self.sections.insert(kind.code(), bytes);
        }
        self
    }

    /// Places the values of these entries first, in this order: the order in which a program imports them.
    pub fn load_order(&mut self, names: Vec<String>) -> &mut Self {
        self.load_order = names;
        self
    }

    /// The blob as bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Content`] if lazy content cannot be read, [`Error::TooLarge`] for 2³¹ or more of anything counted, more than 2²⁹
    /// entries, or more than 56 opaque sections.
    pub fn to_vec(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        self.write_to(&mut bytes)?;
        Ok(bytes)
    }

    /// Writes the blob and returns its length in bytes.
    ///
    /// # Errors
    ///
    /// As [`Writer::to_vec`], and [`Error::Write`].
    pub fn write_to(&self, out: &mut dyn Write) -> Result<u64, Error> {
        let plan = Plan::new(self)?;
        let mut position = 0;
        for (offset, bytes) in plan.pieces() {
            pad(out, &mut position, offset)?;
            out.write_all(bytes).map_err(Error::Write)?;
            position += bytes.len() as u64;
        }
        pad(out, &mut position, plan.total)?;
        Ok(plan.total)
    }
}

fn pad(out: &mut dyn Write, position: &mut u64, to: u64) -> Result<(), Error> {
    const ZEROS: [u8; NATIVE_ALIGNMENT as usize] = [0; NATIVE_ALIGNMENT as usize];
    while *position < to {
        let step = (to - *position).min(NATIVE_ALIGNMENT);
        out.write_all(&ZEROS[..step as usize]).map_err(Error::Write)?;
        *position += step;
    }
    Ok(())
}

/// A value with its place.
struct PlacedValue<'w> {
    bytes: Cow<'w, [u8]>,
    offset: u64,
}

/// A section with its place; sections of values have no bytes of their own.
struct PlacedSection<'w> {
    kind: u32,
    crc: u32,
    offset: u64,
    length: u64,
    bytes: Cow<'w, [u8]>,
}

/// Everything decided: what goes where.
struct Plan<'w> {
    header: Vec<u8>,
    sections: Vec<PlacedSection<'w>>,
    values: Vec<PlacedValue<'w>>,
    total: u64,
}

/// Where the bytes of a field went.
#[derive(Clone, Copy)]
struct FieldPlace {
    value: usize,
    crc: u32,
}

type FieldId<'w> = (&'w str, FieldKind, &'w str);

impl<'w> Plan<'w> {
    fn new(writer: &'w Writer) -> Result<Self, Error> {
        let field_count = writer.entries.values().map(|entry| entry.fields.len()).sum();
        let entry_count = count("entries", writer.entries.len())?;
        let field_count = count("fields", field_count)?;
        let names = Names::new(writer)?;
        let slots = slot_table(writer);
        let slot_count = count("slots", slots.len() / 8)?;

        let mut plan = Self { header: Vec::new(), sections: Vec::new(), values: Vec::new(), total: 0 };
        let value_kinds = [SectionKind::Code, SectionKind::Source, SectionKind::Native, SectionKind::Resources];
        let section_count = 4 + writer.sections.len() + value_kinds.len();
        if section_count > MAX_SECTIONS as usize {
            let (value, limit) = (section_count as u64, MAX_SECTIONS.into());
            return Err(Error::TooLarge { what: "sections", value, limit });
        }
        let tables = HEADER_LEN + section_count * SECTION_LEN;
        plan.total = tables as u64;
        let fields_at = plan.sections.len() + 3;
        plan.table(SectionKind::Names.code(), Cow::Owned(names.bytes.clone()));
        plan.table(SectionKind::Slots.code(), Cow::Owned(slots));
        plan.table(SectionKind::Entries.code(), Cow::Owned(entry_table(writer, &names)));
        plan.table(SectionKind::Fields.code(), Cow::Owned(vec![0; field_count as usize * crate::layout::FIELD_LEN]));
        for (&kind, bytes) in &writer.sections {
            plan.table(kind, Cow::Borrowed(bytes));
        }
        let mut places = HashMap::new();
        let mut known = HashMap::new();
        for kind in value_kinds {
            plan.place_values(writer, kind, &mut places, &mut known)?;
        }
        let fields = plan.field_table(writer, &names, &places);
        plan.sections[fields_at].crc = crc32fast::hash(&fields);
        plan.sections[fields_at].bytes = Cow::Owned(fields);
        plan.header = plan.header(entry_count, slot_count, field_count);
        Ok(plan)
    }

    fn table(&mut self, kind: u32, bytes: Cow<'w, [u8]>) {
        let offset = self.total.next_multiple_of(VALUE_ALIGNMENT);
        let length = bytes.len() as u64;
        self.sections.push(PlacedSection { kind, crc: crc32fast::hash(&bytes), offset, length, bytes });
        self.total = offset + length;
    }

    /// Reads and places all values of one section, equal ones once.
    fn place_values(
        &mut self,
        writer: &'w Writer,
        kind: SectionKind,
        places: &mut HashMap<FieldId<'w>, FieldPlace>,
        known: &mut HashMap<(u32, usize), Vec<usize>>,
    ) -> Result<(), Error> {
        let alignment = if kind == SectionKind::Native { NATIVE_ALIGNMENT } else { VALUE_ALIGNMENT };
        // Where nothing is placed, nothing is padded for it either.
        let mut start = self.total.next_multiple_of(VALUE_ALIGNMENT);
        let mut end = start;
        let mut crc = crc32fast::Hasher::new();
        for (id, value) in fields_in_load_order(writer).filter(|((_, field, _), _)| field.section() == kind) {
            let bytes = value.stored.read().map_err(|source| content_error(id, source))?;
            let value_crc = crc32fast::hash(&bytes);
            let same = known.entry((value_crc, bytes.len())).or_default();
            let shared = |&i: &usize| self.values[i].bytes == bytes && self.values[i].offset.is_multiple_of(alignment);
            let found = same.iter().copied().find(shared);
            let value = found.unwrap_or_else(|| {
                let offset = end.next_multiple_of(alignment);
                if end == start {
                    (start, end) = (offset, offset);
                }
                crc.update(&vec![0; (offset - end) as usize]);
                crc.update(&bytes);
                end = offset + bytes.len() as u64;
                same.push(self.values.len());
                self.values.push(PlacedValue { bytes, offset });
                self.values.len() - 1
            });
            places.insert(id, FieldPlace { value, crc: value_crc });
        }
        let (kind, crc, length) = (kind.code(), crc.finalize(), end - start);
        self.sections.push(PlacedSection { kind, crc, offset: start, length, bytes: Cow::Borrowed(&[]) });
        self.total = end;
        Ok(())
    }

    fn field_table(&self, writer: &Writer, names: &Names, places: &HashMap<FieldId<'_>, FieldPlace>) -> Vec<u8> {
        let mut table = Vec::new();
        for (name, entry) in &writer.entries {
            for ((kind, key), value) in &entry.fields {
                let place = places[&(name.as_str(), *kind, key.as_str())];
                let PlacedValue { bytes, offset } = &self.values[place.value];
                let stored = bytes.len() as u64;
                table.extend_from_slice(&[*kind as u8, value.encoding as u8]);
                table.extend_from_slice(&value.mode.to_le_bytes());
                table.extend_from_slice(&names.offset(key).to_le_bytes());
                table.extend_from_slice(&(key.len() as u32).to_le_bytes());
                table.extend_from_slice(&place.crc.to_le_bytes());
                table.extend_from_slice(&offset.to_le_bytes());
                table.extend_from_slice(&stored.to_le_bytes());
                table.extend_from_slice(&value.decoded.unwrap_or(stored).to_le_bytes());
                debug_assert!(value.encoding == Encoding::Zstd || value.decoded.is_none());
            }
        }
        table
    }

    fn header(&self, entries: u32, slots: u32, fields: u32) -> Vec<u8> {
        let mut checked = Vec::new();
        checked.extend_from_slice(&(self.sections.len() as u32).to_le_bytes());
        checked.extend_from_slice(&self.total.to_le_bytes());
        for number in [entries, slots, fields, 0, 0, 0] {
            checked.extend_from_slice(&number.to_le_bytes());
        }
        for section in &self.sections {
            checked.extend_from_slice(&section.kind.to_le_bytes());
            checked.extend_from_slice(&section.crc.to_le_bytes());
            checked.extend_from_slice(&section.offset.to_le_bytes());
            checked.extend_from_slice(&section.length.to_le_bytes());
        }
        let mut header = MAGIC.to_vec();
        header.extend_from_slice(&crc32fast::hash(&checked).to_le_bytes());
        header.extend_from_slice(&checked);
        header
    }

    /// All bytes to write with their offsets, ascending.
    fn pieces(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let tables = self.sections.iter().map(|section| (section.offset, &*section.bytes));
        let values = self.values.iter().map(|value| (value.offset, &*value.bytes));
        let header = std::iter::once((0, &*self.header));
        header.chain(tables.filter(|(_, bytes)| !bytes.is_empty())).chain(values)
    }
}

fn fields_in_load_order(writer: &Writer) -> impl Iterator<Item = (FieldId<'_>, &Value)> {
    let rank: HashMap<&str, usize> = writer.load_order.iter().enumerate().map(|(i, name)| (&**name, i)).collect();
    let mut entries: Vec<_> = writer.entries.iter().collect();
    entries.sort_by_key(|(name, _)| rank.get(name.as_str()).copied().unwrap_or(usize::MAX));
    entries.into_iter().flat_map(|(name, entry)| {
        entry.fields.iter().map(move |((kind, key), value)| ((name.as_str(), *kind, key.as_str()), value))
    })
}

fn content_error((name, kind, key): FieldId<'_>, source: std::io::Error) -> Error {
    let name = if key.is_empty() { format!("{name} ({kind:?})") } else { format!("{name} ({kind:?} {key})") };
    Error::Content { name, source }
}

/// All names and keys, each once.
struct Names {
    bytes: Vec<u8>,
    offsets: HashMap<String, u32>,
}

impl Names {
    fn new(writer: &Writer) -> Result<Self, Error> {
        let mut names = Self { bytes: Vec::new(), offsets: HashMap::new() };
        for name in writer.entries.keys() {
            names.add(name)?;
        }
        for (_, key) in writer.entries.values().flat_map(|entry| entry.fields.keys()) {
            names.add(key)?;
        }
        Ok(names)
    }

    fn add(&mut self, name: &str) -> Result<(), Error> {
        if !name.is_empty() && !self.offsets.contains_key(name) {
            let offset = count("names", self.bytes.len())?;
            self.bytes.extend_from_slice(name.as_bytes());
            self.offsets.insert(name.to_owned(), offset);
            count("names", self.bytes.len())?;
        }
        Ok(())
    }

    fn offset(&self, name: &str) -> u32 {
        self.offsets.get(name).copied().unwrap_or_default()
    }
}

fn entry_table(writer: &Writer, names: &Names) -> Vec<u8> {
    let mut table = Vec::new();
    let mut first_field = 0_u32;
    for (name, entry) in &writer.entries {
        let fields = entry.fields.len() as u32;
        for number in [names.offset(name), name.len() as u32, entry.flags.0, first_field, fields, 0] {
            table.extend_from_slice(&number.to_le_bytes());
        }
        first_field += fields;
    }
    table
}

/// Open addressing with linear probing, at most half full.
fn slot_table(writer: &Writer) -> Vec<u8> {
    let slot_count = (writer.entries.len() * 2).next_power_of_two();
    let mut slots = vec![(0_u32, 0_u32); slot_count];
    for (position, name) in writer.entries.keys().enumerate() {
        let hash = hash_name(name.as_bytes());
        let mut slot = hash as usize & (slot_count - 1);
        while slots[slot].1 != 0 {
            slot = (slot + 1) & (slot_count - 1);
        }
        slots[slot] = (hash, position as u32 + 1);
    }
    slots.into_iter().flat_map(|(hash, position)| [hash, position]).flat_map(u32::to_le_bytes).collect()
}

fn count(what: &'static str, value: usize) -> Result<u32, Error> {
    let limit = u64::from(u32::MAX >> 1);
    u32::try_from(value).ok().filter(|&value| u64::from(value) <= limit).ok_or(Error::TooLarge {
        what,
        value: value as u64,
        limit,
    })
}
