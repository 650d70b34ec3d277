//! Archives of ours in PyOxidizer 0.24, the last release of the original, which its wheel brings.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use pyox_distribution::{Host as _, Installed, Python as _};
use pyox_test_support::place::{Outcome, Place};
use pyox_test_support::{pythons, report};

use super::create;

/// The newest `PYTHON.json` that it reads, and the Pythons of its time.
const VERSION: &str = "7";
const MINORS: [(u8, u8); 2] = [(3, 9), (3, 10)];

#[test]
fn the_original_says_the_same_of_an_archive_and_unpacks_the_same() {
    let mut chosen = pythons::linkable();
    chosen.retain(|python| MINORS.contains(&python.minor()));
    if !pythons::is_everything() {
        report::say("PyOxidizer 0.24 is compared with where all Pythons are chosen");
        return;
    }
    assert!(!chosen.is_empty(), "no Python 3.9 or 3.10");
    let place = Place::new();
    let original = install(&place);
    for python in chosen {
        compare(&place, &original, python);
    }
}

fn install(place: &Place) -> PathBuf {
    let python = Installed::locate(None).expect("a Python");
    let environment = place.path("original");
    let mut venv = Command::new(python.executable());
    Outcome::of(venv.args(["-m", "venv"]).arg(&environment)).succeeds();
    let mut pip = Command::new(environment.join("bin/pip"));
    Outcome::of(pip.args(["install", "--quiet", "--only-binary=:all:", "pyoxidizer==0.24.0"])).succeeds();
    environment.join("bin/pyoxidizer")
}

fn compare(place: &Place, original: &Path, python: &Installed) {
    let (major, minor) = python.minor();
    let archive = format!("python-{major}.{minor}.tar.zst");
    create(place, python, &archive, &["--json-version", VERSION]);
    let theirs = |arguments: &[&str]| {
        Outcome::of(Command::new(original).args(arguments).current_dir(place.path("."))).succeeds().stdout
    };
    let ours = |arguments: &[&str]| place.run(arguments).succeeds().stdout;

    let info = ["python-distribution-info", &archive];
    let (their_info, our_info) = (theirs(&info), ours(&info));
    let (their_facts, our_facts) = (Facts::read(&their_info), Facts::read(&our_info));
    for (name, value) in &their_facts.metadata {
        assert_eq!(our_facts.metadata.get(name), Some(value), "{name} of {archive}");
    }
    assert!(their_facts.extensions.len() > 60, "{their_info}");
    assert!(our_facts.extensions.keys().eq(their_facts.extensions.keys()), "{our_info}");
    for (name, extension) in &their_facts.extensions {
        assert_eq!(&our_facts.extensions[name], extension, "{name} of {archive}");
    }

    // It counts what is in `site-packages` as the standard library, and calls a file that none imports a module.
    let is_ours = |name: &&str| {
        let top = name.split('.').next().unwrap_or_default();
        !["pip", "setuptools", "pkg_resources", "_distutils_hack", "__phello__"].contains(&top)
    };
    let after = |heading: &str| their_info.split(heading).nth(1).unwrap_or_default().lines();
    let end = |line: &&str| !line.starts_with("Python Resources");
    let modules = after("\nPython Modules\n").take_while(end).filter(|line| !line.is_empty() && !line.starts_with('='));
    let their_modules: BTreeSet<&str> = modules.filter(is_ours).collect();
    let found = ours(&["find-resources", &archive]);
    let module = |line| str::strip_suffix(str::strip_prefix(line, "PythonModuleSource { name: ")?, " }");
    let our_modules: BTreeSet<&str> = found.lines().filter_map(module).collect();
    assert!(their_modules.len() > 1_500, "{}", their_modules.len());
    assert_eq!(our_modules, their_modules, "{archive}");

    theirs(&["python-distribution-extract", "--archive-path", &archive, "theirs"]);
    ours(&["python-distribution-extract", &archive, "ours"]);
    let diff =
        Command::new("diff").args(["-r", "--no-dereference", "theirs", "ours"]).current_dir(place.path(".")).output();
    let diff = diff.expect("diff starts");
    assert!(diff.status.success(), "{}", String::from_utf8_lossy(&diff.stdout));
    for name in ["theirs", "ours"] {
        std::fs::remove_dir_all(place.path(name)).expect("a directory");
    }
}

/// What `python-distribution-info` prints, however it is worded.
struct Facts<'t> {
    metadata: BTreeMap<&'t str, &'t str>,
    extensions: BTreeMap<&'t str, Extension<'t>>,
}

/// Whether it is required and built in, its licences, and the libraries that it is linked with.
#[derive(Debug, Default, PartialEq)]
struct Extension<'t> {
    is_required: &'t str,
    is_built_in: &'t str,
    licenses: BTreeSet<&'t str>,
    links: BTreeSet<&'t str>,
}

impl<'t> Facts<'t> {
    fn read(text: &'t str) -> Self {
        let (mut metadata, mut extensions) = (BTreeMap::new(), BTreeMap::<_, Extension<'_>>::new());
        let mut name = None;
        let lines: Vec<&str> = text.lines().take_while(|line| *line != "Python Modules").collect();
        for (at, &line) in lines.iter().enumerate() {
            if lines.get(at + 1).is_some_and(|next| next.starts_with("--")) {
                name = Some(line);
                // What is said to have no licence has that of Python.
                extensions.insert(line, Extension::default());
            }
            let Some((key, value)) = line.split_once(": ") else { continue };
            let value = value.trim();
            let Some(extension) = name.and_then(|name| extensions.get_mut(name)) else {
                metadata.insert(key, value);
                continue;
            };
            match key {
                "Required" => extension.is_required = value,
                "Built-in Default" => extension.is_built_in = value,
                "Licensing" | "Licenses" => {
                    extension.licenses = value.split(" OR ").flat_map(|one| one.split(", ")).collect()
                }
                "Links" => extension.links = value.split(", ").map(|one| one.trim_end_matches(" (system)")).collect(),
                other => panic!("{other} in {line}"),
            }
        }
        for extension in extensions.values_mut().filter(|extension| extension.licenses.is_empty()) {
            extension.licenses = ["Python-2.0", "CNRI-Python"].into();
        }
        Self { metadata, extensions }
    }
}
