//! Extension modules and shared libraries of a layer, and the libraries that travel with them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use pyox_binary::{
    Carried, Closure, Library, LibrarySource, Lookup, Root, SystemLibraries, imports, is_libpython, prepare,
    with_soname,
};
use pyox_packed_resources::Resource;

use super::{Layer, NativeFile};
use crate::error::Error;
use crate::finding::Finding;
use crate::plan::Plan;

/// The importer replaces the names of libraries in a cycle by paths such as `/proc/self/fd/17`. In bytes.
const LONGEST_PATH_IN_MEMORY: usize = 20;

/// With musl, it is the number of an open file.
const LONGEST_NUMBER: usize = 4;

/// The native library closure of one layer. Roots are named by their path below `sys.path`.
pub(super) struct Natives {
    closure: Closure,
    /// SONAMEs that layers below this one carry.
    below: BTreeSet<String>,
    /// Where the roots come from that others use as a library, and their content.
    used_roots: BTreeMap<String, (PathBuf, Vec<u8>)>,
    /// SONAME by file name of shared libraries among the roots.
    sonames: BTreeMap<String, String>,
    /// What opens files in ways that virtual files do not see.
    unseen: Vec<Finding>,
    /// How long the path in memory may be by which a library finds another one that needs it, too.
    longest_path: usize,
}

/// Functions of the C library that open files which they were not given.
const UNSEEN_FUNCTIONS: [&str; 2] = ["fts_open", "fts64_open"];
/// How the build information of Go begins.
const GO: &[u8] = b"\xff Go buildinf:";

/// A library that no resource of the scan brings.
pub(super) struct ExternalLibrary {
    pub(super) origin: PathBuf,
    pub(super) content: Vec<u8>,
    pub(super) needs: Vec<String>,
    pub(super) glibc: Option<String>,
}

impl Natives {
    pub(super) fn of(plan: &Plan<'_>, below: &[&Layer], libraries: &SystemLibraries) -> Result<Self, Error> {
        let mut contents = Vec::new();
        for (found, _) in plan.included() {
            if matches!(found.resource, Resource::ExtensionModule(_) | Resource::SharedLibrary(_)) {
                let path = found.resource.relative_path();
                let content = found.resource.data().read().map_err(Error::io("read", &found.origin))?;
                contents.push((path, found.origin.clone(), content));
            }
        }
        let unseen = contents.iter().flat_map(|(path, _, content)| unseen(path, content)).collect();
        let roots: Vec<Root<'_>> =
            contents.iter().map(|(name, origin, bytes)| Root::new(name, bytes).origin(origin)).collect();
        let carried = below.iter().flat_map(|layer| layer.natives()).filter(|native| native.is_library);
        let below: BTreeSet<String> = carried.map(|native| native.name.clone()).collect();
        let provided = |soname: &str| is_libpython(soname) || below.contains(soname);
        let closure = Closure::of(&roots, provided, libraries)?;
        let mut sonames = BTreeMap::new();
        for (found, _) in plan.included() {
            if let Resource::SharedLibrary(library) = &found.resource
                && let Some(carried) = closure.roots.get(&found.resource.relative_path())
                && let Some(soname) = &carried.facts.soname
            {
                sonames.insert(library.name.clone(), soname.clone());
            }
        }
        let used: BTreeSet<&String> = closure
            .libraries
            .values()
            .filter_map(|library| match &library.source {
                LibrarySource::Root(root) => Some(root),
                LibrarySource::File(_) => None,
            })
            .collect();
        let used_roots = contents
            .iter()
            .filter(|(name, ..)| used.contains(name))
            .map(|(name, origin, content)| (name.clone(), (origin.clone(), content.to_vec())))
            .collect();
        let longest_path = if libraries.are_for_musl() { LONGEST_NUMBER } else { LONGEST_PATH_IN_MEMORY };
        Ok(Self { closure, below, used_roots, sonames, unseen, longest_path })
    }

    /// The SONAME of a shared library among the roots; its file name if it has none.
    pub(super) fn soname<'n>(&'n self, file_name: &'n str) -> &'n str {
        self.sonames.get(file_name).map_or(file_name, String::as_str)
    }

    /// The content of a root for the program. A library without a SONAME that others need by the name of its file gets
    /// that name: in memory it has no other.
    pub(super) fn prepared(&self, root: &str, content: Vec<u8>) -> Vec<u8> {
        let is_root = |library: &Library| matches!(&library.source, LibrarySource::Root(name) if name == root);
        let needed = self.closure.libraries.iter().find(|(_, library)| is_root(library));
        let prepared = prepare(content);
        match needed {
            Some((name, _)) => with_soname(prepared, name),
            None => prepared,
        }
    }

    /// SONAMEs of the carried libraries that a root needs, here or in a layer below.
    pub(super) fn needs(&self, root: &str) -> Vec<&str> {
        let Some(carried) = self.closure.roots.get(root) else { return Vec::new() };
        let below = carried.facts.needed.iter().filter(|soname| self.below.contains(*soname));
        carried.needs.iter().chain(below).map(String::as_str).collect()
    }

    /// What a report says of a root.
    pub(super) fn file(&self, root: &str, name: &str, is_library: bool) -> NativeFile {
        let facts = self.closure.roots.get(root).map(|carried| &carried.facts);
        let glibc = facts.and_then(|facts| facts.glibc.as_ref()).map(ToString::to_string);
        NativeFile { name: name.to_owned(), is_library, glibc }
    }

    /// Libraries from outside of the scan, and roots that are used as a library under another name, by SONAME.
    pub(super) fn external_libraries(&self) -> Result<Vec<(String, ExternalLibrary)>, Error> {
        let mut external = Vec::new();
        for (soname, library) in &self.closure.libraries {
            let (origin, content) = match &library.source {
                LibrarySource::File(path) => (path.clone(), std::fs::read(path).map_err(Error::io("read", path))?),
                // Shared libraries of the scan are resources with this very name.
                LibrarySource::Root(_) if self.sonames.values().any(|known| known == soname) => continue,
                LibrarySource::Root(root) => self.used_roots.get(root).cloned().unwrap_or_default(),
            };
            let below = library.file.facts.needed.iter().filter(|needed| self.below.contains(*needed));
            external.push((
                soname.clone(),
                ExternalLibrary {
                    origin,
                    content,
                    needs: library.file.needs.iter().chain(below).map(ToString::to_string).collect(),
                    glibc: library.file.facts.glibc.as_ref().map(ToString::to_string),
                },
            ));
        }
        Ok(external)
    }

    /// The entries of this layer with the libraries that they need and that are left to the system.
    pub(super) fn of_system(&self, plan: &Plan<'_>) -> Vec<(String, String)> {
        let left = |file: &Carried, name: &str| {
            let names = file.facts.needed.iter().filter(|soname| self.closure.system.contains(*soname));
            names.map(|soname| (name.to_owned(), soname.clone())).collect::<Vec<_>>()
        };
        let roots = plan.included().flat_map(|(found, _)| {
            let (path, name) = (found.resource.relative_path(), found.resource.entry_name());
            self.closure.roots.get(&path).map(|file| left(file, self.soname(&name))).unwrap_or_default()
        });
        roots.chain(self.closure.libraries.iter().flat_map(|(name, library)| left(&library.file, name))).collect()
    }

    /// Every search for a library.
    pub(super) fn lookups(&self) -> Vec<Lookup> {
        self.closure.lookups.clone()
    }

    pub(super) fn findings(&self) -> Vec<Finding> {
        let missing = self.closure.missing.iter().map(|missing| Finding::MissingLibrary {
            soname: missing.soname.clone(),
            // From what needs it to the root.
            needed_by: missing.needed_by.iter().rev().map(ToString::to_string).collect(),
            concerns: true,
        });
        let conflicts = self.closure.conflicts.iter().map(|conflict| Finding::ConflictingLibrary {
            soname: conflict.soname.clone(),
            used: describe(&conflict.taken),
            other: describe(&conflict.other),
            needed_by: conflict.needed_by.clone(),
        });
        let cycles = self.closure.cycles.iter().map(|libraries| Finding::LibraryCycle {
            can_be_loaded: libraries.iter().all(|soname| soname.len() >= self.longest_path),
            libraries: libraries.clone(),
        });
        let from_system = self.closure.roots.iter().flat_map(|(root, carried)| {
            let beyond = carried.facts.needed.iter().filter(|soname| self.closure.system.contains(*soname));
            beyond.filter(|soname| !is_everywhere(soname)).map(|soname| Finding::FromSystem {
                soname: soname.clone(),
                needed_by: root.clone(),
                concerns: true,
            })
        });
        missing.chain(conflicts).chain(cycles).chain(from_system).chain(self.unseen.iter().cloned()).collect()
    }
}

/// What opens files in ways that virtual files do not see.
fn unseen(path: &str, content: &[u8]) -> Vec<Finding> {
    let finding =
        |function: Option<&str>| Finding::UnseenOpens { file: path.to_owned(), function: function.map(str::to_owned) };
    // What is no ELF file is found out by others.
    let mut found: Vec<Finding> =
        imports(content, &UNSEEN_FUNCTIONS).unwrap_or_default().into_iter().map(|name| finding(Some(name))).collect();
    found.extend(memchr::memmem::find(content, GO).map(|_| finding(None)));
    found
}

fn describe(source: &LibrarySource) -> String {
    match source {
        LibrarySource::File(path) => path.display().to_string(),
        LibrarySource::Root(name) => name.clone(),
    }
}

/// Whether a program that starts at all has found the library.
fn is_everywhere(soname: &str) -> bool {
    let parts = ["libc.", "libm.", "libdl.", "libpthread.", "librt.", "libutil.", "libgcc_s.", "ld-linux"];
    parts.iter().any(|part| soname.starts_with(part))
}
