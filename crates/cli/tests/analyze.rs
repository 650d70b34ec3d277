//! `pyoxidizer analyze`: binaries of this machine, and what is inside of our own.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use pyox_distribution::Python as _;
use pyox_test_support::place::{Outcome, Place, launcher, python};
use pyox_test_support::wheel::wheel;
use serde_json::Value;

/// A program with a package in memory and one in files of the cache.
fn program() -> &'static Place {
    static PROGRAM: OnceLock<Place> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let place = Place::with(&[("app.py", "import shop, files\nprint(files.TEXT)\n")]);
        let files = [
            ("shop/__init__.py", ""),
            ("shop/apple.py", "PRICE = 3\n"),
            ("files/__init__.py", "import os\nTEXT = open(os.path.join(os.path.dirname(__file__), 'text')).read()\n"),
            ("files/text", "read"),
        ];
        let wheel = wheel(&place, "shop", "", &files);
        place
            .pack([
                "app.py",
                "--pip",
                &wheel.display().to_string(),
                "--location",
                "shop=cache",
                "--report",
                "report.json",
            ])
            .succeeds();
        place
    })
}

fn json(place: &Place, files: &[&str]) -> (Outcome, Vec<Value>) {
    let outcome = place.run(["analyze", "--json"].iter().chain(files));
    let documents = serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {outcome:?}"));
    (outcome, documents)
}

fn array<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("{key} is no list in {value}"))
}

fn named<'v>(list: &'v [Value], name: &str) -> &'v Value {
    list.iter().find(|item| item["name"] == name).unwrap_or_else(|| panic!("{name} is not there"))
}

#[test]
fn inside_of_a_program() {
    let (outcome, documents) = json(program(), &["app"]);
    let (document, _) = (&documents[0], outcome.succeeds());
    let report: Value = serde_json::from_slice(&program().read("report.json")).expect("JSON");
    let contents = &document["contents"];
    let (major, minor) = python().minor();
    assert_eq!(contents["python"], format!("{major}.{minor}"));
    assert_eq!(document["launcher"]["python"], format!("{major}.{minor}"));
    assert!(document["images"][0]["python_api"].as_u64().is_some_and(|count| count > 1000), "{}", document["images"]);

    let packages = array(contents, "packages");
    let shop = named(packages, "shop");
    assert_eq!((&shop["modules"], &shop["location"]), (&2.into(), &"cache".into()));
    assert_eq!(named(packages, "json")["location"], "in-memory");
    assert!(named(packages, "email")["stored"].as_u64() < named(packages, "email")["size"].as_u64());

    // The report is written by what packs.
    let rows = array(&report, "resources");
    let natives = array(contents, "native");
    let reported = rows.iter().filter(|row| row["kind"] == "extension-module" || row["kind"] == "shared-library");
    let reported: BTreeSet<&str> = reported.filter_map(|row| row["name"].as_str()).collect();
    let found: BTreeSet<&str> = natives.iter().filter_map(|native| native["name"].as_str()).collect();
    assert_eq!(found, reported);
    assert_eq!(document["linux"]["glibc"], report["summary"]["glibc"][0]);
    let libraries = natives.iter().filter(|native| native["is_extension"] == false);
    for library in libraries {
        let name = &library["name"];
        let needed_by = array(library, "needed_by");
        assert!(!needed_by.is_empty(), "{name} is packed and nothing needs it");
        for dependent in needed_by {
            let dependent = named(natives, dependent.as_str().expect("a name"));
            assert!(array(dependent, "needs").contains(name), "{dependent} does not need {name}");
        }
    }

    let sections = array(contents, "sections");
    let length = named(sections, "native")["length"].as_u64().expect("a number");
    assert!(length > 1 << 20 && length < contents["length"].as_u64().expect("a number"), "{length}");
}

#[test]
fn files_beside_a_program() {
    let place = Place::with(&[("app.py", "import shop\n")]);
    let wheel = wheel(&place, "shop", "", &[("shop/__init__.py", "x = 1\n")]);
    let wheel = wheel.display().to_string();
    place.pack(["app.py", "--pip", &wheel, "--location", "shop=filesystem-relative:lib"]).succeeds();
    let (_, documents) = json(&place, &["app"]);
    assert_eq!(named(array(&documents[0]["contents"], "packages"), "shop")["location"], "filesystem-relative:lib");
}

#[test]
fn text_for_people() {
    let place = program();
    let short = place.run(["analyze", "app", "/bin/sh"]).succeeds().stdout;
    for words in
        ["an interpreter, with ", "  Linux     glibc ", "Debian", "needed by", "more, with --verbose", "/bin/sh: ELF"]
    {
        assert!(short.contains(words), "{words:?} is not in {short}");
    }
    let long = place.run(["-v", "analyze", "app"]).succeeds().stdout;
    assert!(long.contains("memory  json\n") && long.contains("cache   shop\n"), "{long}");
    assert!(long.lines().count() > short.lines().count() + 100);
}

#[test]
fn launchers_and_shared_resources() {
    let place = Place::with(&[("app.py", "print(1)\n")]);
    let (_, documents) = json(&place, &[launcher()]);
    assert!(documents[0]["contents"].is_null() && documents[0]["launcher"]["python"].is_string(), "{documents:?}");
    place.pack(["app.py", "--resource-file", "shared"]).succeeds();
    let (outcome, documents) = json(&place, &["app", "shared"]);
    outcome.succeeds();
    let [app, shared] = &documents[..] else { panic!("{documents:?}") };
    assert_eq!(array(&app["contents"], "resource_files"), ["shared"]);
    assert_eq!((&shared["format"], array(shared, "images").len()), (&"packed-resources".into(), 0));
    assert!(array(&shared["contents"], "packages").len() > 150);
    assert!(named(array(&shared["contents"], "packages"), "asyncio")["modules"].as_u64() > Some(20));
}

#[test]
fn a_lost_payload_is_told() {
    let place = Place::new();
    let program = program().read("app");
    place.write("short", &program[..program.len() - 1000]);
    place.write("stripped", &program);
    assert!(std::process::Command::new("strip").arg(place.path("stripped")).status().expect("strip starts").success());
    let outcome = place.run(["analyze", "short", "stripped"]);
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    for words in
        ["damaged   the payload is cut off", "damaged   the payload was removed from the program, probably by strip"]
    {
        assert!(outcome.stdout.contains(words), "{words:?} is not in {outcome:?}");
    }
}

#[test]
fn one_bad_file_does_not_hide_the_others() {
    let place = Place::with(&[("text", "text"), ("half", "\x7fELF")]);
    let outcome = place.run(["analyze", "text", "/bin/sh", "half", "absent"]);
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert!(outcome.stdout.starts_with("/bin/sh: ELF"), "{outcome:?}");
    for words in [
        "cannot analyze text\n",
        "neither a binary",
        "cannot analyze half\n",
        "malformed ELF file",
        "cannot read absent\n",
    ] {
        assert!(outcome.stderr.contains(words), "{words:?} is not in {outcome:?}");
    }
    assert_eq!(outcome.stderr.matches("hint: ").count(), 3, "{outcome:?}");
    let (outcome, documents) = json(&place, &["text", "/bin/sh"]);
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert!(documents[0]["error"].as_str().is_some_and(|error| error.contains("neither")), "{documents:?}");
    assert_eq!((&documents[1]["file"], &documents[1]["format"]), (&"/bin/sh".into(), &"elf".into()));
}
