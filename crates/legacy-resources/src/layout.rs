//! The numbers of versions 1 to 3 (PyOxidizer's manual, 7.2).

use pyox_packed_resources::{EntryFlags, FieldKind};

/// The first seven bytes of every version; the eighth is its number.
pub(crate) const MAGIC: &[u8] = b"pyembed";
/// Length of magic and header in bytes.
pub(crate) const HEADER_LEN: usize = 21;

/// Marks the end of an index, the start and the end of an item in one.
pub(crate) const END_OF_INDEX: u8 = 0x00;
pub(crate) const START_OF_ENTRY: u8 = 0x01;
pub(crate) const END_OF_ENTRY: u8 = 0xff;

/// What a blob section says about itself.
pub(crate) const SECTION_FIELD: u8 = 0x02;
pub(crate) const SECTION_LENGTH: u8 = 0x03;
pub(crate) const SECTION_PADDING: u8 = 0x04;
/// The values of [`SECTION_PADDING`].
pub(crate) const PADDING_NONE: u8 = 0x01;
pub(crate) const PADDING_NULL: u8 = 0x02;

/// Fields of a resource that are neither flags nor values.
pub(crate) const FLAVOR: u8 = 0x02;
pub(crate) const NAME: u8 = 0x03;
pub(crate) const EXECUTABLE: u8 = 0x1c;

/// What version 1 calls flavor, by its number.
pub(crate) const FLAVORS: [EntryFlags; 6] = [
    EntryFlags(0),
    EntryFlags::MODULE,
    EntryFlags::BUILTIN,
    EntryFlags::FROZEN,
    EntryFlags::EXTENSION,
    EntryFlags::SHARED_LIBRARY,
];

/// Fields of a resource that are flags.
pub(crate) const FLAGS: [(u8, EntryFlags); 8] = [
    (0x04, EntryFlags::PACKAGE),
    (0x05, EntryFlags::NAMESPACE),
    (0x16, EntryFlags::MODULE),
    (0x17, EntryFlags::BUILTIN),
    (0x18, EntryFlags::FROZEN),
    (0x19, EntryFlags::EXTENSION),
    (0x1a, EntryFlags::SHARED_LIBRARY),
    (0x1b, EntryFlags::FILE),
];

/// The highest field that a version knows.
pub(crate) fn last_field(version: u8) -> u8 {
    match version {
        1 => 0x15,
        2 => 0x1a,
        _ => 0x1e,
    }
}

/// How the lengths of a field are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One value: its length.
    One(Width),
    /// A `u32` count, then for each file the length of its name, a `u16`, and of its value.
    Files(Width),
    /// A `u16` count, then for each name its length, a `u16`.
    Names,
}

/// Size of a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    U32,
    U64,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    InMemory,
    /// In a file with a path of [`crate::NativePaths`].
    NativePath,
    /// In a file with a path in UTF-8.
    Utf8Path,
}

/// A field of a resource that has a value.
pub(crate) struct Field {
    pub(crate) code: u8,
    pub(crate) kind: FieldKind,
    pub(crate) content: Content,
    pub(crate) shape: Shape,
}

const fn one(code: u8, kind: FieldKind, content: Content, width: Width) -> Field {
    Field { code, kind, content, shape: Shape::One(width) }
}

const fn files(code: u8, kind: FieldKind, content: Content, width: Width) -> Field {
    Field { code, kind, content, shape: Shape::Files(width) }
}

/// All of them, by code.
pub(crate) const FIELDS: [Field; 18] = {
    use Content::{InMemory, NativePath, Utf8Path};
    use FieldKind::{
        Bytecode, BytecodeOpt1, BytecodeOpt2, Dependency, DistributionResource, Extension, File, PackageResource,
        SharedLibrary, Source,
    };
    use Width::{U32, U64};
    [
        one(0x06, Source, InMemory, U32),
        one(0x07, Bytecode, InMemory, U32),
        one(0x08, BytecodeOpt1, InMemory, U32),
        one(0x09, BytecodeOpt2, InMemory, U32),
        one(0x0a, Extension, InMemory, U32),
        files(0x0b, PackageResource, InMemory, U64),
        files(0x0c, DistributionResource, InMemory, U64),
        one(0x0d, SharedLibrary, InMemory, U64),
        Field { code: 0x0e, kind: Dependency, content: InMemory, shape: Shape::Names },
        one(0x0f, Source, NativePath, U32),
        one(0x10, Bytecode, NativePath, U32),
        one(0x11, BytecodeOpt1, NativePath, U32),
        one(0x12, BytecodeOpt2, NativePath, U32),
        one(0x13, Extension, NativePath, U32),
        files(0x14, PackageResource, NativePath, U32),
        files(0x15, DistributionResource, NativePath, U32),
        one(0x1d, File, InMemory, U64),
        one(0x1e, File, Utf8Path, U32),
    ]
};
