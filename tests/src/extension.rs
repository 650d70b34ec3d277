//! `oxidized_importer` as an extension module, compiled with cargo for a Python.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, ensure};
use pyox_distribution::{Distribution as _, Installed};

/// The directory for sys.path that holds the module, and nothing else, for this Python. It is built once per process
/// and Python minor version.
///
/// # Errors
///
/// What cargo says if it fails, or an error of the file system.
pub fn directory(python: &Installed) -> Result<PathBuf> {
    static BUILT: Mutex<Option<HashMap<String, PathBuf>>> = Mutex::new(None);
    let version = version(python);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let built = built.get_or_insert_default();
    if let Some(directory) = built.get(&version) {
        return Ok(directory.clone());
    }
    let directory = build(&version)?;
    built.insert(version, directory.clone());
    Ok(directory)
}

/// Where cargo puts what it builds for this workspace.
#[must_use]
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), Into::into)
}

/// The same for what depends on the minor version of a Python.
#[must_use]
pub fn target_for(python: &Installed) -> PathBuf {
    target().join(format!("python-{}", version(python)))
}

fn version(python: &Installed) -> String {
    let info = python.info();
    format!("{}.{}{}", info.major, info.minor, if info.gil_disabled { "t" } else { "" })
}

/// The directory of the repository.
#[must_use]
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

fn build(version: &str) -> Result<PathBuf> {
    let target = target().join(format!("python-{version}"));
    std::fs::create_dir_all(&target)?;
    let config = target.join("pyo3-config.txt");
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
        .args(["build", "--quiet", "--package", "pyox-oxidized-importer", "--target-dir"])
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
    let directory = target.join("module");
    std::fs::create_dir_all(&directory)?;
    // A process that has the old file mapped keeps it.
    let fresh = directory.join(format!(".{}.so", std::process::id()));
    std::fs::copy(target.join("debug/liboxidized_importer.so"), &fresh)
        .context("cargo made no liboxidized_importer.so")?;
    std::fs::rename(fresh, directory.join("oxidized_importer.so"))?;
    Ok(directory)
}
