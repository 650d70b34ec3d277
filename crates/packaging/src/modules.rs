//! The modules of a program, and what they import.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use pyox_inputs::Entry;
use pyox_layers::{Finding, Layer};
use pyox_packed_resources::{Blob, Decoder, EntryFlags, Error, FieldKind};
use pyox_scanner::ImportGraph;

/// What the program runs is called so.
const MAIN: &str = "__main__";

/// Gives the source text of a module; nothing if there is none or it is damaged, which shows when it is packed.
type Source<'a> = Box<dyn Fn() -> Cow<'a, [u8]> + 'a>;

/// All modules, those of the first layer that has them.
pub(crate) struct Modules<'a> {
    graph: ImportGraph<Source<'a>>,
    standard_library: BTreeSet<&'a str>,
    /// All others.
    others: BTreeSet<&'a str>,
}

impl<'a> Modules<'a> {
    pub(crate) fn of(entry: &Entry, layers: &'a [Layer], blobs: &'a [Blob<'a>]) -> Result<Self, Error> {
        let decoder = Rc::new(Decoder::new());
        let (mut standard_library, mut others) = (BTreeSet::new(), BTreeSet::new());
        let mut modules: Vec<(String, bool, Source<'a>)> = Vec::new();
        // The first layer that has a module wins, and in the graph the last one.
        for (layer, blob) in layers.iter().zip(blobs).rev() {
            for entry in blob.entries() {
                let entry = entry?;
                if !entry.is(EntryFlags::MODULE.union(EntryFlags::EXTENSION)) {
                    continue;
                }
                let (same, other) = match layer.is_standard_library() {
                    true => (&mut standard_library, &mut others),
                    false => (&mut others, &mut standard_library),
                };
                same.insert(entry.name());
                other.remove(entry.name());
                let (name, is_package) = (entry.name().to_owned(), entry.is(EntryFlags::PACKAGE));
                let source: Source<'a> = match layer.imports(&name) {
                    Some(imports) => Box::new(move || Cow::Borrowed(imports.as_bytes())),
                    None => {
                        let decoder = Rc::clone(&decoder);
                        Box::new(move || {
                            let field = entry.field(FieldKind::Source).ok().flatten();
                            let text = field.and_then(|field| Some(decoder.read(&field).ok()?.into_owned()));
                            Cow::Owned(text.unwrap_or_default())
                        })
                    }
                };
                modules.push((name, is_package, source));
            }
        }
        let main = entry.main_text();
        modules.push((MAIN.to_owned(), false, Box::new(move || Cow::Owned(main.clone()))));
        Ok(Self { graph: modules.into_iter().collect(), standard_library, others })
    }

    /// The modules that the entry imports, directly or not, and those that are said to be imported; of the standard
    /// library those that are imported at once, of the rest also those that functions import.
    pub(crate) fn reachable(&self, entry: &Entry, includes: &BTreeSet<String>) -> Vec<String> {
        let package_main = entry.module().map(|module| format!("{module}.__main__"));
        let roots = [MAIN].into_iter().chain(entry.module()).chain(package_main.as_deref());
        let roots = roots.chain(includes.iter().map(String::as_str));
        let reached = self.graph.reachable(roots, |name| !self.standard_library.contains(name));
        reached.into_iter().map(str::to_owned).collect()
    }

    /// The modules that anything but the standard library imports, directly or not, wherever in its code, and those
    /// that are said to be imported.
    pub(crate) fn importable(&self, entry: &Entry, includes: &BTreeSet<String>) -> BTreeSet<&str> {
        let package_main = entry.module().map(|module| format!("{module}.__main__"));
        let roots = [MAIN].into_iter().chain(entry.module()).chain(package_main.as_deref());
        let roots = roots.chain(includes.iter().map(String::as_str));
        self.graph.reachable(roots.chain(self.others.iter().copied()), |_| true)
    }

    /// What was left out by its name, and is imported by what is in. `reached` are the modules that the program
    /// imports, as far as is known.
    pub(crate) fn still_imported(&self, layers: &[Layer], reached: &BTreeSet<String>) -> Vec<Finding> {
        let mut excluded: BTreeMap<&String, BTreeSet<&String>> = BTreeMap::new();
        for (name, modules) in layers.iter().flat_map(Layer::excluded) {
            excluded.entry(name).or_default().extend(modules);
        }
        let findings = excluded.into_iter().filter_map(|(name, modules)| {
            let covers = |outer: &String, module: &str| {
                module.strip_prefix(&**outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            let importers = self.graph.importers(|module| modules.iter().any(|outer| covers(outer, module)));
            let is_reached = |importer: &&str| *importer == MAIN || reached.contains(*importer);
            let (first, rest): (Vec<&str>, Vec<&str>) = importers.into_iter().partition(is_reached);
            let concerns = !first.is_empty();
            let importers: Vec<String> = first.into_iter().chain(rest).map(str::to_owned).collect();
            (!importers.is_empty()).then(|| Finding::StillImported { name: name.clone(), importers, concerns })
        });
        findings.collect()
    }
}
