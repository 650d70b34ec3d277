//! A packed program beside what it was packed from.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context as _, bail, ensure};
use pyox_distribution::{Host as _, Installed};
use pyox_packaging::Report;
use tempfile::TempDir;

use crate::ran::{Ran, Run};
use crate::trace::{self, Expected};
use crate::{command, hidden};

/// One program, its sources and a place to run it.
pub struct Program {
    pub python: &'static Installed,
    /// What `--report` wrote.
    pub report: Report,
    /// The directory of the packages that pip installed, if it did.
    pub tree: Option<PathBuf>,
    pub(crate) name: String,
    directory: TempDir,
}

impl Program {
    /// Packs with the given arguments in a directory to which `sources` writes.
    pub fn pack(
        python: &'static Installed,
        name: &str,
        sources: impl FnOnce(&Path) -> std::io::Result<()>,
        arguments: &[&str],
    ) -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        for part in ["src", "bin", "work", "home", "tmp", "packages", "trace"] {
            std::fs::create_dir(directory.path().join(part))?;
        }
        sources(&directory.path().join("src"))?;
        let report = directory.path().join("src/report.json");
        let mut command = command::pyoxidizer();
        command.args(["--quiet", "pack"]).args(arguments).arg("--python").arg(python.executable());
        command.arg("-o").arg(directory.path().join("bin").join(name)).arg("--report").arg(&report);
        let output = command.current_dir(directory.path().join("src")).output()?;
        ensure!(output.status.success(), "packing {name} failed: {}", String::from_utf8_lossy(&output.stderr));
        let report: Report = serde_json::from_slice(&std::fs::read(&report)?).context("the report")?;
        let tree = tree(&report);
        Ok(Self { python, report, tree, name: name.to_owned(), directory })
    }

    /// A directory of the test: `src` (hidden when the program runs), `work` (where it runs), `home`, `tmp`.
    pub fn place(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn executable(&self) -> PathBuf {
        self.place("bin").join(&self.name)
    }

    /// A command that pip installed.
    pub fn command(&self, name: &str) -> anyhow::Result<PathBuf> {
        let prefix = self.tree.as_deref().and_then(|tree| tree.ancestors().nth(3)).context("what pip installed")?;
        Ok(prefix.join("bin").join(name))
    }

    /// Where packages are placed in files.
    pub fn packages(&self) -> PathBuf {
        self.place("packages")
    }

    /// Runs the original.
    pub fn run_plain(&self, command: &[&str], run: &Run) -> anyhow::Result<Ran> {
        let mut python = Command::new(self.python.executable());
        python.args(command);
        self.environment(&mut python, run)?;
        python.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONPATH", self.tree.as_deref().unwrap_or(Path::new("")));
        run.execute(python)
    }

    /// Runs the packed program in a mount namespace without Python, and looks at every file that it opens.
    pub fn run_hidden(&self, run: &Run) -> anyhow::Result<Ran> {
        let trace = tempfile::tempdir_in(self.place("trace"))?;
        let program = self.executable();
        let mut command = hidden::command(&self.hidden_places(), &self.place("work"));
        command.args(trace::strace(trace.path())).arg(&program);
        self.environment(&mut command, run)?;
        let ran = run.execute(command)?;
        let summary = &self.report.summary;
        let mut writable: Vec<PathBuf> = run.writes.iter().map(|place| self.place(place)).collect();
        let mut readable = vec![self.place("work")];
        readable.extend(writable.iter().cloned());
        if !(summary.packages_in_files.is_empty() && summary.libraries_in_files.is_empty()) {
            writable.extend((!run.warm).then(|| self.packages()));
            readable.push(self.packages());
        }
        let expected = Expected { program: &program, writable: &writable, readable: &readable };
        let offences = trace::offences(trace.path(), &expected)?;
        if !offences.is_empty() {
            bail!("{} {} touched files:\n{}", self.name, run.arguments.join(" "), offences.join("\n"));
        }
        Ok(ran)
    }

    /// Runs the packed program as it is, where everything is still there.
    pub fn run_visible(&self, run: &Run) -> anyhow::Result<Ran> {
        let mut command = Command::new(self.executable());
        self.environment(&mut command, run)?;
        run.execute(command)
    }

    /// Everything that a packed program must do without.
    fn hidden_places(&self) -> Vec<PathBuf> {
        let mut places = hidden::pythons();
        places.extend(hidden::tcl());
        places.push(command::cache());
        places.push(self.place("src"));
        places
    }

    /// No variables but those that every session has, and those of the test. Directories are new each time, but for
    /// what a warm run finds.
    fn environment(&self, command: &mut Command, run: &Run) -> anyhow::Result<()> {
        let parts = ["home", "tmp", "packages"];
        for part in &parts[..if run.warm { 2 } else { 3 }] {
            let place = self.place(part);
            std::fs::remove_dir_all(&place)?;
            std::fs::create_dir(&place)?;
        }
        (run.prepare)(&self.place("home"))?;
        command.env_clear().envs(&run.environment).current_dir(self.place("work"));
        command.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").env("LANG", "C.UTF-8");
        command.env("HOME", self.place("home")).env("TMPDIR", self.place("tmp"));
        command.env("PYOXIDIZER_PACKAGE_CACHE", self.packages());
        Ok(())
    }
}

/// Copies a program that is run afterwards, in another process: what this one has open for writing, programs that
/// other tests start have open for a moment, too, and then it cannot be executed.
pub fn copy(program: &Path, copy: &Path) -> anyhow::Result<()> {
    let status = Command::new("cp").args(["-p", "--"]).arg(program).arg(copy).status()?;
    ensure!(status.success(), "cp {} {}: {status}", program.display(), copy.display());
    Ok(())
}

/// Runs the original Python for something else than an application.
pub fn python(python: &Installed, arguments: &[&str]) -> anyhow::Result<Output> {
    let mut command = Command::new(python.executable());
    command.args(arguments).env_clear().env("LANG", "C.UTF-8").env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(command.output()?)
}

/// The directory into which pip installed: that of the files of distributions.
fn tree(report: &Report) -> Option<PathBuf> {
    let metadata = report.resources.iter().find(|row| row.kind.name() == "distribution-resource")?;
    metadata.origin.strip_suffix(&metadata.path).map(PathBuf::from)
}
