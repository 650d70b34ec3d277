//! `pyoxidizer resources list`

use std::io::{self, Write};

use anyhow::Context;
use pyox_linker::ResourceFile;
use pyox_packed_resources::{Blob, Encoding, Entry, Error, Field, FieldKind, SectionKind};
use serde_json::{Value, json};

use super::args::List;
use super::selection::Selection;
use super::totals::Totals;
use super::{Outcome, counted, full_name, hex};

pub fn run(args: &List, quiet: bool, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let file = ResourceFile::read(&args.file)?;
    let blob = file.blob()?;
    let damaged = || format!("{} is damaged", args.file.display());
    let digest = blob.digest().with_context(damaged)?;
    if args.sections {
        return Ok(Outcome { status: 0, printed: print_sections(&file, &blob, digest, quiet, out) });
    }
    let selection = Selection::new(&args.names);
    let chosen = blob.entries().filter(|entry| entry.as_ref().map_or(true, |entry| selection.has(entry.name())));
    let entries: Result<Vec<_>, Error> = chosen.map(|entry| Listed::of(&entry?, &blob)).collect();
    let entries = entries.with_context(damaged)?;
    selection.check_all_used(&args.file)?;
    let printed = if args.json {
        let document = document(&file, &blob, digest, &entries);
        serde_json::to_writer_pretty(&mut *out, &document).map_err(io::Error::from).and_then(|()| writeln!(out))
    } else {
        print_entries(&entries, quiet, out).and_then(|()| match selection.is_everything() && !quiet {
            true => writeln!(out).and_then(|()| print_sections(&file, &blob, digest, quiet, out)),
            false => Ok(()),
        })
    };
    Ok(Outcome { status: 0, printed })
}

/// An entry with its fields, read without damage.
struct Listed<'a> {
    entry: Entry<'a>,
    fields: Vec<Field<'a>>,
    /// Whether the program places the files of the module, or of the package that it is in, in the cache directory.
    is_cached: bool,
}

impl<'a> Listed<'a> {
    fn of(entry: &Entry<'a>, blob: &Blob<'a>) -> Result<Self, Error> {
        let top = entry.name().split('.').next().unwrap_or_default();
        let is_cached = match blob.entry(top)? {
            Some(top) => top.field(FieldKind::CacheDirectory)?.is_some(),
            None => false,
        };
        Ok(Self { entry: entry.clone(), fields: entry.fields().collect::<Result<_, _>>()?, is_cached })
    }

    /// Where the program takes a value from when it uses it.
    fn location(&self, field: &Field<'a>) -> &'static str {
        match (field.encoding(), field.kind()) {
            (Ok(Encoding::File), _) => "file",
            (_, FieldKind::CacheFile) => "cache",
            (_, FieldKind::Source | FieldKind::Extension | FieldKind::PackageResource) if self.is_cached => "cache",
            _ => "memory",
        }
    }
}

fn print_entries(entries: &[Listed<'_>], quiet: bool, out: &mut dyn Write) -> io::Result<()> {
    if !quiet {
        let (size, stored, encoding, mode) = ("size", "stored", "encoding", "mode");
        writeln!(out, "{size:>10} {stored:>10}  {encoding:<12} {mode:<4}  where   {:<21}  name", "kind")?;
    }
    for listed in entries {
        let name = |key| full_name(listed.entry.name(), key);
        for field in &listed.fields {
            let (size, stored, kind) = (field.len(), field.stored_len(), field.kind());
            let (encoding, place, name) = (encoding(field), listed.location(field), name(field.key()));
            let mode = if field.mode() == 0 { "-".to_owned() } else { format!("{:04o}", field.mode()) };
            writeln!(out, "{size:>10} {stored:>10}  {encoding:<12} {mode:<4}  {place:<6}  {kind:<21}  {name}")?;
        }
        if listed.fields.is_empty() {
            let (nothing, what) = ("-", listed.entry.flags().names().collect::<Vec<_>>().join(","));
            let name = name("");
            writeln!(out, "{nothing:>10} {nothing:>10}  {nothing:<12} {nothing:<4}  {nothing:<6}  {what:<21}  {name}")?;
        }
    }
    if quiet { Ok(()) } else { Totals::of(entries.iter().map(|listed| listed.fields.as_slice())).print(out) }
}

/// The name of the encoding, also of one that is not known here.
fn encoding(field: &Field<'_>) -> String {
    match field.encoding() {
        Ok(encoding) => encoding.to_string(),
        Err(Error::UnknownEncoding { encoding }) => format!("unknown-{encoding}"),
        Err(_) => "unknown".to_owned(),
    }
}

fn document(file: &ResourceFile, blob: &Blob<'_>, digest: Option<[u8; 32]>, entries: &[Listed<'_>]) -> Value {
    let mut rows = Vec::new();
    for listed in entries {
        let mut fields = Vec::new();
        for field in &listed.fields {
            let mut row = json!({
                "kind": field.kind().name(),
                "size": field.len(),
                "stored": field.stored_len(),
                "offset": field.offset(),
                "encoding": encoding(field),
                "location": listed.location(field),
            });
            if !field.key().is_empty() {
                row["key"] = field.key().into();
            }
            if field.mode() != 0 {
                row["mode"] = format!("{:04o}", field.mode()).into();
            }
            if let Ok(Some(path)) = field.file() {
                row["path"] = path.into();
            }
            fields.push(row);
        }
        let what: Vec<&str> = listed.entry.flags().names().collect();
        rows.push(json!({ "name": listed.entry.name(), "is": what, "fields": fields }));
    }
    let sections = blob.sections().map(|section| {
        json!({
            "name": section.kind.to_string(),
            "kind": section.kind.code(),
            "offset": section.offset,
            "length": section.length,
            "crc32": format!("{:08x}", section.crc),
        })
    });
    json!({
        "file": file.path().display().to_string(),
        "version": 4,
        "offset": file.offset(),
        "length": blob.len(),
        "python": file.python().map(|(major, minor)| format!("{major}.{minor}")),
        "digest": digest.map(|digest| hex(&digest)),
        "totals": Totals::of(entries.iter().map(|listed| listed.fields.as_slice())).json(),
        "sections": sections.collect::<Vec<_>>(),
        "entries": rows,
    })
}

fn print_sections(
    file: &ResourceFile,
    blob: &Blob<'_>,
    digest: Option<[u8; 32]>,
    quiet: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    if !quiet {
        writeln!(out, "{:>10} {:>10}  {:<8}  {:>5}  section", "offset", "length", "crc-32", "kind")?;
    }
    let mut dictionaries = 0;
    for section in blob.sections() {
        let (kind, code) = (section.kind, section.kind.code());
        dictionaries += u64::from(matches!(kind, SectionKind::Dictionary(_)));
        writeln!(out, "{:>10} {:>10}  {:08x}  {code:>5}  {kind}", section.offset, section.length, section.crc)?;
    }
    if quiet {
        return Ok(());
    }
    write!(out, "{} bytes, version 4", blob.len())?;
    if file.offset() != 0 {
        write!(out, ", at offset {} of a program with {} bytes", file.offset(), file.len())?;
    }
    if let Some((major, minor)) = file.python() {
        write!(out, ", for Python {major}.{minor}")?;
    }
    writeln!(out, ", {}", counted(dictionaries, "dictionary", "dictionaries"))?;
    match digest {
        Some(digest) => writeln!(out, "sha-256 {}", hex(&digest)),
        None => writeln!(out, "no digest"),
    }
}
