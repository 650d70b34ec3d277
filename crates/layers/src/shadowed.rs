//! Modules that are never imported, because an earlier layer has others of their name.

use std::collections::{BTreeMap, BTreeSet};

use pyox_packed_resources::{EntryFlags, ResourceKind, top_level};

use crate::error::Error;
use crate::finding::Finding;
use crate::layer::Layer;
use crate::row::ReportRow;

/// For each layer the top-level modules that an earlier one has, and the namespace packages that are modules of any
/// other one, and which one that is.
pub struct Shadowed {
    modules: Vec<BTreeMap<String, usize>>,
    namespaces: Vec<BTreeMap<String, usize>>,
}

impl Shadowed {
    /// Of layers in their order.
    ///
    /// # Errors
    ///
    /// A layer is damaged.
    pub fn of(layers: &[Layer]) -> Result<Self, Error> {
        let code = EntryFlags::MODULE.union(EntryFlags::EXTENSION).union(EntryFlags::BUILTIN);
        let (mut first, mut modules, mut portions) = (BTreeMap::new(), Vec::new(), Vec::new());
        for (index, layer) in layers.iter().enumerate() {
            let (mut names, mut below, mut packages) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
            for entry in layer.blob()?.entries() {
                let entry = entry?;
                let name = entry.name();
                if entry.is(EntryFlags::NAMESPACE) && !entry.is(code) && !name.contains('.') {
                    packages.insert(name.to_owned());
                }
                if entry.is(code) && name.contains('.') {
                    below.insert(top_level(name).to_owned());
                }
                if !entry.is(code) || name.contains('.') {
                    continue;
                }
                let earlier = *first.entry(name.to_owned()).or_insert(index);
                if earlier != index {
                    names.insert(name.to_owned(), earlier);
                }
            }
            modules.push(names);
            // Directories with data alone belong to the package, wherever that is.
            portions.push(packages.intersection(&below).cloned().collect::<Vec<_>>());
        }
        // Python takes a regular package or module from any directory before a namespace package.
        let regular = |name: String| first.get(&name).map(|layer| (name, *layer));
        let namespaces = portions.into_iter().map(|names| names.into_iter().filter_map(regular).collect()).collect();
        Ok(Self { modules, namespaces })
    }

    /// The packages of a layer that are hidden with all that is below them: a package of the standard library and
    /// another one of its name have nothing in common. Elsewhere packages may be spread over several directories.
    #[must_use]
    pub fn packages(&self, layers: &[Layer], layer: usize) -> BTreeSet<String> {
        let is_standard_library = |index: usize| layers[index].is_standard_library();
        let names = self.modules[layer].iter();
        let names = names.filter(|&(_, &earlier)| is_standard_library(layer) || is_standard_library(earlier));
        names.map(|(name, _)| name.clone()).collect()
    }

    /// The namespace packages of a layer that are not imported, but whose files stay.
    #[must_use]
    pub fn namespaces(&self, layer: usize) -> BTreeSet<String> {
        self.namespaces[layer].keys().cloned().collect()
    }

    /// The rows of a layer whose packages are not hidden.
    pub fn rows<'l>(&self, layers: &'l [Layer], layer: usize) -> impl Iterator<Item = &'l ReportRow> {
        let hidden = self.packages(layers, layer);
        let is_code = |kind| {
            !matches!(kind, ResourceKind::DistributionResource | ResourceKind::SharedLibrary | ResourceKind::File)
        };
        layers[layer].rows().iter().filter(move |row| !(is_code(row.kind) && hidden.contains(top_level(&row.name))))
    }

    /// What a person should know of it.
    #[must_use]
    pub fn findings(&self, layers: &[Layer]) -> Vec<Finding> {
        let mut pairs: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
        let all =
            self.modules.iter().zip(&self.namespaces).map(|(modules, namespaces)| modules.iter().chain(namespaces));
        for (other, names) in all.enumerate() {
            for (name, used) in names {
                pairs.entry((*used, other)).or_default().push(name.clone());
            }
        }
        let finding = |((used, other), modules): ((usize, usize), Vec<String>)| Finding::Shadowed {
            modules,
            used: layers[used].kind(),
            other: layers[other].kind(),
        };
        pairs.into_iter().map(finding).collect()
    }
}
