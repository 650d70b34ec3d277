//! `pyoxidizer resources verify`

use std::io::{self, Write};
use std::path::Path;

use pyox_inspect::{LauncherDigest, ResourceFile};
use pyox_packed_resources::{Damage, Error, Verified, hex};

use super::args::Verify;
use super::{Outcome, decoded_limit};
use crate::text::{counted, printable};

pub fn run(args: &Verify, quiet: bool, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let file = ResourceFile::read(&args.file)?;
    let packed = file.packed()?;
    let limit = decoded_limit(&file, args.decoded.max_decoded);
    let verified = packed.verify_within(limit).map_err(|damage| {
        let is_long = matches!(&damage, Damage::Content { error, .. } if matches!(**error, Error::DecodedLimit { .. }));
        let what = if is_long { "is not verified" } else { "is damaged" };
        anyhow::Error::new(damage).context(format!("{} {what}", args.file.display()))
    })?;
    let launcher = file.verify_launcher()?;
    let printed = if quiet { Ok(()) } else { print(&args.file, packed.version(), &verified, launcher, out) };
    Ok(Outcome { status: 0, printed })
}

fn print(
    file: &Path,
    version: u8,
    verified: &Verified,
    launcher: LauncherDigest,
    out: &mut dyn Write,
) -> io::Result<()> {
    let entries = counted(verified.entries, "entry", "entries");
    let values = counted(verified.values, "value", "values");
    let (file, bytes) = (printable(file.display()), verified.bytes);
    if version == 4 {
        let sections = counted(verified.sections, "section", "sections");
        writeln!(out, "{file} is undamaged: {entries}, {values} with {bytes} bytes, {sections}")?;
    } else {
        writeln!(out, "{file} is complete: {entries}, {values} with {bytes} bytes")?;
    }
    if verified.in_files != 0 {
        writeln!(out, "not looked at: {} in files", counted(verified.in_files, "value", "values"))?;
    }
    match launcher {
        LauncherDigest::Right(digest) => writeln!(out, "launcher sha-256 {}", hex(&digest))?,
        LauncherDigest::NotRecorded => {
            writeln!(out, "not looked at: the launcher, of which an older version recorded no digest")?
        }
        _ => {}
    }
    match verified.digest {
        Some(digest) => writeln!(out, "sha-256 {}", hex(&digest)),
        None if version == 4 => writeln!(out, "no digest"),
        None => writeln!(out, "no checksums in version {version}: a changed value is not noticed"),
    }
}
