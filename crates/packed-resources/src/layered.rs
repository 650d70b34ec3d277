//! Several indexes as one.

use std::iter::Peekable;

use crate::entry::Entry;
use crate::error::Error;
use crate::field::Field;
use crate::index::{Entries, Index};
use crate::layout::{EntryFlags, FieldKind};

/// Several indexes as one: what an earlier one has hides the same in a later one.
///
/// A module is taken as a whole: if a layer has a name as a module or extension module, the source, bytecode and
/// extension of that name in later layers are hidden. Everything else is merged field by field, so a package may have
/// data files from several layers, and a name may be a module in one and a distribution in another.
///
/// Looking up a name that only one layer has does not allocate.
#[derive(Clone, Debug, Default)]
pub struct Layered<I> {
    layers: Vec<I>,
}

impl<I: Index> Layered<I> {
    /// The layers, the first one first.
    pub fn new(layers: Vec<I>) -> Self {
        Self { layers }
    }

    /// The layers, the first one first.
    pub fn layers(&self) -> &[I] {
        &self.layers
    }
}

impl<I: Index> Index for Layered<I> {
    fn entry(&self, name: &str) -> Result<Option<Entry<'_>>, Error> {
        let mut merged: Option<Entry<'_>> = None;
        for layer in &self.layers {
            let Some(entry) = layer.entry(name)? else { continue };
            merged = Some(match merged {
                Some(first) => merge(&first, &entry)?,
                None => entry,
            });
        }
        Ok(merged)
    }

    fn entries_with_prefix(&self, prefix: &str) -> Entries<'_> {
        let layers = self.layers.iter().map(|layer| layer.entries_with_prefix(prefix).peekable()).collect();
        Box::new(Merged { layers })
    }

    fn entry_count(&self) -> Result<usize, Error> {
        self.entries().map(|entry| entry.map(|_| 1)).sum()
    }
}

/// The entries of all layers, sorted by name.
struct Merged<'i> {
    layers: Vec<Peekable<Entries<'i>>>,
}

impl<'i> Iterator for Merged<'i> {
    type Item = Result<Entry<'i>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut name: Option<&'i str> = None;
        for layer in &mut self.layers {
            match layer.peek() {
                Some(Ok(entry)) if name.is_none_or(|name| entry.name() < name) => name = Some(entry.name()),
                Some(Err(_)) => return layer.next(),
                _ => {}
            }
        }
        let name = name?;
        let mut merged: Option<Entry<'i>> = None;
        for layer in &mut self.layers {
            let Some(Ok(entry)) = layer.next_if(|entry| entry.as_ref().is_ok_and(|entry| entry.name() == name)) else {
                continue;
            };
            merged = Some(match merged.map(|first| merge(&first, &entry)) {
                Some(Ok(merged)) => merged,
                Some(Err(error)) => return Some(Err(error)),
                None => entry,
            });
        }
        merged.map(Ok)
    }
}

/// `second`, as far as `first` leaves something of it, after `first`.
fn merge<'i>(first: &Entry<'i>, second: &Entry<'i>) -> Result<Entry<'i>, Error> {
    let visible = Visible::after(first.flags(), second.flags());
    let mut fields: Vec<Field<'i>> = first.fields().collect::<Result<_, _>>()?;
    for field in second.fields() {
        let field = field?;
        if visible.field(field.kind()) && first.keyed(field.kind(), field.key())?.is_none() {
            fields.push(field);
        }
    }
    fields.sort_by_key(Field::rank);
    Ok(Entry::merged(first.name(), first.flags().union(visible.flags), fields.into()))
}

const INSTALLED: EntryFlags = EntryFlags::INSTALLED_DISTRIBUTION;

/// What is visible of an entry after another one of the same name.
pub(crate) struct Visible {
    /// Its flags.
    pub(crate) flags: EntryFlags,
    module: bool,
    library: bool,
}

impl Visible {
    /// `second` after `first`.
    pub(crate) fn after(first: EntryFlags, second: EntryFlags) -> Self {
        let code = EntryFlags::MODULE.union(EntryFlags::EXTENSION).union(EntryFlags::BUILTIN).union(EntryFlags::FROZEN);
        let module = !(first.intersects(code) && second.intersects(code));
        let library = !(first.intersects(EntryFlags::SHARED_LIBRARY) && second.intersects(EntryFlags::SHARED_LIBRARY));
        let others = EntryFlags::SHARED_LIBRARY.union(EntryFlags::DISTRIBUTION).union(EntryFlags::FILE);
        let mut flags = if module { second } else { second.intersection(others.union(INSTALLED)) };
        if first.intersects(EntryFlags::IMPORTABLE.union(EntryFlags::PACKAGE).union(EntryFlags::SHARED_LIBRARY)) {
            flags = flags.difference(EntryFlags::PLACE);
        }
        if first.intersects(EntryFlags::DISTRIBUTION) {
            flags = flags.difference(INSTALLED);
        }
        Self { flags, module, library }
    }

    /// Whether fields of a kind are visible.
    pub(crate) fn field(&self, kind: FieldKind) -> bool {
        match kind {
            kind if kind.is_code() => self.module,
            // Where the file of a hidden module or library is says nothing of the one before it.
            FieldKind::RelativePath | FieldKind::CacheDirectory => self.module && self.library,
            _ => true,
        }
    }
}
