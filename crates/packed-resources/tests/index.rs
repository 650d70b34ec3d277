//! One way to look things up, whatever they are in.

use pyox_packed_resources::{Blob, Entry, EntryFlags, Error, FieldKind, Index, Layered, Writer};

use crate::common::TestResult;

fn version_4(set: impl FnOnce(&mut Writer)) -> Result<Vec<u8>, Error> {
    let mut writer = Writer::new();
    set(&mut writer);
    writer.to_vec()
}

/// Flags, then each field with its value.
fn described(entry: &Entry<'_>) -> Result<String, Error> {
    let mut text = format!("{:#x}", entry.flags().0);
    for field in entry.fields() {
        let field = field?;
        let value = match field.file()? {
            Some(path) => format!("<{path}>"),
            None => String::from_utf8_lossy(&field.read()?).into_owned(),
        };
        text += &format!(" {:?} {}={value};", field.kind(), field.key());
    }
    Ok(text)
}

#[test]
fn the_first_layer_wins_and_a_module_is_of_one_layer() -> TestResult {
    let set = |writer: &mut Writer, name: &str, flags, kind, value: &str| {
        writer.entry(name).flag(flags).field(kind, value.as_bytes().to_vec());
    };
    let first = version_4(|writer| {
        set(writer, "m", EntryFlags::MODULE, FieldKind::Source, "first");
        writer.entry("m").keyed(FieldKind::PackageResource, "1.txt", b"first".to_vec());
        writer.entry("m").keyed(FieldKind::PackageResource, "2.txt", b"first".to_vec());
        writer.entry("d").flag(EntryFlags::DISTRIBUTION).keyed(
            FieldKind::DistributionResource,
            "METADATA",
            b"1".to_vec(),
        );
        writer.entry("only.first");
    })?;
    let second = version_4(|writer| {
        set(writer, "m", EntryFlags::EXTENSION, FieldKind::Extension, "second");
        writer.entry("m").field(FieldKind::Bytecode, b"second".to_vec());
        writer.entry("m").field(FieldKind::RelativePath, b"second".to_vec());
        writer.entry("m").keyed(FieldKind::PackageResource, "2.txt", b"second".to_vec());
        writer.entry("m").keyed(FieldKind::PackageResource, "3.txt", b"second".to_vec());
        set(writer, "m", EntryFlags::SHARED_LIBRARY, FieldKind::SharedLibrary, "second");
        set(writer, "d", EntryFlags::MODULE, FieldKind::Source, "second");
    })?;
    let third = version_4(|writer| {
        set(writer, "d", EntryFlags::MODULE.union(EntryFlags::PACKAGE), FieldKind::Source, "third");
        writer.entry("only.third");
    })?;
    let layers = [&first, &second, &third].map(|bytes| Blob::open(bytes)).into_iter().collect::<Result<Vec<_>, _>>()?;
    let layered = Layered::new(layers);
    let m = "0x11 Source =first; SharedLibrary =second; PackageResource 1.txt=first; \
             PackageResource 2.txt=first; PackageResource 3.txt=second;";
    let d = "0x21 Source =second; DistributionResource METADATA=1;";
    let expected = [("d", d), ("m", m), ("only.first", "0x0"), ("only.third", "0x0")];
    let found: Vec<(String, String)> = layered
        .entries()
        .map(|entry| entry.and_then(|entry| Ok((entry.name().to_owned(), described(&entry)?))))
        .collect::<Result<_, _>>()?;
    assert_eq!(found, expected.map(|(name, entry)| (name.to_owned(), entry.to_owned())));
    for (name, entry) in expected {
        assert_eq!(described(&layered.entry(name)?.expect("is there"))?, entry);
    }
    assert_eq!(layered.entry_count()?, 4);
    let merged = layered.entry("m")?.expect("is there");
    assert_eq!(merged.fields_of(FieldKind::PackageResource).count(), 3);
    assert_eq!(&*merged.keyed(FieldKind::PackageResource, "3.txt")?.expect("is there").read()?, b"second");
    Ok(())
}

#[test]
fn a_collector_takes_layers_as_an_index_does() -> TestResult {
    let mut collector = pyox_packed_resources::Collector::new();
    let layers = [
        version_4(|writer| _ = writer.entry("m").flag(EntryFlags::BUILTIN))?,
        crate::common::everything()?.to_vec()?,
        version_4(|writer| {
            writer.entry("m").flag(EntryFlags::MODULE).field(FieldKind::Source, b"hidden".to_vec());
            writer.entry("pkg").flag(EntryFlags::EXTENSION).field(FieldKind::Extension, b"hidden".to_vec());
            writer.entry("pkg").keyed(FieldKind::PackageResource, "new", b"new".to_vec());
        })?,
    ];
    let blobs = layers.iter().map(|bytes| Blob::open(bytes)).collect::<Result<Vec<_>, _>>()?;
    for blob in &blobs {
        let dictionaries = pyox_packed_resources::Dictionary::all_of(blob)?;
        collector.add_blob(blob, |_, field| {
            pyox_packed_resources::Value::from_field(field, field.stored()?, &dictionaries)
        })?;
    }
    let collected = collector.finish().to_vec()?;
    let collected = Blob::open(&collected)?;
    let layered = Layered::new(blobs);
    // And the namespace package that a dotted name implies.
    assert_eq!(layered.entry_count()? + 1, collected.entry_count());
    for entry in layered.entries() {
        let entry = entry?;
        let found = collected.entry(entry.name())?.expect("is there");
        assert_eq!(described(&found)?, described(&entry)?);
    }
    Ok(())
}
