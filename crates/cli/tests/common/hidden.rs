//! Running a command where Python has been taken away.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context as _, bail};
use pyox_distribution::Distribution as _;

use super::pythons;

/// Mounts an empty directory over every directory before `--`, and an empty file over every file.
const HIDE: &str = r#"
set -e
work=$1; shift
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then mount -t tmpfs tmpfs "$1"; elif [ -e "$1" ]; then mount --bind /dev/null "$1"; fi
    shift
done
shift
cd "$work"
exec "$@"
"#;

/// Prefixes that also hold the operating system, of which only parts can be hidden.
const SYSTEM_PREFIXES: [&str; 3] = ["/", "/usr", "/usr/local"];

/// A command, to be completed with a program, that runs it in a mount namespace without `places`.
pub fn command(places: &[PathBuf], work: &Path) -> anyhow::Result<Command> {
    let mut command = Command::new("unshare");
    command.args(unshare()?).args(["sh", "-c", HIDE, "sh"]).arg(work).args(places).arg("--");
    Ok(command)
}

/// All files of all Pythons of this machine.
pub fn pythons() -> Vec<PathBuf> {
    let mut places = Vec::new();
    if let Some(root) = std::env::var_os("PYENV_ROOT") {
        places.push(PathBuf::from(root));
    }
    for python in pythons::all() {
        let info = python.info();
        if !SYSTEM_PREFIXES.iter().any(|system| info.base_prefix == Path::new(system)) {
            places.push(info.base_prefix.clone());
        }
        places.extend([info.executable.clone(), info.stdlib.clone(), info.purelib.clone()]);
        places.extend(info.extension_dir.clone());
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

/// The options of `unshare` that work here.
fn unshare() -> anyhow::Result<&'static [&'static str]> {
    static OPTIONS: OnceLock<Option<&'static [&'static str]>> = OnceLock::new();
    let works = |options: &&&[&str]| {
        let probe = Command::new("unshare").args(**options).args(["mount", "-t", "tmpfs", "tmpfs", "/mnt"]).output();
        probe.is_ok_and(|output| output.status.success())
    };
    let choices: [&'static [&'static str]; 2] = [&["--mount"], &["--mount", "--map-root-user"]];
    let found = *OPTIONS.get_or_init(|| choices.iter().find(works).copied());
    if found.is_none() {
        Command::new("unshare").arg("--version").output().context("these tests need unshare, of util-linux")?;
        bail!("these tests need mount namespaces, which this user may not make");
    }
    found.context("unshare")
}
