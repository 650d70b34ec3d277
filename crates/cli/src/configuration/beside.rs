//! The program that evaluates configuration files, beside this one.

use std::path::Path;
use std::process::Command;

use anyhow::Context;
use pyox_build::Artifacts;

use super::{ConfigurationCommand, Configurations, Talk};
use crate::rust_project::args::RunBuildScript;
use crate::text::Mistake;

/// Its name.
const PROGRAM: &str = "pyoxidizer-starlark";

/// Hands commands over to `pyoxidizer-starlark`, which is beside this program.
pub struct Beside;

impl Configurations for Beside {
    fn run(&self, _command: &ConfigurationCommand, _talk: Talk) -> anyhow::Result<u8> {
        hand_over(&[])
    }

    fn artifacts(&self, _script: &RunBuildScript, directory: &Path, _talk: Talk) -> anyhow::Result<u8> {
        // It was relative to another directory than the one of now.
        hand_over(&[(Artifacts::DIRECTORY_VARIABLE, directory)])
    }
}

/// Has the other program do what this one was asked to do.
fn hand_over(variables: &[(&str, &Path)]) -> anyhow::Result<u8> {
    let own = std::env::current_exe().context("cannot find the path of this program")?;
    let name = format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
    let program = own.parent().unwrap_or(Path::new("")).join(&name);
    if !program.is_file() {
        let what = format!("configuration files are evaluated by {name}, which is not at {}", program.display());
        return Err(Mistake::new(what, "get it with: cargo install pyox-starlark").into());
    }
    let mut command = Command::new(&program);
    command.args(std::env::args_os().skip(1)).envs(variables.iter().copied());
    replace_by(command).with_context(|| format!("cannot start {}", program.display()))
}

/// Becomes the other program: signals and its exit status are those of this process.
#[cfg(unix)]
fn replace_by(mut command: Command) -> std::io::Result<u8> {
    Err(std::os::unix::process::CommandExt::exec(&mut command))
}

#[cfg(not(unix))]
fn replace_by(mut command: Command) -> std::io::Result<u8> {
    Ok(command.status()?.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
