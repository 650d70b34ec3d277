//! Packages of PyPI in packed programs: small programs that exercise one each are packed, run where Python is hidden,
//! and compared with what they do unpackaged. `tests/compatibility/run.py` does it; here it runs the programs of
//! `subset.txt`, half of them where tests take samples. `docs/compatibility.md` has the results of all.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use pyox_distribution::{Host as _, Installed, Python as _};
use pyox_test_support::{command, pythons, report, sample};

/// Pythons for which the packages have wheels; `run.py` itself needs one of them.
const KNOWN: std::ops::RangeInclusive<(u8, u8)> = (3, 11)..=(3, 15);

/// Runs the programs with the newest Python.
#[test]
fn subset() -> Result<()> {
    let found = pythons::newest_that(|python| KNOWN.contains(&python.minor()));
    let work = tempfile::tempdir()?;
    run(&found, work.path())
}

fn run(found: &[&Installed], work: &Path) -> Result<()> {
    let directory = command::workspace().join("tests/compatibility");
    let list = work.join("list.txt");
    fs::write(&list, sample::half_of_list(&fs::read_to_string(directory.join("subset.txt"))?))?;
    let mut run = Command::new(found[0].executable());
    command::configure(&mut run);
    run.arg(directory.join("run.py")).args(["run", "--jobs", "2", "--limit", "600", "--list"]).arg(&list);
    for python in found {
        run.arg("--python").arg(python.executable());
    }
    run.arg("--work").arg(work).arg("--pyoxidizer").arg(command::path()).env("PYTHONDONTWRITEBYTECODE", "1");
    let output = run.output().context("run.py cannot be run")?;
    let (told, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "{}\n{told}{errors}", output.status);
    report::say(&told);
    Ok(())
}
