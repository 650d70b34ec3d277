//! The command `pyoxidizer`, and where tests keep what takes long to make.

use std::path::{Path, PathBuf};
use std::process::Command;

use pyox_linker::{LAUNCHER_VARIABLE, QUICK_VARIABLE};

/// Names the cache.
const CACHE_VARIABLE: &str = "PYOXIDIZER_CACHE_DIR";

/// `pyoxidizer`, with the settings of tests.
#[must_use]
pub fn pyoxidizer() -> Command {
    let mut command = Command::new(path());
    configure(&mut command);
    command
}

/// The executable, which cargo builds for the tests of its own package.
///
/// # Panics
///
/// If it is not there: in tests of another package.
#[must_use]
pub fn path() -> PathBuf {
    let path = profile_directory().join(format!("pyoxidizer{}", std::env::consts::EXE_SUFFIX));
    assert!(path.is_file(), "{} is missing: tests of the command belong to its package", path.display());
    path
}

/// Gives a process that runs `pyoxidizer` the settings of tests.
pub fn configure(command: &mut Command) {
    command.env(CACHE_VARIABLE, cache()).env(QUICK_VARIABLE, target());
    for name in [LAUNCHER_VARIABLE, "NO_COLOR", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"] {
        command.env_remove(name);
    }
}

/// The cache that all tests share, so that a launcher is compiled once.
#[must_use]
pub fn cache() -> PathBuf {
    std::env::var_os(CACHE_VARIABLE).map_or_else(|| target().join("pyox-cache"), PathBuf::from)
}

/// Where cargo puts what it builds for this workspace.
#[must_use]
pub fn target() -> PathBuf {
    let directory = profile_directory();
    directory.parent().map(Path::to_owned).unwrap_or(directory)
}

/// The directory of the repository.
#[must_use]
pub fn workspace() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// `target/debug`: tests are in `deps` below it.
fn profile_directory() -> PathBuf {
    let exe = std::env::current_exe().expect("the path of this test");
    exe.ancestors().nth(2).expect("a directory of cargo").to_owned()
}
