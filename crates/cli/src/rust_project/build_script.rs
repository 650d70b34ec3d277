//! `pyoxidizer run-build-script`

use std::env;
use std::path::PathBuf;

use anyhow::Context as _;
use pyox_build::{Artifacts, make};

use super::args::RunBuildScript;
use super::settings;
use crate::configuration::{self, Configurations, Talk};
use crate::pack::with_request;
use crate::progress::Terminal;
use crate::speech::print;
use crate::text::Mistake;

/// Makes artifacts, and prints what cargo has to know.
pub fn run(args: &RunBuildScript, configurations: &dyn Configurations, talk: Talk) -> anyhow::Result<u8> {
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let directory = variable(Artifacts::DIRECTORY_VARIABLE).or_else(|| variable("OUT_DIR")).ok_or_else(|| {
        let hint = format!("name one: {}=DIR pyoxidizer run-build-script {}", Artifacts::DIRECTORY_VARIABLE, args.name);
        Mistake::new("there is no directory to make artifacts in", hint)
    })?;
    let directory = std::path::absolute(directory)?;
    if let Some(project) = variable("CARGO_MANIFEST_DIR") {
        env::set_current_dir(&project).with_context(|| format!("cannot use {}", project.display()))?;
    }
    if !settings::are_in("Cargo.toml".as_ref()) && configuration::is_near() {
        return configurations.artifacts(args, &directory, talk);
    }
    let (mut pack, package_roots) = settings::read("Cargo.toml".as_ref(), args.target.as_deref())?;
    let python = pack.python.clone().or_else(|| args.python.clone());
    // The program goes on when Python has ended, unless its settings say otherwise.
    pack.config.insert(0, "fast_exit=false".into());
    let mut progress = Terminal::new(talk.verbose, talk.quiet, talk.style);
    let artifacts = with_request(&pack, python.as_deref(), &package_roots, |request| {
        request.inputs.outputs.push(directory.clone());
        let artifacts = make(request, &directory, &mut progress);
        progress.finish();
        Ok(artifacts?)
    })?;
    print(format_args!("cargo:rerun-if-changed={}\ncargo:rerun-if-changed=Cargo.toml", args.name))?;
    for line in artifacts.lines()? {
        print(line)?;
    }
    Ok(0)
}
