//! Everything that can be packed, each in its smallest form, and that it runs.

use std::process::Command;

use pyox_distribution::Python as _;
use pyox_test_support::place::{Outcome, Place, python, python_path};
use pyox_test_support::wheel::wheel;

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
    let head = format!(
        "# /// script\n# requires-python = \">=3.9\"\n# dependencies = [\"extra @ file://{}\"]\n# ///\n",
        wheel.display()
    );
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
    // A virtualenv in it belongs to development.
    place.write("app/env/pyvenv.cfg", "");
    place.write("app/env/lib/big.py", "print('big')\n");
    place.pack(["app", "-o", "a", "--report", "report"]).succeeds();
    place.program("a", &[]).prints("flat\n");
    assert!(!String::from_utf8_lossy(&place.read("report")).contains("big.py"));
}

/// One of CPython's own for tests, which is left out of programs where it is.
#[test]
fn an_extension_module_beside_a_script() {
    let place = Place::with(&[("app.py", "import xxlimited\nprint(xxlimited.foo(2, 3), xxlimited.__file__[-3:])\n")]);
    let name = format!("xxlimited{}", python().info().extension_suffixes[0]);
    let code = "import sys, sysconfig; print(sysconfig.get_path('platstdlib') + '/lib-dynload')";
    let found = Command::new(python_path()).args(["-I", "-c", code]).output().expect("python starts");
    let directory = String::from_utf8(found.stdout).expect("a path");
    std::fs::copy(std::path::Path::new(directory.trim()).join(&name), place.path(&name)).expect("a copy");
    place.pack(["app.py", "-o", "program"]).succeeds();
    std::fs::remove_file(place.path(&name)).expect("it is there");
    place.program("program", &[]).prints("5 .so\n");
}

#[test]
fn a_program_among_the_files_of_a_package() {
    use std::os::unix::fs::PermissionsExt;
    let code = "import os, subprocess\n\
                tool = os.path.join(os.path.dirname(__file__), 'tool.sh')\n\
                print(subprocess.check_output([tool], text=True), end='')\n";
    let place = Place::with(&[("pkg/__main__.py", code), ("pkg/__init__.py", ""), ("pkg/note.txt", "a note\n")]);
    let tool = place.write("pkg/tool.sh", "#!/bin/sh\ntest ! -x \"${0%/*}/note.txt\" && echo executed\n");
    std::fs::set_permissions(tool, PermissionsExt::from_mode(0o755)).expect("a mode");
    place.pack(["pkg", "-o", "program"]).succeeds();
    let cache = place.path("cache");
    let mut program = Command::new(place.path("program"));
    let outcome = Outcome::of(program.env("PYOXIDIZER_PACKAGE_CACHE", &cache).env("PATH", "/usr/bin:/bin"));
    outcome.prints("executed\n");
    assert!(cache.is_dir());
}
