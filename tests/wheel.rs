//! The package `oxidized_importer` as pip builds and installs it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use pyox_distribution::{Host as _, Installed, Python as _};
use pyox_test_support::extension::Cargo;
use pyox_test_support::{command, pythons};
use tempfile::TempDir;

/// The module that the README packs and imports.
const HELLO: &str = "GREETING = f'hello from {__loader__.__class__.__module__}'\n";

#[test]
fn wheel() {
    let newest = pythons::chosen().last().map(|python| &python.info().version);
    pythons::for_two_ordinary_pythons("wheel", |python| {
        let environment = Environment::new(python)?;
        is_described(&environment, python)?;
        runs_the_readme(&environment)?;
        if newest == Some(&python.info().version) { stubs_fit(&environment) } else { Ok(()) }
    });
}

fn is_described(environment: &Environment, python: &Installed) -> Result<()> {
    let shown = environment.run(&["-m", "pip", "show", "--verbose", "--files", "oxidized_importer"])?;
    let suffix = python.info().extension_suffixes.first().context("a Python has a suffix for extension modules")?;
    for line in [
        format!("Version: {}", version()?),
        "Summary: Import Python modules".to_owned(),
        format!("Programming Language :: Python :: 3.{}", python.info().minor),
        format!("oxidized_importer/oxidized_importer{suffix}"),
        "oxidized_importer/__init__.pyi".to_owned(),
        "oxidized_importer/py.typed".to_owned(),
    ] {
        ensure!(shown.contains(&line), "pip show does not have {line:?}:\n{shown}");
    }
    Ok(())
}

fn runs_the_readme(environment: &Environment) -> Result<()> {
    let [pack, import] = environment.examples()?;
    std::fs::create_dir_all(environment.path("src"))?;
    std::fs::write(environment.path("src/hello.py"), HELLO)?;
    environment.run(&["-I", &pack])?;
    std::fs::remove_dir_all(environment.path("src"))?;
    let printed = environment.run(&["-I", &import])?;
    ensure!(printed == "hello from oxidized_importer\n", "{printed}");
    Ok(())
}

/// mypy finds in the stubs what the module has, and the types of examples in them.
fn stubs_fit(environment: &Environment) -> Result<()> {
    environment.run(&["-m", "pip", "install", "--quiet", "mypy>=1.18,<3"])?;
    let allowed = command::workspace().join("tests/wheel/stubtest.allowed");
    environment.run(&["-m", "mypy.stubtest", "oxidized_importer", "--allowlist", &text(&allowed)])?;
    let [pack, _] = environment.examples()?;
    environment.run(&["-m", "mypy", "--strict", &pack])?;
    let example = command::workspace().join("examples/freeze_with_importer.py");
    environment.run(&["-m", "mypy", "--check-untyped-defs", &text(&example)])?;
    let wrong = environment.path("wrong.py");
    std::fs::write(&wrong, "import oxidized_importer\noxidized_importer.OxidizedFinder(resources_data='text')\n")?;
    let outcome = environment.run(&["-m", "mypy", &text(&wrong)]);
    ensure!(outcome.is_err_and(|error| error.to_string().contains("arg-type")), "mypy takes text for packed resources");
    Ok(())
}

/// A virtual environment with the wheel, in a directory of its own.
struct Environment {
    place: TempDir,
}

impl Environment {
    fn new(python: &Installed) -> Result<Self> {
        let environment = Self { place: tempfile::Builder::new().prefix("wheel-").tempdir()? };
        run(Command::new(python.executable()).args(["-m", "venv"]).arg(environment.path("venv")))?;
        // The wheel that people get is optimised, which takes a minute longer; all else about it is the same.
        let (target, profile) = match pythons::is_everything() {
            true => (command::target().join("wheel"), "release"),
            false => (command::target(), "dev"),
        };
        let source = command::workspace().join("crates/oxidized-importer");
        let mut pip = environment.python();
        pip.args(["-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", "wheels"]).arg(source);
        pip.env("CARGO_TARGET_DIR", target).env("MATURIN_PEP517_ARGS", format!("--profile {profile}"));
        let in_turn = Cargo::for_python(python)?;
        run(pip.env_remove("PYO3_PYTHON").env_remove("PYO3_CONFIG_FILE"))?;
        drop(in_turn);
        let install = ["-m", "pip", "install", "--quiet", "--no-index", "--find-links", "wheels", "oxidized_importer"];
        environment.run(&install)?;
        Ok(environment)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn python(&self) -> Command {
        let mut command = Command::new(self.path("venv/bin/python"));
        command.current_dir(self.place.path());
        command
    }

    /// What Python prints.
    fn run(&self, arguments: &[&str]) -> Result<String> {
        run(self.python().args(arguments))
    }

    /// The two Python examples of the README as files.
    fn examples(&self) -> Result<[String; 2]> {
        let readme = std::fs::read_to_string(command::workspace().join("crates/oxidized-importer/README.md"))?;
        let mut blocks = readme.split("```python\n").skip(1).filter_map(|rest| rest.split("```").next());
        let mut next = |name: &str| -> Result<String> {
            let path = self.path(name);
            std::fs::write(&path, blocks.next().context("the README has two examples")?)?;
            Ok(text(&path))
        };
        Ok([next("pack.py")?, next("import.py")?])
    }
}

/// The version in the manifest of the crate.
fn version() -> Result<String> {
    let manifest = std::fs::read_to_string(command::workspace().join("crates/oxidized-importer/Cargo.toml"))?;
    let version = manifest.lines().find_map(|line| line.strip_prefix("version = "));
    Ok(version.context("the manifest has a version")?.trim_matches('"').to_owned())
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn run(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(
        output.status.success(),
        "{command:?}: {}\n{printed}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(printed)
}
