//! Laying entries out as a blob.

use std::collections::BTreeMap;
use std::io::Write;

use crate::error::Error;
use crate::layout::{EntryFlags, FieldKind, NATIVE_ALIGNMENT, SectionKind};
use crate::value::Value;

mod place;
mod tables;

pub use place::Layout;

/// Collects entries and sections and writes them as packed resources version 4.
///
/// The bytes depend only on what was put in, not on the order in which it was.
#[derive(Default)]
pub struct Writer {
    entries: BTreeMap<String, EntryWriter>,
    sections: BTreeMap<u32, Vec<u8>>,
    load_order: Vec<String>,
    digest: bool,
}

/// One entry in the making.
#[derive(Default)]
pub struct EntryWriter {
    flags: EntryFlags,
    fields: BTreeMap<(FieldKind, String), Value>,
}

impl EntryWriter {
    /// Sets bits of the entry's flags.
    pub fn flag(&mut self, flags: EntryFlags) -> &mut Self {
        self.flags = self.flags.union(flags);
        self
    }

    /// What the entry is, so far.
    pub fn flags(&self) -> EntryFlags {
        self.flags
    }

    /// Whether any of `flags` is set.
    pub fn is(&self, flags: EntryFlags) -> bool {
        self.flags.intersects(flags)
    }

    /// Sets the value of a kind that occurs once.
    pub fn field(&mut self, kind: FieldKind, value: impl Into<Value>) -> &mut Self {
        self.keyed(kind, "", value)
    }

    /// Sets the value of a kind and key.
    pub fn keyed(&mut self, kind: FieldKind, key: impl Into<String>, value: impl Into<Value>) -> &mut Self {
        self.fields.insert((kind, key.into()), value.into());
        self
    }
}

impl Writer {
    /// Nothing in it yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The entry with this name, made if it is not there.
    pub fn entry(&mut self, name: impl Into<String>) -> &mut EntryWriter {
        self.entries.entry(name.into()).or_default()
    }

    /// Sets an opaque section, for example [`SectionKind::InterpreterConfig`]. Sections of records, values,
    /// dictionaries and the digest are the writer's own: setting one of those has no effect.
    pub fn section(&mut self, kind: SectionKind, bytes: Vec<u8>) -> &mut Self {
        if kind.is_opaque() {
            self.sections.insert(kind.code(), bytes);
        }
        self
    }

    /// Places the values of these entries first, in this order: the order in which a program imports them. Of a
    /// name that is there twice the first place counts.
    pub fn load_order(&mut self, names: Vec<String>) -> &mut Self {
        self.load_order = names;
        self
    }

    /// Adds a digest over the whole blob, by which a program recognises the very resources that it was made with.
    #[cfg(feature = "digest")]
    pub fn digest(&mut self) -> &mut Self {
        self.digest = true;
        self
    }

    /// The blob as bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Content`] if lazy content cannot be read, [`Error::TooLarge`] for 2³¹ or more of anything counted,
    /// more than 2²⁹ entries, more than 32 dictionaries, or more than 64 sections in all.
    pub fn to_vec(&self) -> Result<Vec<u8>, Error> {
        let layout = self.lay_out()?;
        let mut bytes = Vec::with_capacity(usize::try_from(layout.total).unwrap_or_default());
        layout.write_to(&mut bytes)?;
        Ok(bytes)
    }

    /// Writes the blob and returns its length in bytes.
    ///
    /// # Errors
    ///
    /// As [`Writer::to_vec`], and [`Error::Write`].
    pub fn write_to(&self, out: &mut dyn Write) -> Result<u64, Error> {
        let layout = self.lay_out()?;
        layout.write_to(out)?;
        Ok(layout.total)
    }

    /// Decides where everything goes, which reads every value once. Writing reads those again that are not in memory.
    ///
    /// # Errors
    ///
    /// As [`Writer::to_vec`].
    pub fn lay_out(&self) -> Result<Layout<'_>, Error> {
        Layout::new(self)
    }
}

const ZEROS: [u8; NATIVE_ALIGNMENT as usize] = [0; NATIVE_ALIGNMENT as usize];

fn pad(out: &mut dyn Write, position: &mut u64, to: u64) -> Result<(), Error> {
    while *position < to {
        let step = (to - *position).min(NATIVE_ALIGNMENT);
        out.write_all(&ZEROS[..step as usize]).map_err(Error::Write)?;
        *position += step;
    }
    Ok(())
}
