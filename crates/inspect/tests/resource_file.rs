//! Packed resources out of files, and back into trees.

use std::io::Write;
use std::path::{Path, PathBuf};

use pyox_inspect::extract::{ExtractError, Tree};
use pyox_inspect::{Error, LauncherDigest, ResourceFile};
use pyox_interpreter_config::InterpreterConfig;
use pyox_packed_resources::{Blob, EntryFlags, FieldKind, Index, MAGIC, SectionKind, Writer};
use pyox_program_format::{Attachment, Error as PayloadError, PAYLOAD_MAGIC, Trailer, payload_range};
use tempfile::TempDir;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn resources() -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut writer = Writer::new();
    writer.entry("a.b").flag(EntryFlags::MODULE).field(FieldKind::Source, b"x = 1\n".to_vec());
    let config = InterpreterConfig::default().python((3, 12));
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
fn payloads_are_packed_resources() -> Outcome {
    assert_eq!(PAYLOAD_MAGIC, MAGIC);
    Ok(())
}

#[test]
fn tools_look_at_what_runs_and_refuse_what_is_changed() -> Outcome {
    let payload = resources()?;
    let (program, offset) = program(&payload)?;
    let expected = offset as usize..offset as usize + payload.len();
    assert_eq!(payload_range(&program)?, expected);
    for end in [expected.end - 1, expected.end, program.len() - 1] {
        assert!(matches!(payload_range(&program[..end]), Err(PayloadError::Truncated { .. })), "{end}");
    }
    let mut damaged = program.clone();
    damaged[expected.end + 8] ^= 1;
    assert!(matches!(payload_range(&damaged), Err(PayloadError::Damaged { .. })));
    assert!(matches!(payload_range(&std::fs::read("/bin/true")?), Err(PayloadError::Missing)));
    assert!(matches!(payload_range(b"#!/bin/sh\n"), Err(PayloadError::NotExecutable { .. })));
    assert!(matches!(payload_range(b""), Err(PayloadError::NotExecutable { .. })));
    Ok(())
}

#[test]
fn a_second_payload_is_not_what_tools_show() -> Outcome {
    let payload = resources()?;
    let (program, offset) = program(&payload)?;
    // Behind the first program, with a trailer of its own: the kernel still maps the first one.
    let other = Writer::new().to_vec()?;
    let mut appended = [&program[..], &other].concat();
    appended.extend(Trailer::new(program.len() as u64, other.len() as u64).to_bytes());
    assert!(matches!(payload_range(&appended), Err(PayloadError::Disagreement { trailer: Some(_), .. })));
    // Another trailer instead of the first.
    let mut named = program.clone();
    let end = named.len() - Trailer::LEN;
    named[end..].copy_from_slice(&Trailer::new(offset + 8, payload.len() as u64 - 8).to_bytes());
    assert!(matches!(payload_range(&named), Err(PayloadError::Disagreement { trailer: Some(_), .. })));
    named[end] ^= 1;
    assert!(matches!(payload_range(&named), Err(PayloadError::Disagreement { trailer: None, .. })));
    Ok(())
}

#[test]
fn nothing_hides_beside_the_parts_of_a_program() -> Outcome {
    let mut payload = resources()?;
    let outside = |program: &[u8]| matches!(payload_range(program), Err(PayloadError::Outside { .. }));
    let (clean, offset) = program(&payload)?;
    assert!(outside(&[&clean[..], b"appended"].concat()), "behind the trailer");
    let launcher = std::fs::read("/bin/true")?.len();
    for at in launcher..offset as usize {
        let mut padded = clean.clone();
        padded[at] = 1;
        assert!(outside(&padded), "between launcher and payload, at {at}");
    }
    let mut spare = clean.clone();
    *spare.last_mut().ok_or("empty")? = 1;
    assert!(matches!(payload_range(&spare), Err(PayloadError::Damaged { .. })), "in the trailer");
    payload.extend(b"behind the resources");
    assert!(outside(&program(&payload)?.0), "behind the resources");
    let dir = TempDir::new()?;
    let read = ResourceFile::read(write(&dir, "blob", &payload)?);
    assert!(matches!(read.err(), Some(Error::TrailingBytes { length: 20, .. })), "in a file of their own");
    Ok(())
}

#[test]
fn every_changed_byte_before_the_payload_is_noticed() -> Outcome {
    let dir = TempDir::new()?;
    let launcher = std::fs::read("/bin/true")?;
    let mut writer = Writer::new();
    writer.entry("a").flag(EntryFlags::MODULE).field(FieldKind::Source, b"x = 1\n".to_vec());
    writer.section(SectionKind::Launcher, vec![0; 32]);
    let attachment = Attachment::plan(&launcher, writer.to_vec()?.len() as u64)?;
    writer.section(SectionKind::Launcher, attachment.launcher_digest(&launcher)?.to_vec());
    let payload = writer.to_vec()?;
    let mut program = Vec::new();
    attachment.write(&launcher, |out| out.write_all(&payload), &mut program)?;
    let verified = |bytes: &[u8]| -> Result<LauncherDigest, Error> {
        let path = write(&dir, "program", bytes).map_err(|source| Error::Io {
            action: "write",
            path: PathBuf::new(),
            source,
        })?;
        ResourceFile::read(path)?.verify_launcher()
    };
    assert!(matches!(verified(&program)?, LauncherDigest::Right(_)));
    for at in (0..attachment.payload_offset() as usize).step_by(61) {
        let mut changed = program.clone();
        changed[at] ^= 4;
        assert!(verified(&changed).is_err(), "{at}");
    }
    let (older, _) = self::program(&resources()?)?;
    assert_eq!(verified(&older)?, LauncherDigest::NotRecorded);
    assert_eq!(verified(&resources()?)?, LauncherDigest::NoLauncher);
    Ok(())
}

#[test]
fn entries_that_share_their_fields_do_not_multiply() -> Outcome {
    let dir = TempDir::new()?;
    let mut writer = Writer::new();
    for number in 0..2000 {
        writer.entry(format!("{number}")).flag(EntryFlags::MODULE).field(FieldKind::Source, b"".to_vec());
    }
    let mut blob = writer.to_vec()?;
    let entries = Blob::open(&blob)?.sections().find(|section| section.kind == SectionKind::Entries);
    let entries = entries.ok_or("no entries")?.offset as usize;
    for entry in 0..2000 {
        let at = entries + 24 * entry + 12;
        blob[at..at + 8].copy_from_slice(&[0, 0, 0, 0, 0xd0, 7, 0, 0]);
    }
    let read = ResourceFile::read(write(&dir, "blob", &blob)?);
    assert!(matches!(read.err(), Some(Error::OpenResources { .. })));
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
    assert!(matches!(error("empty", b"")?, Error::Empty { .. }));
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
    assert!(matches!(tree.write(&out, false), Err(Error::Extract(ExtractError::Exists { .. }))));
    assert_eq!(tree.write(&out, true)?.files, 1);
    assert!(matches!(tree.write(Path::new("/dev/null"), true), Err(Error::Extract(ExtractError::InTheWay { .. }))));
    let left: Vec<_> = std::fs::read_dir(dir.path())?.flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
    Ok(())
}
