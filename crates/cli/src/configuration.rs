//! `pyoxidizer build`, `run`, `list-targets`, `upgrade` and `init-config-file`: configuration files.

mod beside;
mod former;
pub mod init;

use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub use beside::Beside;
use clap::Subcommand;
pub use former::Former;
pub use init::{InitConfigFile, init};

use crate::rust_project::args::RunBuildScript;
use crate::style::Style;

/// Whether a build script in this directory has a configuration file: one that is named, or one in a directory above it
/// or its output.
pub fn is_near() -> bool {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let starts = [std::env::current_dir().ok(), variable("OUT_DIR")];
    let has_file = |start: &PathBuf| start.ancestors().any(|directory| directory.join(init::NAME).is_file());
    variable("PYOXIDIZER_CONFIG").is_some() || starts.iter().flatten().any(has_file)
}

/// How the command talks to a person.
#[derive(Clone, Copy)]
pub struct Talk {
    /// Everything, in detail.
    pub verbose: bool,
    /// Nothing but errors.
    pub quiet: bool,
    /// How it looks.
    pub style: Style,
}

/// What evaluates configuration files.
pub trait Configurations {
    /// Does what a command says, and returns the exit status.
    ///
    /// # Errors
    ///
    /// Whatever goes wrong.
    fn run(&self, command: &ConfigurationCommand, talk: Talk) -> anyhow::Result<u8>;

    /// Makes the artifacts of a build script in a directory, an absolute path, and prints lines for cargo.
    ///
    /// # Errors
    ///
    /// Whatever goes wrong.
    fn artifacts(&self, script: &RunBuildScript, directory: &Path, talk: Talk) -> anyhow::Result<u8>;

    /// What a person can do about an error of it.
    fn hint(&self, error: &(dyn Error + 'static)) -> Option<String> {
        let _ = error;
        None
    }
}

/// A command that evaluates a configuration file.
#[derive(Subcommand)]
pub enum ConfigurationCommand {
    /// Build what a configuration file, pyoxidizer.bzl, describes
    ///
    /// The file is PYOXIDIZER_CONFIG, or pyoxidizer.bzl in the directory of --path or the nearest one above it. What is
    /// built is in build/TRIPLE/debug/TARGET beside it.
    Build(Build),
    /// Build a target of a configuration file, and run the program that it is
    Run(Run),
    /// List the targets of a configuration file; the default one is marked
    ListTargets(ListTargets),
    /// Rewrite a configuration file of an earlier version, and show what has changed
    ///
    /// Names that were removed or renamed become what there is instead; all else stays as it is, comments too. What
    /// cannot be rewritten is listed with its line and what to use.
    Upgrade(Upgrade),
}

/// Which configuration file, and for what.
#[derive(clap::Args)]
pub struct Project {
    /// Where the search for the configuration file begins [default: the current directory]
    #[arg(long, value_name = "DIR")]
    pub path: Option<PathBuf>,
    /// The Rust target triple to build for [default: that of this machine]
    #[arg(long, value_name = "TRIPLE")]
    pub target_triple: Option<String>,
    /// Build into release instead of debug
    #[arg(long)]
    pub release: bool,
    /// Give the configuration file this value as NAME of its VARS; may be repeated
    #[arg(long, num_args = 2, value_names = ["NAME", "VALUE"], action = clap::ArgAction::Append)]
    pub var: Vec<String>,
    /// Give the configuration file the value of an environment variable as NAME of its VARS; may be repeated
    #[arg(long, num_args = 2, value_names = ["NAME", "VARIABLE"], action = clap::ArgAction::Append)]
    pub var_env: Vec<String>,
    /// Run pip even if what it installed for the same requirements is known, and read the standard library again
    #[arg(long)]
    pub refresh: bool,
}

/// `build`
#[derive(clap::Args)]
pub struct Build {
    /// The targets, in this order [default: the default target of the file]
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    /// Another name of --target-triple
    #[arg(long, value_name = "TRIPLE", hide = true, conflicts_with = "target_triple")]
    pub target: Option<String>,
    /// Which file.
    #[command(flatten)]
    pub project: Project,
}

/// `run`
#[derive(clap::Args)]
pub struct Run {
    /// The target [default: the default target of the file]
    #[arg(long, value_name = "TARGET")]
    pub target: Option<String>,
    /// Which file.
    #[command(flatten)]
    pub project: Project,
    /// Arguments of the program
    #[arg(last = true, value_name = "ARGS")]
    pub arguments: Vec<OsString>,
}

/// `list-targets`
#[derive(clap::Args)]
pub struct ListTargets {
    /// Where the search for the configuration file begins [default: --path]
    #[arg(value_name = "DIR", conflicts_with = "path")]
    pub directory: Option<PathBuf>,
    /// Which file.
    #[command(flatten)]
    pub project: Project,
}

/// `upgrade`
#[derive(clap::Args)]
pub struct Upgrade {
    /// Where the search for the configuration file begins [default: the current directory]
    #[arg(long, value_name = "DIR")]
    pub path: Option<PathBuf>,
    /// Write nothing; status 1 if there is something to do
    #[arg(long)]
    pub check: bool,
}
