//! Blobs for the tests.
#![allow(dead_code, reason = "each test uses some of it")]

#[path = "common/walk.rs"]
pub mod walk;

use pyox_packed_resources::{
    Blob, Compressor, Damage, Dictionary, EntryFlags, Error, FieldKind, SectionKind, Value, Verified, Writer,
};

/// Whatever goes wrong in a test.
pub type TestResult = Result<(), Box<dyn std::error::Error>>;

/// Every kind of field and section, keys, names beyond ASCII, equal values, a compressed value.
pub fn everything() -> Result<Writer, Error> {
    let mut writer = Writer::new();
    let package = writer.entry("pkg").flag(EntryFlags::MODULE.union(EntryFlags::PACKAGE));
    package.field(FieldKind::Source, b"__version__ = '1'\n".to_vec());
    package.field(FieldKind::Bytecode, squeezed(b"level zero ")?);
    package.field(FieldKind::BytecodeOpt1, with_dictionary(b"level one ")?);
    package.field(FieldKind::BytecodeOpt2, b"level two".to_vec());
    package.keyed(FieldKind::PackageResource, "data/a.txt", b"equal".to_vec());
    package.keyed(FieldKind::PackageResource, "data/\u{e4}\u{1f40d}.txt", Vec::new());
    package.keyed(FieldKind::CacheFile, "pkg/data/a.txt", Value::raw(b"equal".to_vec()).with_mode(0o755));
    package.keyed(FieldKind::CacheFile, "pkg/data/b.txt", Value::file("lib/pkg/data/b.txt"));
    package.field(FieldKind::CacheDirectory, b"0123abcd".to_vec());
    let extension = writer.entry("pkg._native").flag(EntryFlags::EXTENSION);
    extension.field(FieldKind::Extension, b"\x7fELF extension".to_vec());
    extension.field(FieldKind::RelativePath, b"pkg/_native.so".to_vec());
    extension.keyed(FieldKind::Dependency, "libz.so.1", Vec::new());
    let library = writer.entry("libz.so.1").flag(EntryFlags::SHARED_LIBRARY);
    library.field(FieldKind::SharedLibrary, b"\x7fELF library".to_vec());
    let distribution = writer.entry("pkg-dist").flag(EntryFlags::DISTRIBUTION);
    distribution.keyed(FieldKind::DistributionResource, "METADATA", b"Name: Pkg.Dist\n".to_vec());
    distribution.field(FieldKind::MetadataDirectory, b"Pkg_Dist-1.dist-info".to_vec());
    writer.entry("space").flag(EntryFlags::NAMESPACE.union(EntryFlags::PACKAGE));
    writer.entry("m\u{f6}dule.\u{6a21}\u{5757}").flag(EntryFlags::MODULE).field(FieldKind::Source, b"1\n".to_vec());
    writer.entry("").flag(EntryFlags(1 << 31));
    writer.entry("bin/tool").flag(EntryFlags::FILE).field(FieldKind::File, b"#!/bin/sh\n".to_vec());
    writer.section(SectionKind::InterpreterConfig, b"config".to_vec());
    writer.section(SectionKind::Other(4096), b"opaque".to_vec());
    Ok(writer)
}

/// The same with a digest, where that is built in.
pub fn sealed() -> Result<Writer, Error> {
    #[cfg_attr(not(feature = "digest"), expect(unused_mut, reason = "there is nothing to add"))]
    let mut writer = everything()?;
    #[cfg(feature = "digest")]
    writer.digest();
    Ok(writer)
}

/// A value that compresses, where compression is built in.
pub fn squeezed(text: &[u8]) -> Result<Value, Error> {
    if cfg!(feature = "zstd") { Value::compressed(&text.repeat(40), 3) } else { Ok(Value::raw(text.repeat(40))) }
}

/// A value that compresses with a dictionary, where compression is built in.
pub fn with_dictionary(text: &[u8]) -> Result<Value, Error> {
    let content = text.repeat(40);
    if cfg!(feature = "zstd") {
        let dictionary = Dictionary::new(&[b"before ", &content[..], b" after"].concat())?;
        Compressor::with_dictionary(3, dictionary.into())?.compress(&content)
    } else {
        Ok(Value::raw(content))
    }
}

/// What is known about one section of a well-formed blob.
#[derive(Clone, Copy)]
pub struct Section {
    pub kind: u32,
    /// Where its record is.
    pub record: usize,
    pub offset: usize,
    pub length: usize,
}

/// The section table of a well-formed blob, read without the crate.
pub fn sections(bytes: &[u8]) -> Vec<Section> {
    let word = |at: usize| bytes[at..at + 4].iter().rev().fold(0, |word, byte| word << 8 | usize::from(*byte));
    let records = (0..word(12)).map(|i| 48 + i * 24);
    records
        .map(|record| Section {
            kind: word(record) as u32,
            record,
            offset: word(record + 8),
            length: word(record + 16),
        })
        .collect()
}

/// The section of a kind.
pub fn section(bytes: &[u8], kind: SectionKind) -> Section {
    sections(bytes).into_iter().find(|section| section.kind == kind.code()).expect("there is such a section")
}

/// Overwrites bytes and makes the header checksum right.
pub fn patch(bytes: &mut [u8], at: usize, new: &[u8]) {
    bytes[at..at + new.len()].copy_from_slice(new);
    walk::repair(bytes);
}

/// The bytes with the checksums of all sections and of the header right, but not those of values.
pub fn reseal_sections(bytes: &mut [u8]) {
    for section in sections(bytes) {
        let crc = crc32fast::hash(&bytes[section.offset..section.offset + section.length]);
        bytes[section.record + 4..section.record + 8].copy_from_slice(&crc.to_le_bytes());
    }
    walk::repair(bytes);
}

/// Opens and verifies.
pub fn verified(bytes: &[u8]) -> Result<Result<Verified, Damage>, Error> {
    Blob::open(bytes).map(|blob| blob.verify())
}

/// Numbers that look random and are the same every time.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}
