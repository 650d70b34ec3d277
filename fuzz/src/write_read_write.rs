//! What is written is read back, in any order and with any names, and is written again to the same bytes.

use std::collections::BTreeMap;
use std::sync::Arc;

use arbitrary::{Arbitrary, Unstructured};
use pyox_packed_resources::{
    Blob, Compressor, Data, Decoder, Dictionary, EntryFlags, Error, FieldKind, NATIVE_ALIGNMENT, SectionKind,
    VALUE_ALIGNMENT, Value, Writer,
};

#[derive(Arbitrary, Debug)]
struct Input {
    fields: Vec<Field>,
    dictionaries: Vec<Vec<u8>>,
    sections: Vec<(u32, Vec<u8>)>,
    load_order: Vec<String>,
    digest: bool,
}

#[derive(Arbitrary, Debug)]
struct Field {
    entry: String,
    flags: u32,
    kind: u8,
    key: String,
    value: Content,
    mode: u16,
}

#[derive(Arbitrary, Debug)]
enum Content {
    Raw(Vec<u8>),
    Compressed { part: Vec<u8>, repeat: u8, level: u8 },
    WithDictionary { part: Vec<u8>, repeat: u8, level: u8, dictionary: u8 },
    File(String),
}

/// What a field has to read as.
#[derive(Debug, PartialEq)]
enum Read {
    Content(Vec<u8>),
    File(String),
}

impl Content {
    /// The value, and what it has to read as.
    fn value(&self, dictionaries: &[Arc<Dictionary>]) -> (Value, Read) {
        let repeated = |part: &[u8], repeat: u8| part.repeat(1 + usize::from(repeat));
        let level = |level: u8| i32::from(level % 9) + 1;
        match self {
            Self::Raw(content) => (Value::raw(content.clone()), Read::Content(content.clone())),
            Self::File(path) => (Value::file(path), Read::File(path.clone())),
            Self::Compressed { part, repeat, level: at } => {
                let content = repeated(part, *repeat);
                (Value::compressed(&content, level(*at)).expect("compresses"), Read::Content(content))
            }
            Self::WithDictionary { part, repeat, level: at, dictionary } => {
                let content = repeated(part, *repeat);
                let number = usize::from(*dictionary) % dictionaries.len().max(1);
                // Content with the magic number of a trained dictionary may not be one.
                let made = dictionaries
                    .get(number)
                    .and_then(|dictionary| Compressor::with_dictionary(level(*at), Arc::clone(dictionary)).ok())
                    .and_then(|mut compressor| compressor.compress(&content).ok());
                (made.unwrap_or_else(|| Value::raw(content.clone())), Read::Content(content))
            }
        }
    }
}

/// Tries an input.
pub fn run(bytes: &[u8]) {
    let Ok(input) = Input::arbitrary_take_rest(Unstructured::new(bytes)) else { return };
    let dictionaries: Vec<Arc<Dictionary>> = input
        .dictionaries
        .iter()
        .map(|content| {
            let dictionary = Dictionary::new(content).expect("is short");
            assert_eq!(dictionary.content().expect("was just made"), *content);
            dictionary.into()
        })
        .collect();
    let mut writer = Writer::new();
    let mut flags = BTreeMap::<&str, u32>::new();
    let mut expected = BTreeMap::new();
    for field in &input.fields {
        let kind = FieldKind::ALL[usize::from(field.kind) % FieldKind::ALL.len()];
        let (value, read) = field.value.value(&dictionaries);
        let value = value.with_mode(field.mode.into());
        writer.entry(&*field.entry).flag(EntryFlags(field.flags)).keyed(kind, &*field.key, value);
        *flags.entry(&field.entry).or_default() |= field.flags;
        expected.insert((&*field.entry, kind, &*field.key), (u32::from(field.mode & 0o7777), read));
    }
    let mut sections = BTreeMap::new();
    for (kind, bytes) in &input.sections {
        let kind = SectionKind::from_code(*kind);
        writer.section(kind, bytes.clone());
        if kind.code() > SectionKind::Native.code() && !matches!(kind, SectionKind::Digest | SectionKind::Dictionary(_))
        {
            sections.insert(kind, bytes);
        }
    }
    writer.load_order(input.load_order.clone());
    if input.digest {
        writer.digest();
    }
    let (opaque, needed) = (sections.len() + usize::from(input.digest), dictionaries.len());
    let bytes = match writer.to_vec() {
        Ok(bytes) => bytes,
        Err(Error::TooLarge { what: "sections", .. }) => return assert!(opaque + needed.min(32) > 56),
        Err(Error::TooLarge { what: "dictionaries", .. }) => return assert!(needed > 32),
        Err(error) => panic!("{error}"),
    };

    let blob = Blob::open(&bytes).expect("opens");
    blob.verify().expect("is whole");
    assert_eq!(blob.len(), bytes.len());
    assert_eq!(blob.entry_count(), flags.len());
    assert_eq!(blob.digest().expect("has 32 bytes").is_some(), input.digest);
    for (kind, content) in sections {
        assert_eq!(blob.section(kind).expect("is inside"), Some(&**content));
    }
    let decoder = Decoder::new();
    let kept = Dictionary::all_of(&blob).expect("are inside");
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
            let stored = field.stored().expect("is inside");
            let native = matches!(field.kind(), FieldKind::Extension | FieldKind::SharedLibrary);
            let paged = native && field.encoding().expect("is known").code() == 0;
            assert!(field.offset().is_multiple_of(if paged { NATIVE_ALIGNMENT } else { VALUE_ALIGNMENT }));
            let same = entry.keyed(field.kind(), field.key()).expect("is readable").expect("is found");
            assert_eq!(same.offset(), field.offset());
            let value = Value::from_field(&field, Data::from(stored.to_vec()), &kept).expect("has a known encoding");
            copy.entry(*name).keyed(field.kind(), field.key(), value);
            let content = match decoder.read(&field) {
                Ok(content) => Read::Content(content.into_owned()),
                Err(Error::InFile { path }) => Read::File(path),
                Err(error) => panic!("{error}"),
            };
            read.insert((entry.name(), field.kind(), field.key()), (field.mode(), content));
        }
    }
    assert_eq!(read, expected);
    for kind in blob.section_kinds() {
        copy.section(kind, blob.section(kind).expect("is inside").expect("is there").to_vec());
    }
    copy.load_order(input.load_order);
    if input.digest {
        copy.digest();
    }
    assert!(copy.to_vec().expect("is written") == bytes);
}
