//! What the file of a shared library says of how it is loaded. Nothing here is trusted: what does not fit is no image.

use std::ops::Range;

use super::{
    DT_INIT, DT_INIT_ARRAY, DT_INIT_ARRAYSZ, DT_JMPREL, DT_NULL, DT_PLTGOT, DT_PLTRELSZ, DT_RELA, DT_RELACOUNT,
    DT_RELASZ, DT_RELR, DT_SYMTAB, DT_TEXTREL,
};
use crate::file_pages::page_size;

/// Length of an entry of the dynamic section, in bytes.
pub(super) const DYNAMIC_ENTRY: usize = 16;
/// Length of a relocation, in bytes.
pub(super) const RELOCATION: usize = 24;
/// Added to the tags of entries that the dynamic loader is not to see: no tag that it knows is like that.
const HIDDEN: u64 = 0x6000_0000;
/// Relocations whose result is one word, which the dynamic loader writes: `R_X86_64_64`, `GLOB_DAT`, `JUMP_SLOT`,
/// `RELATIVE` among others, `DTPMOD64`, `DTPOFF64` and `TPOFF64`.
const ONE_WORD: [u32; 7] = [1, 6, 7, RELATIVE, 16, 17, 18];
/// `R_X86_64_RELATIVE`
const RELATIVE: u32 = 8;

/// A part of the file that is mapped.
#[derive(Clone)]
pub(super) struct Segment {
    pub(super) in_file: Range<usize>,
    /// From the start of the library.
    pub(super) in_memory: Range<usize>,
    pub(super) flags: u32,
}

/// A library that can be mapped in place.
pub(super) struct Image<'c> {
    content: &'c [u8],
    pub(super) segments: Vec<Segment>,
    /// The dynamic section: in the file, and in memory.
    pub(super) dynamic: (Range<usize>, usize),
    /// Where values of variables of threads start from, in the file.
    pub(super) thread_locals: Range<usize>,
    /// What is read-only once it is relocated.
    pub(super) read_only: Range<usize>,
    /// Those that are a sum of the library's address and a number, in the file.
    pub(super) relative: Range<usize>,
    /// All others.
    others: [Range<usize>; 2],
}

impl<'c> Image<'c> {
    pub(super) fn of(content: &'c [u8]) -> Option<Self> {
        if !content.starts_with(b"\x7fELF\x02\x01\x01") || number::<2>(content, 18)? != u64::from(libc::EM_X86_64) {
            return None;
        }
        let mut image = Self {
            content,
            segments: Vec::new(),
            dynamic: (0..0, 0),
            thread_locals: 0..0,
            read_only: 0..0,
            relative: 0..0,
            others: [0..0, 0..0],
        };
        let (table, size, count) = (place(content, 32)?, number::<2>(content, 54)?, number::<2>(content, 56)?);
        for at in 0..count as usize {
            let header = table.checked_add(at * size as usize)?;
            let word = |offset: usize| place(content, header.checked_add(offset)?);
            let (offset, address, file_len, memory_len) = (word(8)?, word(16)?, word(32)?, word(40)?);
            let in_file = offset..offset.checked_add(file_len)?;
            let in_memory = address..address.checked_add(memory_len)?;
            if in_file.end > content.len() || offset % page_size() != address % page_size() {
                return None;
            }
            match number::<4>(content, header)? as u32 {
                libc::PT_LOAD => {
                    let flags = number::<4>(content, header + 4)? as u32;
                    image.segments.push(Segment { in_file, in_memory, flags });
                }
                libc::PT_DYNAMIC => image.dynamic = (in_file, address),
                libc::PT_TLS => image.thread_locals = in_file,
                libc::PT_GNU_RELRO => image.read_only = in_memory,
                _ => {}
            }
        }
        image.read_relocations()?;
        Some(image)
    }

    fn read_relocations(&mut self) -> Option<()> {
        if self.value(DT_TEXTREL).is_some() || self.value(DT_RELR).is_some() {
            return None;
        }
        let all = self.table(DT_RELA, DT_RELASZ)?;
        let count = usize::try_from(self.value(DT_RELACOUNT)?).ok()?;
        let end =
            count.checked_mul(RELOCATION).and_then(|len| all.start.checked_add(len)).filter(|end| *end <= all.end)?;
        (self.relative, self.others) = (all.start..end, [end..all.end, self.table(DT_JMPREL, DT_PLTRELSZ)?]);
        let kind = |entry: &[u8]| number::<4>(entry, 8).map(|kind| kind as u32);
        let relative = self.content[self.relative.clone()].chunks_exact(RELOCATION);
        let is_right = |entry: &[u8]| self.is_written(number::<8>(entry, 0));
        let others = self.others.iter().flat_map(|range| self.content[range.clone()].chunks_exact(RELOCATION));
        let are_relative = relative.into_iter().all(|entry| kind(entry) == Some(RELATIVE) && is_right(entry));
        let are_words =
            others.into_iter().all(|entry| kind(entry).is_some_and(|kind| ONE_WORD.contains(&kind)) && is_right(entry));
        (are_relative && are_words).then_some(())
    }

    /// Whether an address in memory is of a word that can be written to.
    fn is_written(&self, address: Option<u64>) -> bool {
        let Some(address) = address.and_then(|address| usize::try_from(address).ok()) else { return false };
        let is_in = |segment: &Segment| {
            segment.flags & libc::PF_W != 0
                && segment.in_memory.contains(&address)
                && segment.in_memory.end - address >= size_of::<u64>()
        };
        self.segments.iter().any(is_in)
    }

    /// The places of all other relocations, from the start of the library.
    pub(super) fn other_places(&self) -> impl Iterator<Item = usize> {
        let entries = self.others.iter().flat_map(|range| self.content[range.clone()].chunks_exact(RELOCATION));
        entries.filter_map(|entry| place(entry, 0))
    }

    /// Those that are a sum: the place, and the number.
    pub(super) fn sums(&self) -> impl Iterator<Item = (usize, usize)> {
        let entries = self.content[self.relative.clone()].chunks_exact(RELOCATION);
        entries.filter_map(|entry| Some((place(entry, 0)?, place(entry, 16)?)))
    }

    /// The value of an entry of the dynamic section.
    pub(super) fn value(&self, tag: u64) -> Option<u64> {
        let mut entries = self.content[self.dynamic.0.clone()].chunks_exact(DYNAMIC_ENTRY);
        let entries = entries.by_ref().map_while(|entry| Some((number::<8>(entry, 0)?, number::<8>(entry, 8)?)));
        entries.take_while(|(tag, _)| *tag != DT_NULL).find(|(found, _)| *found == tag).map(|(_, value)| value)
    }

    /// Where a table is in the file; an empty one has no place.
    fn table(&self, start: u64, len: u64) -> Option<Range<usize>> {
        let len = self.value(len).unwrap_or_default() as usize;
        if len == 0 {
            return Some(0..0);
        }
        let start = usize::try_from(self.value(start)?).ok()?;
        let segment = self.segments.iter().find(|segment| segment.in_memory.contains(&start))?;
        let start = segment.in_file.start.checked_add(start - segment.in_memory.start)?;
        let end = start.checked_add(len).filter(|end| *end <= segment.in_file.end)?;
        Some(start..end)
    }

    /// The segment in which the dynamic loader reads symbols and relocations.
    pub(super) fn symbols(&self) -> Option<&Segment> {
        let address = usize::try_from(self.value(DT_SYMTAB)?).ok()?;
        let found = self.segments.iter().find(|segment| segment.in_memory.contains(&address))?;
        let all = [&self.relative, &self.others[0], &self.others[1]];
        let is_in = |range: &&Range<usize>| range.is_empty() || found.in_file.contains(&range.start);
        (found.flags & (libc::PF_W | libc::PF_X) == 0 && all.iter().all(is_in)).then_some(found)
    }

    /// The dynamic section as the dynamic loader is to see it: without the relocations that are sums, and without what
    /// initialises the library.
    pub(super) fn reduced_dynamic(&self) -> Vec<u8> {
        let mut section = self.content[self.dynamic.0.clone()].to_vec();
        let skipped = self.relative.len() as u64;
        for entry in section.chunks_exact_mut(DYNAMIC_ENTRY) {
            let (Some(tag), Some(value)) = (number::<8>(entry, 0), number::<8>(entry, 8)) else { break };
            let (tag, value) = match tag {
                DT_NULL => break,
                DT_RELA => (tag, value.wrapping_add(skipped)),
                DT_RELASZ => (tag, value.wrapping_sub(skipped)),
                DT_RELACOUNT => (tag, 0),
                DT_INIT | DT_INIT_ARRAY | DT_INIT_ARRAYSZ => (HIDDEN | tag, value),
                _ => (tag, value),
            };
            entry[..8].copy_from_slice(&tag.to_le_bytes());
            entry[8..].copy_from_slice(&value.to_le_bytes());
        }
        section
    }

    /// The words of the table of functions that belong to the dynamic loader, from the start of the library.
    pub(super) fn of_loader(&self) -> impl Iterator<Item = usize> {
        let start =
            self.value(DT_PLTGOT).filter(|start| self.is_written(start.checked_add(16))).map(|start| start as usize);
        start.into_iter().flat_map(|start| [start + 8, start + 16])
    }
}

/// A little-endian number of `N` bytes.
fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<u64> {
    let mut number = [0; 8];
    number[..N].copy_from_slice(bytes.get(at..at.checked_add(N)?)?);
    Some(u64::from_le_bytes(number))
}

/// One of eight that is an offset or an address.
fn place(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(number::<8>(bytes, at)?).ok()
}
