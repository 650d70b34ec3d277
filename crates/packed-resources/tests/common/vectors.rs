//! What the test vectors are made from.

use pyox_packed_resources::{EntryFlags, Error, FieldKind, SectionKind, Value, Writer};

use crate::common::{Section, patch, reseal_sections, section};

/// A blob and what it shows.
pub struct Vector {
    pub name: &'static str,
    pub about: &'static str,
    pub bytes: Vec<u8>,
}

const PACKAGE: EntryFlags = EntryFlags::MODULE.union(EntryFlags::PACKAGE);

/// The vectors without compression: one version of the crate always writes them the same.
pub fn plain() -> Result<Vec<Vector>, Error> {
    let mut vectors = valid()?;
    vectors.extend(later_versions()?);
    vectors.extend(refused_on_open()?);
    vectors.extend(refused_on_access()?);
    vectors.extend(damaged()?);
    #[cfg(feature = "digest")]
    vectors.extend(digests()?);
    Ok(vectors)
}

fn vector(name: &'static str, about: &'static str, writer: &Writer) -> Result<Vector, Error> {
    Ok(Vector { name, about, bytes: writer.to_vec()? })
}

/// The example of the document.
pub fn document() -> Writer {
    let mut writer = Writer::new();
    let entry = writer.entry("pkg").flag(PACKAGE);
    entry.field(FieldKind::Source, b"x = 1\n".to_vec());
    entry.keyed(FieldKind::PackageResource, "a.txt", b"hi\n".to_vec());
    writer
}

fn valid() -> Result<Vec<Vector>, Error> {
    let every_field = every_field();
    let mut names = Writer::new();
    for name in ["", "z", "\u{e4}\u{f6}", "e\u{301}", "\u{e9}", "\u{6a21}\u{5757}.\u{1f40d}", "a", "a.b", "a-b"] {
        names.entry(name).flag(EntryFlags::MODULE).keyed(
            FieldKind::PackageResource,
            "\u{e9}/\u{1f40d}",
            name.as_bytes(),
        );
    }
    let mut namespace = Writer::new();
    namespace.entry("space").flag(EntryFlags::NAMESPACE.union(EntryFlags::PACKAGE));
    namespace.entry("space.module").flag(EntryFlags::MODULE).field(FieldKind::Source, b"\n".to_vec());
    let mut several = Writer::new();
    let flags = EntryFlags::MODULE.union(EntryFlags::EXTENSION).union(EntryFlags::DISTRIBUTION);
    let thing = several.entry("thing").flag(flags);
    thing.field(FieldKind::Source, b"pass\n".to_vec());
    thing.field(FieldKind::RelativePath, b"thing.so".to_vec());
    thing.field(FieldKind::MetadataDirectory, b"Thing-1.dist-info".to_vec());
    thing.keyed(FieldKind::DistributionResource, "METADATA", b"Name: Thing\nVersion: 1\n".to_vec());
    several.entry("built_in").flag(EntryFlags::BUILTIN);
    several.entry("frozen").flag(EntryFlags::FROZEN.union(PACKAGE));
    let mut shared = Writer::new();
    shared.entry("a").flag(EntryFlags::MODULE).field(FieldKind::Source, b"same".to_vec());
    shared.entry("b").keyed(FieldKind::PackageResource, "x", b"same".to_vec());
    shared.entry("b").keyed(FieldKind::PackageResource, "y", b"other".to_vec());
    shared.entry("c").keyed(FieldKind::CacheFile, "c/z", Value::file("same"));
    let mut order = Writer::new();
    for name in ["a", "b", "c"] {
        order.entry(name).flag(EntryFlags::MODULE).field(FieldKind::Source, name.as_bytes());
    }
    order.load_order(vec!["c".into(), "absent".into(), "b".into()]);
    let mut native = Writer::new();
    native.entry("_native").flag(EntryFlags::EXTENSION).field(FieldKind::Extension, b"\x7fELF extension".to_vec());
    native.entry("_native").keyed(FieldKind::Dependency, "libz.so.1", Vec::new());
    native.entry("libz.so.1").flag(EntryFlags::SHARED_LIBRARY).field(FieldKind::SharedLibrary, b"\x7fELF".to_vec());
    let mut modes = Writer::new();
    for (path, mode) in [("tool", 0o755), ("data", 0o644), ("special", 0o4750), ("unknown", 0)] {
        let value = Value::raw(path.as_bytes()).with_mode(mode);
        modes.entry(path).flag(EntryFlags::FILE).field(FieldKind::File, value);
    }
    let mut in_file = Writer::new();
    let entry = in_file.entry("m").flag(EntryFlags::MODULE);
    entry.field(FieldKind::Source, Value::file("lib/m\u{e9}.py").with_mode(0o644));
    entry.field(FieldKind::Bytecode, b"\xe3\x00".to_vec());
    let mut followed = vector("followed", "Bytes behind the blob, as in an executable, do not count.", &document())?;
    followed.bytes.extend_from_slice(b"trailer");
    Ok(vec![
        vector("empty", "No entries; tables that must be there are there.", &Writer::new())?,
        vector("document", "The example of docs/packed-resources.md.", &document())?,
        vector("every-field", "Every kind of field, and opaque sections.", &every_field)?,
        vector("names", "Names and keys beyond ASCII: sorted by bytes, not normalised. One is empty.", &names)?,
        vector("namespace-package", "A namespace package is an entry of its own.", &namespace)?,
        vector("several-things", "One name is several things; modules of the interpreter have no fields.", &several)?,
        vector("shared-values", "Equal stored bytes are there once, across kinds and encodings.", &shared)?,
        vector("load-order", "Values are in import order, entries in the order of names.", &order)?,
        vector("page-aligned", "Native code is at multiples of 4096.", &native)?,
        vector("modes", "Permission bits; 0 is not known.", &modes)?,
        vector("in-file", "A value that is in a file: what is stored is its path.", &in_file)?,
        followed,
    ])
}

fn every_field() -> Writer {
    let mut writer = Writer::new();
    for kind in FieldKind::ALL {
        if !matches!(kind, FieldKind::Extension | FieldKind::SharedLibrary) {
            let keyed = matches!(
                kind,
                FieldKind::Dependency
                    | FieldKind::PackageResource
                    | FieldKind::DistributionResource
                    | FieldKind::CacheFile
            );
            let value = if kind == FieldKind::Dependency { Vec::new() } else { format!("{kind:?}").into_bytes() };
            writer.entry("all").keyed(kind, if keyed { "a/key" } else { "" }, value);
        }
    }
    // Values that are no text.
    writer.entry("all").field(FieldKind::Bytecode, b"\xe3\x00\xff".to_vec());
    writer.entry("_native").flag(EntryFlags::EXTENSION).field(FieldKind::Extension, b"Extension".to_vec());
    writer.entry("lib.so").flag(EntryFlags::SHARED_LIBRARY).field(FieldKind::SharedLibrary, b"SharedLibrary".to_vec());
    writer.section(SectionKind::InterpreterConfig, b"config".to_vec());
    writer.section(SectionKind::Boot, b"\xe3".to_vec());
    writer.section(SectionKind::Other(4096), b"application".to_vec());
    writer
}

/// What may appear within version 4: older readers get along with it.
fn later_versions() -> Result<Vec<Vector>, Error> {
    let mut sections = document();
    sections.section(SectionKind::Other(19), b"later".to_vec());
    sections.section(SectionKind::Other(5000), b"application".to_vec());
    let mut twice = document();
    twice.section(SectionKind::Other(5000), b"first".to_vec());
    twice.section(SectionKind::Other(5001), b"other".to_vec());
    let mut twice = twice.to_vec()?;
    let record = section(&twice, SectionKind::Other(5001)).record;
    patch(&mut twice, record, &5000_u32.to_le_bytes());
    let mut flags = document();
    flags.entry("pkg").flag(EntryFlags(1 << 9 | 1 << 31));
    let reserved = |bytes: &mut Vec<u8>, fields: Section, entries: Section| {
        patch(bytes, 36, &[0xaa; 12]);
        bytes[entries.offset + 20..entries.offset + 24].fill(0xaa);
        bytes[fields.offset + 3] = 0xf0;
    };
    Ok(vec![
        vector("unknown-section", "Sections of unknown kinds are ignored.", &sections)?,
        Vector { name: "section-twice", about: "Of two sections of a kind the first counts.", bytes: twice },
        vector("unknown-flag", "Unknown flags are ignored.", &flags)?,
        edited("unknown-field", "A field of an unknown kind is passed over.", |bytes, fields, _| {
            bytes[fields.offset + 40] = 200;
        })?,
        edited("unknown-encoding", "An unknown encoding is an error for that value only.", |bytes, fields, _| {
            bytes[fields.offset + 41] = 3;
        })?,
        edited("reserved-bytes", "Reserved bytes and bits are not looked at.", reserved)?,
    ])
}

/// The example of the document, with something changed in its tables, with correct checksums.
fn edited(
    name: &'static str,
    about: &'static str,
    edit: impl Fn(&mut Vec<u8>, Section, Section),
) -> Result<Vector, Error> {
    let mut bytes = document().to_vec()?;
    let (fields, entries) = (section(&bytes, SectionKind::Fields), section(&bytes, SectionKind::Entries));
    edit(&mut bytes, fields, entries);
    reseal_sections(&mut bytes);
    Ok(Vector { name, about, bytes })
}

fn refused_on_open() -> Result<Vec<Vector>, Error> {
    let good = document().to_vec()?;
    let patched = |name, about, at: usize, new: &[u8]| {
        let mut bytes = good.clone();
        patch(&mut bytes, at, new);
        Vector { name, about, bytes }
    };
    let record = |kind| section(&good, kind).record;
    let cut = |name, about, length| Vector { name, about, bytes: good[..length].to_vec() };
    let mut checksum = good.clone();
    checksum[36] ^= 1;
    let checksum =
        Vector { name: "header-checksum", about: "A byte of the header is not what it was.", bytes: checksum };
    Ok(vec![
        patched("magic", "Another version.", 0, b"pyembed\x05"),
        cut("cut-header", "Ends within the header.", 47),
        cut("cut", "Ends before its total length.", good.len() - 1),
        checksum,
        patched("total-length", "A total length shorter than a header.", 16, &47_u64.to_le_bytes()),
        patched("section-count", "More than 64 sections.", 12, &65_u32.to_le_bytes()),
        patched("slots", "A number of slots that is no power of two.", 28, &3_u32.to_le_bytes()),
        patched("no-slots", "No slots at all.", 28, &0_u32.to_le_bytes()),
        patched(
            "section-outside",
            "A section that ends outside of the blob.",
            record(SectionKind::Resources) + 16,
            &4_u64.to_le_bytes(),
        ),
        patched(
            "section-overflow",
            "A section whose end does not fit into 64 bits.",
            record(SectionKind::Resources) + 16,
            &u64::MAX.to_le_bytes(),
        ),
        patched("missing-section", "No entries section.", record(SectionKind::Entries), &4096_u32.to_le_bytes()),
        patched("table-length", "More entries than the entries section has bytes for.", 24, &2_u32.to_le_bytes()),
    ])
}

fn refused_on_access() -> Result<Vec<Vector>, Error> {
    let word = |bytes: &mut Vec<u8>, at: usize, value: u32| bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    let long = |bytes: &mut Vec<u8>, at: usize, value: u64| bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
    Ok(vec![
        edited("fields-outside", "An entry with more fields than there are.", |bytes, _, entries| {
            word(bytes, entries.offset + 16, 3);
        })?,
        edited("name-outside", "An entry whose name ends outside of the names.", |bytes, _, entries| {
            word(bytes, entries.offset + 4, 9);
        })?,
        edited("name-not-utf8", "An entry whose name is not UTF-8.", |bytes, _, _| {
            let names = section(bytes, SectionKind::Names);
            bytes[names.offset] = 0xff;
        })?,
        edited("key-outside", "A field whose key starts outside of the names.", |bytes, fields, _| {
            word(bytes, fields.offset + 44, u32::MAX);
        })?,
        edited("key-not-utf8", "A field whose key is not UTF-8.", |bytes, _, _| {
            let names = section(bytes, SectionKind::Names);
            bytes[names.offset + 3] = 0xff;
        })?,
        edited("value-outside", "A value that ends outside of the blob.", |bytes, fields, _| {
            long(bytes, fields.offset + 64, 4);
            long(bytes, fields.offset + 72, 4);
        })?,
        edited("raw-length", "A value stored as it is, with two different lengths.", |bytes, fields, _| {
            long(bytes, fields.offset + 32, 5);
        })?,
        edited("path-not-utf8", "The path of a file is not UTF-8.", |bytes, fields, _| {
            bytes[fields.offset + 41] = 2;
            let value = section(bytes, SectionKind::Resources).offset;
            bytes[value] = 0xff;
            let crc = crc32fast::hash(&bytes[value..value + 3]);
            word(bytes, fields.offset + 52, crc);
        })?,
    ])
}

/// Everything can be read, and verifying finds something.
fn damaged() -> Result<Vec<Vector>, Error> {
    Ok(vec![
        edited("value-checksum", "A value that is not what it was. Only verifying tells.", |bytes, _, _| {
            let source = section(bytes, SectionKind::Source);
            bytes[source.offset] = b'y';
        })?,
        edited("lookup", "A slot that leads nowhere: the entry is not found by its name.", |bytes, _, _| {
            let slots = section(bytes, SectionKind::Slots);
            bytes[slots.offset + 8..slots.offset + 16].fill(0);
        })?,
        edited("unsorted", "Fields that are not sorted.", |bytes, fields, _| {
            let (first, second) = bytes[fields.offset..fields.offset + 80].split_at_mut(40);
            first.swap_with_slice(second);
        })?,
        {
            let mut bytes = document().to_vec()?;
            let record = section(&bytes, SectionKind::Resources).record;
            patch(&mut bytes, record + 4, &[0; 4]);
            Vector { name: "section-checksum", about: "A section without its checksum. Only verifying tells.", bytes }
        },
    ])
}

#[cfg(feature = "digest")]
fn digests() -> Result<Vec<Vector>, Error> {
    let mut writer = document();
    let good = writer.digest().to_vec()?;
    let mut other = good.clone();
    let digest = section(&other, SectionKind::Digest);
    other[digest.offset] ^= 1;
    reseal_sections(&mut other);
    let mut short = good.clone();
    patch(&mut short, digest.record + 16, &31_u64.to_le_bytes());
    reseal_sections(&mut short);
    Ok(vec![
        Vector { name: "digest", about: "A blob with its digest.", bytes: good },
        Vector { name: "digest-wrong", about: "The digest is that of another blob.", bytes: other },
        Vector { name: "digest-short", about: "The section of the digest does not have 32 bytes.", bytes: short },
    ])
}
