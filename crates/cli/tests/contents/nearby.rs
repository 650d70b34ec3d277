//! A virtualenv that no one names.

use std::path::PathBuf;
use std::process::Command;

use pyox_distribution::{Host as _, Installed, Python as _};
use pyox_test_support::place::{Outcome, Place, python, python_path};
use pyox_test_support::pythons::{newest, oldest_and_newest};
use pyox_test_support::wheel::wheel;

use super::IMPORTER;

/// Makes a virtualenv with a module of its name.
fn virtualenv(place: &Place, python: &Installed, path: &str, module: &str) -> PathBuf {
    let mut command = Command::new(python.executable());
    let status = command.args(["-m", "venv", "--without-pip"]).arg(place.path(path)).status();
    assert!(status.expect("Python starts").success());
    let (major, minor) = python.minor();
    place.write(&format!("{path}/lib/python{major}.{minor}/site-packages/{module}.py"), "");
    place.path(path)
}

/// Packs with an active virtualenv, without `--python`, and runs the program.
fn packs(place: &Place, active: Option<&str>, arguments: &[&str], expected: &str) -> String {
    let mut command = place.command([&["pack"], arguments, &["-o", "program"]].concat());
    command.envs(active.map(|path| ("VIRTUAL_ENV", place.path(path))));
    let outcome = Outcome::of(&mut command).succeeds();
    place.program("program", &["ours", "theirs", "given"]).prints(expected);
    outcome.stderr
}

#[test]
fn it_is_used_where_nothing_else_says_what_goes_in() {
    let stated = format!("# /// script\n# dependencies = []\n# ///\n{IMPORTER}");
    let place = Place::with(&[
        ("a/app.py", IMPORTER),
        ("a/stated.py", &stated),
        ("b/app.py", IMPORTER),
        ("d/__main__.py", IMPORTER),
        ("lib/given.py", ""),
        ("none/x", ""),
    ]);
    let given = wheel(&place, "given", "", &[("given.py", "")]).display().to_string();
    virtualenv(&place, newest(), "a/.venv", "ours");
    virtualenv(&place, newest(), "d/.venv", "ours");
    virtualenv(&place, newest(), "theirs", "theirs");
    let neither = "no ours\nno theirs\nno given\n";
    let ours = "ours\nno theirs\nno given\n";
    let said = packs(&place, None, &["a/app.py"], ours);
    assert!(
        said.contains("has the packages of the virtualenv ") && said.contains("a/.venv, unless --no-venv"),
        "{said}"
    );
    assert!(said.contains(&format!("Python {} is that of", newest().info().version)), "{said}");
    packs(&place, None, &["d"], ours);
    packs(&place, Some("none"), &["a/app.py"], ours);
    let said = packs(&place, Some("theirs"), &["a/app.py"], "no ours\ntheirs\nno given\n");
    assert!(said.contains("has the packages of the active virtualenv "), "{said}");
    packs(&place, Some("theirs"), &["b/app.py", "--report", "report.json"], "no ours\ntheirs\nno given\n");
    let report: serde_json::Value = serde_json::from_slice(&place.read("report.json")).expect("JSON");
    let choice = &report["summary"]["virtualenv_choice"];
    assert!(choice["kind"] == "active" && choice["path"] == place.text("theirs"), "{choice}");
    packs(&place, Some("theirs"), &["--code", "import theirs; print('code')"], "code\n");
    // These say by themselves what goes in.
    let python = ["--python", python_path()];
    let own = |arguments: &[&str], expected: &str| {
        let said = packs(&place, Some("theirs"), &[arguments, &python[..]].concat(), expected);
        assert!(!said.contains("virtualenv"), "{said}");
    };
    own(&["a/app.py", "--no-venv"], neither);
    own(&["a/stated.py"], neither);
    own(&["a/app.py", "--pip", &given], "no ours\nno theirs\ngiven\n");
    own(&["a/app.py", "--package-root", "lib"], "no ours\nno theirs\ngiven\n");
    own(&["a/app.py", "--venv", "a/.venv"], ours);
    place.write("needs.txt", format!("{given}\n"));
    own(&["a/app.py", "-r", "needs.txt"], "no ours\nno theirs\ngiven\n");
    let usage = place.run(["pack", "a/app.py", "--venv", "theirs", "--no-venv"]);
    assert!(usage.status == Some(2) && usage.stderr.contains("cannot be used with"), "{usage:?}");
}

#[test]
fn one_of_another_python_is_not() {
    let pythons = oldest_and_newest();
    let (oldest, newest) = (pythons[0], *pythons.last().expect("one at least"));
    if oldest.minor() == newest.minor() {
        return;
    }
    let (major, minor) = newest.minor();
    let script = format!("# /// script\n# requires-python = \"=={major}.{minor}.*\"\n# ///\n{IMPORTER}");
    let place = Place::with(&[("app.py", IMPORTER), ("newer.py", &script)]);
    virtualenv(&place, oldest, "old", "ours");
    let other = format!("old, which is for Python {}.{}", oldest.minor().0, oldest.minor().1);
    packs(&place, Some("old"), &["app.py"], "ours\nno theirs\nno given\n");
    let neither = "no ours\nno theirs\nno given\n";
    for arguments in [&["app.py", "--python", python().executable().to_str().expect("UTF-8")][..], &["newer.py"]] {
        let said = packs(&place, Some("old"), arguments, neither);
        assert!(said.contains("has no packages of the virtualenv ") && said.contains(&other), "{said}");
    }
}
