//! `pyoxidizer-starlark`: the `pyoxidizer` command with what evaluates configuration files.
#![forbid(unsafe_code)]

mod command;

use std::process::ExitCode;

fn main() -> ExitCode {
    pyox_cli::main(&command::Evaluates)
}
