//! A project of some size, with `PYOX_TEST_ALL=1`: Mercurial from its sdist, with extension modules that are compiled,
//! a package of one's own, and a virtualenv. It is the program that `pack` makes of the same.

use std::process::Command;

use pyox_distribution::{Host as _, Installed, Python as _};
use pyox_test_support::place::{Outcome, Place};
use pyox_test_support::report::say;
use pyox_test_support::{hidden, pythons};

use crate::support::{built, command, configuration};

const MERCURIAL: &str = "mercurial==7.0";
const MINOR_VERSIONS: [u8; 3] = [9, 11, 13];

/// Says what it is made of, or is `hg`.
const MAIN: &str = "\
import importlib.util, os, sys
if sys.argv[1:] == ['parts']:
    import iniconfig, hgext.rebase, mercurial.cext.parsers as parsers
    here = os.path.dirname(sys.executable)
    print(os.path.relpath(iniconfig.__file__, here), os.path.relpath(parsers.__file__, here).split('/')[0])
    print(importlib.util.find_spec('tool.tests'), importlib.util.find_spec('tool.tests_of_others') is not None)
else:
    from mercurial import dispatch
    dispatch.run()
";

const BEFORE: &str = r#"
def callback(policy, resource):
    if resource.is_stdlib:
        return
    name = resource.name if type(resource) == "PythonModuleSource" else resource.package
    if name.split(".")[0] == "iniconfig" and type(resource) != "PythonPackageDistributionResource":
        resource.add_location = "filesystem-relative:lib"
    if name == "tool.tests" or name.startswith("tool.tests."):
        resource.add_include = False
policy.include_distribution_resources = True
policy.register_resource_callback(callback)
config.run_module = "tool"
"#;

fn lines() -> String {
    format!(
        "exe.add_python_resources(exe.read_package_root(\"src\", [\"tool\"]))\n\
         exe.add_python_resources(exe.pip_install([\"{MERCURIAL}\"]))\n\
         exe.add_python_resources(exe.read_virtualenv(\"venv\"))\n"
    )
}

fn place(python: &Installed) -> Place {
    let place = Place::with(&[
        ("src/tool/__init__.py", ""),
        ("src/tool/__main__.py", MAIN),
        ("src/tool/tests/__init__.py", ""),
        ("src/tool/tests/test_tool.py", ""),
        ("src/tool/tests_of_others.py", ""),
    ]);
    let mut venv = Command::new(python.executable());
    assert!(venv.args(["-m", "venv"]).arg(place.path("venv")).status().expect("Python starts").success());
    let mut pip = Command::new(place.path("venv/bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "iniconfig==2.0.0"]);
    assert!(pip.status().expect("pip starts").success());
    place.write("pyoxidizer.bzl", configuration(python, BEFORE, &lines()));
    place
}

/// A command that has pip compile.
fn compiling(place: &Place, arguments: &[&str]) -> Outcome {
    Outcome::of(command(place, arguments).env("PIP_NO_BINARY", "mercurial"))
}

#[test]
fn mercurial_is_what_pack_makes_of_it_and_works_without_python() {
    if std::env::var_os("PYOX_TEST_ALL").is_none() {
        return say("not built: Mercurial, without PYOX_TEST_ALL");
    }
    for python in pythons::all().iter().filter(|python| MINOR_VERSIONS.contains(&python.minor().1)) {
        let place = place(python);
        compiling(&place, &["build"]).succeeds();
        let directory = built(&place, "exe");
        let executable = python.executable().display().to_string();
        let sources = ["--package-root", "src", "tool", "--pip", MERCURIAL, "--venv", "venv", "--module", "tool"];
        let places = ["--exclude", "tool.tests", "--location", "iniconfig=filesystem-relative:lib"];
        let config = ["--config", "filesystem_importer=false", "--config", "terminfo_resolution=dynamic"];
        let pack = ["pack", "--python", &executable, "-o", "packed"];
        compiling(&place, &[&pack[..], &sources, &places, &config].concat()).succeeds();
        let program = directory.join("app");
        assert!(std::fs::read(&program).unwrap() == place.read("packed"), "{executable}");

        // Neither Python nor what it was made of is there.
        for name in ["src", "venv", "lib"] {
            std::fs::remove_dir_all(place.path(name)).unwrap();
        }
        let hg = |arguments: &[&str]| {
            let mut alone = hidden::command(&hidden::pythons(), &place.path("."));
            Outcome::of(alone.arg(&program).args(arguments).env("HGUSER", "someone").env("HGRCPATH", ""))
                .succeeds()
                .stdout
        };
        assert_eq!(hg(&["parts"]), "lib/iniconfig/__init__.py app\nNone True\n", "{executable}");
        hg(&["init", "repository"]);
        place.write("repository/file", "content\n");
        for arguments in [&["add"][..], &["commit", "-m", "a change"], &["branch", "other"]] {
            hg(&[&["--cwd", "repository"], arguments].concat());
        }
        let log = hg(&["--cwd", "repository", "log", "--template", "{rev} {author} {desc}: {files}\n"]);
        assert_eq!(log, "0 someone a change: file\n");
    }
}
