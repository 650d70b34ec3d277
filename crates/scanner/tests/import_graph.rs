//! What programs import when they run, on all Pythons, compared with what is said to be reachable.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pyox_distribution::{Installed, Python as _};
use pyox_packed_resources::Resource;
use pyox_scanner::{Directory, ImportGraph, ResourceSource as _, STARTUP_MODULES};

use crate::common::{pythons, run};

/// A source for each module of a standard library, empty for extension modules.
struct Library(BTreeMap<String, (bool, Vec<u8>)>);

impl Library {
    fn of(python: &Installed) -> Self {
        let info = python.info();
        let scan = Directory::standard_library(python.stdlib_dir()).extension_suffixes(&info.extension_suffixes).scan();
        let mut modules = BTreeMap::new();
        for found in scan.unwrap().resources {
            match found.resource {
                Resource::ModuleSource(module) => {
                    modules.insert(module.name, (module.is_package, module.source.read().unwrap().into_owned()));
                }
                Resource::ExtensionModule(module) => {
                    modules.entry(module.name).or_default();
                }
                _ => {}
            }
        }
        Self(modules)
    }

    fn without_sources(&self) -> Self {
        Self(self.0.iter().map(|(name, (is_package, _))| (name.clone(), (*is_package, Vec::new()))).collect())
    }

    fn reachable(&self, roots: &[&str]) -> BTreeSet<String> {
        let modules = self.0.iter().map(|(name, (is_package, source))| (name.clone(), *is_package, || source.into()));
        let graph: ImportGraph<_> = modules.collect();
        let found = graph.reachable(roots.iter().copied(), |module| module == "__main__");
        found.into_iter().map(String::from).collect()
    }

    /// The words of a text that are modules of the library.
    fn known<'t>(&self, text: &'t str) -> BTreeSet<&'t str> {
        text.split_whitespace().filter(|name| self.0.contains_key(*name)).collect()
    }
}

/// Programs, and what they import beyond what is reachable: inside functions of the library that they call.
const PROGRAMS: [(&str, &[&str]); 16] = [
    ("print('hello')", &[]),
    // The help formatter asks shutil for the width of the terminal, gettext for the locale.
    ("import argparse\nargparse.ArgumentParser().parse_args([])", &["shutil", "locale"]),
    ("import asyncio\nasync def main(): await asyncio.sleep(0)\nasyncio.run(main())", &[]),
    ("import ssl, http.client\nssl.create_default_context()", &[]),
    ("import json\njson.loads(json.dumps([1.5]))", &[]),
    ("import unittest\nunittest.TestCase().assertEqual(1, 1)", &[]),
    // hashlib's own constructors, where OpenSSL has none.
    ("import http.server, urllib.request", &["_blake2"]),
    // `__getattr__` of the module (PEP 562) warns, asked for `__all__` by `import *`.
    ("import sqlite3\nsqlite3.connect(':memory:').execute('select 1')", &["warnings"]),
    ("import xml.etree.ElementTree as ET\nET.fromstring('<a/>')", &[]),
    // `__getattr__` of the package.
    ("import concurrent.futures as c\nwith c.ThreadPoolExecutor() as e: e.submit(int)", &["concurrent.futures.thread"]),
    ("import decimal, fractions, statistics\ndecimal.Decimal(1) / 3", &[]),
    ("import logging.config, datetime\nlogging.config.dictConfig({'version': 1})", &[]),
    ("import email.message\nemail.message.EmailMessage()['Subject'] = 'a'", &["email.policy"]),
    ("import zoneinfo, importlib.metadata, tempfile, shutil, zipfile", &[]),
    // The start method.
    (
        "import multiprocessing\nif __name__ == '__main__':\n    multiprocessing.Process(target=print).start()",
        &["multiprocessing.popen_fork", "subprocess", "locale"],
    ),
    ("import ctypes, dataclasses, pickle, subprocess, typing, pathlib\npickle.dumps(pathlib.Path())", &[]),
];

#[test]
fn what_programs_import_is_reachable() {
    for python in pythons() {
        let mut library = Library::of(&python);
        for (program, called) in PROGRAMS {
            library.0.insert("__main__".to_owned(), (false, program.into()));
            let printed = run(&python, &format!("{program}\nimport sys\nprint(*sys.modules)"), &[]);
            let used = library.known(&printed);
            let roots = [&STARTUP_MODULES[..], &["__main__"]].concat();
            let found = library.reachable(&[&roots[..], called].concat());
            // sysconfig computes the name of this one.
            let missing = used.iter().filter(|name| !found.contains(**name) && !name.starts_with("_sysconfigdata_"));
            let version = &python.info().version;
            assert_eq!(missing.collect::<Vec<_>>(), [&""; 0], "{version}: {program}");
            let found = library.reachable(&roots);
            assert!(found.len() < 2 * used.len(), "{version}: {program}: {found:?}");
        }
    }
}

#[test]
fn modules_of_every_start() {
    let mut startup = BTreeSet::new();
    for python in pythons() {
        let printed = run(&python, "import sys\nprint(*sys.modules)", &[]);
        startup.extend(Library::of(&python).known(&printed).into_iter().map(String::from));
    }
    assert_eq!(startup.difference(&STARTUP_MODULES.map(String::from).into()).collect::<Vec<_>>(), [""; 0]);
    let old = |name: &&str| *name == "encodings.latin_1";
    assert!(STARTUP_MODULES.iter().filter(|name| !old(name)).all(|name| startup.contains(*name)), "{startup:?}");
}

/// Prints a line for each module in C: its name, and what is imported with it.
const IMPORT_ONE_BY_ONE: &str = r#"
import posix, sys
for name in [*sys.builtin_module_names, *sys.argv[1:]]:
    if posix.fork() == 0:
        before = set(sys.modules)
        try:
            __import__(name)
        except ImportError:
            posix._exit(0)
        print(name, *(set(sys.modules) - before - {name}), flush=True)
        posix._exit(0)
    posix.wait()
"#;

#[test]
fn what_native_modules_import() {
    let mut imported: BTreeSet<(String, String)> = BTreeSet::new();
    let mut tabulated: BTreeSet<(String, String)> = BTreeSet::new();
    for python in pythons() {
        let library = Library::of(&python);
        let names = library.0.iter().filter(|(name, (_, source))| source.is_empty() && !is_for_tests(name));
        let extensions: Vec<&Path> = names.map(|(name, _)| Path::new(name)).collect();
        let bare = library.without_sources();
        for line in run(&python, IMPORT_ONE_BY_ONE, &extensions).lines() {
            let (name, others) = line.split_once(' ').unwrap_or((line, ""));
            let found = library.reachable(&[name]);
            for other in library.known(others).into_iter().filter(|other| !other.starts_with("_sysconfigdata_")) {
                assert!(found.contains(other), "{}: {name} imports {other}", python.info().version);
                imported.insert((name.to_owned(), other.to_owned()));
            }
            tabulated.extend(bare.reachable(&[name]).into_iter().map(|other| (name.to_owned(), other)));
        }
    }
    tabulated.retain(|(name, other)| name != other);
    assert!(tabulated.len() >= 10);
    assert!(tabulated.is_subset(&imported), "{:?}", tabulated.difference(&imported).collect::<Vec<_>>());
}

fn is_for_tests(name: &str) -> bool {
    name.contains('.') || name.starts_with("_test") || name.starts_with("xx") || name.starts_with("_xx")
}
