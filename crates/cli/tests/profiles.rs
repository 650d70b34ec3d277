//! What is compressed, in which order values are placed, and resources that programs share.

use pyox_packed_resources::{Blob, Encoding, Field, FieldKind, SectionKind};
use pyox_program_format::payload_range;
use pyox_test_support::place::Place;
use pyox_test_support::wheel::wheel;

const SCRIPT: (&str, &str) = ("app.py", "import json, sqlite3\nprint(json.dumps(sqlite3.sqlite_version_info[0]))\n");

/// The resources of a packed program.
fn payload(program: &[u8]) -> Blob<'_> {
    Blob::open(&program[payload_range(program).expect("a program")]).expect("a payload")
}

fn field<'a>(blob: &Blob<'a>, name: &str, kind: FieldKind) -> Field<'a> {
    let entry = blob.entry(name).expect("no damage").unwrap_or_else(|| panic!("{name} is packed"));
    entry.field(kind).expect("no damage").unwrap_or_else(|| panic!("{name} has {kind:?}"))
}

/// Whether the values of modules of the standard library are compressed.
fn compressed(blob: &Blob<'_>, names: &[(&str, FieldKind)]) -> Vec<bool> {
    names.iter().map(|(name, kind)| field(blob, name, *kind).encoding().expect("is known") != Encoding::Raw).collect()
}

const LOOKED_AT: [(&str, FieldKind); 6] = [
    ("codecs", FieldKind::Bytecode),
    ("json.decoder", FieldKind::Bytecode),
    ("_sqlite3", FieldKind::Extension),
    ("json.decoder", FieldKind::Source),
    ("unittest.case", FieldKind::Bytecode),
    ("_bz2", FieldKind::Extension),
];

#[test]
fn the_profile_says_what_is_compressed() {
    let place = Place::with(&[SCRIPT]);
    place.pack(["app.py", "-o", "fast", "--report", "report.json"]).succeeds();
    place.pack(["app.py", "-o", "small", "--profile", "size"]).succeeds();
    let (fast, small) = (place.read("fast"), place.read("small"));
    assert_eq!(compressed(&payload(&fast), &LOOKED_AT), [false, false, false, true, true, true]);
    assert_eq!(compressed(&payload(&small), &LOOKED_AT), [false, true, true, true, true, true]);
    assert!(small.len() < fast.len(), "{} and {}", small.len(), fast.len());
    for program in ["fast", "small"] {
        place.program(program, &[]).prints("3\n");
    }
    // What is compressed is found in every form.
    let text = "import inspect, bz2, unittest.case\n\
    print(len(inspect.getsource(unittest.case)) > 1000, bz2.compress(b'')[:2])\n";
    place.write("dynamic.py", format!("exec({text:?})\n"));
    place.pack(["dynamic.py"]).succeeds();
    let dynamic = place.read("dynamic");
    assert_eq!(compressed(&payload(&dynamic), &LOOKED_AT[4..]), [true, true]);
    place.program("dynamic", &[]).prints("True b'BZ'\n");

    // The report tells the sizes as they are in the file.
    let report: serde_json::Value = serde_json::from_slice(&place.read("report.json")).expect("JSON");
    let rows = report["resources"].as_array().expect("a list");
    let row = |name, kind| rows.iter().find(|row| row["name"] == name && row["kind"] == kind).expect("a row");
    assert_eq!(row("json.decoder", "module-bytecode")["stored"], row("json.decoder", "module-bytecode")["size"]);
    assert_ne!(row("unittest.case", "module-bytecode")["stored"], row("unittest.case", "module-bytecode")["size"]);
}

#[test]
fn the_same_is_kept_uncompressed_without_source() {
    let place = Place::with(&[SCRIPT]);
    place.pack(["app.py", "--no-source"]).succeeds();
    let program = place.read("app");
    let code = [LOOKED_AT[1], LOOKED_AT[2], LOOKED_AT[4]];
    assert_eq!(compressed(&payload(&program), &code), [false, false, true]);
    place.program("app", &[]).prints("3\n");
}

#[test]
fn modules_are_placed_in_the_order_of_their_import() {
    let place = Place::with(&[("app.py", "import json, sys\nprint('\\n'.join(sys.modules))\n")]);
    place.pack(["app.py"]).succeeds();
    let modules = place.program("app", &[]).succeeds().stdout;
    place.write("order", format!("# as imported\n\n{modules}"));
    place.pack(["app.py", "-o", "ordered", "--import-order", "order"]).succeeds();
    assert_eq!(place.program("ordered", &[]).succeeds().stdout, modules);
    let program = place.read("ordered");
    let blob = payload(&program);
    let packed = modules.lines().filter_map(|name| blob.entry(name).expect("no damage"));
    let offsets: Vec<u64> = packed
        .filter_map(|entry| entry.field(FieldKind::Bytecode).expect("no damage"))
        .map(|field| field.offset())
        .collect();
    assert!(offsets.len() > 5 && offsets.is_sorted(), "{offsets:?}");
    assert_eq!(compressed(&blob, &LOOKED_AT[1..2]), [false]);

    place.write("wrong", "json\nnot a module\n");
    place.fails(["app.py", "--import-order", "wrong"], &["wrong", "\"not a module\"", "one name a line"]);
    place.write("empty", "# nothing\n");
    place.fails(["app.py", "--import-order", "empty"], &["empty names no module"]);
    place.fails(["app.py", "--import-order", "missing"], &["cannot read missing"]);
}

#[test]
fn programs_share_a_resource_file() {
    let place =
        Place::with(&[SCRIPT, ("other.py", "import decimal, inspect\nprint(len(inspect.getsource(decimal)) > 99)\n")]);
    place.write("lib/.keep", "");
    let shared = ["--resource-file", "lib/python.resources"];
    let first = place.pack([&["app.py"], &shared[..]].concat()).succeeds();
    assert!(first.stderr.contains("lib/python.resources"), "{first:?}");
    let file = place.read("lib/python.resources");
    place.pack([&["other.py"], &shared[..]].concat()).succeeds();
    assert!(place.read("lib/python.resources") == file, "the file is not written again");
    let alone = payload(&place.read("app")).entry_count();
    assert!(alone < 10, "{alone} entries are in the program");
    for (program, output) in [("app", "3\n"), ("other", "True\n")] {
        place.program(program, &[]).prints(output);
    }

    // Both can be moved together, and the program alone says what it lacks.
    let elsewhere = Place::new();
    elsewhere.write("bin/app", place.read("app"));
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(elsewhere.path("bin/app"), mode).expect("a mode");
    let outcome = elsewhere.program("bin/app", &[]);
    assert!(outcome.status == Some(1) && outcome.stderr.contains("needs the file"), "{outcome:?}");
    assert!(
        outcome.stderr.contains("bin/lib/python.resources") && outcome.stderr.contains("No such file"),
        "{outcome:?}"
    );
    elsewhere.write("bin/lib/python.resources", &file);
    elsewhere.program("bin/app", &[]).prints("3\n");

    // A file of the same name that is another one.
    place.pack(["app.py", "--no-source", "-o", "third", "--resource-file", "other.resources"]).succeeds();
    elsewhere.write("bin/lib/python.resources", place.read("other.resources"));
    let outcome = elsewhere.program("bin/app", &[]);
    let words = "is not the file that the program was made with";
    assert!(outcome.status == Some(1) && outcome.stderr.contains(words), "{outcome:?}");
    elsewhere.write("bin/lib/python.resources", "something else");
    assert_eq!(elsewhere.program("bin/app", &[]).status, Some(1));
    elsewhere.write("bin/lib/python.resources", &file[..file.len() - 1]);
    assert!(elsewhere.program("bin/app", &[]).stderr.contains("truncated"));
}

#[test]
fn resource_files_that_cannot_be_used() {
    let place = Place::with(&[SCRIPT, ("text", "hello")]);
    place.pack(["app.py", "--resource-file", "good"]).succeeds();
    place.fails(["app.py", "--resource-file", "text"], &["cannot use the resource file text", "does not exist yet"]);
    let good = place.read("good");
    let mut damaged = good.clone();
    *damaged.last_mut().expect("not empty") ^= 1;
    place.write("damaged", damaged);
    place.fails(["app.py", "--resource-file", "damaged"], &["damaged is damaged", "digest"]);
    let mut blob = pyox_packed_resources::Writer::new();
    blob.entry("a");
    place.write("blob", blob.to_vec().expect("is written"));
    place.fails(["app.py", "--resource-file", "blob"], &["blob is not a resource file"]);
    place.fails(["app.py", "--resource-file", "missing/file"], &["there is no directory missing"]);
    place.fails(["app.py", "-o", "new", "--resource-file", "./new"], &["new would replace"]);
    // As a pack for another minor version of Python writes it.
    let mut other = pyox_packed_resources::Writer::new();
    other.section(SectionKind::Other(19), br#"{"python":[3,8],"layers":[]}"#.to_vec()).digest();
    place.write("other", other.to_vec().expect("is written"));
    place.fails(["app.py", "--resource-file", "other"], &["the resource file other is for Python 3.8"]);
}

#[test]
fn sharing_does_not_change_which_module_wins() {
    let place = Place::with(&[
        SCRIPT,
        ("other.py", "import colorsys, extra\nprint(hasattr(colorsys, 'rgb_to_hsv'), extra.NAME)\n"),
    ]);
    let files = [("extra.py", "NAME = 'extra'\n"), ("colorsys.py", "raise ImportError('not the standard library')\n")];
    let wheel = wheel(&place, "extra", "", &files);
    place.pack(["app.py", "--resource-file", "shared"]).succeeds();
    for arguments in [&["-o", "alone"][..], &["-o", "sharing", "--resource-file", "shared"]] {
        let pip = ["other.py", "--pip", wheel.to_str().expect("UTF-8")];
        place.pack([&pip[..], arguments].concat()).succeeds();
    }
    for program in ["alone", "sharing"] {
        place.program(program, &[]).prints("True extra\n");
    }
}
