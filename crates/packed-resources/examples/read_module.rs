//! Lists the modules of a blob, or prints the source of one: `read_module FILE [MODULE]`.

use std::error::Error;
use std::io::Write;

use pyox_packed_resources::{Blob, EntryFlags, FieldKind};

/// `bytes` can as well be a memory-mapped file: values that are not compressed are borrowed from it.
pub fn read(bytes: &[u8], module: Option<&str>, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let blob = Blob::open(bytes)?;
    let Some(module) = module else {
        for entry in blob.entries() {
            let entry = entry?;
            if entry.is(EntryFlags::IMPORTABLE) {
                writeln!(out, "{}", entry.name())?;
            }
        }
        return Ok(());
    };
    let entry = blob.entry(module)?.ok_or_else(|| format!("no module {module}"))?;
    let source = entry.field(FieldKind::Source)?.ok_or_else(|| format!("{module} has no source"))?;
    Ok(out.write_all(&source.read()?)?)
}

#[allow(dead_code, reason = "a test uses the rest")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let bytes = std::fs::read(arguments.next().ok_or("read_module FILE [MODULE]")?)?;
    read(&bytes, arguments.next().as_deref(), &mut std::io::stdout())
}
