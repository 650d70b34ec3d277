//! The document says enough: a reader written from it alone, in another language, agrees with ours.

mod common;

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use common::{Numbers, TestResult, everything, sections, squeezed};
use pyox_packed_resources::{Blob, EntryFlags, Error, FieldKind, SectionKind, Writer};

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What `reader.py` should print.
fn print(bytes: &[u8]) -> Result<String, Box<dyn std::error::Error>> {
    let blob = Blob::open(bytes)?;
    let mut out = String::new();
    for kind in blob.section_kinds() {
        writeln!(out, "section {} {}", kind.code(), blob.section(kind)?.map_or(0, <[u8]>::len))?;
    }
    for entry in blob.entries() {
        let entry = entry?;
        writeln!(out, "entry {} {}", hex(entry.name()), entry.flags().0)?;
        for field in entry.fields() {
            let field = field?;
            let (kind, encoding) = (field.kind() as u8, field.encoding()?.code());
            let (key, stored) = (hex(field.key()), hex(field.stored()?));
            writeln!(out, "field {kind} {key} {encoding} {} {stored}", field.len())?;
        }
    }
    Ok(out)
}

/// Runs `reader.py`; an error if it, or Python, does not work.
fn read_by_python(directory: &Path, bytes: &[u8]) -> Result<String, Box<dyn std::error::Error>> {
    let path = directory.join("blob");
    std::fs::write(&path, bytes)?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reader.py");
    let output = Command::new("python3").args(["-I".as_ref(), script.as_os_str(), path.as_os_str()]).output()?;
    if output.status.success() {
        Ok(String::from_utf8(output.stdout)?)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into())
    }
}

fn random(numbers: &mut Numbers) -> Result<Writer, Error> {
    let mut writer = Writer::new();
    for _ in 0..numbers.below(120) {
        let name = format!("\u{3c0}{}.{}", numbers.below(30), "x".repeat(numbers.below(4)));
        let kind = FieldKind::ALL[numbers.below(FieldKind::ALL.len())];
        let key = "k\u{e9}y".repeat(numbers.below(3));
        let text: Vec<u8> = (0..numbers.below(60)).map(|_| numbers.next() as u8).collect();
        let value = if numbers.below(4) == 0 { squeezed(&text)? } else { text.into() };
        writer.entry(name).flag(EntryFlags(numbers.next() as u32)).keyed(kind, key, value);
    }
    writer.section(SectionKind::Other(numbers.below(1 << 20) as u32 + 4096), vec![1; numbers.below(50)]);
    Ok(writer)
}

#[test]
fn python_reads_the_same() -> TestResult {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut numbers = Numbers(11);
    let mut blobs = vec![Writer::new().to_vec()?, everything()?.to_vec()?];
    for _ in 0..10 {
        blobs.push(random(&mut numbers)?.to_vec()?);
    }
    for bytes in blobs {
        assert_eq!(read_by_python(directory, &bytes)?, print(&bytes)?);
        let mut damaged = bytes.clone();
        let last = sections(&bytes).into_iter().rfind(|section| section.length > 0).expect("there are slots at least");
        damaged[last.offset] ^= 1;
        assert!(read_by_python(directory, &damaged).is_err());
    }
    Ok(())
}

#[test]
fn the_dump_of_the_document_is_what_is_written() -> TestResult {
    let mut writer = Writer::new();
    let entry = writer.entry("pkg").flag(EntryFlags::MODULE.union(EntryFlags::PACKAGE));
    entry.field(FieldKind::Source, b"x = 1\n".to_vec());
    entry.keyed(FieldKind::PackageResource, "a.txt", b"hi\n".to_vec());
    let document =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/packed-resources.md"))?;
    let dump = document.split("```hex\n").nth(1).and_then(|rest| rest.split("```").next()).expect("there is a dump");
    // An offset, two spaces, sixteen bytes, two spaces, text.
    let bytes = dump.lines().flat_map(|line| line[5..].split("  ").next().unwrap_or_default().split(' '));
    let bytes: Vec<u8> = bytes.map(|byte| u8::from_str_radix(byte, 16)).collect::<Result<_, _>>()?;
    assert_eq!(bytes, writer.to_vec()?);
    Ok(())
}
