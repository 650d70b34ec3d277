//! Resources that a configuration file has found, and the searches that they come from.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use pyox_build_cache::digest;
use pyox_packaging::{GivenResources, LayerKind};
use pyox_packed_resources::Resource;
use pyox_scanner::{Found, ResourceSource, Scan};

use crate::addition::Addition;

/// What one search has found: the resources of one layer.
#[derive(Debug)]
pub(crate) struct Search {
    pub(crate) kind: LayerKind,
    scan: Scan,
    /// What changes whenever what was found does, if that is known.
    identity: Option<String>,
    /// What can be chosen: the rest goes along with it.
    named: BTreeSet<Key>,
}

/// What tells the resources of one search from each other.
pub(crate) type Key = (String, bool);

/// That of a resource: a file has the same path as what it is.
pub(crate) fn key(resource: &Resource) -> Key {
    (resource.relative_path(), matches!(resource, Resource::File(_)))
}

/// Whether there is a type for values of it; the rest goes along with what there are values of.
pub(crate) fn has_type(resource: &Resource) -> bool {
    !matches!(resource, Resource::ModuleBytecode(_) | Resource::File(_))
}

impl Search {
    pub(crate) fn new(kind: LayerKind, scan: Scan, identity: Option<String>) -> Self {
        let named = scan.resources.iter().filter(|found| has_type(&found.resource));
        let named = named.map(|found| key(&found.resource)).collect();
        Self { kind, scan, identity, named }
    }

    pub(crate) fn found(&self) -> &[Found] {
        &self.scan.resources
    }

    /// What goes in of it, with files that were made of what was found. All of it is what was found.
    pub(crate) fn given(&self, chosen: &BTreeSet<Key>, files: Vec<Found>) -> GivenResources {
        let is_whole = files.is_empty() && *chosen == self.named;
        let mut scan = self.scan.clone();
        if !is_whole {
            let goes = |found: &Found| !has_type(&found.resource) || chosen.contains(&key(&found.resource));
            scan.resources.retain(goes);
            if !files.is_empty() {
                // Files that are given one by one are all that there is.
                scan.resources.retain(|found| has_type(&found.resource));
            }
            scan.resources.extend(files);
            scan.resources.sort_by_cached_key(|found| found.resource.relative_path());
        }
        let given = GivenResources::new(self.kind, Fixed(scan));
        match &self.identity {
            Some(identity) if is_whole => given.identity(identity),
            Some(identity) => {
                let keys: Vec<String> = chosen.iter().map(|(path, is_file)| format!("{path} {is_file}")).collect();
                given.identity(format!("{identity} {}", digest(keys.iter().map(String::as_bytes))))
            }
            None => given,
        }
    }
}

/// What was found before.
struct Fixed(Scan);

impl ResourceSource for Fixed {
    fn scan(&self) -> Result<Scan, pyox_scanner::Error> {
        Ok(self.0.clone())
    }
}

/// The data of one resource.
pub(crate) struct Item {
    pub(crate) search: Arc<Search>,
    pub(crate) found: Found,
    pub(crate) is_stdlib: bool,
    addition: Mutex<Addition>,
}

impl Item {
    pub(crate) fn new(search: Arc<Search>, found: Found, is_stdlib: bool, addition: Addition) -> Self {
        Self { search, found, is_stdlib, addition: Mutex::new(addition) }
    }

    pub(crate) fn addition(&self) -> Addition {
        self.with(|addition| addition.clone())
    }

    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut Addition) -> T) -> T {
        change(&mut self.addition.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Its name for people: of a module its own, of a file its path.
    pub(crate) fn name(&self) -> String {
        match &self.found.resource {
            Resource::ModuleSource(module) => module.name.clone(),
            Resource::ExtensionModule(module) => module.name.clone(),
            other => other.relative_path(),
        }
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Item").field(&self.name()).finish()
    }
}
