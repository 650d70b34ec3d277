//! `pyoxidizer resources verify`

use std::io::Write;

use anyhow::Context;
use pyox_linker::ResourceFile;

use super::args::Verify;
use super::{counted, hex};

pub fn run(args: &Verify, quiet: bool, out: &mut dyn Write) -> anyhow::Result<u8> {
    let file = ResourceFile::read(&args.file)?;
    let verified = file.blob()?.verify().with_context(|| format!("{} is damaged", args.file.display()))?;
    if quiet {
        return Ok(0);
    }
    let entries = counted(verified.entries, "entry", "entries");
    let values = counted(verified.values, "value", "values");
    let sections = counted(verified.sections, "section", "sections");
    writeln!(
        out,
        "{} is undamaged: {entries}, {values} with {} bytes, {sections}",
        args.file.display(),
        verified.bytes
    )?;
    if verified.in_files != 0 {
        writeln!(out, "not looked at: {} in files", counted(verified.in_files, "value", "values"))?;
    }
    match verified.digest {
        Some(digest) => writeln!(out, "sha-256 {}", hex(&digest))?,
        None => writeln!(out, "no digest")?,
    }
    Ok(0)
}
