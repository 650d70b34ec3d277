//! Applications with packages, packed with an archive and with the Python that it was made of.

use std::path::Path;

use pyox_distribution::{Host as _, Installed};
use pyox_test_support::place::{Outcome, Place};
use pyox_test_support::{hidden, pythons, report};

use super::{create, install_only};

const NUMPY: &str = r#"
import numpy, sys
from numpy.linalg import inv
print(sys.version, numpy.__version__, inv(numpy.array([[2.0, 0.0], [0.0, 4.0]])).tolist(), numpy.fft.fft([1, 2]).real)
"#;

const FLASK: &str = r#"
import flask, sys
app = flask.Flask(__name__)

@app.route("/<name>")
def greet(name):
    return flask.render_template_string("Hello {{ name }} of {{ version }}", name=name, version=sys.version_info[:2])

print(app.test_client().get("/you").get_data(as_text=True), sorted(flask.json.loads('{"b": 1, "a": 2}')))
"#;

#[test]
fn numpy_and_flask_are_packed_with_archives_as_with_the_python_they_are_made_of() {
    if !pythons::is_everything() {
        report::say("numpy and Flask are packed with archives where all Pythons are chosen");
        return;
    }
    // pip is part of an installation but with Debian, whose archives have none.
    let mut with_pip = pythons::linkable();
    with_pip.retain(|python| python.stdlib_dir().join("site-packages/pip").is_dir());
    assert!(!with_pip.is_empty(), "no Python with pip");
    for python in with_pip {
        compare(python);
    }
}

fn compare(python: &Installed) {
    let place = Place::with(&[("numbers.py", NUMPY), ("web.py", FLASK)]);
    create(&place, python, "python.tar.zst", &[]);
    install_only(&place, "python.tar.zst", "only.tar.gz");
    let executable = python.executable().display().to_string();
    for (script, requirement) in [("numbers.py", "numpy"), ("web.py", "flask")] {
        let pack = |python: &str, name: &str, more: &[&str]| {
            let words = ["pack", script, "--pip", requirement, "--python", python, "-o", name];
            place.run([&words, more].concat()).succeeds();
        };
        pack(&executable, "installed", &[]);
        pack("python.tar.zst", "archive", &[]);
        pack("only.tar.gz", "install-only", &["--libpython", "shared"]);
        let expected = place.program("installed", &[]).succeeds().stdout;
        for name in ["archive", "install-only"] {
            let mut places = hidden::pythons();
            places.push(pyox_test_support::command::cache());
            let mut alone = hidden::command(&places, Path::new("/"));
            Outcome::of(alone.arg(place.path(name))).succeeds().prints(&expected);
        }
        // Bytes of modules: they have the same resources, and of its licences an archive says itself.
        let diff = place.run(["resources", "diff", "-q", "installed", "archive"]).stdout;
        assert!(diff.lines().all(|line| line.starts_with("! section section-21: ")), "{diff}");
    }
}
