//! Modules of the standard library that stay out since nothing imports them, and since they alone would make the
//! program need a newer GNU C library.

use std::collections::{BTreeMap, BTreeSet};

use pyox_binary::SymbolVersion;
use pyox_inputs::Entry;
use pyox_layers::{Layer, NativeFile};
use pyox_packed_resources::{Blob, EntryFlags, FieldKind};

use crate::error::Error;
use crate::modules::Modules;

/// What stays out.
#[derive(Default)]
pub(crate) struct Spared {
    /// Names of entries of the standard library: extension modules, and libraries that only they need.
    pub(crate) names: BTreeSet<String>,
    /// The modules.
    pub(crate) modules: Vec<String>,
    /// What they would make the program need.
    pub(crate) needed: Option<SymbolVersion>,
}

impl Spared {
    /// Of a program that needs `launcher` in any case. A module stays in if it may be imported by anything but the
    /// standard library, by what runs, or by what these import.
    pub(crate) fn of(
        entry: &Entry,
        layers: &[Layer],
        includes: &BTreeSet<String>,
        launcher: SymbolVersion,
    ) -> Result<Self, Error> {
        let Some(standard_library) = layers.iter().find(|layer| layer.is_standard_library()) else {
            return Ok(Self::default());
        };
        let others = || layers.iter().filter(|layer| !layer.is_standard_library());
        let floor = |native: &NativeFile| native.glibc.as_deref().and_then(SymbolVersion::parse);
        let base = others().flat_map(Layer::natives).filter_map(floor).max().max(Some(launcher)).unwrap_or(launcher);
        let own = standard_library.natives().iter().filter_map(|native| Some((native.name.as_str(), floor(native)?)));
        let own: BTreeMap<&str, SymbolVersion> = own.collect();
        if own.values().all(|floor| *floor <= base) {
            return Ok(Self::default());
        }
        let blob = standard_library.blob()?;
        let mut modules = BTreeMap::new();
        for entry in blob.entries() {
            let entry = entry?;
            if entry.is(EntryFlags::EXTENSION) {
                modules.insert(entry.name().to_owned(), closure(&blob, entry.name())?);
            }
        }
        let floor_of = |all: &BTreeSet<String>| all.iter().filter_map(|name| own.get(name.as_str())).max().copied();
        let blobs = layers.iter().map(Layer::blob).collect::<Result<Vec<_>, _>>()?;
        let known = Modules::of(entry, layers, &blobs)?;
        let imported = known.importable(entry, includes);
        let (kept, spare): (BTreeMap<_, _>, BTreeMap<_, _>) =
            modules.into_iter().partition(|(name, _)| imported.contains(name.as_str()));
        let base = kept.values().filter_map(floor_of).max().max(Some(base)).unwrap_or(base);
        let (out, low): (BTreeMap<_, _>, BTreeMap<_, _>) =
            spare.into_iter().partition(|(_, all)| floor_of(all).is_some_and(|floor| floor > base));
        let mut needed: BTreeSet<String> = kept.into_values().chain(low.into_values()).flatten().collect();
        for other in others() {
            for entry in other.blob()?.entries() {
                for field in entry?.fields_of(FieldKind::Dependency) {
                    needed.extend(closure(&blob, field?.key())?);
                }
            }
        }
        let modules: Vec<String> = out.keys().cloned().collect();
        let version = out.values().filter_map(floor_of).max();
        let names = out.into_values().flatten().filter(|name| !needed.contains(name)).collect();
        Ok(Self { names, modules, needed: version })
    }

    /// Whether a row or file of a layer stays out.
    pub(crate) fn has(&self, layer: &Layer, name: &str) -> bool {
        layer.is_standard_library() && self.names.contains(name)
    }
}

/// An entry, and the libraries that it needs.
fn closure(blob: &Blob<'_>, name: &str) -> Result<BTreeSet<String>, pyox_packed_resources::Error> {
    let (mut found, mut pending) = (BTreeSet::new(), vec![name.to_owned()]);
    while let Some(name) = pending.pop() {
        let Some(entry) = blob.entry(&name)? else { continue };
        if found.insert(name) {
            for field in entry.fields_of(FieldKind::Dependency) {
                pending.push(field?.key().to_owned());
            }
        }
    }
    Ok(found)
}
