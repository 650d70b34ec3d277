use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::imports::{Import, imports};

/// The modules of the standard library that every CPython from 3.9 on imports when it starts, without `site`.
/// `encodings.latin_1` is imported by 3.9 only.
pub const STARTUP_MODULES: [&str; 8] =
    ["abc", "codecs", "encodings", "encodings.aliases", "encodings.latin_1", "encodings.utf_8", "io", "zipimport"];

/// What modules written in C import when they are imported: what some CPython from 3.9 to 3.13 does, without what these
/// modules import in turn.
const NATIVE_IMPORTS: [(&str, &[&str]); 10] = [
    ("_asyncio", &["asyncio"]),
    ("_curses_panel", &["_curses"]),
    ("_decimal", &["collections.abc", "numbers"]),
    ("_elementtree", &["copy", "pyexpat", "xml.etree.ElementPath"]),
    ("_pickle", &["_compat_pickle", "copyreg", "functools"]),
    ("_sqlite3", &["functools"]),
    ("_ssl", &["_socket"]),
    ("_zoneinfo", &["weakref", "zoneinfo"]),
    ("array", &["collections.abc"]),
    ("parser", &["copyreg"]),
];

/// Modules and what they import: tells which of them a program may import when it starts.
///
/// An estimate: too much is reached since no condition is evaluated, and too little since computed names are not known,
/// nor what `import *` takes from the `__all__` of a package, nor which functions are called, such as the `__getattr__`
/// of a module ([PEP 562](https://peps.python.org/pep-0562/)).
///
/// ```
/// use pyox_python_source::ImportGraph;
///
/// let sources = [
///     ("app", false, "import json.decoder\ndef main(): import http"),
///     ("http", true, "import email"),
///     ("json", true, "from . import encoder"),
///     ("json.decoder", false, "def parse(): import unittest"),
///     ("json.encoder", false, ""),
///     ("unittest", true, ""),
/// ];
/// let graph: ImportGraph<_> = sources
///     .into_iter()
///     .map(|(name, is_package, source)| (name.to_owned(), is_package, move || source.as_bytes().into()))
///     .collect();
/// let reached = graph.reachable(["app"], |module| module == "app");
/// assert!(reached.into_iter().eq(["app", "http", "json", "json.decoder", "json.encoder"]));
/// ```
#[derive(Debug, Clone)]
pub struct ImportGraph<S> {
    modules: BTreeMap<String, Module<S>>,
}

#[derive(Debug, Clone)]
struct Module<S> {
    is_package: bool,
    source: S,
}

/// From names, whether they are packages, and what yields their sources: it is called for those modules that are
/// reached, once for each [`ImportGraph::reachable`]. The source of an extension module, and of a module that has only
/// bytecode, is empty. Of two modules with the same name the last one counts.
impl<S> FromIterator<(String, bool, S)> for ImportGraph<S> {
    fn from_iter<I: IntoIterator<Item = (String, bool, S)>>(modules: I) -> Self {
        let module = |(name, is_package, source)| (name, Module { is_package, source });
        Self { modules: modules.into_iter().map(module).collect() }
    }
}

impl<S> ImportGraph<S> {
    /// The modules that `roots` import, directly or not, and `roots` themselves, as far as they are in the graph.
    ///
    /// Parent packages are imported before what they contain. [Deferred](Import::deferred) imports are followed in the
    /// modules of which `is_application` says so: those whose functions the program is made to call. With the modules
    /// that these import themselves among them, less is missed and more is reached in vain.
    pub fn reachable<'a, 'r>(
        &self,
        roots: impl IntoIterator<Item = &'r str>,
        is_application: impl Fn(&str) -> bool,
    ) -> BTreeSet<&str>
    where
        S: Fn() -> Cow<'a, [u8]>,
    {
        let mut walk = Walk { graph: self, reached: BTreeSet::new(), pending: Vec::new() };
        roots.into_iter().for_each(|root| walk.import(root));
        while let Some((name, module)) = walk.pending.pop() {
            let follows_deferred = is_application(name);
            for import in imports(&(module.source)()) {
                if !import.deferred || follows_deferred {
                    walk.follow(name, module.is_package, &import);
                }
            }
        }
        walk.reached
    }

    /// The modules that have an import, also a deferred one, of what is wanted by its name.
    pub fn importers<'a>(&self, is_wanted: impl Fn(&str) -> bool) -> BTreeSet<&str>
    where
        S: Fn() -> Cow<'a, [u8]>,
    {
        let imports_any = |name: &str, module: &Module<S>| {
            imports(&(module.source)()).iter().any(|import| {
                let Some(base) = base(name, module.is_package, import.level) else { return false };
                let module = join(base, &import.module);
                is_wanted(&module) || import.names.iter().any(|name| is_wanted(&join(&module, name)))
            })
        };
        self.modules.iter().filter(|(name, module)| imports_any(name, module)).map(|(name, _)| &**name).collect()
    }
}

struct Walk<'g, S> {
    graph: &'g ImportGraph<S>,
    reached: BTreeSet<&'g str>,
    pending: Vec<(&'g str, &'g Module<S>)>,
}

impl<S> Walk<'_, S> {
    /// Imports what a statement in the module `name` names.
    fn follow(&mut self, name: &str, is_package: bool, import: &Import) {
        let Some(base) = base(name, is_package, import.level) else { return };
        let module = join(base, &import.module);
        self.import(&module);
        for name in &import.names {
            self.import(&join(&module, name));
        }
    }

    /// Imports a module by its absolute name, after its parent packages.
    fn import(&mut self, name: &str) {
        let ends = name.match_indices('.').map(|(at, _)| at).chain([name.len()]);
        for name in ends.map(|end| &name[..end]) {
            if let Some((name, module)) = self.graph.modules.get_key_value(name)
                && self.reached.insert(name)
            {
                self.pending.push((name, module));
            }
            // Such modules can be part of the interpreter and not of the graph.
            if let Ok(found) = NATIVE_IMPORTS.binary_search_by_key(&name, |(native, _)| native) {
                NATIVE_IMPORTS[found].1.iter().for_each(|needed| self.import(needed));
            }
        }
    }
}

/// What the names after `level` dots are relative to, in the module `name`. `None` beyond the top-level package.
fn base(name: &str, is_package: bool, level: usize) -> Option<&str> {
    if level == 0 {
        return Some("");
    }
    let upwards = if is_package { level - 1 } else { level };
    (0..upwards).try_fold(name, |name, _| Some(name.rsplit_once('.')?.0))
}

fn join(package: &str, name: &str) -> String {
    match (package, name) {
        ("", name) => name.to_owned(),
        (package, "") => package.to_owned(),
        (package, name) => format!("{package}.{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reachable(roots: &[&str], application: &[&str], modules: &[(&str, &str)]) -> Vec<String> {
        let graph: ImportGraph<_> = modules
            .iter()
            .map(|&(name, source)| {
                let name = name.strip_suffix("/").map_or((name, false), |name| (name, true));
                (name.0.to_owned(), name.1, move || Cow::Borrowed(source.as_bytes()))
            })
            .collect();
        let reached = graph.reachable(roots.iter().copied(), |name| application.contains(&name));
        reached.into_iter().map(String::from).collect()
    }

    #[test]
    fn relative_names() {
        assert_eq!(base("a.b.c", false, 0), Some(""));
        assert_eq!(base("a.b.c", false, 1), Some("a.b"));
        assert_eq!(base("a.b.c", true, 1), Some("a.b.c"));
        assert_eq!(base("a.b.c", true, 3), Some("a"));
        assert_eq!(base("a.b.c", false, 3), None);
        assert_eq!(base("a", false, 1), None);
    }

    #[test]
    fn packages_and_submodules() {
        let modules =
            [("p/", ""), ("p.a", "from .. import x\nfrom . import b, absent"), ("p.b", ""), ("p.c", ""), ("x", "")];
        assert_eq!(reachable(&["p.a"], &[], &modules), ["p", "p.a", "p.b"]);
        assert_eq!(reachable(&["absent", "x.y"], &[], &modules), ["x"]);
        // The namespace package has no module.
        assert_eq!(
            reachable(&["m"], &[], &[("m", "import n.a"), ("n.a", "from .b import c"), ("n.b", "")]),
            ["m", "n.a", "n.b"]
        );
    }

    #[test]
    fn cycles_end() {
        assert_eq!(reachable(&["a"], &[], &[("a", "import b"), ("b", "import a")]), ["a", "b"]);
        assert_eq!(reachable(&["asyncio"], &[], &[("asyncio/", "import _asyncio")]), ["asyncio"]);
    }

    #[test]
    fn native_modules() {
        assert!(NATIVE_IMPORTS.is_sorted_by_key(|(name, _)| name));
        let modules = [("copyreg", ""), ("m", "import _pickle"), ("functools", "")];
        assert_eq!(reachable(&["m"], &[], &modules), ["copyreg", "functools", "m"]);
    }

    #[test]
    fn importers_of_a_module() {
        let modules = [
            ("p", true, "from . import x"),
            ("p.y", false, "def f():\n    from .x import a"),
            ("q", false, "import p"),
        ];
        let graph: ImportGraph<_> =
            modules.into_iter().map(|(n, p, s)| (n.to_owned(), p, move || Cow::Borrowed(s.as_bytes()))).collect();
        assert_eq!(Vec::from_iter(graph.importers(|name| name == "p.x")), ["p", "p.y"]);
        assert_eq!(Vec::from_iter(graph.importers(|name| name == "p")), ["p", "q"]);
    }

    #[test]
    fn functions_of_the_application() {
        let modules = [("m", "import n\ndef f(): import a"), ("n", "def f(): import b"), ("a", ""), ("b", "")];
        assert_eq!(reachable(&["m"], &[], &modules), ["m", "n"]);
        assert_eq!(reachable(&["m"], &["m"], &modules), ["a", "m", "n"]);
    }
}
