//! What goes in comes out.

mod common;

use common::{Numbers, TestResult, everything, section, verified};
use pyox_packed_resources::{
    Blob, Encoding, EntryFlags, Error, FieldKind, NATIVE_ALIGNMENT, SectionKind, VALUE_ALIGNMENT, Writer,
};

fn value(blob: &Blob<'_>, entry: &str, kind: FieldKind, key: &str) -> Result<Option<Vec<u8>>, Error> {
    let Some(entry) = blob.entry(entry)? else { return Ok(None) };
    let Some(field) = entry.keyed(kind, key)? else { return Ok(None) };
    Ok(Some(field.read()?.into_owned()))
}

#[test]
fn every_kind_of_field_comes_back() -> TestResult {
    let bytes = everything()?.to_vec()?;
    let blob = Blob::open(&bytes)?;
    blob.verify()?;
    let expected: [(&str, FieldKind, &str, &[u8]); 16] = [
        ("pkg", FieldKind::Source, "", b"__version__ = '1'\n"),
        ("pkg", FieldKind::Bytecode, "", &b"level zero ".repeat(40)),
        ("pkg", FieldKind::BytecodeOpt1, "", b"level one"),
        ("pkg", FieldKind::BytecodeOpt2, "", b"level two"),
        ("pkg", FieldKind::PackageResource, "data/a.txt", b"equal"),
        ("pkg", FieldKind::PackageResource, "data/\u{e4}\u{1f40d}.txt", b""),
        ("pkg", FieldKind::CacheFile, "pkg/data/a.txt", b"equal"),
        ("pkg", FieldKind::CacheDirectory, "", b"0123abcd"),
        ("pkg._native", FieldKind::Extension, "", b"\x7fELF extension"),
        ("pkg._native", FieldKind::RelativePath, "", b"pkg/_native.so"),
        ("pkg._native", FieldKind::Dependency, "libz.so.1", b""),
        ("libz.so.1", FieldKind::SharedLibrary, "", b"\x7fELF library"),
        ("pkg-dist", FieldKind::DistributionResource, "METADATA", b"Name: Pkg.Dist\n"),
        ("pkg-dist", FieldKind::MetadataDirectory, "", b"Pkg_Dist-1.dist-info"),
        ("m\u{f6}dule.\u{6a21}\u{5757}", FieldKind::Source, "", b"1\n"),
        ("", FieldKind::Source, "", b"absent"),
    ];
    for (entry, kind, key, content) in &expected[..15] {
        assert_eq!(value(&blob, entry, *kind, key)?.as_deref(), Some(*content), "{entry} {kind:?} {key}");
    }
    assert_eq!(blob.entries().map(|entry| entry.map_or(0, |entry| entry.fields().count())).sum::<usize>(), 15);
    assert_eq!(value(&blob, "", FieldKind::Source, "")?, None);
    assert_eq!(value(&blob, "pkg", FieldKind::PackageResource, "")?, None);
    assert_eq!(value(&blob, "pkg", FieldKind::PackageResource, "data/a.txt2")?, None);
    assert_eq!(value(&blob, "pkg", FieldKind::Extension, "")?, None);
    assert!(blob.entry("nothing")?.is_none());
    assert_eq!(blob.entry("")?.map(|entry| entry.flags()), Some(EntryFlags(1 << 31)));
    assert!(blob.entry("space")?.is_some_and(|entry| entry.is(EntryFlags::NAMESPACE) && !entry.is(EntryFlags::MODULE)));
    assert_eq!(blob.section(SectionKind::InterpreterConfig)?, Some(&b"config"[..]));
    assert_eq!(blob.section(SectionKind::from_code(4096))?, Some(&b"opaque"[..]));
    assert_eq!(blob.section(SectionKind::Boot)?, None);
    Ok(())
}

#[test]
fn entries_and_fields_are_sorted() -> TestResult {
    let bytes = everything()?.to_vec()?;
    let blob = Blob::open(&bytes)?;
    let names: Vec<_> = blob.entries().map(|entry| entry.map(|entry| entry.name())).collect::<Result<_, _>>()?;
    assert!(names.is_sorted());
    assert_eq!(names.len(), blob.entry_count());
    let below: Vec<_> = blob.entries_with_prefix("pkg.")?.map(|entry| entry.map(|entry| entry.name())).collect();
    assert!(matches!(below[..], [Ok("pkg._native")]));
    assert_eq!(blob.entries_with_prefix("")?.count(), names.len());
    assert_eq!(blob.entries_with_prefix("\u{10ffff}")?.count(), 0);
    let package = blob.entry("pkg")?.expect("is there");
    let fields: Vec<_> = package.fields().collect::<Result<_, _>>()?;
    assert!(fields.is_sorted_by_key(|field| (field.kind(), field.key().to_owned())));
    assert_eq!(package.fields_of(FieldKind::PackageResource).count(), 2);
    assert_eq!(package.fields_of(FieldKind::MetadataDirectory).count(), 0);
    Ok(())
}

#[test]
fn an_empty_blob_is_a_blob() -> TestResult {
    let bytes = Writer::new().to_vec()?;
    let blob = Blob::open(&bytes)?;
    blob.verify()?;
    assert_eq!((blob.entry_count(), blob.len()), (0, bytes.len()));
    assert!(blob.entry("")?.is_none() && blob.entry("a")?.is_none());
    assert_eq!(blob.entries().count() + blob.entries_with_prefix("")?.count(), 0);
    Ok(())
}

#[test]
fn what_follows_the_blob_is_ignored() -> TestResult {
    let mut bytes = everything()?.to_vec()?;
    let length = bytes.len();
    bytes.extend_from_slice(b"trailer");
    let blob = Blob::open(&bytes)?;
    assert_eq!((blob.len(), blob.as_bytes().len()), (length, length));
    blob.verify()?;
    Ok(())
}

#[test]
fn insertion_order_does_not_show() -> TestResult {
    let mut all: Vec<(String, FieldKind, String, Vec<u8>)> = Vec::new();
    let mut numbers = Numbers(7);
    for i in 0..200 {
        let kind = FieldKind::ALL[numbers.below(FieldKind::ALL.len())];
        all.push((format!("m{}", i % 50), kind, format!("k{i}"), vec![i as u8; numbers.below(30)]));
    }
    let mut write = |shuffle: bool| {
        if shuffle {
            (1..all.len()).for_each(|i| all.swap(i, numbers.below(i + 1)));
        }
        let mut writer = Writer::new();
        for (name, kind, key, bytes) in &all {
            writer.entry(&**name).flag(EntryFlags::MODULE).keyed(*kind, &**key, bytes.clone());
        }
        writer.section(SectionKind::Boot, b"boot".to_vec());
        writer.to_vec()
    };
    let first = write(false)?;
    verified(&first)??;
    for _ in 0..5 {
        assert!(write(true)? == first);
    }
    Ok(())
}

#[test]
fn load_order_moves_values_and_nothing_else() -> TestResult {
    let mut writer = Writer::new();
    for name in ["a", "b", "c", "d"] {
        writer.entry(name).field(FieldKind::Source, name.as_bytes());
    }
    writer.load_order(vec!["d".to_owned(), "absent".to_owned(), "b".to_owned()]);
    let bytes = writer.to_vec()?;
    let blob = Blob::open(&bytes)?;
    blob.verify()?;
    let mut placed = Vec::new();
    for entry in blob.entries() {
        let entry = entry?;
        let field = entry.field(FieldKind::Source)?.expect("has a source");
        assert_eq!(&*field.read()?, entry.name().as_bytes());
        placed.push((field.offset(), entry.name()));
    }
    assert!(placed.is_sorted_by_key(|(_, name)| *name));
    placed.sort_unstable();
    assert_eq!(placed.iter().map(|(_, name)| *name).collect::<String>(), "dbac");
    Ok(())
}

#[test]
fn equal_values_are_stored_once() -> TestResult {
    let mut writer = Writer::new();
    let library = vec![0x7f; 10_000];
    writer.entry("a").field(FieldKind::Source, b"same".to_vec()).field(FieldKind::Extension, library.clone());
    writer.entry("a").keyed(FieldKind::CacheFile, "a/a.so", library.clone());
    writer.entry("b").keyed(FieldKind::PackageResource, "x", b"same".to_vec());
    let bytes = writer.to_vec()?;
    let blob = Blob::open(&bytes)?;
    blob.verify()?;
    let offset = |name, kind| -> Result<u64, Error> {
        Ok(blob.entry(name)?.and_then(|entry| entry.field(kind).transpose()).transpose()?.map_or(0, |f| f.offset()))
    };
    assert_eq!(offset("a", FieldKind::Extension)?, offset("a", FieldKind::CacheFile)?);
    assert_eq!(offset("a", FieldKind::Source)?, offset("b", FieldKind::PackageResource)?);
    assert_eq!(section(&bytes, SectionKind::Resources).length, 0);
    assert!(bytes.len() < 2 * library.len());
    Ok(())
}

#[test]
fn values_are_aligned() -> TestResult {
    let mut writer = everything()?;
    // The same bytes as a source: sharing them would lose the alignment.
    writer.entry("another").field(FieldKind::Source, b"\x7fELF extension".to_vec());
    let bytes = writer.to_vec()?;
    let blob = Blob::open(&bytes)?;
    blob.verify()?;
    for entry in blob.entries() {
        for field in entry?.fields() {
            let field = field?;
            assert!(field.offset().is_multiple_of(VALUE_ALIGNMENT));
            if matches!(field.kind(), FieldKind::Extension | FieldKind::SharedLibrary) {
                assert!(field.offset().is_multiple_of(NATIVE_ALIGNMENT));
                assert_eq!(field.encoding()?, Encoding::Raw);
            }
        }
    }
    let sections = common::sections(&bytes);
    assert!(sections.iter().all(|section| section.offset.is_multiple_of(VALUE_ALIGNMENT as usize)));
    let mut plain = Writer::new();
    plain.entry("a").field(FieldKind::Source, b"a".to_vec());
    assert!(plain.to_vec()?.len() < NATIVE_ALIGNMENT as usize, "without native code nothing is padded to a page");
    Ok(())
}

#[cfg(feature = "zstd")]
#[test]
fn compressed_values_come_back_and_move_undecoded() -> TestResult {
    use pyox_packed_resources::Value;
    let content = b"a line of text that repeats itself\n".repeat(100);
    let mut writer = Writer::new();
    writer.entry("a").field(FieldKind::Source, Value::compressed(&content, 19)?);
    writer.entry("b").field(FieldKind::Source, Value::compressed(b"short", 19)?);
    let bytes = writer.to_vec()?;
    let blob = Blob::open(&bytes)?;
    blob.verify()?;
    let field = blob.entry("a")?.expect("is there").field(FieldKind::Source)?.expect("has a source");
    assert_eq!((field.encoding()?, field.len()), (Encoding::Zstd, content.len() as u64));
    assert!(field.stored_len() < field.len());
    assert_eq!(*field.read()?, *content);
    let short = blob.entry("b")?.expect("is there").field(FieldKind::Source)?.expect("has a source");
    assert_eq!((short.encoding()?, &*short.read()?), (Encoding::Raw, &b"short"[..]));

    // As dense as zstd gets.
    let zeros = vec![0; 16 << 20];
    let mut dense = Writer::new();
    dense.entry("a").field(FieldKind::Source, Value::compressed(&zeros, 19)?);
    assert_eq!(value(&Blob::open(&dense.to_vec()?)?, "a", FieldKind::Source, "")?, Some(zeros));

    let mut copy = Writer::new();
    copy.entry("a").field(FieldKind::Source, Value::from_field(&field, field.stored()?)?);
    copy.entry("b").field(FieldKind::Source, Value::from_field(&short, short.stored()?)?);
    assert!(copy.to_vec()? == bytes);
    Ok(())
}

#[test]
fn what_a_reader_would_refuse_is_not_written() {
    let mut writer = Writer::new();
    for kind in 4096..4096 + 57 {
        writer.section(SectionKind::Other(kind), Vec::new());
    }
    assert!(matches!(writer.to_vec(), Err(Error::TooLarge { what: "sections", value: 65, limit: 64 })));
}

#[test]
fn many_entries_are_all_found() -> TestResult {
    let mut writer = Writer::new();
    for i in 0..5000 {
        writer.entry(format!("package{}.module{i}", i % 17)).field(FieldKind::Source, i.to_string().into_bytes());
    }
    let bytes = writer.to_vec()?;
    let blob = Blob::open(&bytes)?;
    blob.verify()?;
    for i in 0..5000 {
        let name = format!("package{}.module{i}", i % 17);
        assert_eq!(value(&blob, &name, FieldKind::Source, "")?, Some(i.to_string().into_bytes()));
        assert!(blob.entry(&format!("{name}.absent"))?.is_none());
    }
    Ok(())
}
