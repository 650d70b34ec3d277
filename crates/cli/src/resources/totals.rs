//! Sums over values.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use pyox_packed_resources::{Field, FieldKind};
use serde_json::{Value, json};

use crate::text::counted;

/// What the listed values come to.
#[derive(Default)]
pub struct Totals {
    entries: u64,
    kinds: BTreeMap<FieldKind, Sum>,
    /// Offsets and lengths of stored bytes: fields may share them.
    stored: BTreeSet<(u64, u64)>,
}

#[derive(Default, Clone, Copy)]
struct Sum {
    values: u64,
    size: u64,
    stored: u64,
}

impl Totals {
    /// The sums over entries, of each of which these are the fields.
    pub fn of<'f>(entries: impl Iterator<Item = &'f [Field<'f>]>) -> Self {
        let mut totals = Self::default();
        for fields in entries {
            totals.entries += 1;
            fields.iter().for_each(|field| totals.add(field));
        }
        totals
    }

    fn add(&mut self, field: &Field<'_>) {
        let sum = self.kinds.entry(field.kind()).or_default();
        sum.values += 1;
        // Lengths in a damaged file may be anything.
        sum.size = sum.size.saturating_add(field.len());
        sum.stored = sum.stored.saturating_add(field.stored_len());
        self.stored.insert((field.offset(), field.stored_len()));
    }

    fn all(&self) -> Sum {
        let stored = self.stored.iter().fold(0_u64, |all, (_, length)| all.saturating_add(*length));
        let add = |all: Sum, sum: &Sum| Sum {
            values: all.values + sum.values,
            size: all.size.saturating_add(sum.size),
            ..all
        };
        self.kinds.values().fold(Sum { stored, ..Sum::default() }, add)
    }

    pub fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out)?;
        let line = |out: &mut dyn Write, sum: &Sum, name: &str| {
            writeln!(out, "{:>10} {:>10}  {:>6}  {name}", sum.size, sum.stored, sum.values)
        };
        writeln!(out, "{:>10} {:>10}  {:>6}  kind", "size", "stored", "values")?;
        for (kind, sum) in &self.kinds {
            line(out, sum, kind.name())?;
        }
        let shared = "what values share is stored once";
        line(out, &self.all(), &format!("in {} ({shared})", counted(self.entries, "entry", "entries")))
    }

    pub fn json(&self) -> Value {
        let one = |sum: &Sum| json!({ "values": sum.values, "size": sum.size, "stored": sum.stored });
        let kinds: BTreeMap<&str, Value> = self.kinds.iter().map(|(kind, sum)| (kind.name(), one(sum))).collect();
        let mut totals = one(&self.all());
        totals["entries"] = self.entries.into();
        totals["kinds"] = json!(kinds);
        totals
    }
}
