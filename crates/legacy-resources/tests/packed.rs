//! Resources of any version as one.

use pyox_legacy_resources::Packed;
use pyox_packed_resources::{Entry, EntryFlags, Error, FieldKind, Index, Layered, Writer};

use crate::TestResult;
use crate::sample::{Item, Sample};

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
fn the_same_from_every_version() -> TestResult {
    let mut sample = Sample::new(3);
    for name in ["pkg", "pkg.b", "pkg.a", "pkgs", "a"] {
        sample.add(name, &[Item::Flag(0x16), Item::One(0x06, 4, name.as_bytes())]);
    }
    let mut bytes = vec![sample.bytes()];
    sample.version = 2;
    bytes.push(sample.bytes());
    bytes.push(version_4(|writer| {
        for name in ["pkg", "pkg.b", "pkg.a", "pkgs", "a"] {
            writer.entry(name).flag(EntryFlags::MODULE).field(FieldKind::Source, name.as_bytes().to_vec());
        }
    })?);
    let packed: Vec<_> = bytes.iter().map(|bytes| Packed::open(bytes)).collect::<Result<_, _>>()?;
    assert_eq!(packed.iter().map(Packed::version).collect::<Vec<_>>(), [3, 2, 4]);
    let layered: Vec<Box<dyn Index + '_>> = packed.iter().map(|packed| Box::new(packed) as Box<dyn Index>).collect();
    let layered = Layered::new(layered);
    let indexes: Vec<&dyn Index> =
        packed.iter().map(|packed| packed as &dyn Index).chain([&layered as &dyn Index]).collect();
    for index in indexes {
        assert_eq!(index.entry_count()?, 5);
        let names = |prefix| {
            let entries = index.entries_with_prefix(prefix);
            entries.map(|entry| entry.map(|entry| entry.name().to_owned())).collect::<Result<Vec<_>, _>>()
        };
        assert_eq!(names("")?, ["a", "pkg", "pkg.a", "pkg.b", "pkgs"]);
        assert_eq!(names("pkg.")?, ["pkg.a", "pkg.b"]);
        assert_eq!(names("pkg")?, ["pkg", "pkg.a", "pkg.b", "pkgs"]);
        assert!(names("q")?.is_empty());
        for entry in index.entries() {
            let entry = entry?;
            assert_eq!(described(&entry)?, format!("0x1 Source ={};", entry.name()));
            let found = index.entry(entry.name())?.expect("is there");
            assert_eq!(described(&found)?, described(&entry)?);
        }
        assert!(index.entry("pkg.c")?.is_none());
    }
    Ok(())
}
