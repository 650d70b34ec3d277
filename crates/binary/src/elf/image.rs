//! A checked view of an ELF file. Every access to the bytes is bounds-checked and every sum is a checked one.

use goblin::container::{Container, Ctx};
use goblin::elf::dynamic::{DT_NULL, DT_STRSZ, DT_STRTAB};
use goblin::elf::header::ELFMAG;
use goblin::elf::program_header::PT_LOAD;
use goblin::elf::{Dynamic, Elf, Header, ProgramHeader};

use crate::ElfError;

/// The longest string that is read, in bytes: search paths have been seen to grow to some tens of thousands.
const LONGEST_NAME: usize = 1 << 16;

/// Header and program headers of an ELF file, with its bytes.
pub(crate) struct Image<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) header: Header,
    pub(crate) segments: Vec<ProgramHeader>,
    pub(crate) ctx: Ctx,
}

/// The dynamic section: its entries up to the first `DT_NULL`, and its string table.
pub(crate) struct DynamicTable<'a> {
    entries: Vec<(u64, u64)>,
    strings: &'a [u8],
    strings_at: u64,
}

impl<'a> Image<'a> {
    /// Reads the header and the program headers, of any word size and byte order.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, ElfError> {
        if !bytes.starts_with(ELFMAG) {
            return Err(ElfError::NotElf);
        }
        let header = Elf::parse_header(bytes).map_err(|_| malformed("header", 0))?;
        let container = header.container().map_err(|_| malformed("class", 4))?;
        let endian = header.endianness().map_err(|_| malformed("byte order", 5))?;
        let ctx = Ctx::new(container, endian);
        let table = header.e_phoff;
        if header.e_phnum != 0 && usize::from(header.e_phentsize) != ProgramHeader::size(ctx) {
            return Err(malformed("size of a program header", table));
        }
        let at = usize::try_from(table).map_err(|_| malformed("program headers", table))?;
        let segments = ProgramHeader::parse(bytes, at, header.e_phnum.into(), ctx)
            .map_err(|_| malformed("program headers", table))?;
        Ok(Self { bytes, header, segments, ctx })
    }

    /// Refuses everything but the 64-bit little-endian files that can be edited.
    pub(crate) fn editable(self) -> Result<Self, ElfError> {
        if self.ctx.container != Container::Big || !self.ctx.is_little_endian() {
            return Err(ElfError::Unsupported { what: "only 64-bit little-endian files can be edited" });
        }
        Ok(self)
    }

    /// The bytes of a structure.
    pub(crate) fn slice(&self, what: &'static str, offset: u64, len: u64) -> Result<&'a [u8], ElfError> {
        slice(self.bytes, offset, len).ok_or(malformed(what, offset))
    }

    /// Where in the file an address of the loaded image is kept.
    pub(crate) fn offset_of(&self, address: u64) -> Option<u64> {
        self.segments.iter().filter(|s| s.p_type == PT_LOAD).find_map(|segment| {
            let within = address.checked_sub(segment.p_vaddr)?;
            (within < segment.p_filesz).then(|| segment.p_offset.checked_add(within))?
        })
    }

    /// Like [`Self::offset_of`], as an index, or an error that names the structure.
    pub(crate) fn index_of(&self, what: &'static str, address: u64) -> Result<usize, ElfError> {
        let offset = self.offset_of(address).ok_or(malformed(what, address))?;
        usize::try_from(offset).map_err(|_| malformed(what, offset))
    }

    /// The dynamic section, if the file has one.
    pub(crate) fn dynamic(&self) -> Result<Option<DynamicTable<'a>>, ElfError> {
        let Some(dynamic) =
            Dynamic::parse(self.bytes, &self.segments, self.ctx).map_err(|_| malformed("dynamic section", 0))?
        else {
            return Ok(None);
        };
        let entries: Vec<_> =
            dynamic.dyns.iter().take_while(|d| d.d_tag != DT_NULL).map(|d| (d.d_tag, d.d_val)).collect();
        let mut table = DynamicTable { entries, strings: &[], strings_at: 0 };
        if let Some(address) = table.value(DT_STRTAB) {
            let offset = self.offset_of(address).ok_or(malformed("dynamic string table", address))?;
            let len = table.value(DT_STRSZ).unwrap_or(0);
            table.strings = self.slice("dynamic string table", offset, len)?;
            table.strings_at = offset;
        }
        Ok(Some(table))
    }

    /// A 32-bit number in the byte order of the file.
    pub(crate) fn u32_at(&self, index: usize) -> Option<u32> {
        let bytes = self.bytes.get(index..index.checked_add(4)?)?.try_into().ok()?;
        Some(if self.ctx.is_little_endian() { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }
}

impl<'a> DynamicTable<'a> {
    /// The value of the first entry with this tag.
    pub(crate) fn value(&self, tag: u64) -> Option<u64> {
        self.values(tag).next()
    }

    /// The values of all entries with this tag, in order.
    pub(crate) fn values(&self, tag: u64) -> impl Iterator<Item = u64> {
        self.entries.iter().filter(move |entry| entry.0 == tag).map(|entry| entry.1)
    }

    /// Where in the file the string table is.
    pub(crate) fn strings_at(&self) -> u64 {
        self.strings_at
    }

    /// A string of the string table, by its offset there.
    pub(crate) fn string(&self, offset: u64) -> Result<&'a str, ElfError> {
        let at = self.strings_at.saturating_add(offset);
        let bytes = terminated(self.strings, offset).ok_or(malformed("name", at))?;
        std::str::from_utf8(bytes).map_err(|_| malformed("name", at))
    }

    /// Whether a string of the string table starts with a prefix, without looking for its end.
    pub(crate) fn starts_with(&self, offset: u64, prefix: &[u8]) -> bool {
        from(self.strings, offset).is_some_and(|rest| rest.starts_with(prefix))
    }
}

/// The bytes from `offset` up to the next zero byte, if that is near enough.
pub(crate) fn terminated(table: &[u8], offset: u64) -> Option<&[u8]> {
    let rest = from(table, offset)?;
    rest.get(..rest.iter().take(LONGEST_NAME).position(|&byte| byte == 0)?)
}

/// The bytes from `offset`.
pub(crate) fn from(table: &[u8], offset: u64) -> Option<&[u8]> {
    table.get(usize::try_from(offset).ok()?..)
}

/// `len` bytes from `offset`, if they are there.
pub(crate) fn slice(bytes: &[u8], offset: u64, len: u64) -> Option<&[u8]> {
    let start = usize::try_from(offset).ok()?;
    bytes.get(start..start.checked_add(usize::try_from(len).ok()?)?)
}

/// The error for a structure that is not where or what it should be.
pub(crate) fn malformed(what: &'static str, offset: u64) -> ElfError {
    ElfError::Malformed { what, offset }
}
