//! What is written is read back, in any order and with any names, and is written again to the same bytes.
#![no_main]

use std::collections::BTreeMap;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use pyox_packed_resources::{
    Blob, EntryFlags, FieldKind, NATIVE_ALIGNMENT, SectionKind, VALUE_ALIGNMENT, Value, Writer,
};

#[derive(Arbitrary, Debug)]
struct Input {
    fields: Vec<Field>,
    sections: Vec<(u32, Vec<u8>)>,
    load_order: Vec<String>,
}

#[derive(Arbitrary, Debug)]
struct Field {
    entry: String,
    flags: u32,
    kind: u8,
    key: String,
    value: Vec<u8>,
    repeat: u8,
    level: Option<u8>,
}

fuzz_target!(|input: Input| {
    let mut writer = Writer::new();
    let mut flags = BTreeMap::<&str, u32>::new();
    let mut expected = BTreeMap::new();
    for field in &input.fields {
        let kind = FieldKind::ALL[usize::from(field.kind) % FieldKind::ALL.len()];
        let content = field.value.repeat(1 + usize::from(field.repeat));
        let value = match field.level {
            Some(level) => Value::compressed(&content, i32::from(level % 10)).expect("compresses"),
            None => Value::raw(content.clone()),
        };
        writer.entry(&*field.entry).flag(EntryFlags(field.flags)).keyed(kind, &*field.key, value);
        *flags.entry(&field.entry).or_default() |= field.flags;
        expected.insert((&*field.entry, kind, &*field.key), content);
    }
    let mut sections = BTreeMap::new();
    for (kind, bytes) in &input.sections {
        let kind = SectionKind::from_code(*kind);
        writer.section(kind, bytes.clone());
        if kind.code() > SectionKind::Native.code() {
            sections.insert(kind, bytes);
        }
    }
    let load_order = input.load_order;
    writer.load_order(load_order.clone());
    let written = writer.to_vec();
    assert_eq!(written.is_err(), sections.len() > 56);
    let Ok(bytes) = written else { return };

    let blob = Blob::open(&bytes).expect("opens");
    blob.verify().expect("is whole");
    assert_eq!(blob.len(), bytes.len());
    assert_eq!(blob.entry_count(), flags.len());
    for (kind, content) in sections {
        assert_eq!(blob.section(kind).expect("is inside"), Some(&**content));
    }
    let mut copy = Writer::new();
    let mut read = BTreeMap::new();
    for (entry, name) in blob.entries().zip(flags.keys()) {
        let entry = entry.expect("is readable");
        assert_eq!((entry.name(), entry.flags().0), (*name, flags[name]));
        let found = blob.entry(name).expect("is readable").expect("is found");
        assert_eq!(found.name(), *name);
        copy.entry(*name).flag(entry.flags());
        for field in entry.fields() {
            let field = field.expect("is readable");
            let native = matches!(field.kind(), FieldKind::Extension | FieldKind::SharedLibrary);
            assert!(field.offset().is_multiple_of(if native { NATIVE_ALIGNMENT } else { VALUE_ALIGNMENT }));
            let same = entry.keyed(field.kind(), field.key()).expect("is readable").expect("is found");
            assert_eq!(same.offset(), field.offset());
            let stored = field.stored().expect("is inside");
            copy.entry(*name).keyed(
                field.kind(),
                field.key(),
                Value::from_field(&field, stored).expect("has a known encoding"),
            );
            read.insert((entry.name(), field.kind(), field.key()), field.read().expect("decodes").into_owned());
        }
    }
    assert_eq!(read, expected);
    for kind in blob.section_kinds() {
        copy.section(kind, blob.section(kind).expect("is inside").expect("is there").to_vec());
    }
    copy.load_order(load_order);
    assert!(copy.to_vec().expect("is written") == bytes);
});
