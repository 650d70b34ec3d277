//! The crates that depend on a Python, compiled with cargo for one: the module `oxidized_importer`, and tests.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, ensure};
use pyox_distribution::{Installed, Python as _};

use crate::command::{target, workspace};

/// The directory for sys.path that holds the module, and nothing else, for this Python. It is built once per process
/// and Python minor version.
///
/// # Errors
///
/// What cargo says if it fails, or an error of the file system.
pub fn directory(python: &Installed) -> Result<PathBuf> {
    static BUILT: Mutex<Option<HashMap<String, PathBuf>>> = Mutex::new(None);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let built = built.get_or_insert_default();
    let version = version(python);
    if let Some(directory) = built.get(&version) {
        return Ok(directory.clone());
    }
    let directory = build(python)?;
    built.insert(version, directory.clone());
    Ok(directory)
}

fn build(python: &Installed) -> Result<PathBuf> {
    let cargo = Cargo::for_python(python)?;
    cargo.run(&["build", "--package", "pyox-oxidized-importer"], &[])?;
    let place = cargo.directory.join("path");
    std::fs::create_dir_all(&place)?;
    // A process that has the old file mapped keeps it.
    let fresh = cargo.directory.join(format!("{}.so", std::process::id()));
    std::fs::copy(target().join("debug/liboxidized_importer.so"), &fresh)
        .context("cargo made no liboxidized_importer.so")?;
    std::fs::rename(fresh, place.join("oxidized_importer.so"))?;
    Ok(place)
}

/// Cargo for a Python. All Pythons share one directory of cargo, so that what depends on none is compiled once: while
/// this exists, what it has made is not made again for another one.
pub struct Cargo {
    version: String,
    /// For what is kept for this Python.
    directory: PathBuf,
    config: PathBuf,
    _in_turn: File,
}

impl Cargo {
    /// # Errors
    ///
    /// An error of the file system.
    pub fn for_python(python: &Installed) -> Result<Self> {
        let version = version(python);
        let directory = target().join(format!("python-{version}"));
        std::fs::create_dir_all(&directory)?;
        let in_turn = File::create(target().join("run-side.lock"))?;
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
        Ok(Self { version, directory, config, _in_turn: in_turn })
    }

    /// Runs cargo and returns what it prints; `flags` go to the compiler of the last crate.
    ///
    /// # Errors
    ///
    /// What cargo says if it fails.
    pub fn run(&self, arguments: &[&str], flags: &[String]) -> Result<String> {
        self.run_with(arguments, flags, Vec::new())
    }

    /// The configuration of pyo3-ffi, in a directory for what is kept for this Python.
    #[must_use]
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// [`Cargo::run`] with more variables.
    ///
    /// # Errors
    ///
    /// What cargo says if it fails.
    pub fn run_with(
        &self,
        arguments: &[&str],
        flags: &[String],
        variables: Vec<(&'static str, OsString)>,
    ) -> Result<String> {
        let mut command = Command::new(env!("CARGO"));
        command.args(arguments).arg("--quiet").arg("--target-dir").arg(target());
        if !flags.is_empty() {
            command.arg("--").args(flags);
        }
        command.current_dir(workspace()).env("PYO3_CONFIG_FILE", &self.config).envs(variables);
        let output = command.output().context("cargo cannot be run")?;
        let (printed, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "cargo {arguments:?} fails for Python {}:\n{printed}{errors}", self.version);
        Ok(printed.into_owned())
    }
}

/// What the crates depend on.
fn version(python: &Installed) -> String {
    let info = python.info();
    format!("{}.{}{}", info.major, info.minor, if info.gil_disabled { "t" } else { "" })
}
