//! What tests of `oxidized_importer` have in common: the Pythons of this machine, the module built for each, and the
//! command that packs.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

pub mod extension;
#[path = "../../crates/cli/tests/common/pythons.rs"]
pub mod pythons;

/// The command `pyoxidizer`, which cargo builds if it has not.
///
/// # Errors
///
/// That of cargo.
pub fn command() -> Result<PathBuf> {
    let target = extension::target();
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--package", "pyox-cli", "--target-dir"])
        .arg(&target)
        .current_dir(extension::workspace())
        .status()
        .context("cargo cannot be run")?;
    ensure!(status.success(), "pyoxidizer does not compile");
    Ok(target.join("debug/pyoxidizer"))
}
