//! Wheels with native code: arrays in all sorts of processes, libraries that need each other, exceptions of C++, and a cache
//! directory to which everything happens that can.
//!
//! The oldest and the newest CPython of this machine run; `PYOX_TEST_PYTHONS=3.11` chooses among all.

mod cache;
mod durability;
mod libraries;
mod locations;
mod memory;
mod namespaces;
mod processes;
mod trust;

use std::path::Path;

use crate::common::{Program, pythons};
use pyox_distribution::{Distribution as _, Installed};

/// Runs a test with the oldest and the newest Python.
pub fn for_two_pythons(name: &str, test: impl Fn(&'static Installed) -> anyhow::Result<()> + Sync) {
    let two = pythons::oldest_and_newest(|_| true);
    let fits = |python: &Installed| two.iter().any(|other| other.executable() == python.executable());
    pythons::for_each_of(name, fits, test);
}

/// Packs a script of `scripts` with requirements.
pub fn pack(python: &'static Installed, name: &str, text: &str, options: &[&str]) -> anyhow::Result<Program> {
    let script = format!("{name}.py");
    let write = |src: &Path| std::fs::write(src.join(&script), text);
    Program::pack(python, name, write, &[&[&*script], options].concat())
}

/// The original of the script that [`pack`] packed.
fn original(program: &Program, name: &str) -> String {
    program.place("src").join(name).with_extension("py").display().to_string()
}
