//! What metadata and the names of files may do to a pack, and what they may not.

use std::path::{Path, PathBuf};
use std::process::Command;

use pyox_distribution::{Host as _, Installed};
use pyox_test_support::place::{Outcome, Place};
use pyox_test_support::pythons::newest_that;
use pyox_test_support::wheel::wheel;

/// Packs for a Python of the machine, without a network.
fn pack(place: &Place, python: &Installed, arguments: &[&str]) -> Outcome {
    Outcome::of(&mut command(place, python, arguments))
}

fn command(place: &Place, python: &Installed, arguments: &[&str]) -> Command {
    let path = python.executable().to_str().expect("UTF-8");
    let mut command = place.command(["pack", "--python", path]);
    command.args(arguments).env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", place.path("links"));
    command
}

/// The Pythons that programs are made for.
fn chosen() -> Vec<&'static Installed> {
    newest_that(|_| true)
}

/// A project that would leave a mark if it was built.
fn trap(place: &Place) -> PathBuf {
    let mark = place.text("mark");
    place.write("trap/setup.py", format!("open({mark:?}, 'w')\nfrom setuptools import setup\nsetup(name='trap')\n"));
    place.path("mark")
}

#[test]
fn metadata_does_not_reach_the_command_line_of_pip() {
    let place = Place::new();
    let mark = trap(&place);
    let trap = place.text("trap");
    let file = format!("trap @ file://{trap}");
    let python = chosen()[0];
    for (requirement, words) in [
        ("--index-url=https://example.com/", &["is an option of pip"] as &[&str]),
        (" -r/etc/passwd", &["is an option of pip"]),
        ("-e ./trap", &["is an option of pip"]),
        ("flask --index-url=https://example.com/", &["is not written as requirements are"]),
        ("flask; python_version > '3' --pre", &["is not written as requirements are"]),
        ("./trap", &["is a path or a URL"]),
        (&trap, &["is a path or a URL"]),
        ("trap/", &["is a path or a URL"]),
        (&format!("trap @ https://example.com/?{}{trap}", "/..".repeat(12)), &["`..` could be taken for a path"]),
    ] {
        let requirement = toml_string(requirement);
        place.write("app.py", format!("# /// script\n# dependencies = [\n#     {requirement},\n# ]\n# ///\n"));
        let outcome = pack(&place, python, &["app.py"]);
        refused(&place, &outcome, words, &["line 3 of", "app.py", "hint: "]);
    }
    for (requirement, words) in [
        ("--index-url=https://example.com/", &["is an option of pip"] as &[&str]),
        ("flask\n --index-url=https://example.com/", &["is not written as requirements are"]),
        ("./trap; extra == 'x'", &["is a path or a URL"]),
        (&trap, &["is a path or a URL"]),
        (&file, &["names a file"]),
        (&format!("trap @ git+file://{trap}"), &["names a file"]),
    ] {
        let high = wheel(&place, "high", &format!("Requires-Dist: {requirement}\n"), &[("high.py", "")]);
        let outcome = pack(&place, python, &[high.to_str().expect("UTF-8"), "--module", "high"]);
        refused(
            &place,
            &outcome,
            words,
            &["line 4 of", "high-1.0-py3-none-any.whl/high-1.0.dist-info/METADATA", "hint: "],
        );
    }
    assert!(!mark.exists(), "a project that metadata names was built");
    // A script of this machine may name what is on it, by its URL.
    place.write("app.py", format!("# /// script\n# dependencies = [{}]\n# ///\n", toml_string(&file)));
    // The Python may lack setuptools, which pip then takes from its index.
    Outcome::of(command(&place, python, &["app.py"]).env_remove("PIP_NO_INDEX"));
    assert!(mark.exists());
}

fn toml_string(text: &str) -> String {
    format!("{text:?}")
}

#[track_caller]
fn refused(place: &Place, outcome: &Outcome, words: &[&str], more: &[&str]) {
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    for word in words.iter().chain(more) {
        assert!(outcome.stderr.contains(word), "{word:?} is not in {outcome:?}");
    }
    assert!(!place.path("app").exists() && !place.path("high").exists());
}

#[test]
fn names_in_metadata_do_not_choose_where_the_program_goes() {
    let place = Place::with(&[("deep/none", "")]);
    let points = |name: &str| format!("[console_scripts]\n{name} = high:main\n");
    let python = chosen()[0];
    for (name, program) in [("../escaped", "escaped"), ("/tmp/pyox-escaped", "pyox-escaped"), (".hidden", "hidden")] {
        let text = points(name);
        let files = [("high.py", "def main(): print('high')\n"), ("INFO/entry_points.txt", &*text)];
        let high = wheel(&place, "high", "", &files);
        let mut command = place.command(["pack", "--python", python.executable().to_str().expect("UTF-8")]);
        Outcome::of(command.arg(high).current_dir(place.path("deep"))).succeeds();
        place.program(&format!("deep/{program}"), &[]).prints("high\n");
        assert!(!place.path("escaped").exists() && !Path::new("/tmp/pyox-escaped").exists());
    }
}

#[test]
fn a_program_with_the_name_of_its_requirement_changes_nothing() {
    for python in chosen() {
        let place = Place::with(&[("links/none", "")]);
        let points = ("INFO/entry_points.txt", "[console_scripts]\njokes = jokes:main\n");
        let made = wheel(&place, "jokes", "", &[("jokes.py", "def main(): print('joke')\n"), points]);
        std::fs::rename(made, place.path("links/jokes-1.0-py3-none-any.whl")).expect("a move");
        for _ in 0..2 {
            let outcome = pack(&place, python, &["--pip", "jokes"]).succeeds();
            assert!(outcome.stderr.contains("packed jokes ("), "{outcome:?}");
            place.program("jokes", &[]).prints("joke\n");
        }
        // Nor does one with that of a package.
        place.write("lib/one.py", "NAME = 'one'\n");
        for _ in 0..2 {
            let code = ["--code", "import one; print(one.NAME)", "--package-root", "lib", "one", "-o", "one"];
            pack(&place, python, &code).succeeds();
            place.program("one", &[]).prints("one\n");
        }
    }
}

#[test]
fn entry_points_may_have_spaces() {
    let python = chosen()[0];
    let place = Place::new();
    let points = "[console_scripts]\none = high : run.main [extra]\ntwo=high:run.main\n";
    let text = "class run:\n    def main(): print('ran')\n";
    let high = wheel(&place, "high", "", &[("high.py", text), ("INFO/entry_points.txt", points)]);
    let high = high.to_str().expect("UTF-8");
    // Both are the same function.
    pack(&place, python, &[high, "-o", "high"]).succeeds();
    place.program("high", &[]).prints("ran\n");
    for entry in ["one", "high : run.main", " high:run . main"] {
        let outcome = pack(&place, python, &[high, "-o", "chosen", "--entry", entry]);
        if entry.contains(" . ") {
            assert!(outcome.stderr.contains("does not name an entry"), "{outcome:?}");
        } else {
            outcome.succeeds();
            place.program("chosen", &[]).prints("ran\n");
        }
    }
}

/// What each kind of input imports for a module that the standard library has, packed and by `python` itself.
#[test]
fn the_standard_library_comes_where_python_has_it() {
    let shown = "import json, os, encodings, wave\n\
                 try:\n    import json.decoder\n    deep = True\nexcept ImportError:\n    deep = False\n\
                 print(hasattr(json, 'OWN'), hasattr(os, 'OWN'), hasattr(encodings, 'OWN'), \
                 hasattr(wave, 'OWN'), deep)\n";
    let own = [
        ("json/__init__.py", "OWN = 1\n"),
        ("os.py", "OWN = 1\n"),
        ("encodings/__init__.py", "OWN = 1\n"),
        ("wave.py", "OWN = 1\n"),
    ];
    for python in chosen() {
        let place = Place::new();
        for directory in ["script", "application", "parent", "root"] {
            for (path, text) in own {
                place.write(&format!("{directory}/{path}"), text);
            }
        }
        place.write("script/main.py", shown);
        place.write("application/__main__.py", shown);
        place.write("parent/pkg/__init__.py", "");
        place.write("parent/pkg/__main__.py", shown);
        place.write("outer.py", shown);
        let files: Vec<(&str, &str)> = own.into_iter().chain([("shown.py", shown)]).collect();
        let made = wheel(&place, "high", "", &files);
        let executable = python.executable().to_str().expect("UTF-8");
        let by_python = |arguments: &[&str], variables: &[(&str, &str)]| {
            let mut command = Command::new(executable);
            command
                .args(arguments)
                .current_dir(place.path(""))
                .env_remove("PYTHONPATH")
                .env("PYTHONDONTWRITEBYTECODE", "1");
            command.envs(variables.iter().copied());
            Outcome::of(&mut command).succeeds().stdout
        };
        let target = place.text("target");
        by_python(
            &["-m", "pip", "install", "-q", "--no-index", "--target", &target, made.to_str().expect("UTF-8")],
            &[],
        );
        // Behind the standard library, as `site-packages` is.
        let behind = |directory: &str, code: &str| {
            by_python(&["-I", "-c", &format!("import sys; sys.path.append({directory:?})\n{code}")], &[])
        };
        let note = "not from ";
        for (arguments, expected, notes) in [
            (&["script/main.py"] as &[&str], by_python(&["script/main.py"], &[]), 2),
            (&["application", "-o", "out"], by_python(&["application"], &[]), 2),
            (&["parent/pkg"], behind("parent", shown.trim_start()), 0),
            (&[made.to_str().expect("UTF-8"), "--module", "shown"], behind(&target, "import shown\n"), 1),
            (&["--pip", made.to_str().expect("UTF-8"), "--module", "shown"], behind(&target, "import shown\n"), 1),
            (&["outer.py", "--package-root", "root"], behind(&place.text("root"), shown), 1),
        ] {
            let arguments: Vec<&str> = arguments.iter().copied().chain(["-o", "out"]).collect();
            let arguments = if arguments[1] == "-o" { &arguments[..3] } else { &arguments };
            let outcome = pack(&place, python, arguments).succeeds();
            place.program("out", &[]).prints(&expected);
            let said = outcome.stderr.lines().filter(|line| line.contains(note)).count();
            assert_eq!(said, notes, "{arguments:?}: {outcome:?}");
        }
    }
}
