//! What is inside a program of ours, or a file of packed resources.

use std::collections::BTreeMap;
use std::ops::Range;

use pyox_interpreter_config::InterpreterConfig;
use pyox_packed_resources::{Decoder, Encoding, EntryFlags, Error, Field, FieldKind, Index, Packed, SectionKind};
use serde::Serialize;

use crate::native::ElfFacts;

/// Of compressed native code at most this many times the length of the file is decoded, so that a small file is quickly done.
const MOST_DECODED: u64 = 64;

/// What is inside a program, or a file of packed resources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Contents {
    /// The version of the format: 1 to 4.
    pub version: u8,
    /// Where the packed resources start, in bytes from the start of the file.
    pub offset: u64,
    /// Their length in bytes.
    pub length: u64,
    /// The Python they are for, such as `3.12`, if they say so.
    pub python: Option<String>,
    /// Other files of packed resources that the program uses: paths from its directory.
    pub resource_files: Vec<String>,
    /// Parts of version 4.
    pub sections: Vec<SectionSize>,
    /// Top-level modules and packages, by name.
    pub packages: Vec<Package>,
    /// Extension modules and shared libraries, by name.
    pub native: Vec<Native>,
}

/// A section of packed resources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SectionSize {
    /// Its name.
    pub name: String,
    /// Its length in bytes.
    pub length: u64,
}

/// A top-level module or package, with all that is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Package {
    /// Its name.
    pub name: String,
    /// How many modules it has, extension modules and itself included.
    pub modules: u64,
    /// Bytes of its values once decoded.
    pub size: u64,
    /// Bytes of its values as stored; what values share counts each time.
    pub stored: u64,
    /// Where its files are when the program runs.
    pub location: Location,
}

/// An extension module or a shared library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Native {
    /// The name of the module, or the SONAME.
    pub name: String,
    /// Whether it is an extension module.
    pub is_extension: bool,
    /// Its size in bytes.
    pub size: u64,
    /// Its size in bytes as stored.
    pub stored: u64,
    /// Where it is loaded from.
    pub location: Location,
    /// The shared libraries inside that it needs.
    pub needs: Vec<String>,
    /// The extension modules and shared libraries inside that need it.
    pub needed_by: Vec<String>,
}

/// Where a program finds what it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Location {
    /// In memory, with the packed resources.
    Memory,
    /// In the cache directory, where the program places it.
    Cache,
    /// In a file beside the program.
    File,
}

impl Location {
    /// Where a value is when a program uses it. `is_cached` says whether its top-level package has a cache directory.
    pub fn of(field: &Field<'_>, is_cached: bool) -> Self {
        match (field.encoding(), field.kind()) {
            (Ok(Encoding::File), _) => Self::File,
            (_, FieldKind::CacheFile) => Self::Cache,
            (_, FieldKind::Source | FieldKind::Extension | FieldKind::PackageResource) if is_cached => Self::Cache,
            _ => Self::Memory,
        }
    }

    /// `memory`, `cache` or `file`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Cache => "cache",
            Self::File => "file",
        }
    }
}

/// What is inside, and the native code in there that could be read.
pub(super) fn contents(bytes: &[u8], range: Range<usize>) -> Result<(Contents, Vec<(String, ElfFacts)>), Error> {
    let resources = bytes.get(range.clone()).unwrap_or_default();
    let packed = Packed::open(resources)?;
    let config = packed.blob().map(|blob| blob.section(SectionKind::InterpreterConfig)).transpose()?.flatten();
    let config = config.and_then(|section| InterpreterConfig::decode(section).ok());
    let python = config.as_ref().map(|config| config.python).filter(|python| python.0 != 0);
    let sections = packed.blob().into_iter().flat_map(pyox_packed_resources::Blob::sections);
    let length = packed.blob().map_or(resources.len(), pyox_packed_resources::Blob::len) as u64;
    let mut found = Contents {
        version: packed.version(),
        offset: range.start as u64,
        length,
        python: python.map(|(major, minor)| format!("{major}.{minor}")),
        resource_files: config.into_iter().flat_map(|config| config.resource_files).map(|file| file.path).collect(),
        sections: sections
            .map(|section| SectionSize { name: section.kind.to_string(), length: section.length })
            .collect(),
        packages: Vec::new(),
        native: Vec::new(),
    };
    let mut packages: BTreeMap<&str, Package> = BTreeMap::new();
    let mut needed_by: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut code = NativeCode { decoder: Decoder::new(), left: MOST_DECODED.saturating_mul(length), facts: Vec::new() };
    for entry in packed.entries() {
        let entry = entry?;
        let top = entry.name().split('.').next().unwrap_or_default();
        let is_cached = in_cache(&packed, top)?;
        let fields: Vec<Field<'_>> = entry.fields().collect::<Result<_, _>>()?;
        let needs = || fields.iter().filter(|field| field.kind() == FieldKind::Dependency).map(Field::key);
        for library in needs() {
            needed_by.entry(library).or_default().push(entry.name().to_owned());
        }
        if entry.is(EntryFlags::IMPORTABLE) || fields.iter().any(is_of_package) {
            let package = packages.entry(top).or_insert_with(|| Package::new(top, is_cached));
            package.modules += u64::from(entry.is(EntryFlags::MODULE.union(EntryFlags::EXTENSION)));
            fields.iter().filter(|field| is_of_package(field)).for_each(|field| package.add(field));
        }
        for field in &fields {
            if matches!(field.kind(), FieldKind::Extension | FieldKind::SharedLibrary) {
                code.read(entry.name(), field);
                found.native.push(Native {
                    name: entry.name().to_owned(),
                    is_extension: field.kind() == FieldKind::Extension,
                    size: field.len(),
                    stored: field.stored_len(),
                    location: Location::of(field, is_cached),
                    needs: needs().map(str::to_owned).collect(),
                    needed_by: Vec::new(),
                });
            }
        }
    }
    for library in found.native.iter_mut().filter(|native| !native.is_extension) {
        library.needed_by = needed_by.get(library.name.as_str()).cloned().unwrap_or_default();
    }
    found.packages = packages.into_values().collect();
    Ok((found, code.facts))
}

/// Whether the files of a top-level module or package are placed in the cache directory.
fn in_cache(packed: &Packed<'_>, top: &str) -> Result<bool, Error> {
    match packed.entry(top)? {
        Some(top) => Ok(top.field(FieldKind::CacheDirectory)?.is_some()),
        None => Ok(false),
    }
}

/// Whether a value belongs to a package, and not to its distribution or to a library of the same name.
fn is_of_package(field: &Field<'_>) -> bool {
    use FieldKind::{Bytecode, BytecodeOpt1, BytecodeOpt2, Extension, PackageResource, Source};
    matches!(field.kind(), Source | Bytecode | BytecodeOpt1 | BytecodeOpt2 | Extension | PackageResource)
}

impl Package {
    fn new(name: &str, is_cached: bool) -> Self {
        let location = if is_cached { Location::Cache } else { Location::Memory };
        Self { name: name.to_owned(), modules: 0, size: 0, stored: 0, location }
    }

    fn add(&mut self, field: &Field<'_>) {
        // Lengths in a damaged file may be anything.
        self.size = self.size.saturating_add(field.len());
        self.stored = self.stored.saturating_add(field.stored_len());
        if field.encoding().ok() == Some(Encoding::File) {
            self.location = Location::File;
        }
    }
}

/// Reads native code, until it has been enough.
struct NativeCode<'a> {
    decoder: Decoder<'a>,
    /// Bytes that may still be decoded.
    left: u64,
    facts: Vec<(String, ElfFacts)>,
}

impl<'a> NativeCode<'a> {
    fn read(&mut self, name: &str, field: &Field<'a>) {
        let Some(left) = self.left.checked_sub(field.len()) else { return };
        self.left = left;
        // What is in a file, damaged or for another system asks for no glibc.
        let bytes = self.decoder.read(field).ok();
        let facts = bytes.and_then(|bytes| ElfFacts::from_bytes(&bytes).ok());
        self.facts.extend(facts.map(|facts| (name.to_owned(), facts)));
    }
}
