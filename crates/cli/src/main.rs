//! The `pyoxidizer` command: arguments, progress, messages and exit codes. Everything else is in the libraries.
#![forbid(unsafe_code)]

mod analyze;
mod args;
mod catalogue;
mod distribution;
mod hint;
mod launcher;
mod left_out;
mod pack;
mod progress;
mod resources;
mod rust_project;
mod settings;
mod speech;
mod style;
mod summary;
mod text;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::args::{Args, Command};
use crate::speech::tell;
use crate::style::Style;
use crate::text::printable_lines;

fn main() -> ExitCode {
    let matches = Args::command().get_matches();
    let args = Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let package_roots = args::package_roots(&matches);
    let style = Style::new(args.color);
    let mut failure = ExitCode::FAILURE;
    let outcome = match args.command {
        Command::Pack(pack) => pack::run(*pack, package_roots, args.verbose, args.quiet, style),
        Command::Launcher(command) => launcher::run(command, args.verbose, args.quiet, style),
        Command::Resources(command) => {
            failure = ExitCode::from(command.failure_status());
            resources::run(command, args.verbose, args.quiet, style)
        }
        Command::PythonDistributionExtract(command) => distribution::extract(&command),
        Command::PythonDistributionInfo(command) => distribution::info(&command),
        Command::PythonDistributionLicenses(command) => distribution::licenses(&command),
        Command::FindResources(command) => distribution::find_resources(&command),
        Command::Distribution(command) => distribution::run(&command, args.quiet, style),
        Command::InitRustProject(command) => rust_project::init(&command, args.quiet, style),
        Command::Add(command) => rust_project::add(&command, args.quiet, style),
        Command::RunBuildScript(command) => rust_project::run_build_script(&command, args.verbose, args.quiet, style),
        Command::Analyze(command) => analyze::run(&command, args.verbose, style),
    };
    match outcome {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            report(&error, style);
            failure
        }
    }
}

/// The error with its causes, and what can be done.
fn report(error: &anyhow::Error, style: Style) {
    tell!("{} {}", style.error("error:"), printable_lines(error));
    for cause in error.chain().skip(1) {
        tell!("  {} {}", style.dim("because:"), printable_lines(cause));
    }
    if let Some(hint) = hint::of(error) {
        tell!("{} {}", style.hint("hint:"), printable_lines(hint));
    }
}
