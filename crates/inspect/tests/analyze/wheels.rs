//! Binaries out of wheels from PyPI.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use pyox_distribution::{Host as _, Installed};
use tempfile::TempDir;

/// Runs a program, which has to succeed, and returns what it prints.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error} (is it installed?)"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn python() -> Command {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    let locate = || Installed::locate(None).expect("a Python on PATH").executable().to_owned();
    Command::new(PYTHON.get_or_init(locate))
}

/// Files of wheels, which go with it.
pub struct Wheels(TempDir);

impl Wheels {
    /// Downloads the wheels of some requirements for CPython 3.11 with one of these platform tags, and unpacks them.
    pub fn download(platforms: &[&str], requirements: &[&str]) -> Self {
        let wheels = Self(TempDir::new().expect("a directory"));
        let directory = wheels.0.path().join("wheels");
        let mut pip = python();
        pip.args([
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--python-version",
            "3.11",
        ]);
        pip.args(platforms.iter().flat_map(|platform| ["--platform", platform]));
        run(pip.arg("--dest").arg(&directory).args(requirements));
        let found = files(&directory, &["whl"]);
        assert_eq!(found.len(), requirements.len(), "{found:?}");
        for (number, wheel) in found.iter().enumerate() {
            let target = wheels.0.path().join(format!("files/{number}"));
            run(python().args(["-m", "zipfile", "-e"]).arg(wheel).arg(target));
        }
        wheels
    }

    /// All files with these extensions.
    pub fn binaries(&self, extensions: &[&str]) -> Vec<PathBuf> {
        let found = files(&self.0.path().join("files"), extensions);
        assert!(!found.is_empty());
        found
    }
}

/// All files below a directory that have one of these among the extensions of their names.
fn files(directory: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let (mut found, mut todo) = (Vec::new(), vec![directory.to_owned()]);
    while let Some(directory) = todo.pop() {
        for path in std::fs::read_dir(&directory).expect("a directory").flatten().map(|entry| entry.path()) {
            let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default().to_owned();
            if path.is_dir() {
                todo.push(path);
            } else if name.split('.').skip(1).any(|part| extensions.contains(&part)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
