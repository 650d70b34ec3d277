//! A program that a configuration file describes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pyox_packaging::{Candidate, Decision, GivenResources, LayerKind, Location, Reason};
use pyox_packed_resources::Resource;
use pyox_scanner::{Found, STARTUP_MODULES};

use crate::addition::Addition;
use crate::attribute::Attribute;
use crate::config::Config;
use crate::fault::Fault;
use crate::load_mode::{self, LoadMode};
use crate::manifest;
use crate::plain::Plain;
use crate::policy::Policy;
use crate::python::Distribution;
use crate::resource::{Item, Key, Search, key};

/// What has the functions `exit` and `help`, which programs have from the start.
const BUILTINS: [&str; 1] = ["_sitebuiltins"];

/// The data of a `PythonExecutable`.
#[derive(Debug, Clone)]
pub(crate) struct Executable {
    pub(crate) name: String,
    pub(crate) distribution: Arc<Distribution>,
    pub(crate) policy: Policy,
    pub(crate) config: Config,
    added: Vec<Added>,
    /// What becomes of resources of the standard library, if that does not follow from the policy.
    stdlib: BTreeMap<Key, Addition>,
    /// The file beside the program that says which licences its parts have.
    pub(crate) licenses_filename: Option<String>,
    /// Where its resources are.
    pub(crate) load_mode: LoadMode,
    /// The modules of the standard library that go in, if not all do.
    stdlib_names: Option<BTreeSet<String>>,
    words: Words,
}

/// Resources of one search that were added.
#[derive(Debug, Clone)]
struct Added {
    search: Arc<Search>,
    chosen: BTreeMap<Key, (Found, Addition)>,
}

/// What only programs of other systems have.
#[derive(Debug, Clone)]
struct Words {
    windows_subsystem: String,
    windows_runtime_dlls_mode: String,
    tcl_files_path: Option<String>,
}

impl Executable {
    pub(crate) fn new(name: &str, distribution: Arc<Distribution>, policy: Policy, config: Config) -> Self {
        let words = Words {
            windows_subsystem: "console".to_owned(),
            windows_runtime_dlls_mode: "when-present".to_owned(),
            tcl_files_path: None,
        };
        let (added, stdlib, stdlib_names, licenses_filename, load_mode) = Default::default();
        Self {
            name: name.to_owned(),
            distribution,
            policy,
            config,
            added,
            stdlib,
            licenses_filename,
            load_mode,
            stdlib_names,
            words,
        }
    }

    /// Adds a resource as its attributes say. What has its path goes out: the last one that is added counts.
    pub(crate) fn add(&mut self, item: &Item) -> Result<(), Fault> {
        let (key, addition) = (key(&item.found.resource), item.addition());
        if item.is_stdlib {
            self.stdlib.insert(key, addition);
            return Ok(());
        }
        if !addition.include {
            return Ok(());
        }
        if key.1 && !self.policy.allows_files() {
            return Err(Fault::FilesNotAllowed { path: key.0 });
        }
        for added in self.added.iter_mut().filter(|added| !Arc::ptr_eq(&added.search, &item.search)) {
            added.chosen.remove(&key);
        }
        let position = self.added.iter().position(|added| Arc::ptr_eq(&added.search, &item.search));
        let position = position.unwrap_or_else(|| {
            self.added.push(Added { search: Arc::clone(&item.search), chosen: BTreeMap::new() });
            self.added.len() - 1
        });
        self.added[position].chosen.insert(key, (item.found.clone(), addition));
        Ok(())
    }

    /// Says what becomes of a resource of the standard library, unless that follows from the policy.
    pub(crate) fn set_stdlib(&mut self, item: &Item) {
        let addition = item.addition();
        if addition != self.policy.addition(&item.found, true) {
            self.stdlib.insert(key(&item.found.resource), addition);
        }
    }

    /// Takes out every module and data file that is there now and whose module or package is not among these names.
    pub(crate) fn filter(&mut self, names: &BTreeSet<String>) {
        let mut kept = BTreeSet::new();
        for name in names.iter().map(String::as_str).chain(STARTUP_MODULES).chain(BUILTINS) {
            let ends = name.match_indices('.').map(|(end, _)| end).chain([name.len()]);
            kept.extend(ends.map(|end| name[..end].to_owned()));
        }
        for added in &mut self.added {
            added.chosen.retain(|_, (found, _)| goes(&found.resource, &kept));
        }
        self.stdlib_names = Some(match self.stdlib_names.take() {
            Some(earlier) => earlier.intersection(&kept).cloned().collect(),
            None => kept,
        });
    }

    /// What goes in besides the standard library.
    pub(crate) fn given(&self) -> Vec<GivenResources> {
        let is_packed = |(key, entry): &(&Key, &(Found, Addition))| self.place_beside(key, entry).is_none();
        let given = self.added.iter().filter_map(|Added { search, chosen }| {
            let packed: Vec<_> = chosen.iter().filter(is_packed).collect();
            let files = packed.iter().filter(|((_, is_file), _)| *is_file);
            let files = files.map(|(_, (found, _))| found.clone()).collect();
            let keys: BTreeSet<Key> = packed.iter().map(|(key, _)| (*key).clone()).collect();
            (!keys.is_empty()).then(|| search.given(&keys, files))
        });
        given.collect()
    }

    /// Files that are no part of the program, but beside it, with their paths from its directory.
    pub(crate) fn files_beside(&self) -> impl Iterator<Item = (String, &Found)> {
        let chosen = self.added.iter().flat_map(|added| &added.chosen);
        chosen.filter_map(|(key, entry)| Some((self.place_beside(key, entry)?, &entry.0)))
    }

    /// The path of a `File` that is beside the program.
    fn place_beside(&self, (path, is_file): &Key, (found, addition): &(Found, Addition)) -> Option<String> {
        match self.policy.place(addition, &found.resource) {
            Location::FilesystemRelative(prefix) if *is_file && prefix.is_empty() => Some(path.clone()),
            Location::FilesystemRelative(prefix) if *is_file => Some(format!("{prefix}/{path}")),
            _ => None,
        }
    }

    /// Makes a decision of packaging agree with what was said of a resource.
    pub(crate) fn decide(&self, candidate: &Candidate<'_>, decision: &mut Decision) {
        let Candidate { found, layer, .. } = candidate;
        let key = key(&found.resource);
        let addition = match layer {
            LayerKind::StandardLibrary => {
                if decision.reason == Reason::OfNoUse && self.policy.includes_tests() {
                    decision.include = true;
                }
                if self.stdlib_names.as_ref().is_some_and(|names| !goes(&found.resource, names)) {
                    decision.include = false;
                }
                let addition = self.stdlib.get(&key);
                let addition = addition.cloned().unwrap_or_else(|| self.policy.addition(found, true));
                // In the manual's distributions its extension modules are a part of the interpreter.
                return addition.apply(&addition.location, decision);
            }
            LayerKind::TclTk | LayerKind::Terminals | LayerKind::Libpython => return,
            _ => match self.added.iter().find_map(|added| added.chosen.get(&key)) {
                Some((_, addition)) => addition.clone(),
                // What goes along with others, such as libraries.
                None => Addition { include: true, ..self.policy.addition(found, false) },
            },
        };
        addition.apply(self.policy.place(&addition, &found.resource), decision);
    }
}

/// Whether a resource stays where only these modules do.
fn goes(resource: &Resource, names: &BTreeSet<String>) -> bool {
    match resource {
        Resource::ModuleSource(module) => names.contains(&module.name),
        Resource::ModuleBytecode(module) => names.contains(&module.name),
        Resource::PackageResource(file) => names.contains(&file.package),
        _ => true,
    }
}

/// An attribute whose value is one of some words.
macro_rules! word {
    ($name:literal, $field:ident, $documentation:literal, [$($word:literal),+], $expected:literal) => {
        Attribute {
            name: $name,
            expected: $expected,
            documentation: $documentation,
            get: |executable| executable.words.$field.clone().into(),
            set: Some(|executable, value| match value {
                Plain::Text(word) if [$($word),+].contains(&word.as_str()) => {
                    executable.words.$field = word;
                    Some(())
                }
                _ => None,
            }),
        }
    };
}

/// What a `PythonExecutable` has besides methods.
pub(crate) const ATTRIBUTES: &[Attribute<Executable>] = &[
    word!(
        "windows_subsystem",
        windows_subsystem,
        "Whether a program for Windows has a console. It makes no difference to others.",
        ["console", "windows"],
        "\"console\" or \"windows\""
    ),
    word!(
        "windows_runtime_dlls_mode",
        windows_runtime_dlls_mode,
        "Whether libraries of Visual C++ are copied beside a program for Windows. It makes no difference to others.",
        ["never", "when-present", "always"],
        "\"never\", \"when-present\" or \"always\""
    ),
    Attribute {
        name: "licenses_filename",
        expected: "a path below the directory of the program, or None",
        documentation: "The file beside the program that lists its parts with their licences, and has the texts of \
            these; `None` if there is none to be.",
        get: |executable| executable.licenses_filename.clone().into(),
        set: Some(|executable, value| {
            executable.licenses_filename = match value {
                Plain::None => None,
                Plain::Text(path) => Some(manifest::plain(&path).ok()?),
                _ => return None,
            };
            Some(())
        }),
    },
    Attribute {
        name: "packed_resources_load_mode",
        expected: load_mode::EXPECTED,
        documentation: "Where the program has its resources: in itself; the standard library and what is installed \
            in a file beside it, which it maps into memory; or nowhere, so that it imports from files alone \
            (`filesystem_importer`, `module_search_paths`).",
        get: |executable| executable.load_mode.to_string().into(),
        set: Some(|executable, value| match value {
            Plain::Text(text) => {
                executable.load_mode = LoadMode::parse(&text)?;
                Some(())
            }
            _ => None,
        }),
    },
    Attribute {
        name: "tcl_files_path",
        expected: "a text, or None",
        documentation: "Where earlier versions placed the scripts of Tcl. They are in the program, wherever `tkinter` \
            may be imported, so that the value makes no difference.",
        get: |executable| executable.words.tcl_files_path.clone().into(),
        set: Some(|executable, value| {
            executable.words.tcl_files_path = match value {
                Plain::None => None,
                Plain::Text(path) => Some(path),
                _ => return None,
            };
            Some(())
        }),
    },
];
