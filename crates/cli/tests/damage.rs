//! Flipped bits in a packed program: `tests/damage/run.py` flips them; here it flips some. `docs/damage.md` has the
//! results of more, and of flips in a build cache.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use pyox_distribution::Host as _;
use pyox_test_support::{command, pythons, report};

/// A few for each region of a program.
const FLIPS: &str = "40";

#[test]
fn flipped_bits_of_a_payload_do_no_harm_and_are_found() -> Result<()> {
    let directory = command::workspace().join("tests/damage");
    for python in pythons::newest_that(|_| true) {
        let work = tempfile::tempdir()?;
        let mut run = Command::new(python.executable());
        command::configure(&mut run);
        run.arg(directory.join("run.py")).args(["program", "--count", FLIPS, "--python"]).arg(python.executable());
        run.arg("--work").arg(work.path()).arg("--pyoxidizer").arg(command::path()).env("PYTHONDONTWRITEBYTECODE", "1");
        let output = run.output().context("run.py cannot be run")?;
        let (told, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "{}\n{told}{errors}", output.status);
        report::say(&told);
    }
    Ok(())
}
