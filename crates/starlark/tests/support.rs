//! Configuration files in a directory, and what comes of them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pyox_build_cache::Cache;
use pyox_distribution::{Installed, Python as _};
use pyox_linker::{Launcher, LauncherSource, Progress, Silent};
use pyox_starlark::{Built, Error, Event, FoundPython, Listener, Options, PythonRequest, Pythons, TargetName};
use pyox_test_support::command;
use pyox_test_support::place::{Outcome, Place, python};

/// The triple of the tests.
pub const TRIPLE: &str = "x86_64-unknown-linux-gnu";

/// One Python, whatever is asked for; what was asked for is kept.
#[derive(Default)]
pub struct OnePython {
    pub asked: RefCell<Vec<PythonRequest>>,
}

impl Pythons for OnePython {
    fn find(&self, request: &PythonRequest) -> Result<(FoundPython, Option<String>), Box<dyn StdError + Send + Sync>> {
        self.asked.borrow_mut().push(request.clone());
        Ok((FoundPython::Installed(Box::new(python().clone())), Some("it is the one of the tests".into())))
    }

    fn download(&self, url: &str, _sha256: &str) -> Result<PathBuf, Box<dyn StdError + Send + Sync>> {
        Err(format!("{url} is not here").into())
    }
}

/// No launchers: nothing is packed.
struct NoLaunchers;

impl LauncherSource for NoLaunchers {
    fn check(&self, _target: &dyn pyox_distribution::Target) -> Result<(), pyox_linker::Error> {
        Ok(())
    }

    fn launcher(
        &self,
        _target: &dyn pyox_distribution::Target,
        _progress: &mut dyn Progress,
    ) -> Result<Launcher, pyox_linker::Error> {
        Err(pyox_linker::Error::NoCargo { python: String::new(), source: std::io::ErrorKind::NotFound.into() })
    }
}

/// Keeps what is told, as lines.
#[derive(Default)]
pub struct Told {
    pub lines: Vec<String>,
    silent: Silent,
}

impl Listener for Told {
    fn progress(&mut self) -> &mut dyn Progress {
        &mut self.silent
    }

    fn event(&mut self, event: &Event<'_>) {
        self.lines.push(match event {
            Event::Begins { targets, .. } => format!("begins {targets}"),
            Event::Target { name } => format!("target {name}"),
            Event::Printed { text } => (*text).to_owned(),
            Event::Note { text, .. } => format!("note {text}"),
            Event::Installed { files, .. } => format!("installed {files}"),
            other => format!("{other:?}"),
        });
    }
}

/// A file in a directory of its own, to be evaluated without a launcher.
pub struct Evaluation {
    pub place: Place,
    pub targets: Vec<String>,
    pub build_script: bool,
    pub vars: BTreeMap<String, Option<String>>,
    pub pythons: OnePython,
    pub told: Told,
}

impl Evaluation {
    pub fn of(text: &str) -> Self {
        let place = Place::with(&[("pyoxidizer.bzl", text)]);
        let (targets, build_script, vars, pythons, told) = Default::default();
        Self { place, targets, build_script, vars, pythons, told }
    }

    pub fn targets(mut self, targets: &[&str]) -> Self {
        self.targets = targets.iter().map(|target| (*target).to_owned()).collect();
        self
    }

    fn with<T>(&mut self, work: impl FnOnce(&Options<'_>, &mut Told) -> T) -> T {
        let cache = Cache::at(command::cache());
        let file = self.place.path("pyoxidizer.bzl");
        let mut options = Options::new(file, TRIPLE, &cache, &NoLaunchers, &self.pythons);
        options.targets.clone_from(&self.targets);
        options.build_script = self.build_script;
        options.vars.clone_from(&self.vars);
        // The evaluator is not optimised.
        options.max_steps = 1_000_000;
        work(&options, &mut self.told)
    }

    pub fn build(&mut self) -> Result<Vec<Built>, Error> {
        self.with(|options, told| pyox_starlark::build(options, told))
    }

    pub fn list(&mut self) -> Result<Vec<TargetName>, Error> {
        self.with(|options, told| pyox_starlark::targets(options, told))
    }
}

/// The lines that a file prints, which may use `dist`, `policy`, `config` and `exe`.
pub fn printed(text: &str) -> Vec<String> {
    let mut evaluation = Evaluation::of(&with_values(text));
    let outcome = evaluation.build();
    assert!(outcome.is_ok(), "{text}: {}", outcome.err().map(|error| error.to_string()).unwrap_or_default());
    evaluation.told.lines.retain(|line| !["begins", "target", "note"].iter().any(|word| line.starts_with(word)));
    evaluation.told.lines
}

/// How the evaluation of such a file fails.
pub fn fails(text: &str) -> String {
    let outcome = Evaluation::of(&with_values(text)).build();
    outcome.err().unwrap_or_else(|| panic!("{text} is accepted")).to_string()
}

fn with_values(text: &str) -> String {
    format!(
        "dist = default_python_distribution()
policy = dist.make_python_packaging_policy()
config = dist.make_python_interpreter_config()
exe = dist.to_python_executable(\"app\", packaging_policy = policy, config = config)
{text}
register_target(\"none\", lambda: None)
"
    )
}

/// `pyoxidizer-starlark` here, without a network, with the Python of the tests.
pub fn command<I: AsRef<OsStr>>(place: &Place, arguments: impl IntoIterator<Item = I>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pyoxidizer-starlark"));
    command::configure(&mut command);
    for name in ["PYOXIDIZER_CONFIG", "OUT_DIR"] {
        command.env_remove(name);
    }
    command.env("PYOXIDIZER_OFFLINE", "1").current_dir(place.path(".")).stdin(Stdio::null()).args(arguments);
    command
}

/// Runs it.
pub fn run<I: AsRef<OsStr>>(place: &Place, arguments: impl IntoIterator<Item = I>) -> Outcome {
    Outcome::of(&mut command(place, arguments))
}

/// Where a target is built.
pub fn built(place: &Place, target: &str) -> PathBuf {
    place.path("build").join(TRIPLE).join("debug").join(target)
}

/// A configuration with a program `app` of the Python of the tests; `lines` are in its function, where `dist`,
/// `policy`, `config` and `exe` are, and `before` comes before `exe`.
pub fn configuration(python: &Installed, before: &str, lines: &str) -> String {
    let version = &python.info().version;
    let indented = |text: &str| text.lines().map(|line| format!("    {line}\n")).collect::<String>();
    format!(
        "def make_dist():
    return default_python_distribution(python_version = \"{version}\")

def make_exe(dist):
    policy = dist.make_python_packaging_policy()
    config = dist.make_python_interpreter_config()
{}    exe = dist.to_python_executable(name = \"app\", packaging_policy = policy, config = config)
{}    return exe

register_target(\"dist\", make_dist)
register_target(\"exe\", make_exe, depends = [\"dist\"], default = True)
resolve_targets()
",
        indented(before),
        indented(lines)
    )
}

/// What a program says, which must succeed.
pub fn says(program: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir("/").stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    assert!(output.status.success(), "{}: {output:?}", program.display());
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// An extension module of the standard library that needs no other library, as the content of a file.
pub fn native_module(name: &str) -> Vec<u8> {
    let files = std::fs::read_dir(python().stdlib_dir().join("lib-dynload")).expect("its extension modules");
    let mut paths = files.map(|file| file.expect("a file").path());
    let begin = format!("{name}.");
    let path = paths.find(|path| path.file_name().is_some_and(|found| found.to_string_lossy().starts_with(&begin)));
    std::fs::read(path.unwrap_or_else(|| panic!("{name} is no file"))).expect("a file")
}
