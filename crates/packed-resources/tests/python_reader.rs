//! The document says enough: a reader written from it alone, in another language, agrees with ours.

use std::path::Path;

use pyox_packed_resources::{EntryFlags, Error, FieldKind, SectionKind, Value, Writer};

use crate::common::{Numbers, TestResult, everything, sections, squeezed, with_dictionary};

fn random(numbers: &mut Numbers) -> Result<Writer, Error> {
    let mut writer = Writer::new();
    for _ in 0..numbers.below(120) {
        let name = format!("\u{3c0}{}.{}", numbers.below(30), "x".repeat(numbers.below(4)));
        let kind = FieldKind::ALL[numbers.below(FieldKind::ALL.len())];
        let key = "k\u{e9}y".repeat(numbers.below(3));
        let text: Vec<u8> = (0..numbers.below(60)).map(|_| numbers.next() as u8).collect();
        let value = match numbers.below(8) {
            0 => squeezed(&text)?,
            1 => with_dictionary(b"one of a few dictionaries ")?,
            2 => Value::file("\u{3c0}/file"),
            _ => text.into(),
        };
        let value = value.with_mode(numbers.below(0o10000) as u32);
        writer.entry(name).flag(EntryFlags(numbers.next() as u32)).keyed(kind, key, value);
    }
    writer.section(SectionKind::Other(numbers.below(1 << 20) as u32 + 4096), vec![1; numbers.below(50)]);
    #[cfg(feature = "digest")]
    if numbers.below(2) == 0 {
        writer.digest();
    }
    Ok(writer)
}

#[test]
fn python_reads_the_same() -> TestResult {
    let mut numbers = Numbers(11);
    let mut blobs = vec![Writer::new().to_vec()?, everything()?.to_vec()?];
    for _ in 0..20 {
        blobs.push(random(&mut numbers)?.to_vec()?);
    }
    for i in 0..blobs.len() {
        let mut damaged = blobs[i].clone();
        let last =
            sections(&damaged).into_iter().rfind(|section| section.length > 0).expect("there are slots at least");
        damaged[last.offset] ^= 1;
        blobs.push(damaged);
    }
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python_reader");
    std::fs::create_dir_all(&directory)?;
    let path = |i: usize| directory.join(i.to_string());
    for (i, bytes) in blobs.iter().enumerate() {
        std::fs::write(path(i), bytes)?;
    }
    let found = crate::python::describe(&(0..blobs.len()).map(path).collect::<Vec<_>>())?;
    for (i, (bytes, found)) in blobs.iter().zip(found).enumerate() {
        let expected = crate::describe::describe(bytes);
        assert_eq!(expected["verified"], i < blobs.len() / 2);
        assert!(crate::python::agrees(&expected, &found), "{found:#} instead of {expected:#}");
    }
    Ok(())
}
