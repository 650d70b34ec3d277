//! The `pyoxidizer` command: arguments, progress, messages and exit codes. Everything else is in the libraries.
#![forbid(unsafe_code)]

mod analyze;
mod args;
mod launcher;
mod pack;
mod progress;
mod resources;
mod speech;
mod style;
mod summary;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
use pyox_linker::analyze::AnalyzeError;

use crate::args::{Args, Command};
use crate::speech::tell;
use crate::style::Style;

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
    tell!("{} {error}", style.error("error:"));
    for cause in error.chain().skip(1) {
        tell!("  {} {cause}", style.dim("because:"));
    }
    let linker = error.downcast_ref::<pyox_linker::Error>().and_then(pyox_linker::Error::hint);
    let absent = || error.downcast_ref::<resources::NotThere>().map(|absent| absent.hint().to_owned());
    let damaged = || error.is::<pyox_packed_resources::Damage>().then(|| "copy it or make it again".to_owned());
    let hint = linker.or_else(|| error.downcast_ref::<pyox_distribution::Error>().and_then(|error| error.hint()));
    let unreadable = || error.downcast_ref::<AnalyzeError>().map(|error| error.hint().to_owned());
    let hint = hint.or_else(absent).or_else(damaged).or_else(unreadable);
    if let Some(hint) = hint {
        tell!("{} {hint}", style.hint("hint:"));
    }
}
