//! pip, projects and virtualenvs.

use pyox_distribution::{Host as _, Python as _};
use pyox_test_support::place::{Place, python};
use pyox_test_support::wheel::wheel;

use crate::support::{built, configuration, printed, run, says};

/// Builds wheels without anything that had to be installed, and puts into them what it finds in its environment.
const BACKEND: &str = "\
import os, zipfile
def build_wheel(directory, config_settings=None, metadata_directory=None):
    name = 'made-1.0-py3-none-any.whl'
    with zipfile.ZipFile(os.path.join(directory, name), 'w') as z:
        found = [os.environ.get(name) for name in ('PYOXIDIZER', 'EXTRA')]
        found.append((config_settings or {}).get('--global-option'))
        z.writestr('made.py', 'FOUND = %r' % found)
        z.writestr('made-1.0.dist-info/METADATA', '\\n'.join([
            'Metadata-Version: 2.1', 'Name: made', 'Version: 1.0', 'Requires-Dist: none-such', '']))
        z.writestr('made-1.0.dist-info/WHEEL', '\\n'.join([
            'Wheel-Version: 1.0', 'Generator: x', 'Root-Is-Purelib: true', 'Tag: py3-none-any', '']))
        z.writestr('made-1.0.dist-info/RECORD', '')
    return name
";

/// A directory with a wheel and a project.
fn place() -> Place {
    let place = Place::with(&[
        ("project/backend.py", BACKEND),
        ("project/pyproject.toml", "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n"),
        ("requirements.txt", "--no-index\n--find-links=.\nwheeled==1.0\n"),
    ]);
    wheel(&place, "wheeled", "", &[("wheeled/__init__.py", "NAME = 'wheeled'\n"), ("wheeled/data.txt", "data")]);
    place
}

#[test]
fn what_pip_installs_is_found_by_paths_from_the_directory_of_the_file() {
    let place = place();
    let before = "config.run_mode = \"eval:import wheeled, made, importlib.metadata as m; \
        print(wheeled.NAME, made.FOUND, m.version('wheeled'), m.version('made'))\"\n";
    let lines = r#"
exe.add_python_resources(exe.pip_install(["-r", "requirements.txt"]))
made = exe.setup_py_install("project", extra_envs = {"EXTRA": "given"}, extra_global_arguments = ["--option"])
exe.add_python_resources(made)
again = exe.pip_download(["--no-index", "--find-links=.", "wheeled"])
print(sorted([type(r) for r in again]))
"#;
    place.write("pyoxidizer.bzl", configuration(python(), before, lines));
    // Not where the file is.
    place.write("elsewhere/x", "");
    let mut command = crate::support::command(&place, ["build", "--path", ".."]);
    let outcome = pyox_test_support::place::Outcome::of(command.current_dir(place.path("elsewhere")));
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let types = "[\"PythonModuleSource\", \"PythonPackageDistributionResource\"";
    assert!(outcome.stderr.contains(types), "{outcome:?}");
    let said = says(&built(&place, "exe").join("app"), &[]);
    assert_eq!(said, "wheeled ['1', 'given', '--option'] 1.0 1.0\n");
    // The second time nothing is installed.
    let outcome = run(&place, ["-v", "build"]);
    assert!(outcome.status == Some(0) && !outcome.stderr.contains("installing"), "{outcome:?}");
}

#[test]
fn where_pip_fails_the_place_is_shown_and_what_pip_says() {
    let place = Place::new();
    let lines = "exe.pip_install([\"--no-index\", \"no-such-project\"])\n";
    place.write("pyoxidizer.bzl", configuration(python(), "", lines));
    let outcome = run(&place, ["build", "--quiet"]);
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    for words in
        ["No matching distribution found for no-such-project", "exe.pip_install([\"--no", "in make_exe", "hint: "]
    {
        assert!(outcome.stderr.contains(words), "{words}: {outcome:?}");
    }
}

#[test]
fn a_virtualenv_has_to_be_of_the_same_version() {
    let place = Place::new();
    let (major, minor) = python().minor();
    let mut venv = std::process::Command::new(python().executable());
    venv.args(["-m", "venv", "--without-pip"]).arg(place.path("venv"));
    assert!(venv.status().expect("Python starts").success());
    place.write(&format!("venv/lib/python{major}.{minor}/site-packages/found.py"), "");
    let path = place.text("venv");
    let lines = printed(&format!("print([r.name for r in exe.read_virtualenv(\"{path}\")])\n"));
    assert_eq!(lines, ["[\"found\"]"]);
    place.write("venv/pyvenv.cfg", format!("home = {path}\nversion = 3.1.0\n"));
    std::fs::rename(place.path(&format!("venv/lib/python{major}.{minor}")), place.path("venv/lib/python3.1")).unwrap();
    let error = crate::support::fails(&format!("exe.read_virtualenv(\"{path}\")\n"));
    assert!(error.contains("3.1"), "{error}");
}

#[test]
fn what_is_in_a_virtualenv_runs_without_it() {
    let place = place();
    let mut venv = std::process::Command::new(python().executable());
    assert!(venv.args(["-m", "venv"]).arg(place.path("venv")).status().expect("Python starts").success());
    let mut pip = std::process::Command::new(place.path("venv/bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--no-index", "--find-links=.", "wheeled"]);
    assert!(pip.current_dir(place.path(".")).status().expect("pip starts").success());
    let before = "config.run_mode = \"eval:import wheeled; print(wheeled.NAME)\"\n";
    let lines = "exe.add_python_resources(exe.read_virtualenv(\"venv\"))\n";
    place.write("pyoxidizer.bzl", configuration(python(), before, lines));
    let outcome = run(&place, ["build"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    std::fs::rename(place.path("venv"), place.path("gone")).unwrap();
    assert_eq!(says(&built(&place, "exe").join("app"), &[]), "wheeled\n");
}

#[test]
fn a_project_is_installed_from_its_directory() {
    let place = place();
    for (path, requirement) in [("pyoxidizer.bzl", "\"./project\""), ("project/pyoxidizer.bzl", "CWD")] {
        let lines =
            format!("print([r.name for r in exe.pip_install([\"--no-deps\", \"--no-index\", {requirement}])])\n");
        place.write(path, configuration(python(), "", &lines));
        let path = place.path(path);
        let directory = path.parent().unwrap().to_str().unwrap();
        let outcome = run(&place, ["build", "--path", directory]);
        let names = "[\"METADATA\", \"RECORD\", \"WHEEL\", \"made\"]";
        assert!(outcome.status == Some(0) && outcome.stderr.contains(names), "{outcome:?}");
    }
}

#[test]
fn libraries_beside_packages_keep_their_names() {
    let place = Place::new();
    let name = "shop.libs/libopen-x.3.9.dev.so";
    wheel(&place, "shop", "", &[("shop/__init__.py", ""), (name, "a library")]);
    let before = "policy.set_resource_handling_mode(\"files\")\n\
        policy.resources_location = \"filesystem-relative:lib\"\nconfig.module_search_paths = [\"$ORIGIN/lib\"]\n\
        config.run_mode = \"eval:import shop; print(type(shop.__loader__).__name__, shop.__file__)\"\n";
    let lines = "exe.add_python_resources(exe.pip_install([\"--no-index\", \"--find-links=.\", \"shop\"]))\n";
    place.write("pyoxidizer.bzl", configuration(python(), before, lines));
    let outcome = run(&place, ["build"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let directory = built(&place, "exe").canonicalize().unwrap();
    assert_eq!(std::fs::read(directory.join("lib").join(name)).unwrap(), b"a library");
    let expected = format!("SourceFileLoader {}/lib/shop/__init__.py\n", directory.display());
    assert_eq!(says(&directory.join("app"), &[]), expected);
}
