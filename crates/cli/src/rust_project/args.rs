//! Arguments of the commands for Rust projects.

use std::path::PathBuf;

/// Write a Rust project whose program runs Python
///
/// `cargo run` in it compiles the program and packs Python into it: this command is run again for that, from PATH or as
/// PYOXIDIZER_EXE names it. What is packed, and what it runs, is in its Cargo.toml.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pyoxidizer init-rust-project app
  cd app && cargo run                             the interactive interpreter
  PYO3_PYTHON=python3.12 cargo run                with another Python than python3 on PATH")]
pub struct InitRustProject {
    /// The directory to write it to, which names it: new, or empty
    pub path: PathBuf,
}

/// Add Python to a Rust project that exists
///
/// Adds dependencies, features and settings to its Cargo.toml, a call to its build script, which is written if there is
/// none, and a module with a function that starts Python.
#[derive(clap::Args)]
pub struct Add {
    /// The directory with its Cargo.toml
    pub path: PathBuf,
}

/// Make what the build script of a Rust program needs to embed Python
///
/// Build scripts run this by themselves (build-mode-pyoxidizer-exe). Run in the directory of a project, it makes what
/// build-mode-prebuilt-artifacts takes. It packs what the project's Cargo.toml says, or else a configuration file,
/// pyoxidizer.bzl, and prints lines for cargo.
#[derive(clap::Args)]
#[command(after_help = "\
Files in PYOXIDIZER_ARTIFACT_DIR, or else OUT_DIR:
  cargo_metadata.txt             how cargo links the program
  packed-resources               what it imports, and how its interpreter behaves
  default_python_config.rs       the function default_python_config()
  pyo3-build-config-file.txt     for PYO3_CONFIG_FILE
  libpythonX.Y.a                 if the Python has a static library

In Cargo.toml, with arguments of `pyoxidizer pack`:
  [package.metadata.pyoxidizer]
  pack = [\"app.py\", \"--pip\", \"requests\"]
  [package.metadata.pyoxidizer.target.NAME]       for --target
  pack = [\"tests/app.py\"]")]
pub struct RunBuildScript {
    /// The build script, for cargo to run it again if it changes
    #[arg(value_name = "BUILD_SCRIPT_NAME")]
    pub name: String,
    /// Pack what this target in Cargo.toml says, or this target of the configuration file
    #[arg(long, value_name = "NAME", env = "PYOXIDIZER_BUILD_TARGET")]
    pub target: Option<String>,
    /// Which Python, unless the project says it [default: python3 on PATH]
    #[arg(long, value_name = "VERSION|PATH")]
    pub python: Option<String>,
    /// Give the configuration file this value as NAME of its VARS; may be repeated
    #[arg(long, num_args = 2, value_names = ["NAME", "VALUE"], action = clap::ArgAction::Append)]
    pub var: Vec<String>,
    /// Give the configuration file the value of an environment variable as NAME of its VARS; may be repeated
    #[arg(long, num_args = 2, value_names = ["NAME", "VARIABLE"], action = clap::ArgAction::Append)]
    pub var_env: Vec<String>,
}
