//! Files of CPython's own test suite, with the standard library served by `OxidizedFinder`: in a packed program, and
//! with the extension module first in the installed Python. `tests/cpython/run.py` does it and knows the differences
//! that may be; here it runs those of `subset.txt`, half of them where tests take samples. `docs/cpython-tests.md` has
//! the results of all files.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use pyox_distribution::{Host as _, Installed, Python as _};
use pyox_test_support::{command, extension, pythons, report, sample};

/// Pythons whose differences `expected.toml` knows; `run.py` itself needs one of them.
const KNOWN: std::ops::RangeInclusive<(u8, u8)> = (3, 11)..=(3, 15);

/// Runs the files with the newest Python.
#[test]
fn subset() -> Result<()> {
    let has_tests = |python: &Installed| python.stdlib_dir().join("test/test_importlib").is_dir();
    let found = pythons::newest_that(|python| KNOWN.contains(&python.minor()) && has_tests(python));
    let work = tempfile::tempdir()?;
    for python in &found {
        for mode in if pythons::is_everything() { ["packed", "extension"].as_slice() } else { &["packed"] } {
            run(python, mode, work.path())?;
        }
    }
    Ok(())
}

fn run(python: &Installed, mode: &str, work: &Path) -> Result<()> {
    let directory = command::workspace().join("tests/cpython");
    let list = work.join("list.txt");
    fs::write(&list, sample::half_of_list(&fs::read_to_string(directory.join("subset.txt"))?))?;
    let mut run = Command::new(python.executable());
    command::configure(&mut run);
    let output = run
        .arg(directory.join("run.py"))
        .args(["run", "--jobs", "2", "--limit", "600", "--mode", mode, "--list"])
        .arg(&list)
        .arg("--python")
        .arg(python.executable())
        .arg("--work")
        .arg(work)
        .arg("--pyoxidizer")
        .arg(command::path())
        .arg("--extension")
        .arg(extension::directory(python)?)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .context("run.py cannot be run")?;
    let (told, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "{}\n{told}{errors}", output.status);
    report::say(&told);
    Ok(())
}
