//! `blob write FILE SOURCE...` puts Python modules into a file of packed resources, `blob read FILE` prints them.

use std::error::Error;
use std::path::Path;

use pyox_packed_resources::{Blob, EntryFlags, FieldKind, Writer};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", file, ref sources @ ..] => write(file, sources),
        ["read", file] => read(file),
        _ => Err("usage: blob write FILE SOURCE... | blob read FILE".into()),
    }
}

fn write(file: &str, sources: &[&str]) -> Result<(), Box<dyn Error>> {
    let mut writer = Writer::new();
    for source in sources {
        let name = Path::new(source).file_stem().and_then(|name| name.to_str()).ok_or("no name of a module")?;
        writer.entry(name).flag(EntryFlags::MODULE).field(FieldKind::Source, std::fs::read(source)?);
    }
    Ok(std::fs::write(file, writer.to_vec()?)?)
}

fn read(file: &str) -> Result<(), Box<dyn Error>> {
    let bytes = std::fs::read(file)?;
    for entry in Blob::open(&bytes)?.entries() {
        let entry = entry?;
        if let Some(source) = entry.field(FieldKind::Source)? {
            println!("# {}\n{}", entry.name(), String::from_utf8_lossy(&source.read()?));
        }
    }
    Ok(())
}
