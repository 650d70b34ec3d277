//! What is inside a program of ours, or a file of packed resources.

use std::collections::BTreeMap;
use std::ops::Range;

use pyox_binary::ElfFacts;
use pyox_interpreter_config::InterpreterConfig;
use pyox_legacy_resources::Packed;
use pyox_packed_resources::{
    Blob, Decoder, Encoding, Entry, EntryFlags, Error, Field, FieldKind, Index, Location, SectionKind, top_level,
};
use serde::{Serialize, Serializer};

use crate::bounds;

/// Native code of at most this many times the length of the file is decoded, so that a small file is quickly done.
const MOST_READ: u64 = 64;

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
    #[serde(serialize_with = "as_text")]
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
    #[serde(serialize_with = "as_text")]
    pub location: Location,
    /// The shared libraries inside that it needs.
    pub needs: Vec<String>,
    /// The extension modules and shared libraries inside that need it.
    pub needed_by: Vec<String>,
}

/// What is inside, and the native code in there that could be read.
pub(super) fn contents(bytes: &[u8], range: Range<usize>) -> Result<(Contents, Vec<(String, ElfFacts)>), Error> {
    let resources = bytes.get(range.clone()).unwrap_or_default();
    let packed = Packed::open(resources)?;
    let config = packed.blob().map(|blob| blob.section(SectionKind::InterpreterConfig)).transpose()?.flatten();
    let config = config.and_then(|section| InterpreterConfig::decode(section).ok());
    let python = config.as_ref().map(|config| config.python).filter(|python| python.0 != 0);
    let sections = packed.blob().into_iter().flat_map(Blob::sections);
    let length = packed.blob().map_or(resources.len(), Blob::len) as u64;
    bounds::check_index(&packed, resources.len())?;
    let mut inventory = Inventory {
        limit: MOST_READ.saturating_mul(length),
        read: 0,
        decoder: Decoder::new(),
        packages: BTreeMap::new(),
        native: Vec::new(),
        needed_by: BTreeMap::new(),
        facts: Vec::new(),
    };
    for entry in packed.entries() {
        inventory.add(&packed, &entry?)?;
    }
    let Inventory { packages, mut native, mut needed_by, facts, .. } = inventory;
    for library in native.iter_mut().filter(|native| !native.is_extension) {
        library.needed_by = needed_by.remove(library.name.as_str()).unwrap_or_default();
    }
    let contents = Contents {
        version: packed.version(),
        offset: range.start as u64,
        length,
        python: python.map(|(major, minor)| format!("{major}.{minor}")),
        resource_files: config.into_iter().flat_map(|config| config.resource_files).map(|file| file.path).collect(),
        sections: sections.map(|part| SectionSize { name: part.kind.to_string(), length: part.length }).collect(),
        packages: packages.into_values().collect(),
        native,
    };
    Ok((contents, facts))
}

/// What has been found of all entries up to one.
struct Inventory<'a> {
    /// How many bytes of native code may be decoded, and how many have been.
    limit: u64,
    read: u64,
    decoder: Decoder<'a>,
    packages: BTreeMap<&'a str, Package>,
    native: Vec<Native>,
    /// By shared library.
    needed_by: BTreeMap<&'a str, Vec<String>>,
    /// What native code says itself, with its name.
    facts: Vec<(String, ElfFacts)>,
}

impl<'a> Inventory<'a> {
    fn add(&mut self, packed: &Packed<'_>, entry: &Entry<'a>) -> Result<(), Error> {
        let name = entry.name();
        let top = top_level(name);
        let is_cached = Location::is_cached(entry, packed)?;
        let mut fields = Vec::new();
        for field in entry.fields() {
            fields.push(field?);
        }
        let needs: Vec<&str> =
            fields.iter().filter(|field| field.kind() == FieldKind::Dependency).map(Field::key).collect();
        for library in &needs {
            self.needed_by.entry(library).or_default().push(name.to_owned());
        }
        if entry.is(EntryFlags::IMPORTABLE) || fields.iter().any(is_of_package) {
            let package = self.packages.entry(top).or_insert_with(|| Package::new(top, is_cached));
            package.modules += u64::from(entry.is(EntryFlags::MODULE.union(EntryFlags::EXTENSION)));
            fields.iter().filter(|field| is_of_package(field)).for_each(|field| package.add(entry, field));
        }
        for field in &fields {
            if !matches!(field.kind(), FieldKind::Extension | FieldKind::SharedLibrary) {
                continue;
            }
            let facts = self.examine(field);
            self.facts.extend(facts.map(|facts| (name.to_owned(), facts)));
            self.native.push(Native {
                name: name.to_owned(),
                is_extension: field.kind() == FieldKind::Extension,
                size: field.len(),
                stored: field.stored_len(),
                location: Location::of(entry, field, is_cached),
                needs: needs.iter().map(|library| (*library).to_owned()).collect(),
                needed_by: Vec::new(),
            });
        }
        Ok(())
    }

    /// What native code says; nothing if it is in a file, damaged, not for Linux, or more than is read.
    fn examine(&mut self, field: &Field<'a>) -> Option<ElfFacts> {
        self.read = self.read.checked_add(field.len()).filter(|read| *read <= self.limit)?;
        ElfFacts::from_bytes(&self.decoder.read(field).ok()?).ok()
    }
}

impl Package {
    fn new(name: &str, is_cached: bool) -> Self {
        let location = if is_cached { Location::Cache } else { Location::InMemory };
        Self { name: name.to_owned(), modules: 0, size: 0, stored: 0, location }
    }

    fn add(&mut self, entry: &Entry<'_>, field: &Field<'_>) {
        // Lengths in a damaged file may be anything.
        self.size = self.size.saturating_add(field.len());
        self.stored = self.stored.saturating_add(field.stored_len());
        if field.encoding().ok() == Some(Encoding::File) {
            self.location = Location::of(entry, field, false);
        }
    }
}

/// As the option `--location` and the report of packing write it.
fn as_text<S: Serializer>(location: &Location, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(location)
}

/// Whether a value belongs to a package, and not to its distribution or to a library of the same name.
fn is_of_package(field: &Field<'_>) -> bool {
    field.kind().is_code() || field.kind() == FieldKind::PackageResource
}
