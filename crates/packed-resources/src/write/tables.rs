//! The tables: names, slots, entries.

use std::collections::HashMap;

use super::Writer;
use crate::error::Error;
use crate::layout::hash_name;

/// All names and keys, each once.
pub(super) struct Names<'w> {
    pub(super) bytes: Vec<u8>,
    offsets: HashMap<&'w str, u32>,
}

impl<'w> Names<'w> {
    pub(super) fn new(writer: &'w Writer) -> Result<Self, Error> {
        let mut names = Self { bytes: Vec::new(), offsets: HashMap::new() };
        for name in writer.entries.keys() {
            names.add(name)?;
        }
        for (_, key) in writer.entries.values().flat_map(|entry| entry.fields.keys()) {
            names.add(key)?;
        }
        Ok(names)
    }

    fn add(&mut self, name: &'w str) -> Result<(), Error> {
        if !name.is_empty() && !self.offsets.contains_key(name) {
            let offset = count("names", self.bytes.len())?;
            self.bytes.extend_from_slice(name.as_bytes());
            self.offsets.insert(name, offset);
            count("names", self.bytes.len())?;
        }
        Ok(())
    }

    pub(super) fn offset(&self, name: &str) -> u32 {
        self.offsets.get(name).copied().unwrap_or_default()
    }
}

pub(super) fn entry_table(writer: &Writer, names: &Names<'_>) -> Vec<u8> {
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
pub(super) fn slot_table(writer: &Writer) -> Vec<u8> {
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

pub(super) fn count(what: &'static str, value: usize) -> Result<u32, Error> {
    let limit = u64::from(u32::MAX >> 1);
    u32::try_from(value).ok().filter(|&value| u64::from(value) <= limit).ok_or(Error::TooLarge {
        what,
        value: value as u64,
        limit,
    })
}
