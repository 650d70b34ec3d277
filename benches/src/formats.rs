//! Indexes of modules by name, to be compared: ours, that of PyOxidizer, and that of a zip file.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hint::black_box;
use std::io::{Cursor, Write};

use pyox_legacy_resources as legacy;
use pyox_packed_resources::{Blob, EntryFlags, FieldKind, Writer};
use python_packed_resources::{Resource, load_resources, write_packed_resources_v3};
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, ZipArchive};

const WRITTEN: &str = "was just written";

/// One way of finding modules by name. All hold the same modules, and each operation does the same with all.
pub trait Format {
    /// What a table calls it.
    const NAME: &'static str;
    /// Modules in memory, about to be written.
    type Prepared<'a>;
    /// An index that is ready for lookups.
    type Opened<'a>;

    /// Everything that is in `program`.
    fn prepare<'a>(program: &Blob<'a>) -> Self::Prepared<'a>;
    /// The bytes of a file.
    fn write(prepared: &Self::Prepared<'_>) -> Vec<u8>;
    /// What has to be done before the first lookup.
    fn open(bytes: &[u8]) -> Self::Opened<'_>;
    /// Whether there is a module of this name; makes what its content is read through.
    fn find(opened: &Self::Opened<'_>, name: &str) -> bool;
    /// The length of all names together.
    fn iterate(opened: &Self::Opened<'_>) -> usize;
    /// The number of modules whose names start with this.
    fn list(opened: &Self::Opened<'_>, prefix: &str) -> usize;
}

/// Packed resources version 4.
pub struct Version4;

impl Format for Version4 {
    const NAME: &'static str = "version 4";
    type Prepared<'a> = Writer;
    type Opened<'a> = Blob<'a>;

    fn prepare(program: &Blob<'_>) -> Writer {
        let mut writer = Writer::new();
        for (name, code) in modules(program) {
            writer.entry(name).flag(EntryFlags::MODULE).field(FieldKind::Bytecode, code);
        }
        writer
    }

    fn write(prepared: &Writer) -> Vec<u8> {
        prepared.to_vec().expect(WRITTEN)
    }

    fn open(bytes: &[u8]) -> Blob<'_> {
        Blob::open(bytes).expect(WRITTEN)
    }

    fn find(opened: &Blob<'_>, name: &str) -> bool {
        black_box(opened.entry(name).expect(WRITTEN)).is_some()
    }

    fn iterate(opened: &Blob<'_>) -> usize {
        opened.entries().map(|entry| entry.expect(WRITTEN).name().len()).sum()
    }

    fn list(opened: &Blob<'_>, prefix: &str) -> usize {
        opened.entries_with_prefix(prefix).expect(WRITTEN).filter(|entry| black_box(entry).is_ok()).count()
    }
}

/// Packed resources version 3, read and written by our `legacy`: sorted when opened, then searched.
pub struct Version3;

impl Format for Version3 {
    const NAME: &'static str = "version 3";
    type Prepared<'a> = legacy::Writer<'a>;
    type Opened<'a> = legacy::Resources<'a>;

    fn prepare<'a>(program: &Blob<'a>) -> legacy::Writer<'a> {
        let mut writer = legacy::Writer::new(legacy::NativePaths::HOST);
        for entry in program.entries() {
            writer.add(&entry.expect(WRITTEN), |_| false).expect("can be written");
        }
        writer
    }

    fn write(prepared: &legacy::Writer<'_>) -> Vec<u8> {
        prepared.to_vec().expect(WRITTEN)
    }

    fn open(bytes: &[u8]) -> legacy::Resources<'_> {
        legacy::Resources::open(bytes).expect(WRITTEN)
    }

    fn find(opened: &legacy::Resources<'_>, name: &str) -> bool {
        black_box(opened.entry(name)).is_some()
    }

    fn iterate(opened: &legacy::Resources<'_>) -> usize {
        opened.entries().map(|entry| entry.name().len()).sum()
    }

    fn list(opened: &legacy::Resources<'_>, prefix: &str) -> usize {
        opened.entries_with_prefix(prefix).inspect(|entry| _ = black_box(entry)).count()
    }
}

/// Packed resources version 3, read and written by `python-packed-resources` 0.12, with the hash map by name that
/// PyOxidizer makes of it.
pub struct PythonPackedResources;

impl Format for PythonPackedResources {
    const NAME: &'static str = "python-packed-resources 0.12";
    type Prepared<'a> = Vec<Resource<'a, u8>>;
    type Opened<'a> = HashMap<Cow<'a, str>, Resource<'a, u8>>;

    fn prepare<'a>(program: &Blob<'a>) -> Self::Prepared<'a> {
        let resource = |(name, code)| Resource {
            name: Cow::Borrowed(name),
            is_python_module: true,
            in_memory_bytecode: Some(Cow::Borrowed(code)),
            ..Resource::default()
        };
        modules(program).map(resource).collect()
    }

    fn write(prepared: &Self::Prepared<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_packed_resources_v3(prepared, &mut bytes, None).expect(WRITTEN);
        bytes
    }

    fn open(bytes: &[u8]) -> Self::Opened<'_> {
        let resources = load_resources(bytes).expect(WRITTEN);
        resources.map(|resource| resource.expect(WRITTEN)).map(|resource| (resource.name.clone(), resource)).collect()
    }

    fn find(opened: &Self::Opened<'_>, name: &str) -> bool {
        black_box(opened.get(name)).is_some()
    }

    fn iterate(opened: &Self::Opened<'_>) -> usize {
        opened.keys().map(|name| name.len()).sum()
    }

    fn list(opened: &Self::Opened<'_>, prefix: &str) -> usize {
        opened.iter().filter(|(name, _)| name.starts_with(prefix)).count()
    }
}

/// A zip file without compression, read and written by the crate `zip`: opening reads the central directory. Members
/// have the names of the modules.
pub struct Zip;

impl Format for Zip {
    const NAME: &'static str = "zip";
    type Prepared<'a> = Vec<(&'a str, &'a [u8])>;
    type Opened<'a> = ZipArchive<Cursor<&'a [u8]>>;

    fn prepare<'a>(program: &Blob<'a>) -> Self::Prepared<'a> {
        modules(program).collect()
    }

    fn write(prepared: &Self::Prepared<'_>) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, code) in prepared {
            let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
            zip.start_file(*name, options).expect(WRITTEN);
            zip.write_all(code).expect(WRITTEN);
        }
        zip.finish().expect(WRITTEN).into_inner()
    }

    fn open(bytes: &[u8]) -> Self::Opened<'_> {
        ZipArchive::new(Cursor::new(bytes)).expect(WRITTEN)
    }

    fn find(opened: &Self::Opened<'_>, name: &str) -> bool {
        black_box(opened.index_for_name(name)).is_some()
    }

    fn iterate(opened: &Self::Opened<'_>) -> usize {
        opened.file_names().map(|name| name.expect(WRITTEN).len()).sum()
    }

    fn list(opened: &Self::Opened<'_>, prefix: &str) -> usize {
        opened.file_names().map(|name| name.expect(WRITTEN)).filter(|name| name.starts_with(prefix)).count()
    }
}

/// Names and bytecode of all modules.
fn modules<'a>(program: &Blob<'a>) -> impl Iterator<Item = (&'a str, &'a [u8])> {
    program.entries().map(|entry| {
        let entry = entry.expect(WRITTEN);
        let code = entry.field(FieldKind::Bytecode).expect(WRITTEN).expect("every module has bytecode");
        (entry.name(), code.stored().expect(WRITTEN))
    })
}
