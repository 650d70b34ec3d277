//! Which Python a program is made with.

use std::os::unix::fs::symlink;
use std::process::Command;

use pyox_distribution::{Host as _, Installed, Python as _};
use pyox_test_support::place::{Outcome, Place};
use pyox_test_support::pythons::{all, oldest_and_newest};

const SHOWS: &str = "import sys\nprint('%d.%d.%d' % sys.version_info[:3])\n";

/// A place where `python3` is this Python.
struct Usual {
    place: Place,
}

impl Usual {
    fn new(python: &Installed) -> Self {
        let place = Place::new();
        std::fs::create_dir(place.path("path")).expect("a directory");
        symlink(python.executable(), place.path("path/python3")).expect("a link");
        Self { place }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.command([&["pack"], arguments].concat());
        let path = std::env::var("PATH").expect("a path");
        command.env("PATH", format!("{}:{path}", self.place.text("path")));
        command
    }

    /// Packs, runs the program, and gives what was said.
    fn packs(&self, arguments: &[&str], python: &Installed) -> String {
        let outcome = Outcome::of(&mut self.command(&[arguments, &["-o", "program"]].concat())).succeeds();
        self.place.program("program", &[]).prints(&format!("{}\n", python.info().version));
        outcome.stderr
    }

    fn fails(&self, arguments: &[&str], words: &[&str]) {
        self.place.command_fails(&mut self.command(arguments), words);
    }
}

fn script(requires: &str) -> String {
    format!("# /// script\n# requires-python = \"{requires}\"\n# ///\n{SHOWS}")
}

#[test]
fn the_source_chooses_among_those_that_are_there() {
    let pythons = oldest_and_newest();
    let (oldest, newest) = (pythons[0], *pythons.last().expect("one at least"));
    let usual = Usual::new(oldest);
    let (major, minor) = newest.minor();
    let (first, last) = (format!("{}.{}", oldest.minor().0, oldest.minor().1), format!("{major}.{minor}"));
    usual.place.write("any.py", SHOWS);
    usual.place.write("fits.py", script(&format!(">={first}")));
    usual.place.write("newer.py", script(&format!("=={last}.*")));
    usual.place.write("none.py", script(">=3.9,<3"));
    for source in ["any.py", "fits.py"] {
        let said = usual.packs(&[source], oldest);
        assert!(!said.contains("newest that fits"), "{said}");
    }
    let said = usual.packs(&["newer.py"], newest);
    let why = format!("Python {} is the newest that fits newer.py, which requires =={last}.*", newest.info().version);
    assert!(said.contains(&why), "{said}");
    usual.fails(&["none.py"], &["none.py requires Python >=3.9,<3: there is none", &newest.info().version]);
    usual.place.write(
        "p/pyproject.toml",
        format!(
            "[build-system]\nrequires = [\"setuptools\"]\nbuild-backend = \"setuptools.build_meta\"\n[project]\n\
             name = \"mine\"\nversion = \"1\"\nrequires-python = \"=={last}.*\"\n[project.scripts]\nmine = \"mine:main\"\n"
        ),
    );
    usual.place.write("p/mine.py", SHOWS.replace("print", "def main(): print"));
    let said = usual.packs(&["p"], newest);
    assert!(said.contains(&format!("pyproject.toml, which requires =={last}.*")), "{said}");
    // Versions that are asked for and those that are required hold together.
    let said = usual.packs(&["newer.py", "--python", &format!(">={first}")], newest);
    assert!(said.contains(&format!("Python {} is the newest that fits --python \">={first}\"", newest.info().version)));
    usual.packs(&["any.py", "--python", &format!("=={last}.*")], newest);
    usual.packs(&["any.py", "--python", &format!("python{last}")], newest);
    usual.packs(&["any.py", "--python", &last], newest);
    if first != last {
        let wanted = ["--python", &*first];
        for (source, name) in [("newer.py", "newer.py"), ("p", "p/pyproject.toml")] {
            let words =
                [name, &format!("requires Python =={last}.*"), &format!("made for Python {first}."), "--python"];
            usual.fails(&[&[source], &wanted[..]].concat(), &words);
        }
        let both = ["newer.py", "--python", &format!("<{last}")];
        usual.fails(&both, &[&format!("newer.py requires Python =={last}.*, and <{last} is asked for: there is none")]);
    }
    usual.fails(&["any.py", "--python", ">=x"], &["\">=x\" does not state versions", ">=3.10,<3.13"]);
    usual.fails(&["newer.py", "--python", ">=x"], &["\">=x\" does not state versions"]);
    usual.fails(&["any.py", "--python", ">=3.99"], &["no Python found for >=3.99", "these are installed"]);
    usual.place.write("p/pyproject.toml", "[project]\nname = \"mine\"\nrequires-python = 3.9\n");
    usual.fails(&["p"], &["pyproject.toml is not valid: project.requires-python is no string"]);
}

#[test]
fn a_virtualenv_brings_its_own() {
    let pythons = oldest_and_newest();
    let (oldest, newest) = (pythons[0], *pythons.last().expect("one at least"));
    let usual = Usual::new(oldest);
    usual.place.write("any.py", format!("import extra\n{SHOWS}"));
    let mut command = Command::new(newest.executable());
    let made = command.args(["-m", "venv", "--without-pip", "env"]).current_dir(usual.place.path("")).status();
    assert!(made.expect("Python starts").success());
    let (major, minor) = newest.minor();
    usual.place.write(&format!("env/lib/python{major}.{minor}/site-packages/extra.py"), "");
    let said = usual.packs(&["any.py", "--venv", "env"], newest);
    assert!(said.contains(&format!("Python {} is that of env", newest.info().version)), "{said}");
    // Its link may lead nowhere any more: then another one of its version stands in.
    for name in ["python", "python3"] {
        std::fs::remove_file(usual.place.path(&format!("env/bin/{name}"))).expect("it is there");
        symlink("/nowhere/python", usual.place.path(&format!("env/bin/{name}"))).expect("a link");
    }
    let outcome = Outcome::of(&mut usual.command(&["any.py", "--venv", "env", "-o", "program"])).succeeds();
    let version = usual.place.program("program", &[]).stdout;
    let known = all().iter().any(|python| format!("{}\n", python.info().version) == version);
    assert!(known && version.starts_with(&format!("{major}.{minor}.")), "{outcome:?}");
    usual.fails(&["any.py", "--venv", "none"], &["none is not a virtualenv"]);
    if oldest.minor() != newest.minor() {
        let wanted = format!("{}.{}", oldest.minor().0, oldest.minor().1);
        let words = [&*format!("env is for Python {major}.{minor}"), &format!("made for Python {wanted}")];
        usual.fails(&["any.py", "--venv", "env", "--python", &wanted], &words);
    }
    usual.place.write("old.py", script("<3.9"));
    usual.fails(&["old.py", "--venv", "env"], &["old.py requires Python <3.9", &newest.info().version]);
}
