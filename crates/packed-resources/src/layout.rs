//! Constants and fixed-size records of the format. The prose is in `docs/packed-resources.md`.

use crate::OptimizeLevel;

/// The first eight bytes of packed resources version 4.
pub const MAGIC: [u8; 8] = *b"pyembed\x04";
/// Length of the fixed header in bytes.
pub(crate) const HEADER_LEN: usize = 48;
/// Length of one record of the section table in bytes.
pub(crate) const SECTION_LEN: usize = 24;
/// No blob has more sections; bounds the work of opening.
pub(crate) const MAX_SECTIONS: u32 = 64;
/// Length of one hash table slot in bytes.
pub(crate) const SLOT_LEN: usize = 8;
/// Length of one entry record in bytes.
pub(crate) const ENTRY_LEN: usize = 24;
/// Length of one field record in bytes.
pub(crate) const FIELD_LEN: usize = 40;
/// Values start at multiples of this many bytes.
pub const VALUE_ALIGNMENT: u64 = 8;
/// Native code starts at multiples of this many bytes, the page size of most machines.
pub const NATIVE_ALIGNMENT: u64 = 4096;

/// The encoding of values, and the kind of the section, of the first dictionary.
pub(crate) const FIRST_DICTIONARY: u8 = 128;
/// A blob has at most so many dictionaries.
pub(crate) const MAX_DICTIONARIES: u8 = 32;
/// A dictionary is at most so long: it stays in memory while values are read.
pub(crate) const MAX_DICTIONARY_LEN: u64 = 8 << 20;
/// Length of a digest in bytes.
pub(crate) const DIGEST_LEN: usize = 32;

/// What a section holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SectionKind {
    /// UTF-8 of all names and keys (1).
    Names,
    /// The hash table over entry names (2).
    Slots,
    /// Entry records sorted by name (3).
    Entries,
    /// Field records, grouped by entry (4).
    Fields,
    /// Values: bytecode (5).
    Code,
    /// Values: source text (6).
    Source,
    /// Values: data files, metadata and everything else (7).
    Resources,
    /// Values: extension modules and shared libraries, page-aligned (8).
    Native,
    /// The encoded interpreter configuration (16).
    InterpreterConfig,
    /// Marshalled code that starts the importer (17).
    Boot,
    /// SHA-256 of the blob (18).
    Digest,
    /// SHA-256 of what precedes the blob in a program: its launcher (20).
    Launcher,
    /// A zstd dictionary (128 to 159), for values with the encoding of the same number.
    Dictionary(u8),
    /// Any other number; from 4096 on free for applications.
    Other(u32),
}

impl SectionKind {
    /// Those with a number and a name of their own.
    const KNOWN: [(Self, u32, &'static str); 12] = [
        (Self::Names, 1, "names"),
        (Self::Slots, 2, "slots"),
        (Self::Entries, 3, "entries"),
        (Self::Fields, 4, "fields"),
        (Self::Code, 5, "code"),
        (Self::Source, 6, "source"),
        (Self::Resources, 7, "resources"),
        (Self::Native, 8, "native"),
        (Self::InterpreterConfig, 16, "interpreter-config"),
        (Self::Boot, 17, "boot"),
        (Self::Digest, 18, "digest"),
        (Self::Launcher, 20, "launcher"),
    ];

    /// Number and name of one of these.
    pub(crate) fn known(self) -> (u32, &'static str) {
        let known = Self::KNOWN.iter().find(|(kind, ..)| *kind == self);
        known.map(|(_, code, name)| (*code, *name)).unwrap_or_default()
    }

    /// The number stored in the section table.
    pub fn code(self) -> u32 {
        match self {
            Self::Dictionary(number) => u32::from(FIRST_DICTIONARY) + u32::from(number),
            Self::Other(code) => code,
            known => known.known().0,
        }
    }

    /// Whether it holds what the writer is given, and nothing that follows from entries.
    pub fn is_opaque(self) -> bool {
        self.code() > Self::Native.code() && !matches!(self, Self::Digest | Self::Dictionary(_))
    }

    /// Whether it holds values of entries.
    pub(crate) const fn has_values(self) -> bool {
        matches!(self, Self::Code | Self::Source | Self::Native | Self::Resources)
    }

    /// The kind with a stored number.
    pub fn from_code(code: u32) -> Self {
        match Self::KNOWN.iter().find(|known| known.1 == code) {
            Some((kind, ..)) => *kind,
            None if (128..160).contains(&code) => Self::Dictionary((code - u32::from(FIRST_DICTIONARY)) as u8),
            None => Self::Other(code),
        }
    }
}

/// What one field of an entry holds. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum FieldKind {
    /// Source text of the module.
    Source = 1,
    /// Marshalled code of the module, optimisation level 0.
    Bytecode = 2,
    /// Marshalled code of the module, optimisation level 1.
    BytecodeOpt1 = 3,
    /// Marshalled code of the module, optimisation level 2.
    BytecodeOpt2 = 4,
    /// The extension module as a dynamic library.
    Extension = 5,
    /// The shared library itself.
    SharedLibrary = 6,
    /// A shared library this extension or library needs; the key is its entry's name, the value is empty.
    Dependency = 7,
    /// A data file of the package; the key is its path relative to the package, with `/`.
    PackageResource = 8,
    /// A file of the distribution's metadata directory; the key is its path relative to that directory.
    DistributionResource = 9,
    /// A file to be placed in the cache directory that the entry is named after; the key is its path below `sys.path`.
    CacheFile = 10,
    /// Name of the cache directory that holds the files of a top-level module or package, and of the entry that lists
    /// them.
    CacheDirectory = 11,
    /// The path below `sys.path` the resource has when it is a file, where that does not follow from its name.
    RelativePath = 12,
    /// Name of the metadata directory of a distribution, for example `click-8.1.7.dist-info`.
    MetadataDirectory = 13,
    /// The content of a file that belongs to no package; the entry is named by its path.
    File = 14,
}

impl FieldKind {
    /// Every kind, by number.
    pub const ALL: [Self; 14] = [
        Self::Source,
        Self::Bytecode,
        Self::BytecodeOpt1,
        Self::BytecodeOpt2,
        Self::Extension,
        Self::SharedLibrary,
        Self::Dependency,
        Self::PackageResource,
        Self::DistributionResource,
        Self::CacheFile,
        Self::CacheDirectory,
        Self::RelativePath,
        Self::MetadataDirectory,
        Self::File,
    ];

    /// The kinds of bytecode, by optimisation level.
    pub const BYTECODE: [Self; 3] = [Self::Bytecode, Self::BytecodeOpt1, Self::BytecodeOpt2];

    /// The kind of bytecode of an optimisation level.
    pub fn bytecode(level: OptimizeLevel) -> Self {
        Self::BYTECODE[usize::from(level.number())]
    }

    /// The optimisation level of bytecode.
    pub fn optimize_level(self) -> Option<OptimizeLevel> {
        let level = Self::BYTECODE.iter().position(|kind| *kind == self)?;
        OptimizeLevel::from_number(level as u8)
    }

    /// Whether it is bytecode, of any level.
    pub fn is_bytecode(self) -> bool {
        Self::BYTECODE.contains(&self)
    }

    /// Whether it is what `import` loads: source, bytecode or an extension module.
    pub fn is_code(self) -> bool {
        self.is_bytecode() || matches!(self, Self::Source | Self::Extension)
    }

    /// Whether it is native code: an extension module or a shared library.
    pub fn is_native(self) -> bool {
        matches!(self, Self::Extension | Self::SharedLibrary)
    }

    /// The kind with a stored number, if this version knows it.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code).checked_sub(1)?).copied()
    }

    /// The section that holds values of this kind.
    pub(crate) fn section(self) -> SectionKind {
        match self {
            Self::Source => SectionKind::Source,
            kind if kind.is_bytecode() => SectionKind::Code,
            kind if kind.is_native() => SectionKind::Native,
            _ => SectionKind::Resources,
        }
    }
}

/// How a value is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// As it is (0).
    Raw,
    /// One zstd frame (1).
    Zstd,
    /// In a file; the stored bytes are its path, relative to a directory that the reader is given (2).
    File,
    /// One zstd frame made with a dictionary of the blob (128 and up).
    Dictionary(u8),
}

impl Encoding {
    /// The number stored in the field.
    pub const fn code(self) -> u8 {
        match self {
            Self::Raw => 0,
            Self::Zstd => 1,
            Self::File => 2,
            Self::Dictionary(number) => FIRST_DICTIONARY + number,
        }
    }

    /// The encoding with a stored number, if this version knows it.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Raw),
            1 => Some(Self::Zstd),
            2 => Some(Self::File),
            128..160 => Some(Self::Dictionary(code - FIRST_DICTIONARY)),
            _ => None,
        }
    }
}

/// Bits that say what an entry is. One name may be several things at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct EntryFlags(pub u32);

impl EntryFlags {
    /// A Python module with source, bytecode or both.
    pub const MODULE: Self = Self(1);
    /// The module is a package.
    pub const PACKAGE: Self = Self(2);
    /// The package is a namespace package: a directory without code.
    pub const NAMESPACE: Self = Self(4);
    /// An extension module in a dynamic library.
    pub const EXTENSION: Self = Self(8);
    /// A shared library; the name is its SONAME.
    pub const SHARED_LIBRARY: Self = Self(16);
    /// A distribution; the name is its normalised project name (PEP 503).
    pub const DISTRIBUTION: Self = Self(32);
    /// An extension module that is part of the interpreter.
    pub const BUILTIN: Self = Self(64);
    /// A frozen module, which is part of the interpreter.
    pub const FROZEN: Self = Self(128);
    /// A file that belongs to no package; the name is its path.
    pub const FILE: Self = Self(256);
    /// Anything `import` can load.
    pub const IMPORTABLE: Self = Self(1 | 4 | 8);

    /// Whether any bit of `other` is set.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets of bits.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The bits that are in both sets.
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The bits that are not in `other`.
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// FNV-1a, 32 bits: the hash of the slot table.
pub const fn hash_name(name: &[u8]) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    let mut i = 0;
    while i < name.len() {
        hash = (hash ^ name[i] as u32).wrapping_mul(0x0100_0193);
        i += 1;
    }
    hash
}
