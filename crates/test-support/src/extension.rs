//! `oxidized_importer` as an extension module, compiled with cargo for a Python.

use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, ensure};
use pyox_distribution::{Distribution as _, Installed};

use crate::command::{run_side, workspace};

/// The directory for sys.path that holds the module, and nothing else, for this Python. It is built once per process
/// and Python minor version.
///
/// # Errors
///
/// What cargo says if it fails, or an error of the file system.
pub fn directory(python: &Installed) -> Result<PathBuf> {
    static BUILT: Mutex<Option<HashMap<String, PathBuf>>> = Mutex::new(None);
    let info = python.info();
    let version = format!("{}.{}{}", info.major, info.minor, if info.gil_disabled { "t" } else { "" });
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let built = built.get_or_insert_default();
    if let Some(directory) = built.get(&version) {
        return Ok(directory.clone());
    }
    let directory = build(&version)?;
    built.insert(version, directory.clone());
    Ok(directory)
}

fn build(version: &str) -> Result<PathBuf> {
    let target = run_side();
    let directory = target.join(format!("module-{version}"));
    std::fs::create_dir_all(&directory)?;
    // One directory for all Pythons: what depends on none is compiled once, and each takes what it has made.
    let in_turn = File::create(target.join("oxidized_importer.lock"))?;
    in_turn.lock()?;
    let config = directory.join("pyo3-config.txt");
    let mut settings = format!(
        "implementation=CPython\nversion={}\nshared=true\nsuppress_build_script_link_lines=true\n",
        version.trim_end_matches('t')
    );
    if version.ends_with('t') {
        settings.push_str("build_flags=Py_GIL_DISABLED\n");
    }
    // Writing it makes cargo compile pyo3-ffi again.
    if std::fs::read_to_string(&config).ok().as_ref() != Some(&settings) {
        std::fs::write(&config, settings)?;
    }
    let output = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--package", "oxidized_importer", "--target-dir"])
        .arg(&target)
        .current_dir(workspace())
        .env("PYO3_CONFIG_FILE", &config)
        .output()
        .context("cargo cannot be run")?;
    ensure!(
        output.status.success(),
        "oxidized_importer does not compile for Python {version}:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let place = directory.join("path");
    std::fs::create_dir_all(&place)?;
    // A process that has the old file mapped keeps it.
    let fresh = directory.join(format!("{}.so", std::process::id()));
    std::fs::copy(target.join("debug/liboxidized_importer.so"), &fresh)
        .context("cargo made no liboxidized_importer.so")?;
    std::fs::rename(fresh, place.join("oxidized_importer.so"))?;
    Ok(place)
}
