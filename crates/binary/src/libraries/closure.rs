//! The native library closure: every library that must be bundled with a program.
//!
//! The dynamic loader knows one library per name in a process, whoever needs it. So does this: libraries are known by
//! the name under which they are needed, and a second file for the same name is a [`Conflict`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::libraries::order;
use crate::libraries::traversal::traverse;
use crate::{ElfFacts, Lookup, NativeError, SystemLibraries};

/// A file that is bundled anyway: an extension module, or a library that a package brings along.
#[derive(Clone, Debug)]
pub struct Root<'a> {
    /// What the caller calls it. Unique.
    pub name: String,
    /// Where the file is on disk, if it is: for `$ORIGIN` and for errors.
    pub origin: Option<PathBuf>,
    /// Its content.
    pub bytes: &'a [u8],
}

/// What is bundled.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Closure {
    /// The roots, by their names.
    pub roots: BTreeMap<String, Carried>,
    /// The libraries that are needed and bundled, by the name under which they are needed.
    pub libraries: BTreeMap<String, Library>,
    /// The names of all libraries, each after those it needs; within a cycle no order satisfies that.
    pub order: Vec<String>,
    /// Groups of libraries that need each other.
    pub cycles: Vec<Vec<String>>,
    /// Libraries that were not found.
    pub missing: Vec<Missing>,
    /// Names for which there are different files. The first one was taken.
    pub conflicts: Vec<Conflict>,
    /// The names that are needed and left to the machine that runs the program.
    pub system: BTreeSet<String>,
    /// Every search of the resolver. As long as all still hold, the closure of the same roots is the same.
    pub lookups: Vec<Lookup>,
}

/// A file and what it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Facts about the file.
    pub facts: ElfFacts,
    /// The bundled libraries that it needs directly, in order.
    pub needs: Vec<String>,
}

/// A library that is bundled because something needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// Where it comes from.
    pub source: LibrarySource,
    /// Facts and direct needs.
    pub file: Carried,
}

/// Where a library comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LibrarySource {
    /// From this file on disk.
    File(PathBuf),
    /// It is the root of this name.
    Root(String),
}

/// A library that was not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The name under which it is needed.
    pub soname: String,
    /// Why: a root, what that needs, and so on to what needs this library.
    pub needed_by: Vec<String>,
}

/// Two different files for one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The name under which both are needed.
    pub soname: String,
    /// The file that was taken.
    pub taken: LibrarySource,
    /// The file that was not.
    pub other: LibrarySource,
    /// Who would have got the other one.
    pub needed_by: String,
}

impl Closure {
    /// Finds what the roots need, and what that needs in turn. `provided` says which names are there without being
    /// bundled, such as the `libpython` that is part of the launcher. A root that is needed by its name is preferred to
    /// a file found by the resolver.
    ///
    /// # Errors
    ///
    /// If a root or a found library is not a valid ELF file, or cannot be read. That a library is missing is no error
    /// here.
    pub fn of(
        roots: &[Root<'_>],
        provided: impl Fn(&str) -> bool,
        resolver: &SystemLibraries,
    ) -> Result<Self, NativeError> {
        let mut closure = traverse(roots, &provided, resolver)?;
        closure.sort();
        Ok(closure)
    }

    /// The libraries to load before a root, in order: everything it needs, directly or not.
    pub fn load_order(&self, root: &str) -> Vec<&str> {
        let mut wanted = BTreeSet::new();
        let mut next: Vec<&String> = self.roots.get(root).map(|root| root.needs.iter().collect()).unwrap_or_default();
        while let Some(name) = next.pop() {
            if wanted.insert(name.as_str()) {
                next.extend(self.libraries.get(name).into_iter().flat_map(|library| &library.file.needs));
            }
        }
        self.order.iter().map(String::as_str).filter(|name| wanted.contains(name)).collect()
    }

    fn sort(&mut self) {
        let names: Vec<&String> = self.libraries.keys().collect();
        let index: BTreeMap<&String, usize> = names.iter().enumerate().map(|(index, name)| (*name, index)).collect();
        let edges: Vec<Vec<usize>> = self
            .libraries
            .values()
            .map(|library| library.file.needs.iter().filter_map(|need| index.get(need).copied()).collect())
            .collect();
        let mut order = Vec::new();
        let mut cycles = Vec::new();
        for group in order::groups(&edges) {
            let group: Vec<String> = group.into_iter().filter_map(|index| names.get(index).copied().cloned()).collect();
            if group.len() > 1 {
                cycles.push(group.clone());
            }
            order.extend(group);
        }
        (self.order, self.cycles) = (order, cycles);
    }
}
