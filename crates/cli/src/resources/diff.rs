//! `pyoxidizer resources diff`

use std::io::{self, Write};

use anyhow::Context;
use pyox_inspect::{Difference, Equality, ResourceFile, differences};
use pyox_packed_resources::{Entry, Field, Section};
use serde_json::{Value, json};

use super::args::Diff;
use super::{Outcome, decoded_limit, full_name};

pub fn run(args: &Diff, quiet: bool, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let (left, right) = (ResourceFile::read(&args.left)?, ResourceFile::read(&args.right)?);
    let equality = if args.exact { Equality::Stored } else { Equality::Content };
    let limit = decoded_limit(&left, args.decoded.max_decoded).max(decoded_limit(&right, args.decoded.max_decoded));
    let (left, right) = (left.packed()?, right.packed()?);
    let differences = differences(&left, &right, equality, limit.saturating_mul(2));
    let damaged = || format!("cannot compare {} and {}", args.left.display(), args.right.display());
    let differences = differences.with_context(damaged)?;
    let printed = match (args.json, quiet) {
        (true, _) => print_json(&differences, out),
        (false, true) => Ok(()),
        (false, false) => differences.iter().try_for_each(|difference| writeln!(out, "{}", line(difference))),
    };
    Ok(Outcome { status: u8::from(!differences.is_empty()), printed })
}

fn print_json(differences: &[Difference<'_>], out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<Value> = differences.iter().map(json).collect();
    let document = json!({ "equal": rows.is_empty(), "differences": rows });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// One line of text: the side, what it is, and the sizes.
fn line(difference: &Difference<'_>) -> String {
    match difference {
        Difference::Entry { left, right } => {
            let name = left.as_ref().or(right.as_ref()).map_or("", Entry::name);
            sides(&format!("entry {}", full_name(name, "")), left.as_ref(), right.as_ref(), |entry| {
                flags(entry).join(",")
            })
        }
        Difference::Field { entry, left, right } => {
            let known = left.as_ref().or(right.as_ref());
            let what =
                known.map_or(String::new(), |field| format!("{} {}", field.kind(), full_name(entry, field.key())));
            sides(&what, left.as_ref(), right.as_ref(), describe)
        }
        Difference::Section { left, right } => {
            let kind = left.as_ref().or(right.as_ref()).map_or(String::new(), |section| section.kind.to_string());
            sides(&format!("section {kind}"), left.as_ref(), right.as_ref(), |section| {
                format!("{} bytes", section.length)
            })
        }
        _ => String::new(),
    }
}

fn sides<T>(what: &str, left: Option<&T>, right: Option<&T>, describe: impl Fn(&T) -> String) -> String {
    match (left.map(&describe), right.map(&describe)) {
        (Some(left), Some(right)) if left == right => format!("! {what}: {left} each"),
        (Some(left), Some(right)) => format!("! {what}: {left} -> {right}"),
        (Some(left), None) => format!("< {what}: {left}"),
        (None, right) => format!("> {what}: {}", right.unwrap_or_default()),
    }
}

fn flags<'n>(entry: &Entry<'_>) -> Vec<&'n str> {
    entry.flags().names().collect()
}

fn describe(field: &Field<'_>) -> String {
    let mode = if field.mode() == 0 { String::new() } else { format!(", mode {:04o}", field.mode()) };
    let stored = match field.encoding() {
        Ok(encoding) if field.stored_len() != field.len() => format!(", {} as {encoding}", field.stored_len()),
        _ => String::new(),
    };
    format!("{} bytes{stored}{mode}", field.len())
}

fn json(difference: &Difference<'_>) -> Value {
    match difference {
        Difference::Entry { left, right } => {
            let side = |entry: &Entry<'_>| json!({ "is": flags(entry), "fields": entry.fields().count() });
            let name = left.as_ref().or(right.as_ref()).map_or("", Entry::name);
            json!({ "entry": name, "left": left.as_ref().map(side), "right": right.as_ref().map(side) })
        }
        Difference::Field { entry, left, right } => {
            let side = |field: &Field<'_>| {
                let encoding = field.encoding().map_or(Value::Null, |encoding| encoding.to_string().into());
                let (size, stored, mode) = (field.len(), field.stored_len(), field.mode());
                let crc = field.crc().map(|crc| format!("{crc:08x}"));
                let mode = (mode != 0).then(|| format!("{mode:04o}"));
                json!({ "size": size, "stored": stored, "encoding": encoding, "mode": mode, "crc32": crc })
            };
            let known = left.as_ref().or(right.as_ref());
            let kind = known.map_or("", |field| field.kind().name());
            let key = known.map(Field::key).filter(|key| !key.is_empty());
            let (left, right) = (left.as_ref().map(side), right.as_ref().map(side));
            json!({ "entry": entry, "kind": kind, "key": key, "left": left, "right": right })
        }
        Difference::Section { left, right } => {
            let side = |section: &Section| json!({ "length": section.length, "crc32": format!("{:08x}", section.crc) });
            let name = left.as_ref().or(right.as_ref()).map_or(String::new(), |section| section.kind.to_string());
            json!({ "section": name, "left": left.as_ref().map(side), "right": right.as_ref().map(side) })
        }
        _ => Value::Null,
    }
}
