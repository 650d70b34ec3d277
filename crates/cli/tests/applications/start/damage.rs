//! Programs that are damaged, or are called what is no text.

use std::ffi::OsStr;
use std::fs::File;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, ensure};
use pyox_packed_resources::{Blob, SectionKind};
use pyox_program_format::payload_range;

use super::{ensure_one_line, for_two_pythons};
use crate::applications::wheels::pack;

const TEXT: &str = "import sys\nprint([ascii(word) for word in sys.argv])\n";

/// Header with section table, and the sections that the start needs.
fn start_ranges(program: &[u8]) -> anyhow::Result<Vec<Range<usize>>> {
    let payload = payload_range(program)?;
    let blob = Blob::open(&program[payload.clone()])?;
    let table = 48 + 24 * blob.sections().count();
    let header = payload.start..payload.start + table;
    let is_needed = |kind| [SectionKind::InterpreterConfig, SectionKind::Boot].contains(&kind);
    let needed = blob.sections().filter(|section| is_needed(section.kind)).map(|section| {
        let start = payload.start + section.offset as usize;
        start..start + section.length as usize
    });
    let ranges: Vec<_> = std::iter::once(header).chain(needed).collect();
    ensure!(ranges.len() == 3, "{ranges:?}");
    Ok(ranges)
}

/// Runs a file that this process has just written to.
fn run(program: &Path) -> anyhow::Result<Output> {
    output(&mut Command::new(program))
}

fn output(command: &mut Command) -> anyhow::Result<Output> {
    loop {
        match command.stdin(Stdio::null()).output() {
            // What this process had open, children that other tests start have open for a moment.
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => continue,
            output => return Ok(output?),
        }
    }
}

#[test]
fn every_damaged_byte_that_the_start_needs_is_one_line() {
    for_two_pythons("damaged start", |python| {
        let program = pack(python, "start", TEXT, &[])?;
        let path = program.executable();
        let whole = std::fs::read(&path)?;
        let mut tried = 0;
        for at in start_ranges(&whole)?.into_iter().flatten() {
            let damaged = whole[at] ^ 1 << (at % 8);
            File::options().write(true).open(&path)?.write_all_at(&[damaged], at as u64)?;
            ensure_one_line(&run(&path)?, "damaged").with_context(|| format!("byte {at}: {damaged:#04x}"))?;
            tried += 1;
            File::options().write(true).open(&path)?.write_all_at(&[whole[at]], at as u64)?;
        }
        ensure!(tried > 200, "{tried}");
        ensure!(run(&path)?.status.success());
        Ok(())
    });
}

#[test]
fn a_damaged_index_is_one_line() {
    for_two_pythons("damaged index", |python| {
        let program = pack(python, "start", TEXT, &[])?;
        let path = program.executable();
        let whole = std::fs::read(&path)?;
        let payload = payload_range(&whole)?;
        let blob = Blob::open(&whole[payload.clone()])?;
        for kind in [SectionKind::Names, SectionKind::Slots, SectionKind::Entries, SectionKind::Fields] {
            let section = blob.sections().find(|section| section.kind == kind).context("an index")?;
            for part in 0..4 {
                let at = payload.start as u64 + section.offset + (section.length - 1) * part / 3;
                let damaged = whole[at as usize] ^ 1;
                File::options().write(true).open(&path)?.write_all_at(&[damaged], at)?;
                ensure_one_line(&run(&path)?, "section of packed resources is damaged")
                    .with_context(|| kind.to_string())?;
                File::options().write(true).open(&path)?.write_all_at(&[whole[at as usize]], at)?;
            }
        }
        ensure!(run(&path)?.status.success());
        Ok(())
    });
}

#[test]
fn a_program_cut_short_is_one_line() {
    for_two_pythons("cut", |python| {
        let program = pack(python, "start", TEXT, &[])?;
        let path = program.executable();
        let whole = std::fs::read(&path)?;
        let payload = payload_range(&whole)?;
        let ends = [whole.len() - 1, whole.len() - 33, payload.start + 4096, payload.start + 20, payload.start + 1];
        for end in ends {
            File::options().write(true).open(&path)?.set_len(end as u64)?;
            ensure_one_line(&run(&path)?, "this program is damaged: its file has")?;
        }
        Ok(())
    });
}

#[test]
fn names_and_arguments_need_not_be_text() {
    for_two_pythons("names", |python| {
        let program = pack(python, "start", TEXT, &[])?;
        let bytes = |bytes: &'static [u8]| OsStr::from_bytes(bytes);
        let path = program.executable();
        let named = path.with_file_name(bytes(b"\xff\n\xfe"));
        std::fs::rename(&path, &named)?;
        let mut command = Command::new(&named);
        command.arg0(bytes(b"/\xff\n")).arg(bytes(b"\xfd=")).env(bytes(b"\xfc"), bytes(b"\xfb"));
        let text = command.env("PYOXIDIZER_PROCESS", bytes(b"\xfa")).output()?;
        ensure!(text.stdout == b"[\"'/\\\\udcff\\\\n'\", \"'\\\\udcfd='\"]\n", "{text:?}");
        let whole = std::fs::read(&named)?;
        File::options().write(true).open(&named)?.set_len(whole.len() as u64 - 1)?;
        let mut command = Command::new(&named);
        let output = output(command.arg0(bytes(b"/\xff\n\x1b[2J")))?;
        ensure_one_line(&output, "/\u{fffd}\\n\\u{1b}[2J: this program is damaged: its file has")?;
        // Nowhere to say it.
        let full = File::options().write(true).open("/dev/full")?;
        ensure!(Command::new(&named).stderr(full).status()?.code() == Some(1));
        Ok(())
    });
}
