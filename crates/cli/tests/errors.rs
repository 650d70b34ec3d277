//! Whatever goes wrong is said in words that help, with exit status 1, and leaves nothing behind.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use pyox_distribution::Python as _;
use pyox_test_support::place::{Place, launcher, python, python_path};
use pyox_test_support::wheel::{wheel, wheel_with_scripts};

const SCRIPT: (&str, &str) = ("hello.py", "print('hello')\n");

#[test]
fn sources_that_cannot_be_packed() {
    let place = Place::with(&[("note.txt", "x"), ("empty/note.txt", "x"), ("binary", "\x7fELF"), SCRIPT]);
    place.fails(["missing.py"], &["there is no missing.py"]);
    for unknown in ["note.txt", "empty", "binary", "."] {
        place.fails([unknown], &[&format!("{unknown} is not a Python script"), "pyproject.toml", "--pip"]);
    }
    place.fails(["hello.py", "--requirements", "none.txt"], &["cannot read none.txt", "No such file"]);
    place.fails(["hello.py", "--package-root", "none"], &["cannot read none", "No such file"]);
    place.fails(["hello.py", "--package-root", "empty", "pkg"], &["no package or module \"pkg\" in empty"]);
    place.fails(["--package-root", "empty", "hello.py"], &["\"hello.py\" in empty", "before --package-root"]);
    place.fails(["hello.py", "--venv", "empty"], &["empty is not a virtualenv", "python -m venv"]);
}

#[test]
fn entries_that_are_missing_or_ambiguous() {
    let place = Place::with(&[SCRIPT]);
    let two = wheel_with_scripts(&place, "two", &["one = two:a", "other = two:b"], "def a(): pass\n");
    let two = two.to_str().expect("UTF-8");
    place.fails::<&str>([], &["nothing says what", "--module", "--entry", "--code"]);
    place.fails([two], &["one (two:a)", "other (two:b)", "--entry NAME"]);
    place.fails([two, "--entry", "third"], &["console script third does not exist", "one (two:a)"]);
    place.fails(["--entry", "third"], &["console script third does not exist", "MODULE:FUNCTION"]);
    place.fails(["--entry", "a b:c"], &["\"a b:c\" does not name an entry"]);
    place.fails(["--entry", "none:main"], &["module none does not exist"]);
    place.fails(["--module", "no.such"], &["module no.such does not exist", "--package-root"]);
    place.fails(["--module", "JSON"], &["module JSON does not exist", "json"]);
    place.write("pkg/__init__.py", "");
    place.fails(["pkg"], &["pkg is a package without __main__", "--entry pkg:FUNCTION"]);
    place.fails(["--module", "json"], &["json is a package without __main__"]);
    let bare = wheel(&place, "bare", "", &[("bare.py", "")]);
    place.fails([bare], &["nothing says what"]);
}

#[test]
fn machines_that_the_python_is_not_for() {
    let place = Place::with(&[SCRIPT]);
    let musl = "x86_64-unknown-linux-musl";
    place.fails(
        ["hello.py", "--target", musl],
        &["the Python is for ", "not for x86_64-unknown-linux-musl", "--python"],
    );
    let archive = format!("{musl}-");
    let missing =
        ["Python 3.13.", "for x86_64-unknown-linux-musl is not here", "--download takes cpython-3.13.", &archive];
    for (target, words) in [(musl, &missing[..]), ("vax", &["no distribution 3.13 for vax", musl])] {
        place.command_fails(&mut place.command(["pack", "hello.py", "--python", "3.13", "--target", target]), words);
    }
}

/// What is given and has no effect is a mistake.
#[test]
fn arguments_that_cannot_count() {
    let place = Place::with(&[SCRIPT, ("order.txt", "no_such_module\n"), ("old", "pyembed")]);
    for entry in [["--code", "print(1)"], ["--module", "json.tool"], ["--entry", "hello:main"]] {
        let words = ["hello.py would neither be run nor packed", "--package-root"];
        place.fails([&["hello.py"], &entry[..]].concat(), &words);
    }
    place.fails(["hello.py", "--import-order", "order.txt"], &["none of the modules whose order is given"]);
    place.pack(["hello.py", "-o", "one", "--resource-file", "shared"]).succeeds();
    let shared = ["hello.py", "-o", "two", "--resource-file", "shared"];
    place.fails([&shared[..], &["--optimize", "2"]].concat(), &["shared has nothing of what the program needs"]);
    // To the parser of the command line they are no arguments at all.
    let usage = |arguments: &[&str], words: &str| {
        let outcome = place.run(arguments);
        assert!(outcome.status == Some(2) && outcome.stderr.contains(words), "{arguments:?}: {outcome:?}");
    };
    for (one, other) in [("--code", "--module"), ("--code", "--entry"), ("--module", "--entry")] {
        usage(&["pack", one, "x", other, "x"], "cannot be used with");
        usage(&["pack", one, "x", one, "x"], "cannot be used multiple times");
    }
    usage(&["pack", "hello.py", "--", "x"], "--run");
    usage(&["pack", "hello.py", "-o", ""], "a value is required");
    usage(&["resources", "extract", "one", "hello", "--stdout", "--force"], "cannot be used with");
    usage(&["resources", "extract", "one", "hello", "--stdout", "-o", "x"], "cannot be used with");
    usage(&["resources", "extract", "one", "-o", "x", "--python", "3.12"], "--bytecode");
    usage(&["resources", "list", "one", "name", "--sections"], "cannot be used with");
    let mut blob =
        pyox_legacy_resources::Writer::new(pyox_legacy_resources::NativePaths::HOST).to_vec().expect("a blob");
    place.write("old", std::mem::take(&mut blob));
    for file in [&["old"][..], &["one", "--to", "4"]] {
        let convert = [&["resources", "convert"], file, &["-o", "new", "--allow-loss", "all"]].concat();
        place.command_fails(&mut place.command(convert), &["nothing is lost on the way to version 4"]);
    }
}

#[test]
fn locations_that_cannot_be() {
    let place = Place::with(&[SCRIPT, ("pkg/__init__.py", "")]);
    let fails = |locations: &[&str], words: &[&str]| {
        let mut arguments = vec!["hello.py", "--package-root", "."];
        arguments.extend(locations.iter().flat_map(|location| ["--location", location]));
        place.fails(arguments, words);
    };
    fails(&["nothing=cache"], &["no distribution or top-level package \"nothing\"", "as pip does"]);
    fails(&["pkg=cache", "pkg=in-memory"], &["the location of pkg is given more than once"]);
}

#[test]
fn pythons_that_are_unknown_or_of_no_use() {
    let place = Place::with(&[SCRIPT]);
    let fails = |python: &str, words: &[&str]| {
        place.command_fails(&mut place.command(["pack", "hello.py", "--python", python]), words);
    };
    fails("3.99", &["no Python found for 3.99", "these are installed", &python().info().version]);
    fails("./none/python", &["no Python found for ./none/python"]);
    fails("/bin/true", &["/bin/true", "path of a CPython"]);
    // What any Python before 3.9 answers.
    let answer = r#"{"implementation": "cpython", "version": "3.6.15", "info": null}"#;
    executable(&place, "old-python", &format!("#!/bin/sh\necho '{answer}'\n"));
    fails("./old-python", &["old-python is Python 3.6.15, older than 3.9", "CPython 3.9 or later"]);
    let answer = r#"{"implementation": "pypy", "version": "3.10.14", "info": null}"#;
    executable(&place, "pypy", &format!("#!/bin/sh\necho '{answer}'\n"));
    fails("./pypy", &["pypy, not CPython"]);
}

/// An installation like ours, with links to everything but the directory of the static library.
const COPY_INSTALLATION: &str = r#"
import os, sys, sysconfig
old, new = sys.base_prefix, sys.argv[1]
lib = "lib/python%d.%d" % sys.version_info[:2]
for d in ("bin", lib):
    os.makedirs(os.path.join(new, d))
os.symlink(os.path.realpath(sys.executable), os.path.join(new, "real"))
for name in os.listdir(os.path.join(old, lib)):
    if not name.startswith(("config-", "_sysconfigdata", "__pycache__")):
        os.symlink(os.path.join(old, lib, name), os.path.join(new, lib, name))
data = sysconfig._get_sysconfigdata_name() + ".py"
text = open(os.path.join(old, lib, data)).read().replace(old, new)
open(os.path.join(new, lib, data), "w").write(text)
with open(os.path.realpath(sys.executable), "rb") as f, open(os.path.join(new, "bin/python3"), "wb") as g:
    g.write(f.read())
os.chmod(os.path.join(new, "bin/python3"), 0o755)
"#;

#[test]
fn a_python_without_a_static_library() {
    let place = Place::with(&[SCRIPT]);
    let copy = Command::new(python_path()).args(["-I", "-S", "-c", COPY_INSTALLATION]).arg(place.path("copy")).status();
    assert!(copy.expect("Python starts").success());
    let (major, minor) = python().minor();
    let library = format!("libpython{major}.{minor}.a");
    let mut command = place.command(["pack", "hello.py", "--python", "copy/bin/python3"]);
    command.args(["--libpython", "static"]);
    place.command_fails(&mut command, &["has no static library", &library, "disable-static-libpython"]);
}

/// An interpreter with Python in itself, which says what ours says but for its libraries.
#[test]
fn a_python_without_any_library() {
    let place = Place::with(&[SCRIPT]);
    let none = |name| format!(r#"s|"{name}": "[^"]*"|"{name}": null|;"#);
    let edits =
        ["libdir", "libpl", "loaded"].map(none).concat() + r#"s|"base_prefix": "[^"]*"|"base_prefix": "/none"|"#;
    executable(&place, "python", &format!("#!/bin/sh\n'{}' \"$@\" | sed '{edits}'\n", python_path()));
    let (major, minor) = python().minor();
    let fails = |kind: &[&str], words: &[&str]| {
        let mut command = place.command(["pack", "hello.py", "--python", "./python"]);
        place.command_fails(command.env_remove("PYOXIDIZER_LIBPYTHON").args(kind), words);
    };
    fails(&["--libpython", "shared"], &["has no shared library", &format!("libpython{major}.{minor}.so.1.0")]);
    fails(&[], &["nor a static library", &format!("the package libpython{major}.{minor}")]);
    let small = r#"s|"bits": 64|"bits": 32|"#;
    executable(&place, "python", &format!("#!/bin/sh\n'{}' \"$@\" | sed '{small}'\n", python_path()));
    fails(&[], &["has addresses of 32 bits", "a CPython of 64 bits"]);
}

#[test]
fn pip_speaks_for_itself() {
    let place = Place::with(&[SCRIPT, ("requirements.txt", "no-such-project-of-pyox\n")]);
    let pack = |arguments: &[&str]| {
        let mut command = place.pack_command(arguments);
        command.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", "");
        command
    };
    let words = ["pip failed", "No matching distribution found for no-such-project-of-pyox", "-m pip install"];
    place.command_fails(&mut pack(&["hello.py", "--pip", "no-such-project-of-pyox"]), &words);
    place.command_fails(&mut pack(&["hello.py", "--requirements", "requirements.txt"]), &words);
    place.write("inline.py", "# /// script\n# dependencies = [\"no-such-project-of-pyox\"]\n# ///\n");
    place.command_fails(&mut pack(&["inline.py"]), &words);
}

#[test]
fn wheels_that_are_damaged_or_hostile() {
    let place = Place::with(&[("not-1.0-py3-none-any.whl", "no zip"), ("odd.whl", "")]);
    let bad = wheel(&place, "bad", "", &[("!bad.py", "print(1)\n")]);
    place.fails([&bad], &["bad.py in ", "does not match RECORD", "download or build it again"]);
    let outside = wheel(&place, "outside", "", &[("../outside.py", "print(1)\n")]);
    place.fails([&outside], &["unsafe member \"../outside.py\""]);
    let other = place.path("other-1.0-cp27-cp27m-win32.whl");
    std::fs::rename(wheel(&place, "other", "", &[("other.py", "")]), &other).expect("a move");
    place.fails([&other], &["is not for Python", "its tags are cp27-cp27m-win32", "--python"]);
    let good = wheel(&place, "good", "", &[("good.py", "print(1)\n")]);
    let bytes = std::fs::read(&good).expect("the wheel");
    let cut = place.write("cut-1.0-py3-none-any.whl", &bytes[..bytes.len() / 2]);
    place.fails([&cut], &["could not read the archive", "download or build it again"]);
    place.fails(["not-1.0-py3-none-any.whl"], &["could not read the archive"]);
    place.fails(["odd.whl"], &["\"odd.whl\" is not the file name of a wheel", "name-version"]);
}

#[test]
fn code_and_metadata_that_are_wrong() {
    let place = Place::with(&[
        SCRIPT,
        ("broken.py", "def f(:\n"),
        ("late.py", "# /// script\n# requires-python = \">=3.99\"\n# ///\n"),
        ("inline.py", "# /// script\n# dependencies = 3\n# ///\n"),
        ("project/pyproject.toml", "[project\n"),
    ]);
    place.fails(["broken.py"], &["does not compile", "broken.py:1: SyntaxError", "def f(:"]);
    place.fails(["--code", "a b"], &["does not compile", "SyntaxError", "a b"]);
    place.fails(["late.py"], &["late.py requires Python >=3.99", "--python"]);
    place.fails(["inline.py"], &["inline metadata", "inline.py", "dependencies"]);
    place.fails(["project"], &["pyproject.toml is not valid"]);
    let wheel = wheel(&place, "late", "Requires-Python: <3\n", &[("late.py", "")]);
    place.fails([wheel], &["requires Python <3"]);
}

#[test]
fn a_virtualenv_of_another_python() {
    let other = if python().minor() == (3, 9) { "3.10" } else { "3.9" };
    let place = Place::with(&[SCRIPT, ("venv/pyvenv.cfg", &format!("home = /usr/bin\nversion = {other}.1\n"))]);
    place.write(&format!("venv/lib/python{other}/site-packages/x.py"), "");
    let words = [format!("venv is for Python {other}"), format!("--python {other}")];
    place.fails(["hello.py", "--venv", "venv"], &[&words[0], &words[1]]);
}

#[test]
fn no_cargo_and_no_launcher() {
    let place = Place::with(&[SCRIPT]);
    let mut command = place.command(["pack", "hello.py", "--python", python_path()]);
    command.env("PATH", "/nonexistent").env_remove("CARGO").env("PYOXIDIZER_CACHE_DIR", place.path("cache"));
    place.command_fails(&mut command, &["cannot run cargo", "install Rust", "--launcher"]);
}

#[test]
fn launchers_that_do_not_fit() {
    let place = Place::with(&[SCRIPT, ("launchers/note", "")]);
    place.fails(["hello.py", "--launcher", "/bin/true"], &["/bin/true is not a launcher", "launcher build"]);
    place.fails(["hello.py", "--launcher", "none"], &["there is no launcher for Python", "at none"]);
    place.fails(["hello.py", "--launcher", "launchers"], &["at launchers/pyox-launcher-"]);
    place.pack(["hello.py"]).succeeds();
    place.fails(["hello.py", "-o", "x", "--launcher", "hello"], &["has a payload already", "is a packed program"]);
    let (major, minor) = python().minor();
    let (mine, other) = (format!("python={major}.{minor}\n"), format!("python=9.{minor}\n"));
    let other = &other[..mine.len()];
    let bytes = std::fs::read(launcher()).expect("a launcher");
    let at = bytes.windows(mine.len()).position(|part| part == mine.as_bytes()).expect("the marker");
    let mut changed = bytes;
    changed[at..at + mine.len()].copy_from_slice(other.as_bytes());
    place.write("other", &changed);
    place.fails(["hello.py", "--launcher", "other"], &["other is for Python 9.", "launcher build --python"]);
    let mut damaged = std::fs::read(launcher()).expect("a launcher");
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    place.write("damaged", &damaged);
    place.fails(["hello.py", "--launcher", "damaged"], &["damaged is damaged", "launcher build -o DIR"]);
}

fn executable(place: &Place, name: &str, text: &str) {
    let path = place.write(name, text);
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).expect("a mode");
}
