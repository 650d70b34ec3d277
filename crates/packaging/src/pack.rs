//! From a request to a program.

use std::path::PathBuf;

use pyox_build_cache::Cache;
use pyox_bytecode::CompileBytecode;
use pyox_distribution::{LibpythonKind, Toolchain};
use pyox_inputs::{Inputs, PythonChoice, VirtualenvChoice};
use pyox_interpreter_config::InterpreterConfig;
use pyox_layers::{Decide, LayerBuilder, Policy};
use pyox_licenses::Bill;
use pyox_linker::{LauncherSource, Progress, Timed};
use pyox_native_build::WithExtensions;
use pyox_output::{Outputs, default_output};

use crate::application::ApplicationBuilder;
use crate::error::Error;
use crate::report::{Report, Timing};
use crate::shared_resources::SharedResources;
use crate::{relative_files, settings};

/// What the report is called in errors.
const REPORT: &str = "the report";

/// Everything that says how a program is made.
///
/// ```no_run
/// use pyox_build_cache::Cache;
/// use pyox_distribution::Installed;
/// use pyox_linker::{Compiled, Silent};
/// use pyox_packaging::{Request, pack};
///
/// let cache = Cache::of_user()?;
/// let python = Installed::locate(Some("3.13"))?;
/// let launchers = Compiled::new(&cache);
/// let mut request = Request::new(&python, &launchers, &cache);
/// request.inputs.source = Some("hello.py".into());
/// let report = pack(&request, &mut Silent)?;
/// println!("{} has {} modules", report.summary.output.display(), report.summary.modules);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[non_exhaustive]
pub struct Request<'a> {
    /// The Python that the program is made with and for.
    pub python: Toolchain<'a>,
    /// Why it is this one; only the report has it.
    pub python_choice: Option<PythonChoice>,
    /// The virtualenv that is used or not though no one names it; only the report has it.
    pub virtualenv_choice: Option<VirtualenvChoice>,
    /// What compiles to bytecode; `None` for the Python, with a cache.
    pub compiler: Option<&'a dyn CompileBytecode>,
    /// Where the launcher comes from.
    pub launcher: &'a dyn LauncherSource,
    /// What is kept from one pack to the next.
    pub cache: &'a Cache,
    /// Where the application comes from, and what it runs.
    pub inputs: Inputs,
    /// What goes in, where, and in which form.
    pub policy: Policy,
    /// Changes the decisions of the policy.
    pub decide: Option<&'a Decide<'a>>,
    /// How the interpreter behaves. What follows from the rest of the request is set by [`pack`]: `python`, `run_mode`,
    /// `resource_files`, `file_attribute`, `virtual_files`, `path_configuration_files`, `openssl_directory`, and
    /// `optimization_level` if it is not set.
    pub interpreter: InterpreterConfig,
    /// Where the program goes; `None` for [`default_output`] of its name.
    pub output: Option<PathBuf>,
    /// Where the report goes, as JSON.
    pub report: Option<PathBuf>,
    /// A file with resources that programs share. If it does not exist, it is made.
    pub resource_file: Option<PathBuf>,
    /// A file that names the modules which the program imports when it starts; see [`crate::read_import_order`].
    pub import_order: Option<PathBuf>,
}

impl<'a> Request<'a> {
    /// A request for a program of no inputs yet.
    pub fn new(python: impl Into<Toolchain<'a>>, launcher: &'a dyn LauncherSource, cache: &'a Cache) -> Self {
        Self {
            python: python.into(),
            python_choice: None,
            virtualenv_choice: None,
            compiler: None,
            launcher,
            cache,
            inputs: Inputs::default(),
            policy: Policy::default(),
            decide: None,
            interpreter: settings::of_programs(),
            output: None,
            report: None,
            resource_file: None,
            import_order: None,
        }
    }
}

/// What is written, as far as that was said.
fn written(request: &Request<'_>) -> Vec<PathBuf> {
    let files = [&request.output, &request.report, &request.resource_file];
    files.into_iter().flatten().chain(&request.inputs.outputs).cloned().collect()
}

/// Makes a program. Everything that is written is complete, or nothing has changed.
///
/// # Errors
///
/// Any [`Error`]. What cannot work is found before the long work begins, as far as it can be known.
pub fn pack(request: &Request<'_>, progress: &mut dyn Progress) -> Result<Report, Error> {
    make(request, true, progress)
}

/// Writes the packed resources of a program alone, for one that brings its own interpreter.
///
/// # Errors
///
/// As [`pack`].
pub fn pack_resources(request: &Request<'_>, progress: &mut dyn Progress) -> Result<Report, Error> {
    make(request, false, progress)
}

fn make(request: &Request<'_>, is_program: bool, progress: &mut dyn Progress) -> Result<Report, Error> {
    let Request { python, policy, .. } = request;
    let mut inputs = request.inputs.clone();
    inputs.outputs = written(request);
    let inputs = &inputs;
    let target = python.target();
    let known = match (&request.output, inputs.name(target)) {
        (Some(output), _) => Some(output.clone()),
        (None, Some(name)) => Some(default_output(&name)?),
        (None, None) => None,
    };
    let outputs = outputs(request, known.as_deref())?;
    let mut shared = match &request.resource_file {
        Some(path) if path.exists() => Some(SharedResources::open(path, target)?),
        _ => None,
    };
    let order = request.import_order.as_deref().map(crate::read_import_order).transpose()?.unwrap_or_default();
    settings::check(&request.interpreter, target)?;
    match is_program {
        true => request.launcher.check(target)?,
        false if !inputs.static_extensions.is_empty() => return Err(Error::ExtensionsWithoutLauncher),
        false => {}
    }
    let mut progress = Timed::new(progress);
    let builder = layer_builder(request);
    let mut resolved = inputs.resolve(&builder, &mut progress)?;
    let interpreter = settings::with_packed(request.interpreter.clone(), &resolved);
    let extensions = std::mem::take(&mut resolved.static_extensions);
    let target = &WithExtensions::new(target, &extensions);
    let python = Toolchain::new(python.host(), target)?;
    let output = match known {
        Some(output) => output,
        None => default_output(&resolved.name)?,
    };
    Error::if_cancelled(&progress)?;
    let launcher = match is_program {
        true => Some(request.launcher.launcher(target, &mut progress)?),
        false => None,
    };
    if let Some(launcher) = &launcher {
        settings::check_allocators(&request.interpreter, launcher)?;
    }
    if let (None, Some(path)) = (&shared, &request.resource_file) {
        shared = Some(SharedResources::create(path, resolved.shared_layers(), policy.profile, target)?);
    }
    if launcher.as_ref().is_some_and(|launcher| launcher.libpython() == LibpythonKind::Shared) {
        let below: Vec<_> = resolved.layers.iter().collect();
        resolved.layers.push(builder.libpython(&below, &mut progress)?);
    }
    let mut application = ApplicationBuilder::new(python, policy.clone(), resolved.layers, resolved.entry)
        .interpreter(interpreter)
        .import_order(order)
        .outputs(outputs)
        .tcl(&builder)
        .findings(resolved.findings)
        .timings(progress.spent().iter().map(|(step, spent)| Timing::new(*step, *spent)).collect());
    if let Some(compiler) = request.compiler {
        application = application.compiler(compiler);
    }
    if let Some(file) = &shared {
        application = application.shared_resources(file);
    }
    Error::if_cancelled(&progress)?;
    let mut staged = match &launcher {
        Some(launcher) => application.stage(launcher, &output, &mut progress)?,
        None => application.stage_resources(&output, &mut progress)?,
    };
    staged.choices(request.python_choice.clone(), request.virtualenv_choice.clone());
    if let Some(path) = &request.report {
        let text = serde_json::to_vec_pretty(staged.report());
        staged.add_file(REPORT, path, &text.map_err(|error| Error::io("write", path)(error.into()))?)?;
    }
    Error::if_cancelled(&progress)?;
    staged.put_in_place()
}

/// What the program of a request would consist of, with licences. Nothing is written but to the cache, and no launcher
/// is needed.
///
/// # Errors
///
/// As [`pack`], of the inputs.
pub fn components(request: &Request<'_>, progress: &mut dyn Progress) -> Result<Bill, Error> {
    let builder = layer_builder(request);
    let resolved = request.inputs.resolve(&builder, progress)?;
    ApplicationBuilder::new(request.python, request.policy.clone(), resolved.layers, resolved.entry)
        .tcl(&builder)
        .bill(progress)
}

fn layer_builder<'a>(request: &Request<'a>) -> LayerBuilder<'a> {
    let mut builder = LayerBuilder::new(request.python, request.policy.clone(), request.cache);
    if let Some(decide) = request.decide {
        builder = builder.with_decisions(decide);
    }
    if let Some(compiler) = request.compiler {
        builder = builder.with_compiler(compiler);
    }
    builder.refresh(request.inputs.refresh)
}

/// Everything that is read and written, as far as it is known before the work.
fn outputs(request: &Request<'_>, program: Option<&std::path::Path>) -> Result<Outputs, Error> {
    let mut outputs = request.inputs.outputs(request.python, request.cache);
    request.import_order.iter().for_each(|path| outputs.reads("the import order", path));
    request.launcher.files().iter().for_each(|path| outputs.keeps("the launcher", path));
    if let Some(path) = &request.resource_file {
        match path.exists() {
            true => outputs.keeps("the resource file", path),
            false => outputs.writes("the resource file", path)?,
        }
    }
    if let Some(program) = program {
        relative_files::writes_program(&mut outputs, program, &request.policy)?;
    }
    if let Some(path) = &request.report {
        outputs.writes(REPORT, path)?;
    }
    Ok(outputs)
}
