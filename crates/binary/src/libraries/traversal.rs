//! Traversing needs from file to file, breadth first, as the dynamic loader does.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::system::has_scripts;
use crate::{
    Carried, Closure, Conflict, ElfFacts, Library, LibrarySource, Lookup, Missing, NativeError, Root, SearchPath,
    SystemLibraries, stays_with_system,
};

/// Finds everything that the roots need; the result lacks the order.
pub(crate) fn traverse(
    roots: &[Root<'_>],
    provided: &impl Fn(&str) -> bool,
    resolver: &SystemLibraries,
) -> Result<Closure, NativeError> {
    let mut builder = Builder::new(roots, resolver)?;
    for (name, carried) in builder.closure.roots.clone() {
        let origin = builder.roots.get(name.as_str()).and_then(|root| root.origin.as_deref());
        let path = SearchPath::new(&carried.facts, origin.and_then(Path::parent), None);
        builder.queue.push_back(Needer { chain: vec![name], path, facts: carried.facts, is_root: true });
    }
    while let Some(needer) = builder.queue.pop_front() {
        builder.visit(&needer, provided)?;
    }
    let mut closure = builder.closure;
    // What one file does not find, another may: loaded for that one, it serves both.
    let found: BTreeSet<String> = closure.libraries.keys().cloned().collect();
    closure.missing.retain(|missing| !found.contains(&missing.soname));
    let libraries = closure.libraries.values_mut().map(|library| &mut library.file);
    for file in closure.roots.values_mut().chain(libraries) {
        file.needs.retain(|name| found.contains(name));
    }
    Ok(closure)
}

/// A file whose needs are to be visited.
struct Needer {
    /// The root that led here, and so on down to this file.
    chain: Vec<String>,
    path: SearchPath,
    facts: ElfFacts,
    is_root: bool,
}

struct Builder<'a> {
    roots: BTreeMap<&'a str, &'a Root<'a>>,
    /// The roots by the names under which they can be needed.
    providers: BTreeMap<String, Vec<&'a Root<'a>>>,
    resolver: &'a SystemLibraries,
    closure: Closure,
    queue: VecDeque<Needer>,
}

impl<'a> Builder<'a> {
    fn new(roots: &'a [Root<'a>], resolver: &'a SystemLibraries) -> Result<Self, NativeError> {
        let mut builder = Self {
            roots: roots.iter().map(|root| (root.name.as_str(), root)).collect(),
            providers: BTreeMap::new(),
            resolver,
            closure: Closure::default(),
            queue: VecDeque::new(),
        };
        for root in roots {
            let path = root.origin.as_deref().unwrap_or(Path::new(&root.name));
            let facts = ElfFacts::parse(path, root.bytes)?;
            let file_name = path.file_name().and_then(|name| name.to_str());
            if let Some(name) = facts.soname.as_deref().or(file_name) {
                builder.providers.entry(name.to_owned()).or_default().push(root);
            }
            builder.closure.roots.insert(root.name.clone(), Carried { facts, needs: Vec::new() });
        }
        Ok(builder)
    }

    /// Finds what one file needs.
    fn visit(&mut self, needer: &Needer, provided: &impl Fn(&str) -> bool) -> Result<(), NativeError> {
        let mut needs = Vec::new();
        for name in &needer.facts.needed {
            if provided(name) || needs.contains(name) || needer.facts.soname.as_ref() == Some(name) {
                continue;
            }
            let is_brought = has_scripts(name) && self.providers.contains_key(name);
            if stays_with_system(name) && !is_brought {
                self.closure.system.insert(name.clone());
            } else {
                self.take(name, needer)?;
                needs.push(name.clone());
            }
        }
        let Some(own) = needer.chain.last() else { return Ok(()) };
        let file = match needer.is_root {
            true => self.closure.roots.get_mut(own),
            false => self.closure.libraries.get_mut(own).map(|library| &mut library.file),
        };
        if let Some(file) = file {
            file.needs = needs;
        }
        Ok(())
    }

    /// Makes sure that a needed library is bundled, or notes that it is missing.
    fn take(&mut self, name: &str, needer: &Needer) -> Result<(), NativeError> {
        let found = self.find(name, needer);
        if let Some(library) = self.closure.libraries.get(name) {
            let taken = library.source.clone();
            return self.compare(name, needer, taken, found);
        }
        let (source, bytes, origin) = match (self.provider(name, needer), found) {
            (Some(root), found) => {
                let source = LibrarySource::Root(root.name.clone());
                self.compare(name, needer, source.clone(), found)?;
                (source, Cow::Borrowed(root.bytes), root.origin.clone())
            }
            (None, Some(path)) => (LibrarySource::File(path.clone()), read(&path)?.into(), Some(path)),
            (None, None) => {
                if !self.closure.missing.iter().any(|missing| missing.soname == name) {
                    let needed_by = needer.chain.clone();
                    self.closure.missing.push(Missing { soname: name.to_owned(), needed_by });
                }
                return Ok(());
            }
        };
        let facts = ElfFacts::parse(origin.as_deref().unwrap_or(Path::new(name)), &bytes)?;
        let path = SearchPath::new(&facts, origin.as_deref().and_then(Path::parent), Some(&needer.path));
        let file = Carried { facts: facts.clone(), needs: Vec::new() };
        self.closure.libraries.insert(name.to_owned(), Library { source, file });
        let chain = needer.chain.iter().cloned().chain([name.to_owned()]).collect();
        self.queue.push_back(Needer { chain, path, facts, is_root: false });
        Ok(())
    }

    /// Asks the resolver, and notes that it was asked.
    fn find(&mut self, name: &str, needer: &Needer) -> Option<PathBuf> {
        let (target, path) = (needer.facts.target, &needer.path);
        let found = self.resolver.find(name, target, path);
        if !self.closure.lookups.iter().any(|known| known.is_for(name, target, path)) {
            self.closure.lookups.push(Lookup::new(name, target, path, found.as_deref()));
        }
        found
    }

    /// The first root of a name that can be loaded by `needer`. Others that differ are conflicts.
    fn provider(&mut self, name: &str, needer: &Needer) -> Option<&'a Root<'a>> {
        let roots = &self.closure.roots;
        let fits = |root: &&&Root<'_>| roots.get(&root.name).is_some_and(|r| r.facts.target == needer.facts.target);
        let mut fitting = self.providers.get(name)?.iter().filter(fits).copied();
        let first = fitting.next()?;
        let conflicts = fitting.filter(|other| other.bytes != first.bytes).map(|other| Conflict {
            soname: name.to_owned(),
            taken: LibrarySource::Root(first.name.clone()),
            other: LibrarySource::Root(other.name.clone()),
            needed_by: needer.chain.last().cloned().unwrap_or_default(),
        });
        self.closure.conflicts.extend(conflicts);
        Some(first)
    }

    /// Notes a conflict if `found` is another library than the one taken for this name.
    fn compare(
        &mut self,
        name: &str,
        needer: &Needer,
        taken: LibrarySource,
        found: Option<PathBuf>,
    ) -> Result<(), NativeError> {
        let Some(found) = found else { return Ok(()) };
        let other = LibrarySource::File(found.clone());
        if taken == other || self.closure.conflicts.iter().any(|old| old.soname == name && old.other == other) {
            return Ok(());
        }
        let same = match &taken {
            LibrarySource::File(path) => same_file(path, &found) || read(path)? == read(&found)?,
            LibrarySource::Root(root) => match self.roots.get(root.as_str()) {
                Some(root) if root.origin.as_deref().is_some_and(|origin| same_file(origin, &found)) => true,
                Some(root) => root.bytes == read(&found)?,
                None => false,
            },
        };
        if !same {
            let needed_by = needer.chain.last().cloned().unwrap_or_default();
            self.closure.conflicts.push(Conflict { soname: name.to_owned(), taken, other, needed_by });
        }
        Ok(())
    }
}

fn same_file(one: &Path, other: &Path) -> bool {
    matches!((fs::canonicalize(one), fs::canonicalize(other)), (Ok(one), Ok(other)) if one == other)
}

/// The content of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, NativeError> {
    fs::read(path).map_err(|source: io::Error| NativeError::Read { path: path.to_owned(), source })
}
