//! What two blobs do not have in common.

use pyox_inspect::{Difference, Equality, differences};
use pyox_legacy_resources::{NativePaths, Packed, convert};
use pyox_packed_resources::{EntryFlags, Error, FieldKind, SectionKind, Value, Writer};

type TestResult = Result<(), Box<dyn std::error::Error>>;

/// A test vector.
const EVERY_FIELD: &[u8] = include_bytes!("../../packed-resources/tests/vectors/every-field.blob");

/// Differences as text: what is where.
fn compared(left: &Packed<'_>, right: &Packed<'_>, equality: Equality) -> Result<Vec<String>, Error> {
    let side = |left: bool, right: bool| match (left, right) {
        (true, true) => "!",
        (true, false) => "<",
        _ => ">",
    };
    let text = |difference: Difference<'_>| match difference {
        Difference::Entry { left, right } => {
            let sides = side(left.is_some(), right.is_some());
            left.or(right).map(|entry| format!("{sides} {}", entry.name()))
        }
        Difference::Field { entry, left, right } => {
            let sides = side(left.is_some(), right.is_some());
            left.or(right).map(|field| format!("{sides} {entry} {} {}", field.kind(), field.key()))
        }
        Difference::Section { left, right } => {
            let sides = side(left.is_some(), right.is_some());
            left.or(right).map(|section| format!("{sides} section {}", section.kind))
        }
        _ => None,
    };
    Ok(differences(left, right, equality, u64::MAX)?.into_iter().filter_map(text).collect())
}

#[test]
fn a_blob_is_equal_to_itself() -> TestResult {
    let blob = Packed::open(EVERY_FIELD)?;
    for equality in [Equality::Content, Equality::Stored] {
        assert!(differences(&blob, &blob, equality, u64::MAX)?.is_empty());
    }
    Ok(())
}

#[test]
fn each_difference_is_told_from_both_sides() -> TestResult {
    let (mut one, mut two) = (Writer::new(), Writer::new());
    for writer in [&mut one, &mut two] {
        writer.entry("same").field(FieldKind::Source, b"1".to_vec());
    }
    one.entry("a").flag(EntryFlags::MODULE);
    two.entry("same").flag(EntryFlags::MODULE).keyed(FieldKind::CacheFile, "key", b"2".to_vec());
    one.entry("value").field(FieldKind::Source, b"1".to_vec());
    two.entry("value").field(FieldKind::Source, b"2".to_vec());
    one.entry("where").field(FieldKind::File, Value::file("1"));
    two.entry("where").field(FieldKind::File, b"1".to_vec());
    two.section(SectionKind::Other(5000), Vec::new());
    let (one, two) = (one.to_vec()?, two.to_vec()?);
    let (one, two) = (Packed::open(&one)?, Packed::open(&two)?);
    let there = compared(&one, &two, Equality::Content)?;
    let expected =
        ["< a", "! same", "> same cache-file key", "! value source ", "! where file ", "> section section-5000"];
    assert_eq!(there, expected);
    let mirrored = |line: &String| {
        line.chars()
            .map(|c| {
                if c == '<' {
                    '>'
                } else if c == '>' {
                    '<'
                } else {
                    c
                }
            })
            .collect()
    };
    assert_eq!(compared(&two, &one, Equality::Content)?, there.iter().map(mirrored).collect::<Vec<String>>());
    Ok(())
}

#[test]
fn damage_is_an_error_or_a_difference() -> TestResult {
    let blob = Packed::open(EVERY_FIELD)?;
    let mut found = 0;
    for at in 0..EVERY_FIELD.len() {
        let mut damaged = EVERY_FIELD.to_vec();
        damaged[at] ^= 0x81;
        crate::walk::repair(&mut damaged);
        let Ok(other) = Packed::open(&damaged) else { continue };
        found +=
            usize::from(differences(&blob, &other, Equality::Stored, u64::MAX).map_or(true, |all| !all.is_empty()));
    }
    // All but padding, reserved bytes and what `repair` has put right.
    assert!(found * 2 > EVERY_FIELD.len(), "{found} of {}", EVERY_FIELD.len());
    Ok(())
}

#[test]
fn versions_are_equal_if_their_content_is() -> TestResult {
    let mut writer = Writer::new();
    let package = writer.entry("pkg").flag(EntryFlags::MODULE.union(EntryFlags::PACKAGE));
    package.field(FieldKind::Source, Value::compressed(&b"x = 1\n".repeat(40), 3)?);
    package.keyed(FieldKind::PackageResource, "a.txt", Value::file("lib/a.txt"));
    let version_4 = writer.section(SectionKind::Other(5000), vec![1]).to_vec()?;
    let packed = Packed::open(&version_4)?;
    let blob = packed.blob().ok_or("another version")?;
    for paths in [NativePaths::Unix, NativePaths::Windows] {
        let version_3 = convert::to_legacy(blob, paths, |_| true)?;
        let version_3 = Packed::open_with(&version_3, paths)?;
        // Only version 4 has sections.
        assert!(compared(&packed, &version_3, Equality::Content)?.is_empty());
        let stored = compared(&version_3, &packed, Equality::Stored)?;
        let source = "! pkg source ".to_owned();
        let path = (paths == NativePaths::Windows).then(|| "! pkg package-resource a.txt".to_owned());
        assert_eq!(stored, [source].into_iter().chain(path).collect::<Vec<_>>());
        let verified = version_3.verify()?;
        assert_eq!((verified.entries, verified.values, verified.bytes, verified.in_files), (1, 1, 240, 1));
    }
    Ok(())
}
