//! Flipped bits in a packed program: `run.py` beside this file flips them; here it flips some. `docs/damage.md` has the
//! results of more, and of flips in a build cache.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use pyox_distribution::Distribution as _;
use pyox_tests::pythons::oldest_and_newest;
use pyox_tests::{command, extension, pythons};

/// A few for each region of a program.
const FLIPS: &str = "40";

#[test]
fn flipped_bits_of_a_payload_do_no_harm_and_are_found() -> Result<()> {
    let directory = extension::workspace().join("tests/damage");
    for python in oldest_and_newest(|python| python.link().is_ok()) {
        let work = tempfile::tempdir()?;
        let mut run = Command::new(python.executable());
        run.arg(directory.join("run.py")).args(["program", "--count", FLIPS, "--python"]).arg(python.executable());
        run.arg("--work").arg(work.path()).arg("--pyoxidizer").arg(command()?).env("PYTHONDONTWRITEBYTECODE", "1");
        let output = run.output().context("run.py cannot be run")?;
        let (told, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "{}\n{told}{errors}", output.status);
        pythons::say(&told);
    }
    Ok(())
}
