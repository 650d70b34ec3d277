//! What an ELF file needs and offers, as the dynamic loader would see it: from its program headers, so that it works on files
//! without section headers too.

use std::path::Path;

use goblin::container::{Container, Ctx};
use goblin::elf::dynamic::{
    DF_1_PIE, DT_FLAGS_1, DT_GNU_HASH, DT_HASH, DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_SONAME, DT_SYMTAB, DT_VERNEED,
    DT_VERNEEDNUM,
};
use goblin::elf::header::{ET_DYN, ET_EXEC, ET_REL};
use goblin::elf::program_header::{PT_INTERP, PT_TLS};
use goblin::elf::section_header::{SHN_UNDEF, SHT_GNU_VERNEED};
use goblin::elf::{SectionHeader, Symtab, VerneedSection};

use super::image::{DynamicTable, Image, malformed};
use super::{ElfError, NativeError, SymbolVersion};

/// For which machine a file was made. Files of different targets cannot be loaded together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ElfTarget {
    /// `e_machine`: 62 is x86-64, 183 is AArch64.
    pub machine: u16,
    /// Whether the file is a 64-bit one.
    pub is_64: bool,
    /// Whether the file is a little-endian one.
    pub little_endian: bool,
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ElfKind {
    /// A program, position independent or not.
    Executable,
    /// A shared library or an extension module.
    Shared,
    /// An object file, input of a link editor.
    Object,
    /// Anything else, such as a core dump.
    Other,
}

/// What an ELF file needs and offers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ElfFacts {
    /// For which machine it is.
    pub target: ElfTarget,
    /// What it is for.
    pub kind: ElfKind,
    /// The name by which others need it (`DT_SONAME`).
    pub soname: Option<String>,
    /// The libraries it needs (`DT_NEEDED`), in order.
    pub needed: Vec<String>,
    /// Directories of `DT_RPATH`, unexpanded. The dynamic loader ignores them if there is a `DT_RUNPATH`.
    pub rpath: Vec<String>,
    /// Directories of `DT_RUNPATH`, unexpanded.
    pub runpath: Vec<String>,
    /// The highest version of glibc it needs, from its symbol versions. Needs that are marked weak do not count.
    pub glibc: Option<SymbolVersion>,
    /// The highest `GLIBCXX` version it needs of libstdc++.
    pub glibcxx: Option<SymbolVersion>,
    /// The highest `CXXABI` version it needs of libstdc++.
    pub cxxabi: Option<SymbolVersion>,
    /// Whether it needs private symbols of glibc, which ties it to one build of glibc: it must not travel.
    pub glibc_private: bool,
    /// The names of the functions it exports for Python to load it as an extension module: `PyInit_*`, `PyInitU_*` (names that
    /// are not ASCII) and `PyModExport_*` (CPython 3.15). Sorted.
    pub init_functions: Vec<String>,
    /// Whether it has thread-local variables (`PT_TLS`).
    pub thread_local: bool,
}

const INIT_PREFIXES: [&[u8]; 3] = [b"PyInit_", b"PyInitU_", b"PyModExport_"];
/// Beyond this number of needed libraries, or versions, a file is not believed: real ones have some dozens.
const MOST_NEEDS: usize = 1 << 13;
const VERSION_IS_WEAK: u16 = 2;

impl ElfFacts {
    /// Examines the bytes of a file; `path` is for errors only.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, NativeError> {
        Self::from_bytes(bytes).map_err(|source| NativeError::Elf { path: path.to_owned(), source })
    }

    /// Examines the bytes of a file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ElfError> {
        let image = Image::parse(bytes)?;
        let has = |segment_type| image.segments.iter().any(|segment| segment.p_type == segment_type);
        let mut facts = Self {
            target: ElfTarget::of(&image),
            kind: match image.header.e_type {
                ET_EXEC => ElfKind::Executable,
                ET_DYN => ElfKind::Shared,
                ET_REL => ElfKind::Object,
                _ => ElfKind::Other,
            },
            soname: None,
            needed: Vec::new(),
            rpath: Vec::new(),
            runpath: Vec::new(),
            glibc: None,
            glibcxx: None,
            cxxabi: None,
            glibc_private: false,
            init_functions: Vec::new(),
            thread_local: has(PT_TLS),
        };
        let Some(dynamic) = image.dynamic()? else { return Ok(facts) };
        let strings = |tag| {
            if dynamic.values(tag).count() > MOST_NEEDS {
                return Err(malformed("number of needs", 0));
            }
            dynamic.values(tag).map(|offset| dynamic.string(offset)).collect::<Result<Vec<_>, _>>()
        };
        facts.soname = strings(DT_SONAME)?.first().map(|name| (*name).to_owned());
        facts.needed = strings(DT_NEEDED)?.into_iter().map(str::to_owned).collect();
        facts.rpath = directories(&strings(DT_RPATH)?);
        facts.runpath = directories(&strings(DT_RUNPATH)?);
        let is_pie = dynamic.value(DT_FLAGS_1).unwrap_or(0) & DF_1_PIE != 0;
        if facts.kind == ElfKind::Shared && (is_pie || has(PT_INTERP) && facts.soname.is_none()) {
            facts.kind = ElfKind::Executable;
        }
        for (_, version) in needed_versions(&image, &dynamic)? {
            facts.count(version);
        }
        facts.init_functions = init_functions(&image, &dynamic)?;
        Ok(facts)
    }

    /// Raises what is needed to a version.
    fn count(&mut self, name: &str) {
        match name {
            "GLIBC_PRIVATE" => self.glibc_private = true,
            // Packed relative relocations: not a symbol, but a mark that only glibc 2.36 and later carry.
            "GLIBC_ABI_DT_RELR" => self.glibc = self.glibc.max(SymbolVersion::parse("2.36")),
            _ => {
                let number = |prefix| name.strip_prefix(prefix).and_then(SymbolVersion::parse);
                self.glibc = self.glibc.max(number("GLIBC_"));
                self.glibcxx = self.glibcxx.max(number("GLIBCXX_"));
                self.cxxabi = self.cxxabi.max(number("CXXABI_"));
            }
        }
    }
}

impl ElfTarget {
    /// The target of a file, by its first 64 bytes; `None` if it is not an ELF file.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let header = goblin::elf::Elf::parse_header(bytes).ok()?;
        Some(Self::new(header.e_machine, Ctx::new(header.container().ok()?, header.endianness().ok()?)))
    }

    pub(super) fn of(image: &Image<'_>) -> Self {
        Self::new(image.header.e_machine, image.ctx)
    }

    fn new(machine: u16, ctx: Ctx) -> Self {
        Self { machine, is_64: ctx.container == Container::Big, little_endian: ctx.is_little_endian() }
    }
}

fn directories(lists: &[&str]) -> Vec<String> {
    lists.iter().flat_map(|list| list.split(':')).filter(|dir| !dir.is_empty()).map(str::to_owned).collect()
}

/// The versions that symbols of this file are bound to, as pairs of library and version; without the weak ones.
pub(super) fn needed_versions<'a>(
    image: &Image<'a>,
    dynamic: &DynamicTable<'a>,
) -> Result<Vec<(&'a str, &'a str)>, ElfError> {
    let (Some(address), Some(count)) = (dynamic.value(DT_VERNEED), dynamic.value(DT_VERNEEDNUM)) else {
        return Ok(Vec::new());
    };
    let offset = image.index_of("version needs", address)? as u64;
    // A section header that says what the dynamic section says, which is there even when the real one is not.
    let section = SectionHeader {
        sh_type: SHT_GNU_VERNEED,
        sh_offset: offset,
        sh_size: (image.bytes.len() as u64).saturating_sub(offset),
        sh_info: u32::try_from(count).map_err(|_| malformed("number of version needs", offset))?,
        ..SectionHeader::default()
    };
    let table =
        VerneedSection::parse(image.bytes, &[section], image.ctx).map_err(|_| malformed("version needs", offset))?;
    let mut versions = Vec::new();
    let mut read = 0usize;
    for need in table.iter().flat_map(VerneedSection::iter) {
        let library = dynamic.string(need.vn_file as u64)?;
        for version in need.iter() {
            if version.vna_flags & VERSION_IS_WEAK == 0 {
                versions.push((library, dynamic.string(version.vna_name as u64)?));
            }
            read = read.saturating_add(1);
            if read > MOST_NEEDS {
                return Err(malformed("number of version needs", offset));
            }
        }
    }
    Ok(versions)
}

/// The functions among the exported symbols that make an extension module.
fn init_functions(image: &Image<'_>, dynamic: &DynamicTable<'_>) -> Result<Vec<String>, ElfError> {
    let Some(address) = dynamic.value(DT_SYMTAB) else { return Ok(Vec::new()) };
    let Some(count) = symbol_count(image, dynamic)? else { return Ok(Vec::new()) };
    let offset = image.index_of("dynamic symbols", address)?;
    let symbols = Symtab::parse(image.bytes, offset, count, image.ctx)
        .map_err(|_| malformed("dynamic symbols", offset as u64))?;
    let mut names: Vec<String> = symbols
        .iter()
        .filter(|symbol| symbol.st_shndx != SHN_UNDEF as usize)
        .filter(|symbol| INIT_PREFIXES.iter().any(|prefix| dynamic.starts_with(symbol.st_name as u64, prefix)))
        .filter_map(|symbol| dynamic.string(symbol.st_name as u64).ok())
        .map(str::to_owned)
        .collect();
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// The number of dynamic symbols, which only the hash tables know.
fn symbol_count(image: &Image<'_>, dynamic: &DynamicTable<'_>) -> Result<Option<usize>, ElfError> {
    let (what, count) = if let Some(address) = dynamic.value(DT_GNU_HASH) {
        ("GNU hash table", gnu_hash_symbols(image, image.index_of("GNU hash table", address)?))
    } else if let Some(address) = dynamic.value(DT_HASH) {
        let table = image.index_of("hash table", address)?;
        ("hash table", table.checked_add(4).and_then(|chains| image.u32_at(chains)))
    } else {
        return Ok(None);
    };
    let count = count.and_then(|count| usize::try_from(count).ok()).filter(|&count| count <= image.bytes.len());
    count.map(Some).ok_or(malformed(what, 0))
}

fn gnu_hash_symbols(image: &Image<'_>, table: usize) -> Option<u32> {
    let word = if image.ctx.container == Container::Big { 8 } else { 4 };
    let field = |number: usize| image.u32_at(table.checked_add(number * 4)?);
    let (buckets, first, filter) = (field(0)? as usize, field(1)?, field(2)? as usize);
    let bucket_at = table.checked_add(16)?.checked_add(filter.checked_mul(word)?)?;
    let chain_at = bucket_at.checked_add(buckets.checked_mul(4)?)?;
    let mut last = 0;
    for bucket in image.bytes.get(bucket_at..chain_at)?.chunks_exact(4) {
        let bucket = bucket.try_into().ok()?;
        let start = if image.ctx.is_little_endian() { u32::from_le_bytes(bucket) } else { u32::from_be_bytes(bucket) };
        last = last.max(start);
    }
    // All buckets empty: nothing is exported, and how many symbols are imported does not matter here.
    if last == 0 {
        return Some(first);
    }
    loop {
        let entry = usize::try_from(last.checked_sub(first)?).ok()?.checked_mul(4)?;
        let hash = image.u32_at(chain_at.checked_add(entry)?)?;
        last = last.checked_add(1)?;
        if hash & 1 == 1 {
            return Some(last);
        }
    }
}
