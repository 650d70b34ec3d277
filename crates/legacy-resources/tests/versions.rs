//! Versions 1 to 3, against samples made from the manual. Their paths are those of Unix.
#![cfg(unix)]

use pyox_legacy_resources::{NativePaths, Packed, Resources, Writer, convert};
use pyox_packed_resources::{Blob, Entry, EntryFlags, Error, FieldKind, Index, Value};

use crate::TestResult;
use crate::oracle::{describe, loaded};
use crate::sample::{Item, Sample, everything};

/// Version 2 of a package `p` with a source and a data file, written by hand: the sections are not in the order of
/// their fields, the one with files is padded.
const BY_HAND: &[u8] = b"pyembed\x02\
    \x03\x2b\0\0\0\x01\0\0\0\x1c\0\0\0\
    \x01\x02\x0b\x03\x09\0\0\0\0\0\0\0\x04\x02\xff\
    \x01\x03\x01\0\0\0\0\0\0\0\x02\x03\xff\
    \x02\x06\x04\x01\x03\x03\0\0\0\0\0\0\0\xff\
    \x00\
    \x01\x16\x06\x03\0\0\0\x04\x03\x01\0\x0b\x01\0\0\0\x05\0\x02\0\0\0\0\0\0\0\xff\
    \x00\
    a.txt\0hi\0px=1";

fn value(entry: &Entry<'_>, kind: FieldKind, key: &str) -> Result<Vec<u8>, Error> {
    Ok(entry.keyed(kind, key)?.map(|field| field.read()).transpose()?.unwrap_or_default().into_owned())
}

fn file(entry: &Entry<'_>, kind: FieldKind, key: &str) -> Result<Option<String>, Error> {
    Ok(entry.keyed(kind, key)?.map(|field| field.file()).transpose()?.flatten().map(|path| path.into_owned()))
}

#[test]
fn a_blob_by_hand() -> TestResult {
    let packed = Packed::open(BY_HAND)?;
    assert_eq!((packed.version(), packed.entry_count()?), (2, 1));
    let entry = packed.entry("p")?.expect("is there");
    assert_eq!(entry.flags(), EntryFlags::MODULE.union(EntryFlags::PACKAGE));
    assert_eq!(value(&entry, FieldKind::Source, "")?, b"x=1");
    assert_eq!(value(&entry, FieldKind::PackageResource, "a.txt")?, b"hi");
    assert_eq!(entry.fields().count(), 2);
    Ok(())
}

#[test]
fn every_field_of_every_version() -> TestResult {
    for (version, padded) in [(1, false), (1, true), (2, false), (2, true), (3, false), (3, true)] {
        let bytes = everything(version, padded).bytes();
        let packed = Packed::open(&bytes)?;
        assert_eq!(packed.version(), version);
        let found = |name: &str| packed.entry(name).map(|entry| entry.unwrap_or_else(|| panic!("no {name}")));

        let package = found("pkg")?;
        let flags = EntryFlags::MODULE.union(EntryFlags::PACKAGE).union(EntryFlags::DISTRIBUTION);
        assert_eq!(package.flags(), flags);
        assert_eq!(value(&package, FieldKind::Source, "")?, b"source");
        assert_eq!(value(&package, FieldKind::Bytecode, "")?, b"code");
        assert_eq!(value(&package, FieldKind::BytecodeOpt1, "")?, b"code1");
        assert_eq!(package.field(FieldKind::BytecodeOpt2)?.map(|field| field.len()), Some(0));
        assert_eq!(value(&package, FieldKind::PackageResource, "a.txt")?, b"a");
        assert_eq!(value(&package, FieldKind::PackageResource, "b/\u{e4}.txt")?, b"");
        assert_eq!(value(&package, FieldKind::DistributionResource, "METADATA")?, b"Name: pkg\nVersion: 1.0\n");
        assert_eq!(file(&package, FieldKind::PackageResource, "c.txt")?.as_deref(), Some("lib/c.txt"));
        assert_eq!(file(&package, FieldKind::DistributionResource, "RECORD")?.as_deref(), Some("lib/RECORD"));
        assert_eq!(package.fields_of(FieldKind::PackageResource).count(), 3);
        let in_file = package.keyed(FieldKind::PackageResource, "c.txt")?.expect("is there");
        assert!(matches!(in_file.read(), Err(Error::InFile { path }) if path == "lib/c.txt"));
        assert_eq!((in_file.stored()?, in_file.crc()), (&b"lib/c.txt"[..], None));

        let space = EntryFlags::MODULE.union(EntryFlags::PACKAGE).union(EntryFlags::NAMESPACE);
        assert_eq!(found("space")?.flags(), space);
        let native = found("_native")?;
        assert_eq!(
            (native.flags(), &*value(&native, FieldKind::Extension, "")?),
            (EntryFlags::EXTENSION, &b"native"[..])
        );
        let needed: Vec<_> = native
            .fields_of(FieldKind::Dependency)
            .map(|field| field.map(|field| field.key()))
            .collect::<Result<_, _>>()?;
        assert_eq!(needed, ["libc.so.6", "libz.so.1"]);
        let library = found("libz.so.1")?;
        assert_eq!(library.flags(), EntryFlags::SHARED_LIBRARY);
        assert_eq!(value(&library, FieldKind::SharedLibrary, "")?, b"library");
        assert_eq!(found("_io")?.flags(), EntryFlags::BUILTIN);
        assert_eq!(found("zipimport")?.flags(), EntryFlags::FROZEN);
        let module = found("m")?;
        for (kind, path) in [
            (FieldKind::Source, "m.py"),
            (FieldKind::Bytecode, "m.pyc"),
            (FieldKind::BytecodeOpt1, "m.1.pyc"),
            (FieldKind::BytecodeOpt2, "m.2.pyc"),
            (FieldKind::Extension, "m.so"),
        ] {
            assert_eq!(file(&module, kind, "")?.as_deref(), Some(path));
        }
        if version == 3 {
            let tool = found("bin/tool")?;
            assert_eq!((tool.flags(), &*value(&tool, FieldKind::File, "")?), (EntryFlags::FILE, &b"#!"[..]));
            assert_eq!(tool.field(FieldKind::File)?.map(|field| field.mode()), Some(0o755));
            let doc = found("share/doc")?;
            assert_eq!(file(&doc, FieldKind::File, "")?.as_deref(), Some("lib/doc"));
            assert_eq!(doc.field(FieldKind::File)?.map(|field| field.mode()), Some(0o644));
            assert_eq!(loaded(&bytes), describe(&packed)?);
        }
        let names: Vec<_> = packed.entries().map(|entry| entry.map(|entry| entry.name())).collect::<Result<_, _>>()?;
        assert!(names.is_sorted() && names.len() == packed.entry_count()?);
        let below: Vec<_> = packed.entries_with_prefix("s").flatten().map(|entry| entry.name()).collect();
        assert_eq!(below, names.iter().filter(|name| name.starts_with('s')).copied().collect::<Vec<_>>());
        assert!(packed.entry("absent")?.is_none());
    }
    Ok(())
}

#[test]
fn sections_in_any_order_and_items_without_a_start() -> TestResult {
    let mut sample = everything(3, true);
    let expected = describe(&Resources::open(&sample.bytes())?)?;
    for rotation in 0..30 {
        sample.order.rotate_left(rotation);
        assert_eq!(describe(&Resources::open(&sample.bytes())?)?, expected);
    }
    let mut sample = Sample::new(3);
    sample.starts = false;
    sample.add("a", &[Item::Flag(0x16)]).add("b", &[Item::Flag(0x16), Item::One(0x06, 4, b"b")]);
    let bytes = sample.bytes();
    let read = Resources::open(&bytes)?;
    assert_eq!(read.entries().map(|entry| entry.name()).collect::<Vec<_>>(), ["a", "b"]);
    Ok(())
}

#[test]
fn resources_of_one_name_are_one() -> TestResult {
    let mut sample = Sample::new(3);
    let files = |code, files| Item::Files(code, 8, files);
    sample.add("b", &[Item::Flag(0x16), Item::One(0x06, 4, b"first"), files(0x0b, &[("1", b"a"), ("2", b"a")])]);
    sample.add("a", &[]);
    sample.add("b", &[Item::Flag(0x04), Item::One(0x06, 4, b"second"), files(0x0b, &[("2", b"b"), ("2", b"c")])]);
    let bytes = sample.bytes();
    let read = Resources::open(&bytes)?;
    assert_eq!(read.entry_count(), 2);
    let entry = read.entry("b").expect("is there");
    assert_eq!(entry.flags(), EntryFlags::MODULE.union(EntryFlags::PACKAGE));
    assert_eq!(value(&entry, FieldKind::Source, "")?, b"second");
    assert_eq!(value(&entry, FieldKind::PackageResource, "1")?, b"a");
    assert_eq!(value(&entry, FieldKind::PackageResource, "2")?, b"c");
    Ok(())
}

#[test]
fn versions_know_their_fields() -> TestResult {
    let opened = |version, item| {
        let mut sample = Sample::new(version);
        sample.add("a", &[item]);
        Resources::open(&sample.bytes()).map(|read| read.entries().next().map(|entry| entry.flags()))
    };
    let unknown = |result| matches!(result, Err(Error::LegacyIndex { what: "unknown field of a resource", .. }));
    assert!(unknown(opened(1, Item::Flag(0x16))));
    assert!(unknown(opened(2, Item::Flag(0x1b))));
    assert!(unknown(opened(3, Item::Flag(0x1f))));
    assert_eq!(opened(2, Item::Flag(0x1a))?, Some(EntryFlags::SHARED_LIBRARY));
    // The flavor means something in version 1 only.
    assert_eq!(opened(1, Item::Flavor(1))?, Some(EntryFlags::MODULE));
    assert_eq!(opened(2, Item::Flavor(1))?, Some(EntryFlags::default()));
    assert!(matches!(opened(1, Item::Flavor(6)), Err(Error::LegacyIndex { what: "unknown flavor", .. })));
    for first in [b"pyembed\x00".as_slice(), b"pyembed\x05", b"pyembed", b"", b"PK\x03\x04"] {
        assert!(matches!(Packed::open(first), Err(Error::Magic { found }) if found == first));
    }
    assert!(matches!(Packed::open(b"pyembed\x03"), Err(Error::Truncated { expected: 21, actual: 8 })));
    assert!(matches!(Packed::open(b"pyembed\x04"), Err(Error::Truncated { .. })));
    Ok(())
}

#[test]
fn counts_have_to_be_right() {
    let good = everything(3, false).bytes();
    for (at, what) in [(8, "section count"), (13, "resource count")] {
        for change in [1, 255] {
            let mut bytes = good.clone();
            bytes[at] = bytes[at].wrapping_add(change);
            let error = Resources::open(&bytes).err();
            assert!(matches!(&error, Some(Error::Header { what: found, .. }) if *found == what), "{error:?}");
        }
    }
    for at in [9, 17] {
        for change in [1, 255] {
            let mut bytes = good.clone();
            bytes[at] = bytes[at].wrapping_add(change);
            assert!(Resources::open(&bytes).is_err());
        }
    }
}

#[test]
fn values_stay_in_their_sections() -> TestResult {
    // The source says that it has four bytes, its section has three; there are more after it.
    let at = BY_HAND.iter().position(|byte| *byte == 0x16).expect("is there") + 2;
    let mut bytes = BY_HAND.to_vec();
    bytes.extend(b"more");
    bytes[at] = 4;
    let error = Resources::open(&bytes).err();
    assert!(matches!(error, Some(Error::OutOfBounds { what: "value in a section", length: 4, .. })), "{error:?}");
    bytes[at] = 2;
    let read = Resources::open(&bytes)?;
    assert_eq!(value(&read.entry("p").expect("is there"), FieldKind::Source, "")?, b"x=");
    Ok(())
}

#[test]
fn paths_of_windows() -> TestResult {
    let utf16 = |path: &str| path.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let (path, data) = (utf16("lib\\m\u{1f40d}.py"), utf16("lib/d\\x.txt"));
    let mut sample = Sample::new(2);
    sample.add("m", &[Item::Flag(0x16), Item::One(0x0f, 4, &path), Item::Files(0x14, 4, &[("x.txt", &data)])]);
    let bytes = sample.bytes();
    let read = Resources::open_with(&bytes, NativePaths::Windows)?;
    let entry = read.entry("m").expect("is there");
    assert_eq!(file(&entry, FieldKind::Source, "")?.as_deref(), Some("lib/m\u{1f40d}.py"));
    assert_eq!(file(&entry, FieldKind::PackageResource, "x.txt")?.as_deref(), Some("lib/d/x.txt"));
    assert_eq!(entry.field(FieldKind::Source)?.expect("is there").stored()?, path);

    let version_4 = convert::from_legacy(&read)?.to_vec()?;
    let blob = Blob::open(&version_4)?;
    blob.verify()?;
    let entry = blob.entry("m")?.expect("is there");
    assert_eq!(file(&entry, FieldKind::Source, "")?.as_deref(), Some("lib/m\u{1f40d}.py"));
    let again = convert::to_legacy(&blob, NativePaths::Windows, |_| false)?;
    let again = Resources::open_with(&again, NativePaths::Windows)?;
    let entry = again.entry("m").expect("is there");
    assert_eq!(entry.field(FieldKind::Source)?.expect("is there").stored()?, path);
    // The same for another platform.
    let unix = convert::to_legacy(&blob, NativePaths::Unix, |_| false)?;
    let unix = Resources::open_with(&unix, NativePaths::Unix)?;
    let entry = unix.entry("m").expect("is there");
    assert_eq!(entry.field(FieldKind::Source)?.expect("is there").stored()?, "lib/m\u{1f40d}.py".as_bytes());

    let mut odd = Sample::new(2);
    odd.add("m", &[Item::One(0x0f, 4, b"odd")]);
    let error = Resources::open_with(&odd.bytes(), NativePaths::Windows).err();
    assert!(matches!(error, Some(Error::LegacyIndex { what: "path in UTF-16 with an odd length", .. })), "{error:?}");
    Ok(())
}

#[test]
fn paths_without_a_form_in_utf8_stay_raw() -> TestResult {
    // A lone surrogate, and a byte that is no UTF-8.
    for (path, native, other) in [
        (b"\x00\xd8".as_slice(), NativePaths::Windows, NativePaths::Unix),
        (b"\xff", NativePaths::Unix, NativePaths::Windows),
    ] {
        let mut sample = Sample::new(3);
        sample.add("m", &[Item::One(0x0f, 4, path)]);
        let bytes = sample.bytes();
        let read = Resources::open_with(&bytes, native)?;
        let entry = read.entry("m").expect("is there");
        let field = entry.field(FieldKind::Source)?.expect("is there");
        assert_eq!(field.stored()?, path);
        assert!(matches!(field.file(), Err(Error::NotUtf8 { what: "path of a value", .. })));
        assert!(matches!(field.read(), Err(Error::NotUtf8 { .. })));
        let written = |paths| -> Result<Vec<u8>, Error> {
            let mut writer = Writer::new(paths);
            writer.add(&entry, |_| false)?;
            writer.to_vec()
        };
        assert_eq!(written(native)?, bytes);
        assert!(matches!(written(other), Err(Error::NotRepresentable { version: 3, .. })));
        let error = convert::from_legacy(&read).err().expect("has no form in version 4");
        assert!(error.to_string().contains("the path of the Source \"\" of \"m\""), "{error}");
    }
    Ok(())
}

#[test]
fn version_4_has_its_limits() -> TestResult {
    let opened = |items: &[Item<'_>]| {
        let mut sample = Sample::new(3);
        sample.add("m", items);
        sample.bytes()
    };
    let both = opened(&[Item::One(0x06, 4, b"x"), Item::One(0x0f, 4, b"m.py")]);
    let read = Resources::open(&both)?;
    let field = read.entry("m").expect("is there").field(FieldKind::Source)?.expect("is there");
    assert_eq!(&*field.read()?, b"x", "in memory comes first");
    let error = convert::from_legacy(&read).err().expect("two values");
    assert!(error.to_string().contains("the Source \"\" of \"m\", both in memory and in a file"), "{error}");

    let mut two = Sample::new(3);
    for name in ["My-Pkg", "my_pkg"] {
        two.add(name, &[Item::Files(0x0c, 8, &[("METADATA", b"")])]);
    }
    let error = convert::from_legacy(&Resources::open(&two.bytes())?).err().expect("one name");
    assert!(error.to_string().contains("\"my_pkg\" along with another spelling"), "{error}");
    let mut slash = Sample::new(3);
    slash.add("a/b", &[Item::Files(0x0c, 8, &[("METADATA", b"")])]);
    assert!(convert::from_legacy(&Resources::open(&slash.bytes())?).is_err());
    Ok(())
}

#[test]
fn distributions_keep_their_names() -> TestResult {
    let metadata = b"Metadata-Version: 2.1\nName: My-Pkg\nVersion: 1.0\n\nVersion: 2\n";
    let mut sample = Sample::new(3);
    sample.add("My_Pkg", &[Item::Flag(0x04), Item::Files(0x0c, 8, &[("METADATA", metadata), ("RECORD", b"")])]);
    sample.add("Egg", &[Item::Flag(0x04), Item::Files(0x0c, 8, &[("PKG-INFO", b"Version: 3")])]);
    sample.add("Bare", &[Item::Flag(0x04), Item::Files(0x0c, 8, &[("RECORD", b"")])]);
    sample.add(
        "six",
        &[Item::Flag(0x16), Item::One(0x06, 4, b""), Item::Files(0x0c, 8, &[("METADATA", b"Version: 1.17")])],
    );
    let bytes = sample.bytes();
    let version_4 = convert::from_legacy(&Resources::open(&bytes)?)?.to_vec()?;
    let blob = Blob::open(&version_4)?;
    let names: Vec<_> = blob.entries().flatten().map(|entry| entry.name()).collect();
    assert_eq!(names, ["bare", "egg", "my-pkg", "six"]);
    for (name, directory, flags) in [
        ("my-pkg", "My_Pkg-1.0.dist-info", EntryFlags::DISTRIBUTION),
        ("egg", "Egg-3.egg-info", EntryFlags::DISTRIBUTION),
        ("bare", "Bare.dist-info", EntryFlags::DISTRIBUTION),
        ("six", "six-1.17.dist-info", EntryFlags::DISTRIBUTION.union(EntryFlags::MODULE)),
    ] {
        let entry = blob.entry(name)?.expect("is there");
        assert_eq!(String::from_utf8(value(&entry, FieldKind::MetadataDirectory, "")?)?, directory);
        assert_eq!(entry.flags(), flags);
    }
    assert_eq!(loaded(&convert::to_legacy(&blob, NativePaths::HOST, |_| false)?), loaded(&bytes));
    Ok(())
}

#[test]
fn only_distributions_of_version_4_become_packages() -> TestResult {
    let mut sample = Sample::new(3);
    sample.add("bare", &[Item::Files(0x0c, 8, &[("RECORD", b"")])]);
    let bytes = sample.bytes();
    let read = Resources::open(&bytes)?;
    let mut writer = Writer::new(NativePaths::HOST);
    for entry in read.entries() {
        writer.add(&entry, |_| false)?;
    }
    assert_eq!(writer.to_vec()?, bytes);
    let version_4 = convert::from_legacy(&read)?.to_vec()?;
    let again = convert::to_legacy(&Blob::open(&version_4)?, NativePaths::HOST, |_| false)?;
    let entry = Resources::open(&again)?.entry("bare").map(|entry| entry.flags());
    assert_eq!(entry, Some(EntryFlags::PACKAGE.union(EntryFlags::DISTRIBUTION)));
    Ok(())
}

#[test]
fn what_version_3_cannot_hold_is_named() -> TestResult {
    use pyox_packed_resources::{SectionKind, Writer};
    let refused = |set: &dyn Fn(&mut Writer)| -> Result<String, Error> {
        let mut writer = Writer::new();
        set(&mut writer);
        let bytes = writer.to_vec()?;
        let blob = Blob::open(&bytes)?;
        let error = convert::to_legacy(&blob, NativePaths::HOST, |_| false).expect_err("cannot be held");
        // With permission it is left out, and the rest is there.
        let mut lost = Vec::new();
        let left = convert::to_legacy(&blob, NativePaths::HOST, |loss| {
            lost.push(loss.to_string());
            true
        })?;
        assert_eq!(loaded(&left).len(), blob.entry_count());
        assert_eq!(error.to_string(), format!("packed resources version 3 cannot hold {}", lost[0]));
        Ok(lost.join("; "))
    };
    let field = |kind: FieldKind, key: &'static str, value: Value| {
        refused(&move |writer| {
            writer.entry("m").keyed(kind, key, value.clone());
        })
    };
    let raw = || Value::raw(b"x".to_vec());
    assert_eq!(refused(&|w| _ = w.section(SectionKind::InterpreterConfig, vec![1]))?, "the section InterpreterConfig");
    let sections = |w: &mut Writer| {
        w.section(SectionKind::Boot, vec![1]).section(SectionKind::Other(4096), vec![2]).entry("m");
    };
    assert_eq!(refused(&sections)?, "the section Boot; the section Other(4096)");
    assert_eq!(refused(&|w| _ = w.entry("m").flag(EntryFlags(1 << 20)))?, "the flags 0x100000 of \"m\"");
    assert_eq!(refused(&|w| _ = w.entry("m").flag(EntryFlags::DISTRIBUTION))?, "the flags 0x20 of \"m\"");
    assert_eq!(field(FieldKind::CacheDirectory, "", raw())?, "the CacheDirectory of \"m\"");
    assert_eq!(field(FieldKind::CacheFile, "a/b", raw())?, "the CacheFile \"a/b\" of \"m\"");
    assert_eq!(field(FieldKind::RelativePath, "", raw())?, "the RelativePath of \"m\"");
    assert_eq!(field(FieldKind::MetadataDirectory, "", raw())?, "the MetadataDirectory of \"m\"");
    assert_eq!(field(FieldKind::Source, "key", raw())?, "the Source \"key\" of \"m\"");
    assert_eq!(field(FieldKind::Dependency, "libz", raw())?, "the Dependency \"libz\" of \"m\"");
    assert_eq!(field(FieldKind::SharedLibrary, "", Value::file("lib/z.so"))?, "the SharedLibrary of \"m\"");
    let mode = |mode| raw().with_mode(mode);
    assert_eq!(field(FieldKind::File, "", mode(0o700))?, "the mode 700 of the File of \"m\"");
    assert_eq!(
        field(FieldKind::PackageResource, "run", mode(0o755))?,
        "the mode 755 of the PackageResource \"run\" of \"m\""
    );
    let other = |w: &mut Writer| {
        let entry = w.entry("click").flag(EntryFlags::DISTRIBUTION);
        entry.keyed(FieldKind::DistributionResource, "METADATA", b"Name: click\nVersion: 8.1.7\n".to_vec());
        entry.field(FieldKind::MetadataDirectory, b"click-8.1.7+local.dist-info".to_vec());
    };
    assert_eq!(refused(&other)?, "the MetadataDirectory of \"click\"");
    // Nor may two entries have the same field, as when one of them has a name that no distribution has.
    let mut writer = Writer::new();
    for name in ["Pkg", "pkg"] {
        writer.entry(name).keyed(FieldKind::DistributionResource, "RECORD", Vec::new());
    }
    writer.entry("pkg").field(FieldKind::MetadataDirectory, b"Pkg.dist-info".to_vec());
    let bytes = writer.to_vec()?;
    let error = convert::to_legacy(&Blob::open(&bytes)?, NativePaths::HOST, |_| true).expect_err("one resource");
    assert!(error.to_string().ends_with("two times the DistributionResource \"RECORD\" of \"Pkg\""), "{error}");
    // A length that does not fit into the index is an error, whatever may be lost.
    let mut writer = Writer::new();
    writer.entry("n".repeat(65536));
    let bytes = writer.to_vec()?;
    let error = convert::to_legacy(&Blob::open(&bytes)?, NativePaths::HOST, |_| true).expect_err("too long");
    assert!(error.to_string().contains("a name of 65536 bytes"), "{error}");
    Ok(())
}

#[test]
fn compressed_values_are_decoded() -> TestResult {
    let text = b"print('hello')\n".repeat(50);
    let mut writer = pyox_packed_resources::Writer::new();
    writer.entry("m").flag(EntryFlags::MODULE).field(FieldKind::Source, Value::compressed(&text, 3)?);
    let bytes = writer.to_vec()?;
    let version_3 = convert::to_legacy(&Blob::open(&bytes)?, NativePaths::HOST, |_| false)?;
    let read = Resources::open(&version_3)?;
    assert_eq!(value(&read.entry("m").expect("is there"), FieldKind::Source, "")?, text);
    Ok(())
}
