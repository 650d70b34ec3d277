//! From one version of packed resources to another.

use std::collections::BTreeSet;
use std::os::unix::fs::symlink;

use pyox_legacy_resources::{Loss, NativePaths, Packed, convert};
use pyox_packed_resources::{EntryFlags, FieldKind, Value, Writer};
use pyox_test_support::place::Place;

use super::blobs::everything;
use super::legacy::sample;
use super::oracle::{describe, loaded};
use super::{program, python_in};

/// Fails with these words, says what can be done, and changes nothing.
fn fails(place: &Place, arguments: &[&str], words: &[&str]) {
    place.command_fails(&mut place.command(["resources", "convert"].iter().chain(arguments)), words);
}

/// What differs, as the command tells it: entry, kind and key of fields, and the names of sections.
fn differences(place: &Place, one: &str, other: &str) -> BTreeSet<(String, String, String)> {
    let outcome = place.run(["resources", "diff", "--json", one, other]);
    let document: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    let text = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let rows = document["differences"].as_array().expect("a list").iter();
    rows.map(|row| match row["section"].as_str() {
        Some(section) => (String::new(), section.to_owned(), String::new()),
        None => (text(row, "entry"), text(row, "kind"), text(row, "key")),
    })
    .collect()
}

/// What version 3 cannot hold, in the same form.
fn losses(version_4: &[u8]) -> BTreeSet<(String, String, String)> {
    let packed = Packed::open(version_4).expect("opens");
    let mut losses = BTreeSet::new();
    let converted = convert::to_legacy(packed.blob().expect("version 4"), NativePaths::HOST, |loss| {
        losses.insert(match *loss {
            Loss::Section(kind) => (String::new(), kind.to_string(), String::new()),
            Loss::Field { entry, kind, key } | Loss::Mode { entry, kind, key, .. } => {
                (entry.to_owned(), kind.name().to_owned(), key.to_owned())
            }
            Loss::Flags { entry, .. } => (entry.to_owned(), String::new(), String::new()),
            _ => panic!("{loss}"),
        });
        true
    });
    converted.expect("converts");
    losses
}

#[test]
fn a_program_becomes_version_3_and_back() {
    let (app, place) = (program().text("app"), Place::new());
    let words =
        ["to version 3 would lose\n", "the section InterpreterConfig\n", "RelativePath", "--allow-loss sections,"];
    fails(&place, &[&app, "-o", "v3"], &words);
    let outcome =
        place.run(["resources", "convert", &app, "-o", "v3", "--allow-loss", "sections,flags,fields,modes"]).succeeds();
    let words = ["converted ", "(version 4, ", " to v3 (version 3, ", "note: lost: sections 4, flags ", "--verbose"];
    assert!(words.iter().all(|word| outcome.stderr.contains(word)) && outcome.stdout.is_empty(), "{outcome:?}");

    // The original crate reads what we read.
    let version_3 = place.read("v3");
    let read = loaded(&version_3);
    assert!(read.len() > 600, "{}", read.len());
    assert_eq!(describe(&Packed::open(&version_3).expect("opens")).expect("no damage"), read);
    let source = (FieldKind::Source, String::new(), false);
    assert_eq!(read["shop.goods.apple"].values[&source], b"PRICE = 3\n");
    place.run(["resources", "extract", "v3", "-q", "-o", "tree"]).succeeds();
    python_in(&place.path("tree"), "import json, shop; print(json.dumps(shop.price()))")
        .prints("[3, \"welcome\", \"1.0\"]\n");

    // What is missing after the way back is what was said to be lost.
    place.run(["resources", "convert", "v3", "-o", "v4"]).succeeds();
    place.run(["resources", "verify", "v4"]).succeeds();
    let payload = payload_of(&program().read("app"));
    let lost = losses(&payload);
    assert!(lost.len() > 20, "{lost:?}");
    assert_eq!(differences(&place, &app, "v4"), lost);
    // Once more, nothing is lost.
    place.run(["resources", "convert", "v4", "-o", "again"]).succeeds();
    assert!(place.read("again") == version_3);
}

/// The resources of a program.
fn payload_of(program: &[u8]) -> Vec<u8> {
    program[pyox_program_format::payload_range(program).expect("a program")].to_vec()
}

#[test]
fn every_loss_is_listed_and_can_be_allowed() {
    let place = Place::new();
    let bytes = everything().to_vec().expect("a blob");
    place.write("blob", &bytes);
    let lines = [
        "the section Other(4096)\n",
        "the CacheDirectory of \"pkg\"\n",
        "the RelativePath of \"pkg._native\"\n",
        "the CacheFile \"pkg/bin/tool\" of \"pkg-0123\"\n",
        "the mode 4751 of the PackageResource \"bin/tool\" of \"pkg\"\n",
        "hint: do without these with: --allow-loss sections,fields,modes\n",
    ];
    fails(&place, &["blob", "-o", "v3"], &lines);
    place.write("v3", "kept");
    fails(
        &place,
        &["blob", "-o", "v3", "--allow-loss", "modes,fields", "--allow-loss", "flags"],
        &[lines[0], "--allow-loss sections\n"],
    );
    let outcome = place.run(["resources", "convert", "blob", "-o", "v3", "--allow-loss", "modes,fields,sections"]);
    assert!(outcome.stderr.contains("note: lost: sections 1, fields 4, modes 1; --verbose"), "{outcome:?}");
    assert!(outcome.succeeds().stderr.contains("note: 1 value stays in its file"));
    let verbose = place.run(["-v", "resources", "convert", "blob", "-o", "other", "--allow-loss", "all"]).succeeds();
    assert!(lines[..5].iter().all(|line| verbose.stderr.contains(&format!("note: lost {line}"))), "{verbose:?}");
    let quiet = place.run(["-q", "resources", "convert", "blob", "-o", "third", "--allow-loss", "all"]).succeeds();
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    assert!(place.read("v3") == place.read("other") && place.read("v3") == place.read("third"));
    place.run(["resources", "convert", "v3", "-o", "v4"]).succeeds();
    let mut expected = losses(&bytes);
    // Version 3 has a mode for every file that belongs to no package.
    expected.insert(("share/doc.txt".into(), "file".into(), String::new()));
    assert_eq!(differences(&place, "blob", "v4"), expected);
    let names = std::fs::read_dir(place.path("")).expect("a directory").count();
    assert_eq!(names, 5, "nothing is left");
}

#[test]
fn paths_of_another_platform() {
    let place = Place::new();
    let mut writer = Writer::new();
    let package = writer.entry("pkg").flag(EntryFlags::MODULE.union(EntryFlags::PACKAGE));
    package.keyed(FieldKind::PackageResource, "a.txt", Value::file("lib/\u{e4}.text"));
    place.write("blob", writer.to_vec().expect("a blob"));
    place.run(["resources", "convert", "blob", "-o", "windows", "--paths", "windows"]).succeeds();
    place.run(["resources", "convert", "blob", "-o", "unix", "--paths", "unix"]).succeeds();
    assert!(
        place.read("windows").ends_with(b"l\0i\0b\0\\\0\xe4\0.\0t\0e\0x\0t\0")
            && place.read("unix").ends_with(b".text")
    );
    for paths in ["windows", "unix"] {
        place.run(["resources", "convert", paths, "-o", "back", "--paths", paths]).succeeds();
        assert!(place.read("back") == place.read("blob"), "{paths}");
        place.run(["resources", "diff", "blob", "back"]).prints("");
    }
    let words = ["cannot open the packed resources in unix", "odd length"];
    fails(&place, &["unix", "-o", "wrong", "--paths", "windows"], &words);
}

#[test]
fn what_cannot_be_converted() {
    let place = Place::new();
    place.write("v3", sample());
    place.write("v4", everything().to_vec().expect("a blob"));
    let none = "versions 1 to 3 become version 4, and version 4 becomes version 3";
    fails(&place, &["v3", "-o", "out", "--to", "3"], &["version 3 does not become version 3", none]);
    fails(&place, &["v4", "-o", "out", "--to", "4"], &["version 4 does not become version 4", none]);
    for (option, value) in [("--to", "2"), ("--allow-loss", "everything"), ("--paths", "dos")] {
        let outcome = place.run(["resources", "convert", "v3", "-o", "out", option, value]);
        assert!(outcome.status == Some(2) && outcome.stderr.contains(value), "{outcome:?}");
    }
    symlink(place.path("v3"), place.path("link")).expect("a link");
    for output in ["v3", "./v3", "link"] {
        fails(&place, &["v3", "-o", output], &["refusing to overwrite the input"]);
    }
    std::fs::create_dir(place.path("directory")).expect("a directory");
    fails(&place, &["v3", "-o", "directory"], &["directory is a directory"]);
    fails(&place, &["v3", "-o", "no/out"], &["there is no directory no"]);
    fails(&place, &["absent", "-o", "out"], &["cannot read absent"]);
    let mut damaged = everything().to_vec().expect("a blob");
    let at = damaged.windows(4).position(|window| window == b"\x28\xb5\x2f\xfd").expect("a compressed value");
    damaged[at] ^= 1;
    place.write("damaged", damaged);
    fails(&place, &["damaged", "-o", "out", "--allow-loss", "all"], &["cannot convert damaged to version 3", "verify"]);
}
