//! The tables: names, slots, entries.

use std::collections::HashMap;

use super::Writer;
use crate::error::Error;
use crate::layout::{ENTRY_LEN, SLOT_LEN, hash_name};

/// All names and keys, each once.
pub(super) struct Names<'w> {
    pub(super) bytes: Vec<u8>,
    /// Offsets of the names of entries, which are sorted.
    entries: Vec<(&'w str, u32)>,
    /// Offsets of the keys of fields.
    keys: HashMap<&'w str, u32>,
}

impl<'w> Names<'w> {
    pub(super) fn new(writer: &'w Writer) -> Result<Self, Error> {
        let length = writer.entries.keys().map(String::len).sum();
        let entries = Vec::with_capacity(writer.entries.len());
        let mut names = Self { bytes: Vec::with_capacity(length), entries, keys: HashMap::new() };
        for name in writer.entries.keys() {
            let offset = names.push(name)?;
            names.entries.push((name, offset));
        }
        for (_, key) in writer.entries.values().flat_map(|entry| entry.fields.keys()) {
            if !key.is_empty() && !names.keys.contains_key(&**key) {
                let offset = match names.entries.binary_search_by_key(&&**key, |&(name, _)| name) {
                    Ok(position) => names.entries[position].1,
                    Err(_) => names.push(key)?,
                };
                names.keys.insert(key, offset);
            }
        }
        Ok(names)
    }

    /// The offset of a name that is not there yet; that of the empty name is 0.
    fn push(&mut self, name: &str) -> Result<u32, Error> {
        let offset = if name.is_empty() { 0 } else { count("names", self.bytes.len())? };
        self.bytes.extend_from_slice(name.as_bytes());
        count("names", self.bytes.len())?;
        Ok(offset)
    }

    pub(super) fn of_key(&self, key: &str) -> u32 {
        if key.is_empty() { 0 } else { self.keys.get(key).copied().unwrap_or_default() }
    }
}

pub(super) fn entry_table(writer: &Writer, names: &Names<'_>) -> Vec<u8> {
    let mut table = Vec::with_capacity(writer.entries.len() * ENTRY_LEN);
    let mut first_field = 0_u32;
    for (entry, (name, offset)) in writer.entries.values().zip(&names.entries) {
        let fields = entry.fields.len() as u32;
        for number in [*offset, name.len() as u32, entry.flags.0, first_field, fields, 0] {
            table.extend_from_slice(&number.to_le_bytes());
        }
        first_field += fields;
    }
    table
}

/// Open addressing with linear probing, at most half full.
pub(super) fn slot_table(writer: &Writer) -> Vec<u8> {
    let slot_count = (writer.entries.len() * 2).next_power_of_two();
    let mut table = vec![0; slot_count * SLOT_LEN];
    let (slots, _) = table.as_chunks_mut::<SLOT_LEN>();
    for (position, name) in writer.entries.keys().enumerate() {
        let hash = hash_name(name.as_bytes());
        let mut slot = hash as usize & (slot_count - 1);
        while slots[slot][4..] != [0; 4] {
            slot = (slot + 1) & (slot_count - 1);
        }
        slots[slot][..4].copy_from_slice(&hash.to_le_bytes());
        slots[slot][4..].copy_from_slice(&(position as u32 + 1).to_le_bytes());
    }
    table
}

pub(super) fn count(what: &'static str, value: usize) -> Result<u32, Error> {
    let limit = u64::from(u32::MAX >> 1);
    let count = u32::try_from(value).ok().filter(|&value| u64::from(value) <= limit);
    count.ok_or(Error::TooLarge { what, value: value as u64, limit })
}
