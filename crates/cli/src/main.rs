//! The `pyoxidizer` command, without what evaluates configuration files: that is a program beside it.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    pyox_cli::main(&pyox_cli::Beside)
}
