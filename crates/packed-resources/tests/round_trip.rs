//! What goes in comes out.

use pyox_packed_resources::{
    Blob, Encoding, EntryFlags, Error, FieldKind, NATIVE_ALIGNMENT, SectionKind, VALUE_ALIGNMENT, Writer,
};

use crate::common::{Numbers, TestResult, everything, section, verified};

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
    let expected: [(&str, FieldKind, &str, &[u8]); 17] = [
        ("pkg", FieldKind::Source, "", b"__version__ = '1'\n"),
        ("pkg", FieldKind::Bytecode, "", &b"level zero ".repeat(40)),
        ("pkg", FieldKind::BytecodeOpt1, "", &b"level one ".repeat(40)),
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
        ("bin/tool", FieldKind::File, "", b"#!/bin/sh\n"),
        ("", FieldKind::Source, "", b"absent"),
    ];
    for (entry, kind, key, content) in &expected[..16] {
        assert_eq!(value(&blob, entry, *kind, key)?.as_deref(), Some(*content), "{entry} {kind:?} {key}");
    }
    assert_eq!(blob.entries().map(|entry| entry.map_or(0, |entry| entry.fields().count())).sum::<usize>(), 17);
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
fn modes_and_files_come_back() -> TestResult {
    let bytes = everything()?.to_vec()?;
    let blob = Blob::open(&bytes)?;
    let package = blob.entry("pkg")?.expect("is there");
    let executable = package.keyed(FieldKind::CacheFile, "pkg/data/a.txt")?.expect("is there");
    assert_eq!((executable.mode(), executable.file()?), (0o755, None));
    let outside = package.keyed(FieldKind::CacheFile, "pkg/data/b.txt")?.expect("is there");
    assert_eq!((outside.mode(), outside.file()?), (0, Some("lib/pkg/data/b.txt".into())));
    assert!(matches!(outside.read(), Err(Error::InFile { path }) if path == "lib/pkg/data/b.txt"));
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
    let sections = crate::common::sections(&bytes);
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
    copy.entry("a").field(FieldKind::Source, Value::from_field(&field, field.stored()?, &[])?);
    copy.entry("b").field(FieldKind::Source, Value::from_field(&short, short.stored()?, &[])?);
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

#[cfg(feature = "zstd")]
#[test]
fn dictionaries_are_shared_and_move_undecoded() -> TestResult {
    use std::sync::Arc;

    use pyox_packed_resources::{Compressor, Decoder, Dictionary, Value};

    let line = |i: usize| format!("def function_{i}(argument):\n    return argument * {i}\n").into_bytes();
    let common: Vec<u8> = (0..20).flat_map(line).collect();
    let mut writer = Writer::new();
    for i in 0..40 {
        // Equal dictionaries are one, whoever made them.
        let dictionary = Arc::new(Dictionary::new(&common)?);
        let value = Compressor::with_dictionary(19, dictionary)?.compress(&line(i))?;
        writer.entry(format!("m{i:02}")).field(FieldKind::Source, value);
    }
    let other = Arc::new(Dictionary::new(&b"other text ".repeat(10))?);
    let value = Compressor::with_dictionary(19, Arc::clone(&other))?.compress(&b"other text ".repeat(10))?;
    writer.entry("other").field(FieldKind::Source, value.clone());
    let bytes = writer.to_vec()?;
    let blob = Blob::open(&bytes)?;
    blob.verify()?;
    let dictionaries = blob.section_kinds().filter(|kind| matches!(kind, SectionKind::Dictionary(_)));
    assert_eq!(dictionaries.count(), 2);
    let decoder = Decoder::new();
    for i in (0..40).rev() {
        let field = blob.entry(&format!("m{i:02}"))?.expect("is there").field(FieldKind::Source)?.expect("is there");
        assert_eq!(field.encoding()?, Encoding::Dictionary(0));
        assert!(field.stored_len() * 2 < field.len(), "{} of {}", field.stored_len(), field.len());
        assert_eq!(*decoder.read(&field)?, *line(i));
        assert_eq!(*field.read()?, *line(i));
    }

    // In another blob the numbers may be others.
    let all = Dictionary::all_of(&blob)?;
    let mut copy = Writer::new();
    copy.entry("a").field(FieldKind::Source, value);
    for entry in blob.entries() {
        let entry = entry?;
        let field = entry.field(FieldKind::Source)?.expect("is there");
        copy.entry(entry.name()).field(FieldKind::Source, Value::from_field(&field, field.stored()?, &all)?);
    }
    let copied = copy.to_vec()?;
    let copied = Blob::open(&copied)?;
    copied.verify()?;
    let field = copied.entry("m07")?.expect("is there").field(FieldKind::Source)?.expect("is there");
    assert_eq!((field.encoding()?, &*field.read()?), (Encoding::Dictionary(1), &*line(7)));
    Ok(())
}

#[cfg(feature = "zstd")]
#[test]
fn a_dictionary_is_bounded() -> TestResult {
    use pyox_packed_resources::Dictionary;
    assert!(matches!(Dictionary::new(&vec![0; (8 << 20) + 1]), Err(Error::TooLarge { what: "dictionary", .. })));
    assert_eq!(Dictionary::new(&vec![7; 8 << 20])?.content()?, vec![7; 8 << 20]);
    Ok(())
}

#[cfg(feature = "digest")]
#[test]
fn a_digest_covers_every_byte() -> TestResult {
    use pyox_packed_resources::Damage;
    let plain = everything()?.to_vec()?;
    assert_eq!(Blob::open(&plain)?.digest()?, None);
    let bytes = everything()?.digest().to_vec()?;
    let blob = Blob::open(&bytes)?;
    blob.verify()?;
    assert_eq!(blob.digest()?, Some(blob.compute_digest()?));
    // Padding too, which no checksum covers.
    let padding = (0..bytes.len()).rev().find(|&at| {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        Blob::open(&damaged).is_ok_and(|blob| matches!(blob.verify(), Err(Damage::Digest)))
    });
    assert!(padding.is_some(), "there is padding");
    let mut other = everything()?;
    other.entry("pkg").field(FieldKind::Source, b"__version__ = '2'\n".to_vec());
    assert_ne!(Blob::open(&other.digest().to_vec()?)?.digest()?, blob.digest()?);
    Ok(())
}

#[cfg(feature = "train")]
#[test]
fn a_trained_dictionary_saves_space() -> TestResult {
    use pyox_packed_resources::{Compressor, Dictionary};
    let text =
        |i: usize| format!("import os\n\n\nclass Shape{i}:\n    def area(self):\n        return {i}\n").into_bytes();
    let samples: Vec<_> = (0..2000).map(text).collect();
    let dictionary = Dictionary::train(&samples, 4096)?;
    assert_eq!(Dictionary::train(&samples, 4096)?, dictionary);
    let mut writers = [Writer::new(), Writer::new()];
    let mut compressors = [Compressor::new(19)?, Compressor::with_dictionary(19, dictionary.into())?];
    for (writer, compressor) in writers.iter_mut().zip(&mut compressors) {
        for (i, sample) in samples.iter().enumerate() {
            writer.entry(i.to_string()).field(FieldKind::Source, compressor.compress(sample)?);
        }
    }
    let [plain, trained] = [writers[0].to_vec()?.len(), writers[1].to_vec()?.len()];
    assert!(trained < plain, "{trained} and {plain}");
    assert!(matches!(Dictionary::train(&samples[..1], 4096), Err(Error::Train { samples: 1, .. })));
    Ok(())
}
