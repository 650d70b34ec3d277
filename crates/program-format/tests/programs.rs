#![cfg(feature = "digest")]
//! Payloads attached to real executables: what the kernel maps, what tools find, and damage.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pyox_program_format::{Attachment, Error, LauncherMarker, MarkerField, PAYLOAD_MAGIC, Trailer, payload_range};
use tempfile::TempDir;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Runs a program; it has to succeed.
fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error} (is it installed?)"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Compiles the launcher in `dir`.
fn cc(dir: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    let (c, out) = (dir.join(format!("{name}.c")), dir.join(name));
    fs::write(&c, LAUNCHER).unwrap();
    run(Command::new("cc").arg("-g").arg(&c).arg("-o").arg(&out).args(arguments));
    out
}

/// Looks for its payload as the launcher does, and prints its length and FNV-1a hash, and where it was.
const LAUNCHER: &str = r#"
#define _GNU_SOURCE
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
static char zeros[10 << 20];
static char data[100] = "data";
const char marker[256] __attribute__((section(".pyoxidizer"), used)) =
    "python=3.11\nabi=cpython-311-x86_64-linux-gnu\nformat=4\n";
static int seen(struct dl_phdr_info *info, size_t size, void *count) {
    for (int i = 0; i < info->dlpi_phnum; i++) *(int *)count += info->dlpi_phdr[i].p_type == PT_LOAD;
    return 1;
}
int main(void) {
    const ElfW(Phdr) *headers = (void *)getauxval(AT_PHDR), *last = 0;
    size_t base = 0;
    int loads = 0, listed = 0;
    for (unsigned long i = 0; i < getauxval(AT_PHNUM); i++) {
        if (headers[i].p_type == PT_PHDR) base = (size_t)headers - headers[i].p_vaddr;
        if (headers[i].p_type == PT_LOAD) { last = &headers[i]; loads++; }
    }
    dl_iterate_phdr(seen, &listed);
    for (size_t i = 0; i < sizeof zeros; i++) if (zeros[i]) return 3;
    char *heap = malloc(1000), *large = malloc(5 << 20);
    memset(heap, 1, 1000); memset(large, 1, 5 << 20); memset(zeros, 1, sizeof zeros);
    if (strcmp(data, "data") || listed != loads || last->p_flags != PF_R) return 4;
    const unsigned char *bytes = (void *)(base + last->p_vaddr);
    unsigned hash = 2166136261u;
    for (size_t i = 0; i < last->p_filesz; i++) hash = (hash ^ bytes[i]) * 16777619u;
    printf("%zu %u\n", (size_t)last->p_filesz, hash);
}
"#;

/// A payload as a reader would take it, of any bytes.
fn payload(length: usize) -> Vec<u8> {
    let mut payload: Vec<u8> = (0..length as u32).map(|n| (n.wrapping_mul(2654435761) >> 13) as u8).collect();
    payload[..8].copy_from_slice(&PAYLOAD_MAGIC);
    payload[16..24].copy_from_slice(&(length as u64).to_le_bytes());
    payload
}

fn attach(launcher: &[u8], payload: &[u8]) -> Result<(Attachment, Vec<u8>), Error> {
    let attachment = Attachment::plan(launcher, payload.len() as u64)?;
    let mut program = Vec::new();
    attachment.write(launcher, |out| payload.chunks(1000).try_for_each(|chunk| out.write_all(chunk)), &mut program)?;
    assert_eq!(program.len() as u64, attachment.program_len());
    Ok((attachment, program))
}

fn install(path: &Path, program: &[u8]) {
    fs::write(path, program).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn the_kernel_maps_a_payload() -> Outcome {
    let dir = TempDir::new()?;
    let payload = payload((1 << 20) + 123);
    let hash = payload.iter().fold(2166136261u32, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(16777619));
    for (name, arguments) in [
        ("pie", &["-pie", "-fPIE"][..]),
        ("fixed", &["-no-pie"]),
        ("static", &["-static"]),
        ("stripped", &["-O2", "-s"]),
        ("dense", &["-Wl,-z,noseparate-code", "-Wl,-z,max-page-size=0x200000"]),
    ] {
        let launcher = fs::read(cc(dir.path(), name, arguments))?;
        let marker = LauncherMarker::read(&launcher)?.expect("a marker");
        assert_eq!((marker.field(MarkerField::Python), marker.fields().len()), (Some("3.11"), 3));
        assert!(matches!(payload_range(&launcher), Err(Error::BareLauncher)));
        let (attachment, program) = attach(&launcher, &payload)?;
        let start = attachment.payload_offset();
        assert_eq!(start % 4096, 0);
        assert_eq!(payload_range(&program)?, start as usize..start as usize + payload.len());
        let path = dir.path().join(format!("{name}.out"));
        install(&path, &program);
        assert_eq!(
            String::from_utf8_lossy(&run(&mut Command::new(&path)).stdout),
            format!("{} {hash}\n", payload.len()),
            "{name}"
        );
        let readelf = run(Command::new("readelf").args(["-l", "-h", "-S", "-n", "-W"]).arg(&path));
        assert!(readelf.stderr.is_empty(), "{}", String::from_utf8_lossy(&readelf.stderr));
        assert_eq!(LauncherMarker::read(&program)?, Some(marker));

        assert!(matches!(Attachment::plan(&program, 1), Err(Error::AlreadyAttached)));
        let appended = [&launcher[..], b"signature"].concat();
        assert!(matches!(Attachment::plan(&appended, 1), Err(Error::Outside { .. })), "tools would refuse it");
        let cut = payload_range(&program[..program.len() - Trailer::LEN - 1]);
        assert!(matches!(cut, Err(Error::Truncated { .. })), "{cut:?}");
        run(Command::new("strip").arg(&path));
        assert!(matches!(payload_range(&fs::read(&path)?), Err(Error::Stripped)), "{name}");
        assert!(matches!(Attachment::plan(&fs::read(&path)?, 1), Err(Error::Stripped)));
    }
    Ok(())
}

#[test]
fn programs_of_the_system_run_with_a_payload() -> Outcome {
    let dir = TempDir::new()?;
    let launcher = fs::read("/bin/true")?;
    let (_, program) = attach(&launcher, &[1; 5000])?;
    install(&dir.path().join("true"), &program);
    run(&mut Command::new(dir.path().join("true")));
    assert!(matches!(Attachment::plan(&launcher, 0), Err(Error::Empty)));
    assert!(matches!(Attachment::plan(&launcher, u64::MAX - 4096), Err(Error::TooLarge { .. })));
    assert!(matches!(Attachment::plan(b"#!/bin/sh", 1), Err(Error::NotExecutable { .. })));
    let plan = Attachment::plan(&launcher, 7)?;
    let short = plan.write(&launcher, |out| out.write_all(b"six by"), &mut Vec::new());
    assert!(matches!(short, Err(Error::Length { expected: 7, written: 6 })));
    let changed = plan.write(b"", |_| Ok(()), &mut Vec::new());
    assert!(matches!(changed, Err(Error::LauncherChanged { .. })));
    assert_eq!(LauncherMarker::read(&launcher)?, None);
    Ok(())
}

/// Calls everything that reads bytes.
fn exercise(bytes: &[u8]) {
    let _ = LauncherMarker::read(bytes);
    let _ = LauncherMarker::is_intact(bytes);
    if let Ok(range) = payload_range(bytes) {
        let trailer = Trailer::read(bytes).expect("no damage").expect("a trailer").payload();
        assert_eq!(trailer, range.start as u64..range.end as u64);
    }
    if let Ok(plan) = Attachment::plan(bytes, 10) {
        let mut program = Vec::new();
        plan.write(bytes, |out| out.write_all(&[0; 10]), &mut program).expect("has the announced lengths");
        let start = plan.payload_offset() as usize;
        assert_eq!(payload_range(&program).expect("was just attached"), start..start + 10);
    }
}

#[test]
fn damage_never_panics() -> Outcome {
    let dir = TempDir::new()?;
    let launcher = fs::read(cc(dir.path(), "p", &[]))?;
    let (_, program) = attach(&launcher, &payload(100))?;
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for whole in [&launcher, &program] {
        for len in (0..whole.len()).step_by(7) {
            exercise(&whole[..len]);
        }
        for round in 0..4000 {
            let mut bytes = whole.clone();
            // Most of the structures are at the start; section headers and the trailer are at the end.
            let reach = 0x800;
            for _ in 0..=random() % 3 {
                let at = (random() % reach) as usize;
                let at = if round % 2 == 0 { at } else { bytes.len() - 1 - at };
                bytes[at] =
                    if random() % 2 == 0 { random() as u8 } else { [0, 0xff, 0x7f, 0x80][random() as usize % 4] };
            }
            exercise(&bytes);
        }
        // As another word size and byte order.
        for (class, order) in [(1, 1), (1, 2), (2, 2)] {
            let mut bytes = whole.clone();
            (bytes[4], bytes[5]) = (class, order);
            assert!(matches!(payload_range(&bytes), Err(Error::NotExecutable { what: "identification", .. })));
            exercise(&bytes);
        }
    }
    Ok(())
}
