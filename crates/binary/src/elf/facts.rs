//! What an ELF file needs and offers, as the dynamic loader would see it: from its program headers, so that it works on
//! files without section headers too.

use std::path::Path;

use goblin::container::{Container, Ctx};
use goblin::elf::dynamic::{
    DF_1_PIE, DT_FLAGS_1, DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_SONAME, DT_VERNEED, DT_VERNEEDNUM,
};
use goblin::elf::header::{ET_DYN, ET_EXEC, ET_REL};
use goblin::elf::program_header::PT_INTERP;
use goblin::elf::section_header::SHT_GNU_VERNEED;
use goblin::elf::{SectionHeader, VerneedSection};
use serde::{Deserialize, Serialize};

use crate::elf::image::{DynamicTable, Image, malformed, terminated};
use crate::elf::symbols::python_symbols;
use crate::{ElfError, NativeError, SymbolVersion};

/// For which machine a file was made. Files of different targets cannot be loaded together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// A version of a library that symbols are bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionNeed {
    /// The library, as it is needed.
    pub library: String,
    /// The name of the version, such as `GLIBC_2.17`.
    pub version: String,
    /// Whether the dynamic loader does without it.
    pub is_weak: bool,
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
    /// The versions of libraries that its symbols are bound to, library by library, in the order of the file.
    pub version_needs: Vec<VersionNeed>,
    /// The highest version of glibc it needs, from its symbol versions. Needs that are marked weak do not count.
    pub glibc: Option<SymbolVersion>,
    /// The highest `GLIBCXX` version it needs of libstdc++.
    pub glibcxx: Option<SymbolVersion>,
    /// The highest `CXXABI` version it needs of libstdc++.
    pub cxxabi: Option<SymbolVersion>,
    /// Whether it needs private symbols of glibc, which ties it to one build of glibc: it must not be bundled.
    pub glibc_private: bool,
    /// The names of the functions it exports for Python to load it as an extension module: `PyInit_*`, `PyInitU_*`
    /// (names that are not ASCII) and `PyModExport_*` (CPython 3.15). Sorted.
    pub init_functions: Vec<String>,
    /// How many symbols of Python's C API it exports (`Py*` and `_Py*`), if an interpreter is in it; otherwise 0.
    pub python_api: usize,
    /// The dynamic loader that starts it (`PT_INTERP`), as a path.
    pub interpreter: Option<String>,
}

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
            version_needs: Vec::new(),
            glibc: None,
            glibcxx: None,
            cxxabi: None,
            glibc_private: false,
            init_functions: Vec::new(),
            python_api: 0,
            interpreter: interpreter(&image),
        };
        let Some(dynamic) = image.dynamic()? else { return Ok(facts) };
        let strings = |tag| {
            if dynamic.values(tag).count() > MOST_NEEDS {
                return Err(malformed("number of needs", 0));
            }
            let strings: Vec<&str> =
                dynamic.values(tag).map(|offset| dynamic.string(offset)).collect::<Result<_, _>>()?;
            check_length(strings.iter().map(|string| string.len()).sum(), bytes)?;
            Ok(strings)
        };
        facts.soname = strings(DT_SONAME)?.first().map(|name| (*name).to_owned());
        facts.needed = strings(DT_NEEDED)?.into_iter().map(str::to_owned).collect();
        facts.rpath = directories(&strings(DT_RPATH)?);
        facts.runpath = directories(&strings(DT_RUNPATH)?);
        let is_pie = dynamic.value(DT_FLAGS_1).unwrap_or(0) & DF_1_PIE != 0;
        if facts.kind == ElfKind::Shared && (is_pie || has(PT_INTERP) && facts.soname.is_none()) {
            facts.kind = ElfKind::Executable;
        }
        let version_needs = version_needs(&image, &dynamic)?;
        for need in version_needs.iter().filter(|need| !need.is_weak) {
            facts.count(&need.version);
        }
        facts.version_needs = version_needs;
        (facts.init_functions, facts.python_api) = python_symbols(&image, &dynamic)?.finish();
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

    pub(crate) fn of(image: &Image<'_>) -> Self {
        Self::new(image.header.e_machine, image.ctx)
    }

    fn new(machine: u16, ctx: Ctx) -> Self {
        Self { machine, is_64: ctx.container == Container::Big, little_endian: ctx.is_little_endian() }
    }
}

/// Refuses names that are longer, all together, than the file they come from: many that are one.
fn check_length(length: usize, bytes: &[u8]) -> Result<(), ElfError> {
    if length > bytes.len() { Err(malformed("length of names", 0)) } else { Ok(()) }
}

/// The directories of search paths.
pub(crate) fn directories(lists: &[&str]) -> Vec<String> {
    lists.iter().flat_map(|list| list.split(':')).filter(|dir| !dir.is_empty()).map(str::to_owned).collect()
}

/// The dynamic loader that a file names.
fn interpreter(image: &Image<'_>) -> Option<String> {
    let segment = image.segments.iter().find(|segment| segment.p_type == PT_INTERP)?;
    let path = terminated(image.bytes, segment.p_offset)?;
    std::str::from_utf8(path).ok().map(str::to_owned)
}

/// The versions that symbols of this file are bound to.
pub(crate) fn version_needs(image: &Image<'_>, dynamic: &DynamicTable<'_>) -> Result<Vec<VersionNeed>, ElfError> {
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
    let (mut needs, mut length) = (Vec::new(), 0_usize);
    for need in table.iter().flat_map(VerneedSection::iter) {
        let library = dynamic.string(need.vn_file as u64)?;
        for version in need.iter() {
            let name = dynamic.string(version.vna_name as u64)?;
            needs.push(VersionNeed {
                library: library.to_owned(),
                version: name.to_owned(),
                is_weak: version.vna_flags & VERSION_IS_WEAK != 0,
            });
            length = length.saturating_add(library.len()).saturating_add(name.len());
            check_length(length, image.bytes)?;
            if needs.len() > MOST_NEEDS {
                return Err(malformed("number of version needs", offset));
            }
        }
    }
    Ok(needs)
}
