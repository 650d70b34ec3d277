//! Wheels with native code: arrays in all sorts of processes, libraries that need each other, exceptions of C++, and a
//! cache directory to which everything happens that can.

mod cache;
mod distributions;
mod durability;
mod libraries;
mod locations;
mod memory;
mod namespaces;
mod processes;
mod trust;

use std::path::Path;

use pyox_distribution::Installed;
use pyox_test_support::Program;
pub use pyox_test_support::pythons::for_two_pythons;

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
