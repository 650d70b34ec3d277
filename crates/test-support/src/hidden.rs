//! Running a command where Python has been taken away.

use std::path::{Path, PathBuf};
use std::process::Command;

use pyox_distribution::Host as _;

use crate::{command, pythons};

/// Prefixes that also hold the operating system, of which only parts can be hidden.
const SYSTEM_PREFIXES: [&str; 3] = ["/", "/usr", "/usr/local"];

/// A command, to be completed with a program, that runs it in a mount namespace without `places`.
#[must_use]
pub fn command(places: &[PathBuf], work: &Path) -> Command {
    let mut command = Command::new("sh");
    command.arg(script()).arg(work).args(places).arg("--");
    command
}

/// The script that hides files.
#[must_use]
pub fn script() -> PathBuf {
    command::workspace().join("crates/test-support/src/hide.sh")
}

/// All files of all Pythons of this machine.
pub fn pythons() -> Vec<PathBuf> {
    let mut places = Vec::new();
    if let Some(root) = std::env::var_os("PYENV_ROOT") {
        places.push(PathBuf::from(root));
    }
    for python in pythons::all() {
        if !SYSTEM_PREFIXES.iter().any(|system| python.prefix() == Path::new(system)) {
            places.push(python.prefix().to_owned());
        }
        places.extend([python.executable(), python.stdlib_dir(), python.site_packages()].map(Path::to_owned));
        places.extend(python.extension_dir().map(Path::to_owned));
    }
    for prefix in SYSTEM_PREFIXES {
        let entries = std::fs::read_dir(Path::new(prefix).join("lib")).into_iter().flatten().flatten();
        let python = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("python3"));
        places.extend(python.map(|entry| entry.path()));
    }
    places.sort();
    places.dedup();
    places
}

/// All libraries and scripts of Tcl and Tk.
pub fn tcl() -> Vec<PathBuf> {
    let directories = ["/usr/share", "/usr/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/local/lib"];
    let entries = directories.iter().filter_map(|place| std::fs::read_dir(place).ok()).flatten().flatten();
    let is_tcl = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        ["tcl", "tk8", "tk9", "libtcl", "libtk", "libBLT"].iter().any(|start| name.starts_with(start))
    };
    let mut places: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_tcl).collect();
    places.sort();
    places
}

#[test]
fn no_python_runs_where_they_are_hidden() -> anyhow::Result<()> {
    for python in pythons::all() {
        let mut command = command(&pythons(), Path::new("/"));
        let output = command.arg(python.executable()).args(["-c", "print('runs')"]).output()?;
        assert!(!output.status.success() && output.stdout.is_empty(), "{}", python.prefix().display());
        assert!(python.stdlib_dir().join("os.py").is_file(), "hidden from all");
    }
    Ok(())
}
