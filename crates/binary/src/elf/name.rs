//! Giving a library the name by which others need it.

use goblin::elf::dynamic::{DT_NULL, DT_SONAME, DT_STRSZ, DT_STRTAB};
use goblin::elf::header::ET_DYN;
use goblin::elf::program_header::{PT_DYNAMIC, PT_LOAD};

use crate::ElfFacts;
use crate::elf::image::{Image, slice};

/// Length of an entry of the dynamic section of a 64-bit file, in bytes.
const DYNAMIC_ENTRY: usize = 16;
/// Offsets of fields in a program header of a 64-bit file, in bytes.
const P_FILESZ: usize = 32;
const P_MEMSZ: usize = 40;

/// Gives a shared library without a SONAME this one: the dynamic loader then knows it by that name, wherever it was
/// loaded from. Nothing that is loaded moves; the name is put where linkers fill up the page after the string table.
///
/// A library that has a name or no room for one, and a file of another kind or a damaged one, is returned as it is.
pub fn with_soname(bytes: Vec<u8>, name: &str) -> Vec<u8> {
    let Ok(facts) = ElfFacts::from_bytes(&bytes) else { return bytes };
    if facts.soname.is_some() || name.is_empty() || name.contains('\0') {
        return bytes;
    }
    let Some(named) = named(&bytes, name) else { return bytes };
    let expected = ElfFacts { soname: Some(name.to_owned()), ..facts };
    if ElfFacts::from_bytes(&named).is_ok_and(|facts| facts == expected) { named } else { bytes }
}

/// The same; `None` where it is not possible.
fn named(bytes: &[u8], name: &str) -> Option<Vec<u8>> {
    let image = Image::parse(bytes).and_then(Image::editable).ok()?;
    if image.header.e_type != ET_DYN {
        return None;
    }
    let dynamic = image.segments.iter().find(|segment| segment.p_type == PT_DYNAMIC)?;
    let entries: Vec<(u64, u64)> = slice(bytes, dynamic.p_offset, dynamic.p_filesz)?
        .as_chunks::<DYNAMIC_ENTRY>()
        .0
        .iter()
        .map(|entry| (word(entry, 0), word(entry, 8)))
        .take_while(|(tag, _)| *tag != DT_NULL)
        .collect();
    let count = u64::try_from(entries.len()).ok()?;
    // Another entry has to end the section.
    if (count + 2) * DYNAMIC_ENTRY as u64 > dynamic.p_filesz {
        return None;
    }
    let strings = entries.iter().find(|(tag, _)| *tag == DT_STRTAB)?.1;
    let size = entries.iter().position(|(tag, _)| *tag == DT_STRSZ)?;
    let holds = |start: u64, length: u64, place: u64| place.checked_sub(start).is_some_and(|within| within < length);
    let number = image
        .segments
        .iter()
        .position(|segment| segment.p_type == PT_LOAD && holds(segment.p_vaddr, segment.p_filesz, strings))?;
    let segment = &image.segments[number];
    let length = name.len() as u64 + 1;
    let after = |start: u64| start.checked_add(segment.p_filesz)?.checked_add(length);
    let (end, address) = (after(segment.p_offset)? - length, after(segment.p_vaddr)? - length);
    let others = || image.segments.iter().filter(|other| other.p_type == PT_LOAD && other.p_vaddr > segment.p_vaddr);
    // Neither in the file nor, in whole pages, in memory is there anything else.
    let is_free = segment.p_filesz == segment.p_memsz
        && others().all(|other| {
            let page = other.p_vaddr - other.p_vaddr % other.p_align.max(1);
            other.p_offset >= end + length && page >= address + length
        })
        && others().next().is_some()
        && slice(bytes, end, length)?.iter().all(|byte| *byte == 0);
    if !is_free {
        return None;
    }
    let mut named = bytes.to_vec();
    let mut put = |place: u64, content: &[u8]| {
        let place = usize::try_from(place).ok()?;
        named.get_mut(place..place + content.len())?.copy_from_slice(content);
        Some(())
    };
    put(end, name.as_bytes())?;
    let header = image.header.e_phoff + number as u64 * u64::from(image.header.e_phentsize);
    for field in [P_FILESZ, P_MEMSZ] {
        put(header + field as u64, &(segment.p_filesz + length).to_le_bytes())?;
    }
    let offset = address - strings;
    let entry = |position: u64| dynamic.p_offset + position * DYNAMIC_ENTRY as u64;
    put(entry(count), &[DT_SONAME, offset].map(u64::to_le_bytes).concat())?;
    put(entry(count + 1), &[0; DYNAMIC_ENTRY])?;
    put(entry(size as u64) + 8, &(offset + length).to_le_bytes())?;
    Some(named)
}

fn word(entry: &[u8; DYNAMIC_ENTRY], at: usize) -> u64 {
    let bytes = entry.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
    u64::from_le_bytes(bytes.unwrap_or_default())
}
