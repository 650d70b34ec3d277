//! `pyoxidizer pack`

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use pyox_build_cache::Cache;
use pyox_distribution::Toolchain;
use pyox_linker::{LauncherSource, Prebuilt};
use pyox_packaging::{
    Bill, EntryRequest, FileAttribute, Inputs, InterpreterConfig, PackageRoot, Policy, Profile, PythonChoice, Report,
    Request, Resolution, Run,
};
use pyox_standalone::Selection;

use crate::args::{BUNDLED, Pack};
use crate::launcher::{compiled, linked};
use crate::progress::Terminal;
use crate::style::Style;
use crate::text::{Mistake, printable};
use crate::{catalogue, distribution, settings, summary};

/// Packs, says what came of it, and runs it if asked to.
pub fn run(
    args: Pack,
    package_roots: Vec<Vec<String>>,
    verbose: bool,
    quiet: bool,
    style: Style,
) -> anyhow::Result<u8> {
    if settings::asks_for_help(&args.config) {
        return settings::list().map(|()| 0);
    }
    let archive = match (&args.python, &args.target) {
        (Some(spec), Some(target)) => catalogue::for_target(spec, target, args.download, quiet, style)?,
        _ => None,
    };
    let wanted = archive.as_deref().map_or(args.python.as_deref(), Path::to_str);
    let mut progress = Terminal::new(verbose, quiet, style);
    let mut outcome = pack(&args, wanted, &package_roots, &mut progress);
    progress.finish();
    if let Err(error) = &outcome
        && let Some(spec) = not_found(error)
        && let Some(archive) = catalogue::offer(spec, args.download, quiet, style)?
    {
        outcome = pack(&args, archive.to_str(), &package_roots, &mut progress);
        progress.finish();
    }
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

/// Packs with a Python, the `wanted` one.
fn pack(
    args: &Pack,
    wanted: Option<&str>,
    package_roots: &[Vec<String>],
    progress: &mut Terminal,
) -> anyhow::Result<Report> {
    with_request(args, wanted, package_roots, |request| {
        request.output.clone_from(&args.output);
        Ok(pyox_packaging::pack(request, progress)?)
    })
}

/// What the program would consist of.
pub fn components(args: &Pack, package_roots: &[Vec<String>], progress: &mut Terminal) -> anyhow::Result<Bill> {
    let wanted = args.python.as_deref();
    with_request(args, wanted, package_roots, |request| {
        request.output.clone_from(&args.output);
        Ok(pyox_packaging::components(request, progress)?)
    })
}

/// Makes the request that arguments stand for, with a Python, the `wanted` one. It has no output yet.
pub fn with_request<T>(
    args: &Pack,
    wanted: Option<&str>,
    package_roots: &[Vec<String>],
    work: impl FnOnce(&mut Request<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let cache = &Cache::of_user()?;
    let mut inputs = inputs(args, package_roots);
    let active = std::env::var_os("VIRTUAL_ENV").filter(|path| !path.is_empty()).map(PathBuf::from);
    let installed = distribution::interpreter(wanted, cache)?;
    let wanted = installed.as_deref().map_or(wanted, Path::to_str);
    let standalone = distribution::named(wanted, cache, selection(args)?)?;
    let (host, choice, virtualenv) = match &standalone {
        Some(standalone) => {
            let text = wanted.unwrap_or_default().to_owned();
            let virtualenv = inputs.take_python(standalone, (!args.no_venv).then_some(active.as_deref()))?;
            (distribution::host(standalone)?, PythonChoice::Asked { text }, virtualenv)
        }
        None if args.no_venv => {
            let (python, choice) = inputs.locate_python(wanted)?;
            (python, choice, None)
        }
        None => inputs.locate_python_and_virtualenv(wanted, active.as_deref())?,
    };
    let host = linked(host, args.libpython.map(Into::into));
    let worker = host.worker();
    let python = match &standalone {
        Some(standalone) => Toolchain::new(&worker, standalone),
        None => Toolchain::new(&worker, &host),
    };
    let python = python.map_err(pyox_packaging::Error::from)?;
    check_target(args.target.as_deref(), &python.target().info().triple)?;
    let launcher: Box<dyn LauncherSource> = match &args.launcher {
        Some(path) => Box::new(Prebuilt::new(path)),
        None => Box::new(compiled(cache)),
    };
    let mut request = Request::new(python, &*launcher, cache);
    if let Some(run) = interpreter(args, &mut request.interpreter)? {
        if inputs.entry != EntryRequest::Default {
            let hint = "leave out run_mode, or --module, --entry and --code";
            return Err(Mistake::new("what the program runs is given twice", hint).into());
        }
        inputs.entry = run.into();
    }
    request.inputs = inputs;
    request.python_choice = Some(choice);
    request.virtualenv_choice = virtualenv;
    request.policy = policy(args)?;
    request.report.clone_from(&args.report);
    request.resource_file.clone_from(&args.resource_file);
    request.import_order.clone_from(&args.import_order);
    work(&mut request)
}

/// A Python makes programs for the machine that it is for.
fn check_target(wanted: Option<&str>, found: &str) -> Result<(), Mistake> {
    match wanted.filter(|wanted| *wanted != found) {
        None => Ok(()),
        Some(wanted) => Err(Mistake::new(
            format!("the Python is for {found}, not for {}", printable(wanted)),
            "name a distribution archive for that machine with --python",
        )),
    }
}

/// Which extension modules of a distribution go in, if that is said.
fn selection(args: &Pack) -> anyhow::Result<Option<Selection>> {
    if args.extension_modules.is_none() && args.extension_variant.is_empty() {
        return Ok(None);
    }
    let filter = args.extension_modules.as_deref().map(str::parse).transpose()?.unwrap_or_default();
    let mut selection = Selection::new(filter);
    for text in &args.extension_variant {
        let wrong =
            || Mistake::new(format!("{text:?} names no variant"), "write it as --extension-variant MODULE=VARIANT");
        let (module, variant) = text.split_once('=').ok_or_else(wrong)?;
        selection = selection.prefer(module, variant);
    }
    Ok(Some(selection))
}

/// The version of Python that was asked for and is not installed.
fn not_found(error: &anyhow::Error) -> Option<&str> {
    use pyox_distribution::Error::NotFound;
    match error.downcast_ref()? {
        pyox_packaging::InputError::Distribution(NotFound { spec, .. }) => spec.as_deref(),
        _ => None,
    }
}

/// How the interpreter behaves, and what it runs if that is given.
fn interpreter(args: &Pack, config: &mut InterpreterConfig) -> anyhow::Result<Option<Run>> {
    let run = settings::apply(config, &args.config)?;
    // What goes in is led to when it is packed.
    let terminfo = args.terminfo.iter().filter(|value| terminals(value).is_empty());
    terminfo.into_iter().try_for_each(|value| config.set("terminfo_resolution", value))?;
    let certificates = args.certificates.iter().filter(|value| *value != BUNDLED);
    certificates.into_iter().try_for_each(|value| config.set("certificates", value))?;
    Ok(run)
}

/// The names of terminals, where that is no other word for where they are found.
fn terminals(value: &str) -> Vec<String> {
    match Resolution::parse(value) {
        None if !value.contains(':') => value.split(',').map(|name| name.trim().to_owned()).collect(),
        _ => Vec::new(),
    }
}

fn policy(args: &Pack) -> Result<Policy, pyox_packaging::Error> {
    let mut policy = Policy::default();
    policy.set_optimize(args.optimize);
    policy.include_source = !args.no_source;
    policy.virtual_files = args.virtual_files == crate::args::Switch::On;
    policy.file_attribute = match args.file_attribute {
        crate::args::FileAttribute::Virtual => FileAttribute::Virtual,
        crate::args::FileAttribute::None => FileAttribute::Absent,
    };
    policy.glibc = args.glibc;
    for (package, location) in &args.location {
        policy.locate(package, location.clone())?;
    }
    args.include.iter().try_for_each(|name| policy.include(name))?;
    args.exclude.iter().try_for_each(|name| policy.exclude(name))?;
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
    let root = |words: &Vec<String>| {
        PackageRoot::new(words.first().map(PathBuf::from).unwrap_or_default(), words.iter().skip(1))
    };
    let mut inputs = Inputs::default();
    inputs.source = args.source.clone();
    inputs.pip = args.pip.clone();
    inputs.requirements = args.requirements.clone();
    inputs.constraints = args.constraint.clone();
    inputs.index_url = args.index_url.clone();
    inputs.extra_index_urls = args.extra_index_url.clone();
    inputs.extras = args.extra.clone();
    inputs.groups = args.group.clone();
    inputs.virtualenv = args.venv.clone();
    inputs.package_roots = package_roots.iter().map(root).collect();
    inputs.data = args.add_data.iter().map(|text| crate::args::added_data(text)).collect();
    inputs.static_extensions = args.static_extensions.clone();
    inputs.terminals = args.terminfo.iter().flat_map(|value| terminals(value)).collect();
    inputs.certificates = args.certificates.as_deref() == Some(BUNDLED);
    inputs.entry = entry;
    inputs.refresh = args.refresh;
    inputs
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
