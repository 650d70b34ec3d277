//! `pyoxidizer resources list`

use std::io::{self, Write};

use anyhow::Context;
use pyox_inspect::ResourceFile;
use pyox_packed_resources::{Entry, Error, Field, Index, Location};
use serde_json::{Value, json};

use super::args::List;
use super::sections::Sections;
use super::selection::Selection;
use super::totals::Totals;
use super::{Outcome, full_name};
use crate::text::short_location;

pub fn run(args: &List, quiet: bool, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let file = ResourceFile::read(&args.file)?;
    let packed = file.packed()?;
    let damaged = || format!("{} is damaged", args.file.display());
    let sections = Sections::of(&file, &packed).with_context(damaged)?;
    if args.sections {
        return Ok(Outcome { status: 0, printed: sections.print(quiet, out) });
    }
    let selection = Selection::new(&args.names);
    let chosen = packed.entries().filter(|entry| entry.as_ref().map_or(true, |entry| selection.has(entry.name())));
    let entries: Result<Vec<_>, Error> = chosen.map(|entry| Listed::of(&entry?, &packed)).collect();
    let entries = entries.with_context(damaged)?;
    selection.check_all_used(&args.file)?;
    let printed = if args.json {
        let document = document(&sections, &entries);
        serde_json::to_writer_pretty(&mut *out, &document).map_err(io::Error::from).and_then(|()| writeln!(out))
    } else {
        print_entries(&entries, quiet, out).and_then(|()| match selection.is_everything() && !quiet {
            true => writeln!(out).and_then(|()| sections.print(quiet, out)),
            false => Ok(()),
        })
    };
    Ok(Outcome { status: 0, printed })
}

/// An entry with its fields, read without damage.
struct Listed<'a> {
    entry: Entry<'a>,
    fields: Vec<Field<'a>>,
    /// See [`Location::is_cached`].
    is_cached: bool,
}

impl<'a> Listed<'a> {
    fn of(entry: &Entry<'a>, index: &'a dyn Index) -> Result<Self, Error> {
        let is_cached = Location::is_cached(entry, index)?;
        Ok(Self { entry: entry.clone(), fields: entry.fields().collect::<Result<_, _>>()?, is_cached })
    }

    /// Where the program takes a value from when it uses it.
    fn location(&self, field: &Field<'a>) -> Location {
        Location::of(&self.entry, field, self.is_cached)
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
            let (encoding, place, name) = (encoding(field), short_location(&listed.location(field)), name(field.key()));
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

fn document(sections: &Sections<'_>, entries: &[Listed<'_>]) -> Value {
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
                "location": listed.location(field).to_string(),
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
    let mut document = sections.json();
    document["totals"] = Totals::of(entries.iter().map(|listed| listed.fields.as_slice())).json();
    document["entries"] = rows.into();
    document
}
