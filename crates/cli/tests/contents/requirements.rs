//! `-r`, `-c`, indexes, extras and dependency groups.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use pyox_test_support::place::{Place, python_path};
use pyox_test_support::wheel::wheel;

use super::IMPORTER;

const SECRET: &str = "s3cr3t-of-nobody";

const PROJECT: &str = "[build-system]\nrequires = [\"setuptools\"]\nbuild-backend = \"setuptools.build_meta\"\n\
                       [project]\nname = \"mine\"\nversion = \"1.0\"\n[project.scripts]\nmine = \"mine:main\"\n\
                       [project.optional-dependencies]\nMore_Parts = [\"low\"]\n[tool.setuptools]\npy-modules = [\"mine\"]\n\
                       [dependency-groups]\ndev = [\"high\", {include-group = \"old\"}]\n\
                       old = [\"no-such-project-a1b2; python_version < '3'\"]\nbad = [\"--pre\"]\n";

/// A package index that asks for no password.
struct Index(Child, String);

impl Drop for Index {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Index {
    /// Of wheels in directories of their names.
    fn new(place: &Place) -> Self {
        for name in ["low", "high"] {
            let file = wheel(place, name, "", &[(&format!("{name}.py"), "")]);
            let target = place.path(&format!("index/{name}/{name}-1.0-py3-none-any.whl"));
            std::fs::create_dir_all(target.parent().expect("a parent")).expect("a directory");
            std::fs::rename(file, target).expect("a move");
        }
        let mut server = Command::new(python_path());
        server.args(["-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory"]).arg(place.path("index"));
        let mut server = server.arg("0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a server");
        let mut line = String::new();
        let output = server.stdout.take().expect("output");
        BufReader::new(output).read_line(&mut line).expect("a line");
        let port = line.split(" port ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a port").to_owned();
        Self(server, format!("http://user:{SECRET}@127.0.0.1:{port}/"))
    }
}

#[test]
fn from_files_and_an_index_with_a_password() {
    let place = Place::with(&[("app.py", IMPORTER), ("needs.txt", "low\n"), ("limits.txt", "low<2\n")]);
    let index = Index::new(&place);
    let options = ["app.py", "-r", "needs.txt", "-c", "limits.txt", "--index-url", &index.1, "--report", "report"];
    let outcome = place.pack(options).succeeds();
    place.program("app", &["low", "high"]).prints("low\nno high\n");
    let holds = |bytes: &[u8]| bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
    assert!(!holds(&place.read("app")) && !holds(&place.read("report")) && !holds(outcome.stderr.as_bytes()));
    // What it is kept by is the content of the files, and pip does not run again.
    assert!(!place.pack(options).succeeds().stderr.contains("installing requirements"));
    place.write("limits.txt", "low<1\n");
    let failed = place.fails(options, &["pip failed", "low", "****@127.0.0.1"]);
    assert!(!holds(failed.stderr.as_bytes()), "{failed:?}");
    let further = ["app.py", "--pip", "high", "--extra-index-url", &index.1];
    place.pack(further).succeeds();
    place.program("app", &["low", "high"]).prints("no low\nhigh\n");
}

#[test]
fn extras_and_groups() {
    let place = Place::with(&[("p/pyproject.toml", PROJECT), ("p/mine.py", IMPORTER), ("p/app.py", IMPORTER)]);
    let index = Index::new(&place);
    let pack = |arguments: &[&str], expected: &str| {
        let index = ["--extra-index-url", &index.1];
        place.pack([arguments, &index[..], &["-o", "program"]].concat()).succeeds();
        place.program("program", &["low", "high"]).prints(expected);
    };
    place.pack(["p", "-o", "program"]).succeeds();
    place.program("program", &["low", "high"]).prints("no low\nno high\n");
    pack(&["p", "--extra", "more-parts"], "low\nno high\n");
    pack(&["p", "--group", "Dev"], "no low\nhigh\n");
    pack(&["p", "--extra", "more-parts", "--group", "dev"], "low\nhigh\n");
    pack(&["p/app.py", "--group", "dev"], "no low\nhigh\n");
}

#[test]
fn that_cannot_be() {
    let place = Place::with(&[("app.py", IMPORTER), ("p/pyproject.toml", PROJECT), ("p/mine.py", IMPORTER)]);
    place.fails(["app.py", "-c", "none.txt", "--pip", "low"], &["cannot read none.txt"]);
    for option in
        [["--index-url", "http://127.0.0.1:9/"], ["-c", "app.py"], ["--extra-index-url", "http://127.0.0.1:9/"]]
    {
        place.fails([&["app.py"], &option[..]].concat(), &["pip installs nothing for which", "--index-url"]);
    }
    place.fails(["app.py", "--extra", "x"], &["extras are those of a project", "--pip NAME[EXTRA]"]);
    place.fails(["p", "--extra", "none"], &["there is no extra none in ", "pyproject.toml", "these exist: More_Parts"]);
    place.fails(
        ["app.py", "--group", "dev"],
        &["dependency groups are those of a pyproject.toml, and there is none in "],
    );
    place.fails(["--code", "1", "--group", "dev"], &["dependency groups are those of a pyproject.toml"]);
    place.fails(["p", "--group", "none"], &["there is no dependency group none in ", "these exist: bad, dev, old"]);
    place.fails(["p", "--group", "bad"], &["the requirement in line 16 of ", "pyproject.toml is not taken"]);
    place.write("p/pyproject.toml", "[project]\nname = \"x\"\n[dependency-groups]\na = [{include-group = \"a\"}]\n");
    place.fails(["p", "--group", "a"], &["pyproject.toml is not valid: the dependency group a includes itself"]);
}
