//! The sections of a blob, and what reads the indexes.

use pyox_packed_resources::Error;

use crate::layout::{
    END_OF_ENTRY, END_OF_INDEX, PADDING_NONE, PADDING_NULL, SECTION_FIELD, SECTION_LENGTH, SECTION_PADDING,
    START_OF_ENTRY,
};

/// How far the values of each field are read.
pub(crate) struct Sections<'a> {
    bytes: &'a [u8],
    by_field: [Option<Section>; 256],
}

#[derive(Clone, Copy)]
struct Section {
    at: usize,
    end: usize,
    /// Bytes after each value.
    padding: usize,
}

impl<'a> Sections<'a> {
    /// Parses the blob index; the payload starts at `payload`.
    pub(crate) fn parse(mut index: Cursor<'a>, count: u8, payload: usize) -> Result<Self, Error> {
        let mut sections = Self { bytes: index.bytes, by_field: [None; 256] };
        let (mut at, mut found) = (payload, 0_u32);
        while let Some(mut code) = index.next_item()? {
            let (mut field, mut length, mut padding) = (None, None, 0);
            while code != END_OF_ENTRY {
                match code {
                    SECTION_FIELD => field = Some(index.u8()?),
                    SECTION_LENGTH => length = Some(index.u64()?),
                    SECTION_PADDING => {
                        padding = match index.u8()? {
                            PADDING_NONE => 0,
                            PADDING_NULL => 1,
                            _ => return Err(index.invalid("unknown padding of a section")),
                        }
                    }
                    _ => return Err(index.invalid("unknown field of a section")),
                }
                code = index.u8()?;
            }
            let field = field.ok_or(index.invalid("section without a field"))?;
            let length = length.ok_or(index.invalid("section without a length"))?;
            let end = at + slice(index.bytes, at as u64, length, "section")?.len();
            if sections.by_field[usize::from(field)].replace(Section { at, end, padding }).is_some() {
                return Err(index.invalid("two sections of one field"));
            }
            at = end;
            found += 1;
        }
        if found == u32::from(count) {
            Ok(sections)
        } else {
            Err(Error::Header { what: "section count", value: count.into() })
        }
    }

    /// The next value of a field, with its padding: where it starts and ends.
    pub(crate) fn take(&mut self, field: u8, length: u64) -> Result<(usize, usize), Error> {
        let Some(section) = &mut self.by_field[usize::from(field)] else {
            // Writers leave a section out when all its values are empty.
            if length == 0 {
                return Ok((0, 0));
            }
            return Err(Error::OutOfBounds { what: "value without a section", offset: 0, length, limit: 0 });
        };
        let start = section.at;
        let end = start + slice(&self.bytes[..section.end], start as u64, length, "value in a section")?.len();
        section.at = (end + section.padding).min(section.end);
        Ok((start, end))
    }

    pub(crate) fn text(&mut self, field: u8, length: u16, what: &'static str) -> Result<&'a str, Error> {
        let (start, end) = self.take(field, length.into())?;
        std::str::from_utf8(&self.bytes[start..end]).map_err(|_| Error::NotUtf8 { what, offset: start as u64 })
    }
}

/// A checked sub-slice; `what` names it in the error.
fn slice<'b>(bytes: &'b [u8], offset: u64, length: u64, what: &'static str) -> Result<&'b [u8], Error> {
    let end = offset.checked_add(length).filter(|&end| end <= bytes.len() as u64);
    let limit = bytes.len() as u64;
    end.map(|end| &bytes[offset as usize..end as usize]).ok_or(Error::OutOfBounds { what, offset, length, limit })
}

/// Reads an index from its start to its end.
pub(crate) struct Cursor<'a> {
    pub(crate) bytes: &'a [u8],
    start: usize,
    at: usize,
    pub(crate) end: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8], offset: u64, length: u64, what: &'static str) -> Result<Self, Error> {
        let start = bytes.len().min(offset as usize);
        let end = start + slice(bytes, offset, length, what)?.len();
        Ok(Self { bytes, start, at: start, end })
    }

    /// The first byte in the next item of an index, or `None` at the end, which an index of no bytes does not mark. The
    /// mark that starts an item is optional.
    pub(crate) fn next_item(&mut self) -> Result<Option<u8>, Error> {
        if self.start == self.end {
            return Ok(None);
        }
        match self.u8()? {
            END_OF_INDEX if self.at == self.end => Ok(None),
            END_OF_INDEX => Err(self.invalid("bytes after the end of the index")),
            START_OF_ENTRY => self.u8().map(Some),
            first => Ok(Some(first)),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let bytes = self.bytes[..self.end].get(self.at..).and_then(|rest| rest.first_chunk::<N>());
        let bytes = bytes.ok_or(self.invalid("it ends too early"))?;
        self.at += N;
        Ok(*bytes)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Error> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Error> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Error> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Error> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn invalid(&self, what: &'static str) -> Error {
        Error::LegacyIndex { what, offset: self.at as u64 }
    }
}
