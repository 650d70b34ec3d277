//! `pyoxidizer resources list`

use std::io::Write;

use anyhow::Context;
use pyox_linker::ResourceFile;
use pyox_packed_resources::{Blob, Encoding, Entry, Error, Field, FieldKind, SectionKind};
use serde_json::{Value, json};

use super::args::List;
use super::selection::Selection;
use super::totals::Totals;
use super::{counted, full_name, hex};

pub fn run(args: &List, quiet: bool, out: &mut dyn Write) -> anyhow::Result<u8> {
    let file = ResourceFile::read(&args.file)?;
    let blob = file.blob()?;
    let damaged = || format!("{} is damaged", args.file.display());
    if args.sections {
        print_sections(&file, &blob, quiet, out)?;
        return Ok(0);
    }
    let selection = Selection::new(&args.names);
    let entries: Result<Vec<_>, Error> = blob.entries().collect();
    let mut entries = entries.with_context(damaged)?;
    entries.retain(|entry| selection.has(entry.name()));
    selection.check_all_used(&args.file)?;
    if args.json {
        let document = document(&file, &blob, &entries).with_context(damaged)?;
        serde_json::to_writer_pretty(&mut *out, &document).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(0);
    }
    let mut totals = Totals::default();
    if !quiet {
        let (size, stored, encoding, mode) = ("size", "stored", "encoding", "mode");
        writeln!(out, "{size:>10} {stored:>10}  {encoding:<12} {mode:<4}  where   {:<21}  name", "kind")?;
    }
    for entry in &entries {
        totals.entry();
        for field in entry.fields() {
            let field = field.with_context(damaged)?;
            totals.field(&field);
            print_field(entry, &field, out)?;
        }
        if entry.fields().next().is_none() {
            let what: Vec<&str> = entry.flags().names().collect();
            let name = full_name(entry.name(), "");
            writeln!(
                out,
                "{:>10} {:>10}  {:<12} {:<4}  {:<6}  {:<21}  {name}",
                "-",
                "-",
                "-",
                "-",
                "-",
                what.join(",")
            )?;
        }
    }
    if !quiet {
        totals.print(out)?;
        if selection.is_everything() {
            writeln!(out)?;
            print_sections(&file, &blob, quiet, out)?;
        }
    }
    Ok(0)
}

fn print_field(entry: &Entry<'_>, field: &Field<'_>, out: &mut dyn Write) -> std::io::Result<()> {
    let (size, stored, kind) = (field.len(), field.stored_len(), field.kind());
    let (encoding, place) = (encoding(field), location(field));
    let mode = if field.mode() == 0 { "-".to_owned() } else { format!("{:04o}", field.mode()) };
    let name = full_name(entry.name(), field.key());
    writeln!(out, "{size:>10} {stored:>10}  {encoding:<12} {mode:<4}  {place:<6}  {kind:<21}  {name}")
}

/// The name of the encoding, also of one that is not known here.
fn encoding(field: &Field<'_>) -> String {
    match field.encoding() {
        Ok(encoding) => encoding.to_string(),
        Err(Error::UnknownEncoding { encoding }) => format!("unknown-{encoding}"),
        Err(_) => "unknown".to_owned(),
    }
}

/// Where a program has the value when it uses it.
fn location(field: &Field<'_>) -> &'static str {
    match (field.encoding(), field.kind()) {
        (Ok(Encoding::File), _) => "file",
        (_, FieldKind::CacheFile) => "cache",
        _ => "memory",
    }
}

fn document(file: &ResourceFile, blob: &Blob<'_>, entries: &[Entry<'_>]) -> Result<Value, Error> {
    let mut totals = Totals::default();
    let mut rows = Vec::new();
    for entry in entries {
        totals.entry();
        let mut fields = Vec::new();
        for field in entry.fields() {
            let field = field?;
            totals.field(&field);
            let mut row = json!({
                "kind": field.kind().name(),
                "size": field.len(),
                "stored": field.stored_len(),
                "offset": field.offset(),
                "encoding": encoding(&field),
                "location": location(&field),
            });
            if !field.key().is_empty() {
                row["key"] = field.key().into();
            }
            if field.mode() != 0 {
                row["mode"] = format!("{:04o}", field.mode()).into();
            }
            if let Ok(Some(path)) = field.file(blob) {
                row["path"] = path.into();
            }
            fields.push(row);
        }
        let what: Vec<&str> = entry.flags().names().collect();
        rows.push(json!({ "name": entry.name(), "is": what, "fields": fields }));
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
    Ok(json!({
        "file": file.path().display().to_string(),
        "version": 4,
        "offset": file.offset(),
        "length": blob.len(),
        "python": file.python().map(|(major, minor)| format!("{major}.{minor}")),
        "digest": blob.digest()?.map(|digest| hex(&digest)),
        "totals": totals.json(),
        "sections": sections.collect::<Vec<_>>(),
        "entries": rows,
    }))
}

fn print_sections(file: &ResourceFile, blob: &Blob<'_>, quiet: bool, out: &mut dyn Write) -> anyhow::Result<()> {
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
    match blob.digest().with_context(|| format!("{} is damaged", file.path().display()))? {
        Some(digest) => writeln!(out, "sha-256 {}", hex(&digest))?,
        None => writeln!(out, "no digest")?,
    }
    Ok(())
}
