//! What a person can ask for, each in the smallest form, and what they get.

use pyox_distribution::Python as _;
use pyox_test_support::command::cache;
use pyox_test_support::place::{Outcome, Place, python, python_path};
use pyox_test_support::wheel::wheel_with_scripts;
use serde_json::Value;

#[test]
fn code_and_modules() {
    let place = Place::new();
    place.pack(["--code", "import sys; print(sys.argv[1:], __name__)", "-o", "code"]).succeeds();
    place.program("code", &["x"]).prints("['x'] __main__\n");
    place.pack(["--module", "http.server"]).succeeds();
    let outcome = place.program("http", &["--help"]).succeeds();
    assert!(outcome.stdout.contains("usage: ") && outcome.stdout.contains("--bind"), "{outcome:?}");
}

#[test]
fn optimisation_and_sources() {
    let text = "import sys, helper\ndef f():\n    'doc'\n    assert False\nf()\nprint(f.__doc__, helper.g.__doc__, \
                sys.flags.optimize, __debug__)\n";
    let place = Place::with(&[("app.py", text), ("helper.py", "def g():\n    'doc'\n")]);
    place.pack(["app.py", "--optimize", "2"]).succeeds();
    place.program("app", &[]).prints("None None 2 False\n");
    let report = |outcome: Outcome| {
        outcome.succeeds();
        let report: Value = serde_json::from_slice(&place.read("report")).expect("JSON");
        report["resources"].as_array().expect("a list").clone()
    };
    let with = report(place.pack(["app.py", "--report", "report"]));
    let without = report(place.pack(["app.py", "--report", "report", "--no-source", "-o", "less"]));
    let sources = |rows: &[Value]| rows.iter().filter(|row| row["kind"] == "module-source").count();
    assert!(sources(&with) > 300, "{}", sources(&with));
    // What does not compile keeps its source, to say so when it is imported.
    assert!(sources(&without) < 10, "{}", sources(&without));
    assert!(place.read("less").len() < place.read("app").len());
    let outcome = place.program("less", &[]);
    assert!(outcome.stderr.ends_with("in f\nAssertionError\n"), "{outcome:?}");
}

#[test]
fn the_report_accounts_for_everything() {
    let place = Place::with(&[("app.py", "import helper\n"), ("helper.py", "")]);
    place.pack(["app.py", "--report", "report.json"]).succeeds();
    let report: Value = serde_json::from_slice(&place.read("report.json")).expect("JSON");
    let summary = &report["summary"];
    assert_eq!(summary["size"], place.read("app").len());
    assert_eq!(summary["python"], python().info().version);
    assert_eq!(summary["entry"], "script app.py");
    assert!(summary["timings"].as_array().is_some_and(|timings| !timings.is_empty()));
    let rows = report["resources"].as_array().expect("a list");
    for row in rows {
        assert!(row["reason"]["kind"].is_string(), "{row}");
        for field in ["name", "kind", "path", "origin", "location"] {
            assert!(row[field].as_str().is_some_and(|text| !text.is_empty()), "{field} of {row}");
        }
        assert!(row["size"].is_u64() && row["stored"].is_u64() && row["location"] == "in-memory", "{row}");
    }
    let row = |name: &str, kind: &str| {
        let found = rows.iter().find(|row| row["name"] == name && row["kind"] == kind);
        found.unwrap_or_else(|| panic!("no {kind} {name}")).clone()
    };
    assert_eq!(row("__main__", "module-source")["reason"]["kind"], "main");
    assert_eq!(row("helper", "module-bytecode")["origin"], place.text("helper.py"));
    assert_eq!(row("json", "module-bytecode")["reason"]["layer"], "standard-library");
    let count = |kind: &str| rows.iter().filter(|row| row["kind"] == kind).count();
    assert_eq!(summary["extensions"], count("extension-module"));
    assert_eq!(summary["libraries"], count("shared-library"));
}

#[test]
fn running_what_was_packed() {
    let text = "import sys\nprint('out', sys.argv[1:])\nprint('err', file=sys.stderr)\nsys.exit(7)\n";
    let place = Place::with(&[("app.py", text)]);
    let outcome = place.pack(["app.py", "--run", "--", "-v", "--help"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(7), "out ['-v', '--help']\n"), "{outcome:?}");
    assert!(outcome.stderr.contains("packed app"), "{outcome:?}");
    let outcome = place.pack(["app.py", "-q", "--run"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(7), "err\n"), "{outcome:?}");
    place.write("app.py", "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n");
    assert_eq!(place.pack(["app.py", "-q", "--run"]).status, Some(128 + 15));
}

#[test]
fn how_much_is_said_and_how() {
    let place = Place::with(&[("app.py", "")]);
    let usual = place.pack(["app.py"]).succeeds();
    for words in ["packed app (", " MiB; Python ", "modules", "imported from memory", "writing "] {
        assert!(usual.stderr.contains(words), "{words:?} is not in {usual:?}");
    }
    assert!(usual.stdout.is_empty() && !usual.stderr.contains('\x1b'), "{usual:?}");
    let quiet = place.pack(["app.py", "-q"]).succeeds();
    assert!(quiet.stdout.is_empty() && quiet.stderr.is_empty(), "{quiet:?}");
    let verbose = place.pack(["app.py", "-v"]).succeeds();
    assert!(verbose.stderr.lines().count() > usual.stderr.lines().count(), "{verbose:?}");
    assert!(place.pack(["app.py", "--color", "always"]).succeeds().stderr.contains("\x1b[1;32mpacked\x1b[0m"));
    assert!(place.pack(["none.py", "--color", "always"]).stderr.contains("\x1b[1;31merror:\x1b[0m"));
    assert!(!place.pack(["app.py", "--color", "never"]).succeeds().stderr.contains('\x1b'));
    assert_eq!(place.pack(["app.py", "-q", "-v"]).status, Some(2));
}

#[test]
fn launchers() {
    let place = Place::with(&[("app.py", "print('app')\n")]);
    let path = place.run(["launcher", "build", "--python", python_path()]).succeeds().stdout;
    assert!(path.trim_end().starts_with(&cache().display().to_string()), "{path}");
    assert_eq!(place.run(["launcher", "path", "--python", python_path()]).succeeds().stdout, path);
    let list = place.run(["launcher", "list"]).succeeds().stdout;
    let line = list.lines().find(|line| line.ends_with(path.trim_end())).expect("the launcher in the list");
    assert!(line.starts_with(&format!("{}  ", python().info().version)), "{line}");
    // On a machine that has them, nothing else is needed.
    let copy = place.run(["launcher", "build", "-o", "launchers", "--python", python_path()]).succeeds().stdout;
    let cold = |arguments: &[&str]| {
        let mut command = place.command(arguments);
        command.env("PATH", "/nonexistent").env_remove("CARGO").env("PYOXIDIZER_CACHE_DIR", place.path("cold"));
        Outcome::of(&mut command).succeeds()
    };
    cold(&["pack", "app.py", "--python", python_path(), "--launcher", "launchers"]);
    place.program("app", &[]).prints("app\n");
    assert_eq!(cold(&["launcher", "list"]).stdout, "");
    let mut bytes = place.read(copy.trim_end());
    place.write("cold/launchers/pyox-launcher-9.9", &bytes);
    assert!(cold(&["launcher", "list"]).stdout.contains("(outdated)"));
    *bytes.last_mut().expect("a launcher") ^= 1;
    place.write("cold/launchers/pyox-launcher-9.9", &bytes);
    assert!(cold(&["launcher", "list"]).stdout.contains("(damaged)"));
    cold(&["launcher", "clean"]);
    assert!(!place.path("cold/launchers").exists());
}

#[test]
fn names_of_programs() {
    let place = Place::with(&[("same", "#!/usr/bin/env python3\nprint('same')\n")]);
    let outcome = place.pack(["same"]).succeeds();
    assert!(outcome.stderr.contains("packed same.bin"), "{outcome:?}");
    let wheel = wheel_with_scripts(&place, "project", &["the-command = project:main"], "def main(): pass\n");
    place.pack([wheel]).succeeds();
    place.program("the-command", &[]).prints("");
}

#[test]
fn help_teaches() {
    let place = Place::new();
    for (arguments, words) in [
        (&["--help"] as &[&str], &["pack", "launcher"] as &[&str]),
        (&["pack", "--help"], &["Examples:", "--package-root", "PEP 723", "compiles the launcher"]),
        (&["launcher", "--help"], &["build", "list", "path", "clean"]),
    ] {
        let help = place.run(arguments).succeeds().stdout;
        for word in words {
            assert!(help.contains(word), "{word:?} is not in {help}");
        }
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
    }
}
