//! `pyoxidizer resources verify`

use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;
use pyox_linker::ResourceFile;
use pyox_packed_resources::Verified;

use super::args::Verify;
use super::{Outcome, counted, hex};

pub fn run(args: &Verify, quiet: bool, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let file = ResourceFile::read(&args.file)?;
    let packed = file.packed()?;
    let verified = packed.verify().with_context(|| format!("{} is damaged", args.file.display()))?;
    let printed = if quiet { Ok(()) } else { print(&args.file, packed.version(), &verified, out) };
    Ok(Outcome { status: 0, printed })
}

fn print(file: &Path, version: u8, verified: &Verified, out: &mut dyn Write) -> io::Result<()> {
    let entries = counted(verified.entries, "entry", "entries");
    let values = counted(verified.values, "value", "values");
    let (file, bytes) = (file.display(), verified.bytes);
    if version == 4 {
        let sections = counted(verified.sections, "section", "sections");
        writeln!(out, "{file} is undamaged: {entries}, {values} with {bytes} bytes, {sections}")?;
    } else {
        writeln!(out, "{file} is complete: {entries}, {values} with {bytes} bytes")?;
    }
    if verified.in_files != 0 {
        writeln!(out, "not looked at: {} in files", counted(verified.in_files, "value", "values"))?;
    }
    match verified.digest {
        Some(digest) => writeln!(out, "sha-256 {}", hex(&digest)),
        None if version == 4 => writeln!(out, "no digest"),
        None => writeln!(out, "no checksums in version {version}: a changed value is not noticed"),
    }
}
