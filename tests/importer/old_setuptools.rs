//! `pkg_resources` of setuptools before version 82, imported from memory.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};
use pyox_distribution::{Host as _, Installed, Python as _};
use pyox_test_support::{command, extension, pythons};

use super::python;

/// `importlib.resources.files()`, which newer ones call, asks no loader in Python 3.9.
fn requirement(python: &Installed) -> &'static str {
    if python.info().minor < 10 { "setuptools==57.5.0" } else { "setuptools==80.9.0" }
}

#[test]
fn old_setuptools() {
    pythons::for_two_ordinary_pythons("old_setuptools", |python| {
        let directory = installed(python)?;
        let module = extension::directory(python)?;
        let output = python::run(python.executable(), &module, "old_setuptools", &[&directory])?;
        ensure!(output.status.success(), "{}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
        Ok(())
    });
}

/// A directory with what pip installs, kept with what cargo builds.
fn installed(python: &Installed) -> Result<PathBuf> {
    let requirement = requirement(python);
    let name = format!("{}-python-{}", requirement.replace("==", "-"), python.info().version);
    let directory = command::target().join(name);
    if !directory.is_dir() {
        let unfinished = tempfile::tempdir_in(command::target())?;
        let pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--target"];
        let output = Command::new(python.executable()).args(pip).arg(unfinished.path()).arg(requirement).output()?;
        ensure!(output.status.success(), "pip: {}", String::from_utf8_lossy(&output.stderr));
        // Another process may have been faster.
        let renamed = std::fs::rename(unfinished.path(), &directory);
        ensure!(directory.is_dir(), "{}: {renamed:?}", directory.display());
    }
    Ok(directory)
}
