//! As much of the ELF format as the rule needs, for 64-bit little-endian files. Every access is bounds-checked.

use std::ops::Range;

use crate::error::Error;
use crate::segment::{Segment, array};

/// How every file starts that is read here: ELF, 64-bit, little-endian.
const IDENTIFICATION: &[u8; 6] = b"\x7fELF\x02\x01";
/// Length of the header in bytes.
const HEADER_LEN: usize = 64;
/// Length of a section header in bytes.
const SECTION_LEN: usize = 64;
/// `SHT_NOBITS`: a section without content in the file.
const NO_BITS: u32 = 8;

/// A file whose tables lie within it.
pub(crate) struct Elf<'a> {
    pub(crate) bytes: &'a [u8],
    /// `e_type`
    pub(crate) kind: u16,
    /// `e_machine`
    pub(crate) machine: u16,
    /// Where the program headers are.
    pub(crate) headers: Range<usize>,
    sections: Range<usize>,
    /// Number of the section with the names of sections.
    names: u16,
}

/// A section header.
pub(crate) struct Section {
    pub(crate) name: u32,
    pub(crate) kind: u32,
    pub(crate) offset: u64,
    pub(crate) len: u64,
}

impl<'a> Elf<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        if !bytes.starts_with(IDENTIFICATION) {
            return Err(malformed("identification", 0));
        }
        let header = bytes.first_chunk::<HEADER_LEN>().ok_or(malformed("header", 0))?;
        let (half, word) = (|at| u16::from_le_bytes(array(header, at)), |at| u64::from_le_bytes(array(header, at)));
        let (offset, count) = (word(32), usize::from(half(56)));
        if count != 0 && usize::from(half(54)) != Segment::HEADER_LEN {
            return Err(malformed("size of a program header", offset));
        }
        let headers = table(bytes, offset, count, Segment::HEADER_LEN).ok_or(malformed("program headers", offset))?;
        let (offset, mut count) = (word(40), usize::from(half(60)));
        if offset != 0 && usize::from(half(58)) != SECTION_LEN {
            return Err(malformed("size of a section header", offset));
        }
        let sections = || {
            if offset == 0 {
                return Some(0..0);
            }
            if count == 0 {
                // There are too many for the field: the first one says how many.
                let first = table(bytes, offset, 1, SECTION_LEN)?;
                count = usize::try_from(section(&bytes[first]).len).ok()?;
            }
            table(bytes, offset, count, SECTION_LEN)
        };
        let sections = { sections }().ok_or(malformed("section headers", offset))?;
        Ok(Self { bytes, kind: half(16), machine: half(18), headers, sections, names: half(62) })
    }

    pub(crate) fn segments(&self) -> impl DoubleEndedIterator<Item = Segment> + ExactSizeIterator {
        Segment::table(&self.bytes[self.headers.clone()])
    }

    fn sections(&self) -> impl Iterator<Item = Section> {
        self.bytes[self.sections.clone()].chunks_exact(SECTION_LEN).map(section)
    }

    /// Where the content of the section with this name is; the name ends with a zero.
    pub(crate) fn section(&self, name: &[u8]) -> Result<Option<Range<usize>>, Error> {
        let Some(names) = self.sections().nth(self.names.into()) else { return Ok(None) };
        let range = range(self.bytes, names.offset, names.len).ok_or(malformed("section names", names.offset))?;
        let names = &self.bytes[range];
        let has_name =
            |section: &Section| names.get(section.name as usize..).is_some_and(|rest| rest.starts_with(name));
        let Some(section) = self.sections().find(has_name) else { return Ok(None) };
        let damaged = malformed("launcher marker", section.offset);
        if section.kind == NO_BITS {
            return Err(damaged);
        }
        crate::elf::range(self.bytes, section.offset, section.len).ok_or(damaged).map(Some)
    }

    /// Where everything ends that the headers name, but for the segment at the offset of the payload.
    pub(crate) fn end(&self, payload: u64) -> Option<u64> {
        let mut end = self.headers.end.max(self.sections.end) as u64;
        for segment in self.segments().filter(|segment| segment.offset != payload) {
            end = end.max(segment.offset.checked_add(segment.file_len)?);
        }
        for section in self.sections().filter(|section| section.kind != NO_BITS) {
            end = end.max(section.offset.checked_add(section.len)?);
        }
        Some(end)
    }
}

/// Where `len` bytes from `offset` are, if they are there.
pub(crate) fn range(bytes: &[u8], offset: u64, len: u64) -> Option<Range<usize>> {
    let start = usize::try_from(offset).ok()?;
    let end = start.checked_add(usize::try_from(len).ok()?)?;
    (end <= bytes.len()).then_some(start..end)
}

/// The error for a structure that is not where or what it should be.
pub(crate) fn malformed(what: &'static str, offset: u64) -> Error {
    Error::NotExecutable { what, offset }
}

fn table(bytes: &[u8], offset: u64, count: usize, size: usize) -> Option<Range<usize>> {
    if count == 0 { Some(0..0) } else { range(bytes, offset, count.checked_mul(size)? as u64) }
}

fn section(header: &[u8]) -> Section {
    let (half, word) = (|at| u32::from_le_bytes(array(header, at)), |at| u64::from_le_bytes(array(header, at)));
    Section { name: half(0), kind: half(4), offset: word(24), len: word(32) }
}
