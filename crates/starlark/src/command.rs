//! `build`, `run`, `list-targets` and `upgrade`.

mod hint;
mod listener;
mod pythons;
mod upgrade;

use std::collections::BTreeMap;
use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use listener::Front;
use pyox_build::Artifacts;
use pyox_build_cache::Cache;
use pyox_cli::{Build, ConfigurationCommand, Configurations, ListTargets, Project, Run, RunBuildScript, Talk};
use pyox_starlark::{Built, Options, build, find, targets};
use pyox_terminal::speech::print;
use pyox_terminal::text::{Mistake, printable};
use pythons::Available;

/// The variable that names the configuration file.
const FILE_VARIABLE: &str = "PYOXIDIZER_CONFIG";
/// The variable by which cargo tells build scripts where their output goes: above it, the file is looked for first.
const OUTPUT_VARIABLE: &str = "OUT_DIR";

/// Evaluates configuration files in this process.
pub struct Evaluates;

impl Configurations for Evaluates {
    fn run(&self, command: &ConfigurationCommand, talk: Talk) -> anyhow::Result<u8> {
        match command {
            ConfigurationCommand::Build(Build { targets, target, project }) => {
                with_options(project, None, talk, |options, front| {
                    options.targets.clone_from(targets);
                    if let Some(triple) = target {
                        options.target_triple.clone_from(triple);
                    }
                    for built in build(options, front)?.iter().filter(|built| built.path.is_none()) {
                        front.note(&format!("the target {} is {}: nothing is written", built.target, built.type_name));
                    }
                    Ok(0)
                })
            }
            ConfigurationCommand::Run(Run { target, project, arguments }) => {
                let built = with_options(project, None, talk, |options, front| {
                    options.targets = target.iter().cloned().collect();
                    Ok(build(options, front)?)
                })?;
                start(&built, arguments)
            }
            ConfigurationCommand::Upgrade(arguments) => {
                upgrade::run(&file(arguments.path.as_deref())?, arguments.check, talk)
            }
            ConfigurationCommand::ListTargets(ListTargets { directory, project }) => {
                with_options(project, directory.as_deref(), talk, |options, front| {
                    for target in targets(options, front)? {
                        let mark = if target.is_default { "  (default)" } else { "" };
                        print(format_args!("{}{mark}", printable(target.name)))?;
                    }
                    Ok(0)
                })
            }
        }
    }

    fn artifacts(&self, script: &RunBuildScript, directory: &Path, talk: Talk) -> anyhow::Result<u8> {
        let project = Project {
            path: None,
            // As cargo tells build scripts.
            target_triple: std::env::var("TARGET").ok().filter(|triple| !triple.is_empty()),
            release: false,
            var: script.var.clone(),
            var_env: script.var_env.clone(),
            refresh: false,
        };
        with_options(&project, None, talk, |options, front| {
            options.build_script = true;
            options.targets = script.target.iter().cloned().collect();
            options.artifacts = Some(directory.to_owned());
            let built = build(options, front)?;
            let (target, type_name) = built.last().map(|built| (&*built.target, &*built.type_name)).unwrap_or_default();
            if type_name != "PythonEmbeddedResources" {
                let what = format!("the target {target} is {type_name}, which has no artifacts for a Rust program");
                let hint = "register one that returns exe.to_embedded_resources(), with default_build_script = True";
                return Err(Mistake::new(what, hint).into());
            }
            print(format_args!("cargo:rerun-if-changed={}", script.name))?;
            print(format_args!("cargo:rerun-if-changed={}", options.path.display()))?;
            for line in Artifacts::open(directory)?.lines()? {
                print(line)?;
            }
            Ok(0)
        })
    }

    fn hint(&self, error: &(dyn Error + 'static)) -> Option<String> {
        hint::of(error)
    }
}

fn with_options<T>(
    project: &Project,
    directory: Option<&Path>,
    talk: Talk,
    work: impl FnOnce(&mut Options<'_>, &mut Front) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let path = file(directory.or(project.path.as_deref()))?;
    let cache = Cache::of_user()?;
    let launchers = pyox_cli::launchers(&cache);
    let pythons = Available { cache: &cache, talk };
    let triple = project.target_triple.clone().unwrap_or_else(pyox_cli::host_target);
    let mut options = Options::new(path, triple, &cache, &launchers, &pythons);
    options.release = project.release;
    options.refresh = project.refresh;
    options.vars = vars(project);
    let mut front = Front::new(talk);
    let outcome = work(&mut options, &mut front);
    front.finish();
    outcome
}

/// The configuration file, where the search for it begins in a directory.
fn file(directory: Option<&Path>) -> Result<PathBuf, pyox_starlark::Error> {
    let of_variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let output = of_variable(OUTPUT_VARIABLE);
    let starts: Vec<&Path> = output.as_deref().into_iter().chain([directory.unwrap_or(Path::new("."))]).collect();
    find(of_variable(FILE_VARIABLE).as_deref(), &starts)
}

/// The variables of the file, by name.
fn vars(project: &Project) -> BTreeMap<String, Option<String>> {
    let pairs = |words: &'_ [String]| -> Vec<(String, String)> {
        words.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
    };
    let given = pairs(&project.var).into_iter().map(|(name, value)| (name, Some(value)));
    let from_environment =
        pairs(&project.var_env).into_iter().map(|(name, variable)| (name, std::env::var(variable).ok()));
    given.chain(from_environment).collect()
}

/// Runs what was built, in place of this process where that is possible.
fn start(built: &[Built], arguments: &[OsString]) -> anyhow::Result<u8> {
    let built = built.last().context("nothing was built")?;
    let Some(program) = &built.program else {
        let what = format!("the target {} is {}, which cannot be run", built.target, built.type_name);
        let hint = "name another target with --target; `pyoxidizer list-targets` lists them";
        return Err(Mistake::new(what, hint).into());
    };
    let mut command = Command::new(program);
    command.args(arguments);
    become_program(command).with_context(|| format!("cannot run {}", program.display()))
}

#[cfg(unix)]
fn become_program(mut command: Command) -> std::io::Result<u8> {
    Err(std::os::unix::process::CommandExt::exec(&mut command))
}

#[cfg(not(unix))]
fn become_program(mut command: Command) -> std::io::Result<u8> {
    Ok(command.status()?.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
