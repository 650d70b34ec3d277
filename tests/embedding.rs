//! Programs of one's own on `pyembed`: the examples of the crate, compiled as launchers to which `pack` attaches
//! payloads.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Output};

use anyhow::{Context as _, Result, ensure};
use pyox_distribution::{Host as _, Installed, Python as _};
use pyox_linker::{build_environment, seal};
use pyox_test_support::extension::Cargo;
use pyox_test_support::{command, pythons};
use tempfile::TempDir;

/// Of the examples, the one that has a module in Rust, and what it gives.
const SCRIPT: &str = "import answer, sys
built_in = 'answer' in sys.builtin_module_names
print(answer.get(), answer.__spec__.origin, built_in, __file__ == sys.executable + '/app/app.py')
sys.exit(3)
";

#[test]
fn a_bespoke_launcher_has_modules_in_rust() {
    pythons::for_each_of("bespoke_launcher", &newest(), |python| {
        let program = Program::new(python, "bespoke_launcher")?;
        let output = program.run(&[""; 0])?;
        ensure!(output.status.code() == Some(3) && output.stdout == b"42 built-in True True\n", "{output:?}");
        Ok(())
    });
}

#[test]
fn an_interpreter_that_is_dropped_prints_what_it_buffered() {
    pythons::for_each_of("embedding", &newest(), |python| {
        let program = Program::new(python, "ending")?;
        let running = "a Python interpreter runs in this process already\n";
        for (way, status, errors) in [
            ("drop", 0, ""),
            ("finalize", 0, "Ok(())\n"),
            ("return", 1, "Error: \"the program ends by returning an error\"\n"),
            ("panic", 101, "the program ends by unwinding"),
            ("ended", 0, ""),
            ("twice", 0, running),
            ("error", 0, "ZeroDivisionError: division by zero\n"),
        ] {
            let output = program.run(&[way])?;
            let said = String::from_utf8_lossy(&output.stderr);
            ensure!(output.stdout == b"buffered at exit\n", "{way}: {output:?}");
            ensure!(output.status.code() == Some(status) && said.contains(errors), "{way}: {output:?}");
        }
        Ok(())
    });
}

#[test]
fn python_starts_again_after_its_end() {
    pythons::for_each_of("starting again", &newest(), |python| {
        let program = Program::new(python, "ending")?;
        let alone = program.run(&with_files(python, &["again"]))?;
        if starts_once(python, &alone) {
            return Ok(());
        }
        let output = program.run(&["again"])?;
        ensure!(output.stdout == b"buffered at exit\nbuffered at exit\nbuffered at exit\n", "{output:?}");
        // Of 3.9 to 3.12, `decimal` says that it was there before.
        ensure!(output.status.code() == Some(0) && output.stderr == alone.stderr, "{output:?}\n{alone:?}");
        Ok(())
    });
}

/// CPython itself does not free everything when it ends: half a MiB and more for some of its modules, which may refer to
/// the finder. What `malloc` has given out is counted: how many pages CPython's own allocator keeps for the same objects
/// depends on where the system puts its arenas.
#[test]
fn memory_grows_no_more_from_start_to_start_than_that_of_cpython() {
    if !tests_all() {
        return;
    }
    pythons::for_each_of("cycles", &newest(), |python| {
        // The same objects in the same order in both: `malloc` for all of them, and one seed for hashes.
        let program = Program::packed(python, "ending", &["--config", "allocator=malloc", "--config", "hash_seed=1"])?;
        let growth = |output: Output| -> Result<i64> {
            ensure!(output.status.success(), "{output:?}");
            Ok(String::from_utf8(output.stderr)?.trim().parse()?)
        };
        let alone = program.run(&with_files(python, &["cycles", "200"]))?;
        if starts_once(python, &alone) {
            return Ok(());
        }
        let (packed, files) = (growth(program.run(&["cycles", "200"])?)?, growth(alone)?);
        ensure!(packed < files + (4 << 10), "{packed} bytes more each time, CPython alone {files}");
        Ok(())
    });
}

#[test]
fn start_run_and_end_touch_no_memory_that_is_not_theirs() {
    if !tests_all() {
        return;
    }
    pythons::for_each_of("valgrind", &newest(), |python| {
        // What CPython's own allocator gives out, valgrind does not know.
        let program = Program::packed(python, "ending", &["--config", "allocator=malloc"])?;
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--error-exitcode=99", "--quiet"]);
        // It reads a digit of a zero before that is there (<https://github.com/python/cpython/issues/102509>).
        if python.minor().1 == 11 {
            valgrind.arg("--undef-value-errors=no");
        }
        let output = valgrind.arg(program.place.path().join("app")).args(["cycles", "2"]).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    });
}

#[test]
fn finalizing_says_whether_everything_was_written() {
    pythons::for_each_of("finalizing", &newest(), |python| {
        let program = Program::new(python, "ending")?;
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full")?;
        let output = program.command(&["finalize"]).stdout(full).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(said.ends_with("Err(Flush)\n") && said.contains("No space left"), "{output:?}");
        Ok(())
    });
}

/// Arguments of `ending` that leave out all that is ours: modules are in these directories.
fn with_files(python: &Installed, arguments: &[&str]) -> Vec<String> {
    let directories = [python.stdlib_dir()].into_iter().chain(python.extension_dir());
    let directories = directories.map(|path| path.display().to_string());
    arguments.iter().map(|argument| (*argument).to_owned()).chain(directories).collect()
}

/// Whether CPython itself cannot start a second time and import the same: 3.12 has freed what `datetime` refers to
/// (<https://github.com/python/cpython/issues/118608>).
fn starts_once(python: &Installed, alone: &Output) -> bool {
    python.minor().1 == 12 && alone.status.code().is_none()
}

/// Whether what takes minutes is tested too.
fn tests_all() -> bool {
    std::env::var_os("PYOX_TEST_ALL").is_some()
}

/// The examples are compiled for one Python only: what they show does not depend on its version.
fn newest() -> Vec<&'static Installed> {
    pythons::newest_that(|_| true)
}

/// A packed script whose launcher is an example of `pyembed`.
struct Program {
    place: TempDir,
}

impl Program {
    fn new(python: &Installed, example: &str) -> Result<Self> {
        Self::packed(python, example, &[])
    }

    /// The same, packed with more arguments.
    fn packed(python: &Installed, example: &str, arguments: &[&str]) -> Result<Self> {
        let place = tempfile::Builder::new().prefix("embedding-").tempdir()?;
        let launcher = place.path().join("launcher");
        std::fs::write(&launcher, seal(&compile(python, example)?, python)?)?;
        let script = place.path().join("app.py");
        std::fs::write(&script, SCRIPT)?;
        let mut pack = command::pyoxidizer();
        pack.arg("pack").arg(&script).arg("--python").arg(python.executable()).arg("--launcher").arg(&launcher);
        let output = pack.args(arguments).arg("--output").arg(place.path().join("app")).output()?;
        ensure!(output.status.success(), "pack: {}", String::from_utf8_lossy(&output.stderr));
        Ok(Self { place })
    }

    fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(self.place.path().join("app"));
        command.args(arguments);
        command
    }

    fn run(&self, arguments: &[impl AsRef<OsStr>]) -> Result<Output> {
        self.command(arguments).output().context("the program does not run")
    }
}

/// Compiles an example as what is compiled for the same Python.
fn compile(python: &Installed, example: &str) -> Result<PathBuf> {
    let cargo = Cargo::for_python(python)?;
    let arguments = ["build", "--package", "pyox-embed", "--example", example];
    cargo.run_with(&arguments, &[], build_environment(python, cargo.config())?)?;
    // The next one may be for another Python.
    let copy = cargo.config().with_file_name(example);
    std::fs::copy(command::target().join("debug/examples").join(example), &copy)?;
    Ok(copy)
}
