//! The `pyoxidizer` command: arguments, progress, messages and exit codes. Everything else is in the libraries.
//!
//! [`main`] is all of it but the evaluation of configuration files, which takes a large library: `pyoxidizer` has it
//! done by a program beside it ([`Beside`]), and that program, `pyoxidizer-starlark` of the package `pyox-starlark`, is
//! the same command with [`Configurations`] of its own.
#![forbid(unsafe_code)]

mod analyze;
mod args;
mod catalogue;
mod configuration;
mod distribution;
mod launcher;
mod licenses;
mod pack;
mod resources;
mod rust_project;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
pub use pyox_catalogue::host_target;
use pyox_terminal::{hint, progress, settings, speech, style, summary, text};

use crate::args::{Args, Command};
pub use crate::catalogue::{archive_at, archive_for};
pub use crate::configuration::{
    Beside, Build, ConfigurationCommand, Configurations, ListTargets, Project, Run, Talk, Upgrade,
};
pub use crate::launcher::compiled as launchers;
pub use crate::rust_project::args::RunBuildScript;
use crate::speech::tell;
use crate::style::Style;
use crate::text::printable_lines;

/// Runs the command of this process, and says what came of it.
pub fn main(configurations: &dyn Configurations) -> ExitCode {
    let matches = Args::command().get_matches();
    let args = Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let package_roots = args::package_roots(&matches);
    let style = Style::new(args.color);
    let talk = Talk { verbose: args.verbose, quiet: args.quiet, style };
    let mut failure = ExitCode::FAILURE;
    let outcome = match args.command {
        Command::Pack(pack) => pack::run(*pack, package_roots, args.verbose, args.quiet, style),
        Command::Launcher(command) => launcher::run(command, args.verbose, args.quiet, style),
        Command::Resources(command) => {
            failure = ExitCode::from(command.failure_status());
            resources::run(command, args.verbose, args.quiet, style)
        }
        Command::PythonDistributionExtract(command) => distribution::extract(&command),
        Command::PythonDistributionInfo(command) => distribution::info(&command, args.quiet, style),
        Command::PythonDistributionLicenses(command) => distribution::licenses(&command, args.quiet, style),
        Command::FindResources(command) => distribution::find_resources(&command, args.quiet, style),
        Command::Distribution(command) => distribution::run(&command, args.quiet, style),
        Command::InitRustProject(command) => rust_project::init(&command, args.quiet, style),
        Command::Add(command) => rust_project::add(&command, args.quiet, style),
        Command::RunBuildScript(command) => rust_project::run_build_script(&command, configurations, talk),
        Command::Licenses(command) => licenses::run(&command, args.verbose, args.quiet, style),
        Command::Analyze(command) => analyze::run(&command, args.verbose, style),
        Command::InitConfigFile(command) => configuration::init(&command, talk),
        Command::Former(command) => Err(command.mistake().into()),
        Command::Configuration(command) => configurations.run(&command, talk),
    };
    match outcome {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            report(&error, configurations, style);
            failure
        }
    }
}

/// The error with its causes, and what can be done.
fn report(error: &anyhow::Error, configurations: &dyn Configurations, style: Style) {
    tell!("{} {}", style.error("error:"), printable_lines(error));
    for cause in error.chain().skip(1) {
        tell!("  {} {}", style.dim("because:"), printable_lines(cause));
    }
    let hint = error.chain().find_map(|error| configurations.hint(error).or_else(|| hint::of_one(error)));
    if let Some(hint) = hint {
        tell!("{} {}", style.hint("hint:"), printable_lines(hint));
    }
}
