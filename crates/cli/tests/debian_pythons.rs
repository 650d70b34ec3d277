//! Pythons that are newer than any on this machine, as packages of Debian that are unpacked and not installed.

use std::path::Path;
use std::process::Command;

use pyox_test_support::place::{Outcome, Place};
use pyox_test_support::wheel::wheel;
use pyox_test_support::{command, pythons, report};

const VERSIONS: [&str; 2] = ["3.14", "3.15"];

/// What runs on a machine where they are installed.
const TESTS: [&str; 4] = ["compatibility::", "cpython::", "runtime::", "settings::"];

/// Tells itself from plain Python by nothing but `--packed`.
const SCRIPT: &str = r#"
import asyncio, compression.zstd, ctypes, decimal, email.message, hashlib, importlib.resources, json, logging
import pathlib, sqlite3, ssl, sys, threading, zoneinfo

async def wait():
    await asyncio.sleep(0)
    return len(compression.zstd.compress(b"x" * 1000)) < 100

print(sys.version, asyncio.run(wait()), hashlib.blake2b(b"x").hexdigest()[:8], ssl.OPENSSL_VERSION)
print(sqlite3.sqlite_version, decimal.Decimal(1) / 3, ctypes.pythonapi.Py_IsInitialized(), sys._is_gil_enabled())
thread = threading.Thread(target=print, args=("in a thread",))
thread.start(), thread.join()
print(f"{json.loads('[1]')} {pathlib.PurePath('a') / 'b'} {t'{1}'.interpolations[0].value}")
if "--packed" in sys.argv:
    assert sys.modules["json"].__loader__.__module__ == "oxidized_importer", json.__loader__
    assert "ENCODING" in open(json.__file__).read().upper()
try:
    {}["missing"]
except KeyError as error:
    print(repr(error), error.__traceback__.tb_lineno)
"#;

/// What Python 3.15 imports when it is first used (PEP 810), also beside the script.
const LAZY: &str = r#"
import sys
lazy import beside, json.decoder
lazy from email.message import EmailMessage
lazy import pyox_missing

def loaded():
    print([name in sys.modules for name in ("beside", "json.decoder", "email.message")])

loaded()
print(beside.WORD, json.decoder.JSONDecoder().decode("[1]"), EmailMessage.__name__)
loaded()
import base64
lazy import base64 as known
print("base64" in sys.lazy_modules)
try:
    pyox_missing.used
except ImportError as error:
    print(repr(error), error.name, error.__cause__)
"#;

#[test]
fn newer_pythons_of_debian_run_the_same_packed() -> anyhow::Result<()> {
    if !pythons::is_everything() {
        report::say("Pythons are fetched from Debian where all are chosen");
        return Ok(());
    }
    let place = Place::with(&[("app.py", SCRIPT)]);
    let directory = place.path("sid");
    let script = command::workspace().join("tests/debian-pythons/fetch.sh");
    let fetched = Command::new(script).arg(&directory).arg("sid").args(VERSIONS).output()?;
    if fetched.status.code() == Some(77) {
        report::say(&format!("no Pythons of Debian: {}", String::from_utf8_lossy(&fetched.stdout).trim()));
        return Ok(());
    }
    // The mirror of a machine in CI may be another one: a word is enough there, too.
    anyhow::ensure!(fetched.status.success(), "{}", String::from_utf8_lossy(&fetched.stderr));
    for version in VERSIONS {
        let python = directory.join("root/usr/bin").join(format!("python{version}"));
        let plain = Outcome::of(Command::new(&python).arg("-I").arg(place.path("app.py"))).succeeds();
        let name = format!("app-{version}");
        let pack = ["pack", "app.py", "--python", &python.display().to_string(), "-o", &name];
        place.run(pack).succeeds();
        let packed = run(&directory, &place.path(&name)).succeeds();
        assert_eq!((&packed.stdout, &packed.stderr), (&plain.stdout, &plain.stderr));
        start_files_are_heeded(&place, &directory, version);
    }
    imports_are_lazy(&place, &directory);
    Ok(())
}

/// Where they are installed, with the C library of their suite, what the other tests say of programs holds for them, too.
#[test]
fn newer_pythons_of_debian_pass_the_tests() -> anyhow::Result<()> {
    if !pythons::is_everything() {
        report::say("a machine of Debian is made where all Pythons are chosen");
        return Ok(());
    }
    let script = command::workspace().join("tests/debian-pythons/machine.sh");
    for version in VERSIONS {
        let mut tests = Command::new(&script);
        tests.arg(command::target().join("machines/sid")).arg("sid").arg(std::env::current_exe()?).args(TESTS);
        let done = tests.env("PYOX_TEST_PYTHONS", version).env_remove("PYOX_TEST_ALL").output()?;
        let told = String::from_utf8_lossy(&done.stdout);
        if done.status.code() == Some(77) {
            report::say(&format!("no machine of Debian: {}", told.trim()));
            return Ok(());
        }
        anyhow::ensure!(done.status.success(), "{told}{}", String::from_utf8_lossy(&done.stderr));
        report::say(&told);
    }
    Ok(())
}

fn imports_are_lazy(place: &Place, directory: &Path) {
    place.write("lazy.py", LAZY);
    place.write("beside.py", "WORD = 'beside'\n");
    let python = directory.join("root/usr/bin/python3.15");
    for name in ["normal", "all"] {
        let setting = format!("lazy_imports={name}");
        let mut plain = Command::new(&python);
        let plain = Outcome::of(plain.args(["-X", &setting]).arg(place.path("lazy.py")));
        let plain = plain.succeeds();
        let python = python.display().to_string();
        place.run(["pack", "lazy.py", "--python", &python, "--config", &setting, "-o", name]).succeeds();
        run(directory, &place.path(name)).succeeds().prints(&plain.stdout);
    }
}

/// An entry point in a `.start` file among installed packages is called when Python 3.15 starts; before, a line of code
/// in a `.pth` file is run (PEP 829).
fn start_files_are_heeded(place: &Place, directory: &Path, version: &str) {
    let files = [
        ("starts.start", "starts:main\n"),
        ("starts.pth", "import sys; sys.by_pth = True\n"),
        ("starts.py", "import sys\ndef main():\n    sys.by_start = True\n"),
        ("asks.py", "import sys\nprint(hasattr(sys, 'by_start'), hasattr(sys, 'by_pth'))\n"),
    ];
    let wheel = wheel(place, "starts", "", &files);
    files.iter().for_each(|(name, content)| drop(place.write(&format!("installed/{name}"), content)));
    let python = directory.join("root/usr/bin").join(format!("python{version}"));
    let script = "import site; site.addsitedir('installed'); import asks";
    let plain = Outcome::of(Command::new(&python).args(["-I", "-c", script]).current_dir(place.path(""))).succeeds();
    let name = format!("asks-{version}");
    let python = python.display().to_string();
    place.run(["pack", &wheel.display().to_string(), "--module", "asks", "--python", &python, "-o", &name]).succeeds();
    run(directory, &place.path(&name)).succeeds().prints(&plain.stdout);
    assert_eq!(plain.stdout.contains("True False"), version == "3.15", "{plain:?}");
}

/// Runs a program with the C library of the packages.
fn run(directory: &Path, program: &Path) -> Outcome {
    let libraries = directory.join("root/usr/lib/x86_64-linux-gnu");
    let mut command = Command::new(libraries.join("ld-linux-x86-64.so.2"));
    command.arg("--library-path").arg(&libraries).arg(program).arg("--packed");
    Outcome::of(command.current_dir("/"))
}
