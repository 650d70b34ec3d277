//! Runs the Python files of this directory.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Result, ensure};
use pyox_distribution::Host as _;
use pyox_test_support::{command, extension, pythons};

/// Puts what follows it on sys.path before anything else of ours is imported, and runs the module named first.
const START: &str = "import sys, runpy\n\
    module, sys.path[:0] = sys.argv[1], sys.argv[2:4]\n\
    sys.argv[:4] = [module]\n\
    runpy.run_module(module, run_name='__main__', alter_sys=True)";

/// Runs `test_NAME.py` with every Python.
pub fn unittest(name: &str) {
    pythons::for_two_ordinary_pythons(name, |python| {
        let module = extension::directory(python)?;
        let output = run(python.executable(), &module, &format!("test_{name}"), &[])?;
        ensure!(output.status.success(), "{}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
        Ok(())
    });
}

/// Runs a module of this directory, isolated from environment and site, with `oxidized_importer` from `module`, in a
/// directory of its own.
pub fn run(python: &Path, module: &Path, name: &str, arguments: &[&Path]) -> Result<Output> {
    let place = tempfile::Builder::new().prefix("importer-").tempdir()?;
    let output = Command::new(python)
        .args(["-I", "-B", "-X", "faulthandler", "-c", START, name])
        .args([module, &directory()])
        .args(arguments)
        .current_dir(&place)
        .env("TMPDIR", place.path())
        .output()?;
    Ok(output)
}

/// The names of the files in this directory.
pub fn files() -> impl Iterator<Item = String> {
    let entries = std::fs::read_dir(directory()).expect("the directory of this file can be read");
    entries.map(|entry| entry.expect("an entry can be read").file_name().to_string_lossy().into_owned())
}

/// This directory.
pub fn directory() -> PathBuf {
    command::workspace().join("tests/importer")
}
