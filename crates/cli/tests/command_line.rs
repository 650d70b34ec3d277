//! What a person can ask for, each in the smallest form, and what they get.

mod command;

use std::process::Command;

use command::wheel::{wheel, wheel_with_scripts};
use command::{Outcome, Place, python, python_path, shared_cache};
use pyox_distribution::Distribution;
use serde_json::Value;

#[test]
fn a_script_with_modules_beside_it() {
    let place = Place::with(&[
        ("app/main.py", "import sys\nfrom near import far\nprint(far.NAME, __name__, sys.argv[1:])\nsys.exit(3)\n"),
        ("app/near/__init__.py", "from . import far\n"),
        ("app/near/far.py", "import other\nNAME = other.NAME\n"),
        ("app/other.py", "NAME = 'far'\n"),
        ("app/unused.py", "this does not compile\n"),
    ]);
    place.pack(["app/main.py"]).succeeds();
    let outcome = place.program("main", &["a", "b c"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(3), "far __main__ ['a', 'b c']\n"), "{outcome:?}");
}

#[test]
fn dependencies_in_the_script() {
    let place = Place::new();
    let wheel = wheel(&place, "extra", "", &[("extra.py", "NAME = 'extra'\n")]);
    let head =
        format!("# /// script\n# requires-python = \">=3.9\"\n# dependencies = [\"{}\"]\n# ///\n", wheel.display());
    place.write(
        "app.py",
        format!("{head}import extra, importlib.metadata as m\nprint(extra.NAME, m.version('extra'))\n"),
    );
    place.pack(["app.py"]).succeeds();
    place.program("app", &[]).prints("extra 1.0\n");
}

#[test]
fn a_missing_module_is_told() {
    let place = Place::with(&[("app.py", "try:\n    import no_such_module\nexcept ImportError:\n    print('none')\n")]);
    let outcome = place.pack(["app.py"]).succeeds();
    assert!(outcome.stderr.contains("note: the script imports no_such_module, which is not in"), "{outcome:?}");
    place.program("app", &[]).prints("none\n");
}

#[test]
fn a_virtualenv() {
    let place = Place::with(&[("app.py", "import extra; print(extra.NAME)\n")]);
    let wheel = wheel(&place, "extra", "", &[("extra.py", "NAME = 'extra'\n"), ("extra_run.py", "print('run')\n")]);
    let run = |arguments: &[&str]| {
        let mut command = Command::new(python_path());
        let status = command.args(arguments).current_dir(place.path("")).env("PIP_NO_INDEX", "1").status();
        assert!(status.expect("Python starts").success());
    };
    run(&["-m", "venv", "--without-pip", "env"]);
    let (major, minor) = python().minor();
    let target = place.text(&format!("env/lib/python{major}.{minor}/site-packages"));
    run(&["-m", "pip", "install", "-q", "--target", &target, wheel.to_str().expect("UTF-8")]);
    place.pack(["app.py", "--venv", "env"]).succeeds();
    place.program("app", &[]).prints("extra\n");
    // The interpreter of a virtualenv stands for the one it is made of.
    Outcome::of(&mut place.command(["pack", "--python", "env/bin/python", "--venv", "env", "--module", "extra_run"]))
        .succeeds();
    place.program("extra_run", &[]).prints("run\n");
}

#[test]
fn package_roots() {
    let place = Place::with(&[
        ("app.py", "import one, two, four\ntry:\n    import three\nexcept ImportError:\n    print('ok')\n"),
        ("lib/one/__init__.py", ""),
        ("lib/two.py", ""),
        ("lib/three.py", ""),
        ("more/four.py", ""),
    ]);
    place.pack(["app.py", "--package-root", "lib", "one", "two", "--package-root", "more"]).succeeds();
    place.program("app", &[]).prints("ok\n");
}

#[test]
fn wheels_and_requirements_with_dependencies() {
    let place = Place::with(&[("links/none", ""), ("use.py", "import low; print(low.NAME)\n")]);
    let low = wheel(&place, "low", "", &[("low.py", "NAME = 'low'\n")]);
    std::fs::rename(&low, place.path("links/low-1.0-py3-none-any.whl")).expect("a move");
    let metadata = "Requires-Dist: low==1.0\nRequires-Dist: nowhere; extra == \"all\"\nRequires-Python: >=3.9\n";
    let points = ("INFO/entry_points.txt", "[console_scripts]\nhigh-cmd = high:main\n");
    let high =
        wheel(&place, "high", metadata, &[("high.py", "import low\ndef main(): print('high', low.NAME)\n"), points]);
    let pack = |arguments: &[&str], timeout: &str| {
        let mut command = place.pack_command(arguments);
        command.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", place.path("links")).env("PIP_TIMEOUT", timeout);
        Outcome::of(&mut command)
    };
    let high = high.to_str().expect("UTF-8");
    let first = pack(&[high], "9").succeeds();
    assert!(first.stderr.contains("installing requirements"), "{first:?}");
    place.program("high-cmd", &[]).prints("high low\n");
    place.write("requirements.txt", "low\n");
    pack(&["use.py", "--requirements", "requirements.txt"], "9").succeeds();
    place.program("use", &[]).prints("low\n");
    // pip cannot even start with such a setting, and it does not have to: it is known what it would install.
    let second = pack(&[high], "never").succeeds();
    assert!(!second.stderr.contains("installing requirements"), "{second:?}");
    let refreshed = pack(&[high, "--refresh"], "never");
    assert_eq!(refreshed.status, Some(1), "{refreshed:?}");
}

#[test]
fn projects() {
    let project = |scripts: &str| {
        format!(
            "[build-system]\nrequires = [\"setuptools\"]\nbuild-backend = \"setuptools.build_meta\"\n\
             [project]\nname = \"my-project\"\nversion = \"1.0\"\n[project.scripts]\n{scripts}\n\
             [tool.setuptools]\npackages = [\"pkg\"]\n"
        )
    };
    let place = Place::with(&[
        ("p/pyproject.toml", &project("first = \"pkg:main\"")),
        ("p/pkg/__init__.py", "def main():\n    print('main')\n    return 4\n"),
    ]);
    place.pack(["p"]).succeeds();
    let outcome = place.program("first", &[]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(4), "main\n"), "{outcome:?}");
    place.write("p/pyproject.toml", project("first = \"pkg:main\"\nsecond = \"pkg:other\""));
    let outcome = place.pack(["p"]);
    assert!(
        outcome.status == Some(1) && outcome.stderr.contains("first (pkg:main), second (pkg:other)"),
        "{outcome:?}"
    );
    place.pack(["p", "--entry", "first", "-o", "chosen"]).succeeds();
    assert_eq!(place.program("chosen", &[]).status, Some(4));
}

#[test]
fn projects_without_scripts() {
    let place = Place::with(&[
        ("setup.py", "from setuptools import setup\nsetup(name='old', version='1', packages=['old'])\n"),
        ("old/__init__.py", ""),
        ("old/__main__.py", "print('old', __package__)\n"),
        ("tool/pyproject.toml", "[tool.black]\nline-length = 100\n"),
        ("tool/__main__.py", "print('tool')\n"),
    ]);
    place.pack([".", "-o", "out"]).succeeds();
    place.program("out", &[]).prints("old old\n");
    // The settings of tools do not make a project; and a directory that has the name is not in the way.
    let outcome = place.pack(["tool"]).succeeds();
    assert!(outcome.stderr.contains("packed tool.bin"), "{outcome:?}");
    place.program("tool.bin", &[]).prints("tool\n");
}

#[test]
fn packages_and_application_directories() {
    let place = Place::with(&[
        ("pkg/__init__.py", ""),
        ("pkg/__main__.py", "from .part import NAME\nprint(NAME, __package__)\n"),
        ("pkg/part.py", "NAME = 'part'\n"),
        ("beside.py", "this does not compile\n"),
        ("app/__main__.py", "import part\nprint(part.NAME)\n"),
        ("app/part.py", "NAME = 'flat'\n"),
    ]);
    place.pack(["pkg", "-o", "p"]).succeeds();
    place.program("p", &[]).prints("part pkg\n");
    place.pack(["app", "-o", "a"]).succeeds();
    place.program("a", &[]).prints("flat\n");
}

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
        for field in ["name", "kind", "path", "origin", "location", "reason"] {
            assert!(row[field].as_str().is_some_and(|text| !text.is_empty()), "{field} of {row}");
        }
        assert!(row["size"].is_u64() && row["stored"].is_u64() && row["location"] == "in-memory", "{row}");
    }
    let row = |name: &str, kind: &str| {
        let found = rows.iter().find(|row| row["name"] == name && row["kind"] == kind);
        found.unwrap_or_else(|| panic!("no {kind} {name}")).clone()
    };
    assert_eq!(row("__main__", "module-source")["reason"], "what the program runs");
    assert_eq!(row("helper", "module-bytecode")["origin"], place.text("helper.py"));
    assert_eq!(row("json", "module-bytecode")["reason"], "part of standard library");
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
    assert!(path.trim_end().starts_with(&shared_cache().display().to_string()), "{path}");
    assert_eq!(place.run(["launcher", "path", "--python", python_path()]).succeeds().stdout, path);
    let (major, minor) = python().minor();
    let list = place.run(["launcher", "list"]).succeeds().stdout;
    let line = list.lines().find(|line| line.ends_with(path.trim_end())).expect("the launcher in the list");
    assert!(line.starts_with(&format!("{major}.{minor}  ")), "{line}");
    // On a machine that has them, nothing else is needed.
    place.run(["launcher", "build", "-o", "launchers", "--python", python_path()]).succeeds();
    let cold = |arguments: &[&str]| {
        let mut command = place.command(arguments);
        command.env("PATH", "/nonexistent").env_remove("CARGO").env("PYOXIDIZER_CACHE_DIR", place.path("cold"));
        Outcome::of(&mut command).succeeds()
    };
    cold(&["pack", "app.py", "--python", python_path(), "--launcher", "launchers"]);
    place.program("app", &[]).prints("app\n");
    assert_eq!(cold(&["launcher", "list"]).stdout, "");
    place.write("cold/launchers/pyox-launcher-9.9", place.read(&format!("launchers/pyox-launcher-{major}.{minor}")));
    assert!(cold(&["launcher", "list"]).stdout.contains("(outdated)"));
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
