//! `pyoxidizer pack`

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use pyox_distribution::Installed;
use pyox_linker::launcher::{LauncherSource, Prebuilt};
use pyox_linker::{
    ApplicationBuilder, Cache, EntryRequest, FileAttribute, Inputs, LayerBuilder, Outputs, PackageRoot, Policy,
    Profile, Report, SharedResources, default_output, read_import_order,
};

use crate::args::Pack;
use crate::launcher::compiled;
use crate::progress::Terminal;
use crate::style::Style;
use crate::summary;

/// Packs, says what came of it, and runs it if asked to.
pub fn run(
    args: Pack,
    package_roots: Vec<Vec<String>>,
    verbose: bool,
    quiet: bool,
    style: Style,
) -> anyhow::Result<u8> {
    let mut progress = Terminal::new(verbose, quiet, style);
    let outcome = pack(&args, &package_roots, &mut progress);
    progress.finish();
    let report = outcome?;
    if !quiet {
        summary::print(&report, verbose, style);
    }
    if !args.run {
        return Ok(0);
    }
    let program = std::path::absolute(&report.summary.output)?;
    let status = Command::new(&program).args(&args.arguments).status();
    let status = status.with_context(|| format!("cannot run {}", program.display()))?;
    Ok(exit_status(status))
}

fn pack(args: &Pack, package_roots: &[Vec<String>], progress: &mut Terminal) -> Result<Report, pyox_linker::Error> {
    let cache = Cache::of_user()?;
    let python = Installed::locate(args.python.as_deref())?;
    let (policy, inputs) = (policy(args)?, inputs(args, package_roots));
    // What cannot work is said before the long work.
    let known = match (&args.output, inputs.name(&python)) {
        (Some(output), _) => Some(output.clone()),
        (None, Some(name)) => Some(default_output(&name)?),
        (None, None) => None,
    };
    let outputs = outputs(args, known.as_deref(), &policy, inputs.outputs(&python, &cache))?;
    let mut shared = match &args.resource_file {
        Some(path) if path.exists() => Some(SharedResources::open(path, &python)?),
        _ => None,
    };
    let import_order = args.import_order.as_deref().map(read_import_order).transpose()?.unwrap_or_default();
    let launcher: Box<dyn LauncherSource> = match &args.launcher {
        Some(path) => Box::new(Prebuilt::new(path)),
        None => Box::new(compiled(&cache)),
    };
    launcher.check(&python)?;
    let resolved = inputs.resolve(&LayerBuilder::new(&python, policy.clone(), &cache), progress)?;
    let output = match known {
        Some(output) => output,
        None => default_output(&resolved.name)?,
    };
    let launcher = launcher.launcher(&python, progress)?;
    if let (None, Some(path)) = (&shared, &args.resource_file) {
        shared = Some(SharedResources::create(path, resolved.shared_layers(), policy.profile, &python)?);
    }
    let mut application = ApplicationBuilder::new(&python, policy, resolved.layers, resolved.entry)
        .import_order(import_order)
        .outputs(outputs)
        .findings(resolved.findings)
        .timings(progress.timings());
    if let Some(file) = &shared {
        application = application.shared_resources(file);
    }
    let mut staged = application.stage(&launcher, &output, progress)?;
    if let Some(path) = &args.report {
        let text = serde_json::to_vec_pretty(staged.report());
        let write = |error: serde_json::Error| pyox_linker::Error::Io {
            action: "write",
            path: path.clone(),
            source: error.into(),
        };
        staged.add_file(REPORT, path, &text.map_err(write)?)?;
    }
    staged.put_in_place()
}

/// What the report is called in errors.
const REPORT: &str = "the report";

/// Everything that is read and written, as far as it is known before the work.
fn outputs(
    args: &Pack,
    program: Option<&Path>,
    policy: &Policy,
    mut outputs: Outputs,
) -> Result<Outputs, pyox_linker::Error> {
    args.import_order.iter().for_each(|path| outputs.reads("the import order", path));
    args.launcher.iter().for_each(|path| outputs.keeps("the launcher", path));
    if let Some(path) = &args.resource_file {
        match path.exists() {
            true => outputs.keeps("the resource file", path),
            false => outputs.writes("the resource file", path)?,
        }
    }
    if let Some(program) = program {
        outputs.writes_program(program, policy)?;
    }
    if let Some(path) = &args.report {
        outputs.writes(REPORT, path)?;
    }
    Ok(outputs)
}

fn policy(args: &Pack) -> Result<Policy, pyox_linker::Error> {
    let mut policy = Policy::default();
    policy.set_optimize(args.optimize);
    policy.include_source = !args.no_source;
    policy.file_attribute = match args.file_attribute {
        crate::args::FileAttribute::Virtual => FileAttribute::Virtual,
        crate::args::FileAttribute::None => FileAttribute::Absent,
    };
    policy.glibc = args.glibc;
    for (package, location) in &args.location {
        policy.locate(package, location.clone())?;
    }
    policy.profile = match args.profile {
        crate::args::Profile::Speed => Profile::Speed,
        crate::args::Profile::Size => Profile::Size,
    };
    Ok(policy)
}

fn inputs(args: &Pack, package_roots: &[Vec<String>]) -> Inputs {
    let entry = match (&args.module, &args.entry, &args.code) {
        (Some(module), ..) => EntryRequest::Module(module.clone()),
        (_, Some(entry), _) => EntryRequest::Entry(entry.clone()),
        (.., Some(code)) => EntryRequest::Code(code.clone()),
        _ => EntryRequest::Default,
    };
    let root = |words: &Vec<String>| PackageRoot {
        directory: words.first().map(PathBuf::from).unwrap_or_default(),
        packages: words.iter().skip(1).cloned().collect(),
    };
    Inputs {
        source: args.source.clone(),
        pip: args.pip.clone(),
        requirements: args.requirements.clone(),
        virtualenv: args.venv.clone(),
        package_roots: package_roots.iter().map(root).collect(),
        entry,
        refresh: args.refresh,
    }
}

#[cfg(unix)]
fn exit_status(status: std::process::ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}

#[cfg(not(unix))]
fn exit_status(status: std::process::ExitStatus) -> u8 {
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
