//! What is said about a program: all that a person has to know, and nothing that concerns no one.

use std::process::Command;

use pyox_distribution::{Host as _, Python as _};
use pyox_test_support::place::{Outcome, Place, python};
use serde_json::Value;

fn notes(outcome: &Outcome) -> Vec<&str> {
    outcome.stderr.lines().filter(|line| line.starts_with("note: ")).collect()
}

#[test]
fn a_program_without_fault_has_no_notes() {
    let place = Place::with(&[("hello.py", "import json\nprint(json.dumps(1))\n")]);
    for profile in ["speed", "size"] {
        let outcome = place.pack(["hello.py", "--profile", profile]).succeeds();
        assert!(notes(&outcome).is_empty(), "{outcome:?}");
        assert!(!outcome.stderr.contains("of the machine that it runs on"), "{outcome:?}");
    }
    // All the same they are in the report.
    place.pack(["hello.py", "--report", "report.json"]).succeeds();
    let report = String::from_utf8(place.read("report.json")).expect("UTF-8");
    let report: Value = serde_json::from_str(&report).expect("JSON");
    for finding in report["findings"].as_array().expect("a list") {
        assert_ne!(finding["concerns"], true, "{finding}");
    }
}

#[test]
fn what_a_module_of_the_standard_library_lacks_is_said_if_it_is_imported() {
    let place = Place::with(&[
        ("hello.py", "print('hello')\n"),
        ("tk.py", "def later():\n    import tkinter\n"),
        ("order.txt", "tkinter\n_tkinter\n"),
    ]);
    // Without virtual files Tcl stays with the system.
    let tk = |arguments: &[&str]| place.pack([&["--virtual-files", "off"], arguments].concat()).succeeds();
    let (without, with) = (tk(&["hello.py", "-v"]), tk(&["tk.py"]));
    let lacks =
        |outcome: &Outcome| outcome.stderr.lines().any(|line| line.contains("libtk") || line.contains("libtcl"));
    if !lacks(&without) {
        // A Python without tkinter, or with a Tcl that is not of the machine.
        return;
    }
    assert!(lacks(&with), "{with:?}");
    assert!(!lacks(&tk(&["hello.py"])));
    assert!(lacks(&tk(&["tk.py", "--profile", "size"])));
    assert!(lacks(&tk(&["hello.py", "--import-order", "order.txt"])));
    let brings = |arguments: &[&str]| {
        let outcome = place.pack(arguments).succeeds();
        outcome.stderr.contains("Tcl and Tk are among them") && !lacks(&outcome)
    };
    assert!(brings(&["tk.py"]));
    assert!(brings(&["hello.py", "--import-order", "order.txt"]));
    assert!(!brings(&["hello.py"]));
}

#[test]
fn a_module_that_does_not_compile_is_always_said() {
    let place = Place::with(&[
        ("hello.py", "import helper\n"),
        ("helper.py", "def f(:\n"),
        ("pkg/__main__.py", ""),
        ("pkg/__init__.py", ""),
        ("pkg/deep/broken.py", "a b\n"),
        ("root/used.py", "a b\n"),
        ("root/unused.py", "a b\n"),
    ]);
    let outcome = place.pack(["hello.py"]).succeeds();
    assert!(matches!(notes(&outcome)[..], [note] if note.contains("helper.py does not compile")), "{outcome:?}");
    assert!(place.program("hello", &[]).stderr.contains("SyntaxError"));
    let outcome = place.pack(["pkg"]).succeeds();
    assert!(matches!(notes(&outcome)[..], [note] if note.contains("pkg/deep/broken.py does not")), "{outcome:?}");
    // Of what was installed, only what is imported: packages have templates, and modules for other versions.
    let packed = ["--package-root", "root", "--code", "import used"];
    let outcome = place.pack(packed).succeeds();
    assert!(matches!(notes(&outcome)[..], [note] if note.contains("used.py does not compile")), "{outcome:?}");
    assert!(!outcome.stderr.contains("unused.py"), "{outcome:?}");
}

#[test]
fn data_that_is_left_out_is_said() {
    let place = Place::with(&[("app/__main__.py", "")]);
    for number in 0..5 {
        place.write(&format!("app/data{number}.json"), "{}");
    }
    let pack = |more: &[&str]| place.pack([&["app", "-o", "program", "--virtual-files", "off"], more].concat());
    let outcome = pack(&[]).succeeds();
    let words = "note: left out: data0.json, data1.json, data2.json and 2 more, which --verbose lists: it belongs to";
    assert!(matches!(notes(&outcome)[..], [note] if note.starts_with(words)), "{outcome:?}");
    assert!(pack(&["-v"]).stderr.contains("data4.json is left out"));
    // As files for the whole process they are in.
    assert_eq!(notes(&place.pack(["app", "-o", "program"]).succeeds()), [""; 0]);
}

#[test]
fn a_missing_library_is_said_from_what_needs_it_to_the_module() {
    let place = Place::new();
    place.write("missing.c", "int missing(void) { return 1; }\n");
    place.write("near.c", "int missing(void); int near(void) { return missing(); }\n");
    place.write("ext.c", "int near(void); int PyInit_ext(void) { return near(); }\n");
    std::fs::create_dir(place.path("root")).expect("a directory");
    let cc = |arguments: &[&str]| {
        let mut cc = Command::new("cc");
        let status = cc.args(["-shared", "-fPIC", "-L."]).args(arguments).current_dir(place.path("")).status();
        assert!(status.expect("cc starts").success());
    };
    cc(&["missing.c", "-o", "libpyoxmissing.so"]);
    cc(&["near.c", "-o", "libpyoxnear.so", "-lpyoxmissing"]);
    let suffix = &python().info().extension_suffixes[0];
    let origin = format!("-Wl,-rpath,{}", place.text(""));
    cc(&["ext.c", "-o", &format!("root/ext{suffix}"), "-lpyoxnear", &origin]);
    std::fs::remove_file(place.path("libpyoxmissing.so")).expect("removed");
    let outcome = place.pack(["--package-root", "root", "--code", "import ext", "--report", "report"]).succeeds();
    let words = format!(
        "shared library libpyoxmissing.so was not found; it is needed by libpyoxnear.so, which is needed by \
         ext{suffix}; ext{suffix} will not import"
    );
    assert!(outcome.stderr.contains(&words), "{outcome:?}");
    let report: Value = serde_json::from_slice(&place.read("report")).expect("JSON");
    let missing = report["findings"].as_array().expect("a list").iter().find(|row| row["kind"] == "missing-library");
    let needed_by = &missing.expect("a finding")["needed_by"];
    assert_eq!(*needed_by, serde_json::json!(["libpyoxnear.so", format!("ext{suffix}")]));
}

#[test]
fn the_report_says_what_is_stored_at_every_level() {
    let place = Place::with(&[("app.py", "import helper, decimal\n"), ("helper.py", "VALUE = 1\n")]);
    for level in ["0", "1", "2"] {
        place.pack(["app.py", "--optimize", level, "--report", "report", "--profile", "speed"]).succeeds();
        let report: Value = serde_json::from_slice(&place.read("report")).expect("JSON");
        let list = place.run(["resources", "list", "app", "--json"]).succeeds().stdout;
        let list: Value = serde_json::from_str(&list).expect("JSON");
        let kind = if level == "0" { "bytecode".to_owned() } else { format!("bytecode-{level}") };
        let stored = |name: &str| -> Option<u64> {
            let entry = list["entries"].as_array()?.iter().find(|entry| entry["name"] == name)?;
            entry["fields"].as_array()?.iter().find(|field| field["kind"] == kind)?["stored"].as_u64()
        };
        let rows = report["resources"].as_array().expect("a list");
        let rows: Vec<_> = rows.iter().filter(|row| row["kind"] == "module-bytecode").collect();
        assert!(rows.len() > 100, "{level}");
        for row in rows {
            assert_eq!(row["stored"].as_u64(), stored(row["name"].as_str().expect("a name")), "{level}: {row}");
        }
    }
}

#[test]
fn nobody_has_to_read_to_the_end() {
    let place = Place::with(&[("hello.py", "print('hello')\n")]);
    place.pack(["hello.py"]).succeeds();
    for line in
        ["launcher list", "launcher path --python \"$1\"", "pack hello.py --python \"$1\" 2>&1", "resources list hello"]
    {
        let script = format!("(\"$0\" {line}; echo $? >status) | true");
        let pack = place.pack_command(["x"]);
        let mut shell = Command::new("bash");
        shell.args(["-c", &script]).arg(pack.get_program()).arg(python().executable()).current_dir(place.path(""));
        pyox_test_support::command::configure(&mut shell);
        let outcome = Outcome::of(&mut shell);
        assert!(!outcome.stderr.contains("panicked"), "{line}: {outcome:?}");
        assert_eq!(place.read("status"), b"0\n", "{line}");
    }
}
