//! Packed resources out of files, and back into trees.

use std::io::Write;
use std::path::{Path, PathBuf};

use pyox_interpreter_config::InterpreterConfig;
use pyox_linker::extract::{ExtractError, Tree};
use pyox_linker::native::{Attachment, PayloadError, TRAILER_LEN, payload_range};
use pyox_linker::{Error, ResourceFile};
use pyox_packed_resources::{EntryFlags, FieldKind, Index, SectionKind, Writer};
use tempfile::TempDir;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn resources() -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut writer = Writer::new();
    writer.entry("a.b").flag(EntryFlags::MODULE).field(FieldKind::Source, b"x = 1\n".to_vec());
    let config = InterpreterConfig { python: (3, 12), ..InterpreterConfig::default() };
    writer.section(SectionKind::InterpreterConfig, config.encode()?);
    Ok(writer.to_vec()?)
}

/// A program of the system with a payload, and the length of its launcher.
fn program(payload: &[u8]) -> Result<(Vec<u8>, u64), Box<dyn std::error::Error>> {
    let launcher = std::fs::read("/bin/true")?;
    let attachment = Attachment::plan(&launcher, payload.len() as u64)?;
    let mut program = Vec::new();
    attachment.write(&launcher, |out| out.write_all(payload), &mut program)?;
    Ok((program, attachment.payload_offset()))
}

fn write(dir: &TempDir, name: &str, bytes: &[u8]) -> Result<PathBuf, std::io::Error> {
    let path = dir.path().join(name);
    std::fs::File::create(&path)?.write_all(bytes)?;
    Ok(path)
}

#[test]
fn a_payload_is_found_by_its_trailer_and_by_its_segment() -> Outcome {
    let payload = resources()?;
    let (program, offset) = program(&payload)?;
    let expected = offset as usize..offset as usize + payload.len();
    assert_eq!(payload_range(&program)?, expected);
    assert_eq!(payload_range(&[&program[..], b"appended"].concat())?, expected);
    assert_eq!(payload_range(&program[..program.len() - TRAILER_LEN])?, expected);
    assert!(matches!(payload_range(&program[..expected.end - 1]), Err(PayloadError::Truncated { .. })));
    let mut damaged = program.clone();
    damaged[expected.end + 8] ^= 1;
    assert!(matches!(payload_range(&damaged), Err(PayloadError::Damaged { .. })));
    assert!(matches!(payload_range(&std::fs::read("/bin/true")?), Err(PayloadError::Missing)));
    assert!(matches!(payload_range(b"#!/bin/sh\n"), Err(PayloadError::NotExecutable(_))));
    assert!(matches!(payload_range(b""), Err(PayloadError::NotExecutable(_))));
    Ok(())
}

#[test]
fn resources_of_a_program_are_those_of_a_file() -> Outcome {
    let (dir, payload) = (TempDir::new()?, resources()?);
    let (program, offset) = program(&payload)?;
    for (name, bytes, offset) in [("program", &program, offset), ("blob", &payload, 0)] {
        let file = ResourceFile::read(write(&dir, name, bytes)?)?;
        assert_eq!((file.offset(), file.len(), file.python()), (offset, bytes.len() as u64, Some((3, 12))), "{name}");
        assert_eq!((file.resources(), file.origin()), (&payload[..], dir.path()));
    }
    Ok(())
}

#[test]
fn what_is_no_resource_file_says_why() -> Outcome {
    let dir = TempDir::new()?;
    let error = |name: &str, bytes: &[u8]| -> Result<Error, Box<dyn std::error::Error>> {
        ResourceFile::read(write(&dir, name, bytes)?).err().ok_or(format!("{name} is read").into())
    };
    assert!(matches!(error("empty", b"")?, Error::NoResources { .. }));
    assert!(matches!(error("text", b"text")?, Error::NoResources { .. }));
    assert!(matches!(error("later", b"pyembed\x05")?, Error::ResourcesVersion { found: 5, .. }));
    assert!(matches!(error("family", b"pyembed")?, Error::OpenResources { .. }));
    assert!(matches!(error("short", &resources()?[..100])?, Error::OpenResources { .. }));
    assert!(matches!(error("true", &std::fs::read("/bin/true")?)?, Error::NoPayload { .. }));
    assert!(matches!(ResourceFile::read(dir.path().join("absent")).err(), Some(Error::Io { .. })));
    Ok(())
}

#[test]
fn a_tree_is_complete_or_not_there() -> Outcome {
    let (dir, payload) = (TempDir::new()?, resources()?);
    let file = ResourceFile::read(write(&dir, "blob", &payload)?)?;
    let packed = file.packed()?;
    let mut tree = Tree::new(file.origin(), None);
    tree.add(&packed.entry("a.b")?.ok_or("no entry")?)?;
    let paths: Vec<&str> = tree.files().map(|(path, _)| path).collect();
    assert_eq!(paths, ["a/b.py"]);
    let out = dir.path().join("out");
    let written = tree.write(&out, false)?;
    assert_eq!((written.files, written.bytes, std::fs::read(out.join("a/b.py"))?), (1, 6, b"x = 1\n".to_vec()));
    assert!(matches!(tree.write(&out, false), Err(ExtractError::Exists { .. })));
    assert_eq!(tree.write(&out, true)?.files, 1);
    assert!(matches!(tree.write(Path::new("/dev/null"), true), Err(ExtractError::InTheWay { .. })));
    let left: Vec<_> = std::fs::read_dir(dir.path())?.flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
    Ok(())
}
