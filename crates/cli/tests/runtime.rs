//! Packed programs behave as the same script under the same Python does.
//!
//! Every `runtime/*.py` names in its first lines the shell commands to try: in a line `#$ COMMAND`, `$APP` is once the
//! packed program and once `python SCRIPT`. Output, errors and status must be equal, but for the paths of files.
//! `# module: NAME` and `# entry: MODULE:FUNCTION` pack that instead of the script; `# options: OPTION...` are added to
//! `pyoxidizer pack`, `# python: OPTION...` to `python`; `# packed only:` marks a script
//! that checks itself what is different on purpose: every line it prints must be `ok`.
//!
//! `PYOX_TEST_RUNTIME=exit_status,pdb` restricts the scripts.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyox_distribution::{Host as _, Installed, Python as _};
use pyox_packed_resources::{Blob, FieldKind};
use pyox_program_format::payload_range;

mod normal;

use normal::{Normal, difference};
use pyox_test_support::pythons::each;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What a script says about itself.
#[derive(Default)]
struct Script {
    name: String,
    packed_only: bool,
    module: Option<String>,
    entry: Option<String>,
    options: Option<String>,
    python: Option<String>,
    commands: Vec<String>,
}

impl Script {
    fn parse(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)?;
        let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(|rest| rest.trim().to_owned());
        Ok(Self {
            name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            packed_only: value("# packed only:").is_some(),
            module: value("# module:"),
            entry: value("# entry:"),
            options: value("# options:"),
            python: value("# python:"),
            commands: text.lines().filter_map(|line| line.strip_prefix("#$ ")).map(str::to_owned).collect(),
        })
    }

    fn pack(&self, app: &Path, python: &Installed, output: &Path) -> Result<()> {
        let mut command = pyox_test_support::command::pyoxidizer();
        command.args(["-q", "pack", "--python"]).arg(python.executable()).arg("-o").arg(output);
        match (&self.module, &self.entry) {
            (Some(module), _) => command.args(["--module", module]),
            (_, Some(entry)) => command.args(["--entry", entry]),
            _ => command.arg(app.join(&self.name).with_extension("py")),
        };
        command.args(self.options.iter().flat_map(|options| options.split_whitespace()));
        let done = command.arg("--package-root").arg(app).args(["demo", "nsdemo", "filesdemo"]).output()?;
        if done.status.success() {
            return Ok(());
        }
        Err(format!("cannot pack {}: {}", self.name, String::from_utf8_lossy(&done.stderr)).into())
    }

    /// The words that run it unpackaged. Only without CPython's frozen copies of `os` and the like do all tracebacks
    /// name files.
    fn unpackaged(&self, app: &Path, python: &Installed) -> Result<String> {
        let mut words = python.executable().display().to_string();
        if python.minor() >= (3, 11) {
            words.push_str(" -X frozen_modules=off");
        }
        if let Some(options) = &self.python {
            words.extend([" ", options]);
        }
        if let Some(module) = &self.module {
            return Ok(format!("{words} -m {module}"));
        }
        let file = match self.entry.as_deref().and_then(|entry| entry.split_once(':')) {
            None => app.join(&self.name).with_extension("py"),
            Some((module, function)) => {
                let file = app.join("__main__.py");
                let text = format!(
                    "import sys\nfrom {module} import {function}\n\
                    if __name__ == \"__main__\":\n    sys.exit({function}())\n"
                );
                std::fs::write(&file, text)?;
                file
            }
        };
        Ok(format!("{words} {}", file.display()))
    }
}

/// Runs a shell command in an environment without settings for Python.
fn run(command: &str, program: &str, directory: &Path) -> Result<Output> {
    let mut shell = Command::new("timeout");
    shell.args(["-k", "5", "600", "bash", "-c", command]).env("APP", program).current_dir(directory);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"PYTHON")) {
        shell.env_remove(name);
    }
    shell
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .env("XDG_CACHE_HOME", directory);
    Ok(shell.stdin(Stdio::null()).output()?)
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let (path, target) = (entry.as_ref().map(|e| e.path()).unwrap_or_default(), to.join(entry?.file_name()));
        if path.is_dir() { copy_tree(&path, &target)? } else { std::fs::copy(&path, &target).map(drop)? }
    }
    Ok(())
}

/// Differences of one script on one Python, in words.
fn compare(script: &Script, python: &Installed, app: &Path, scratch: &Path) -> Result<String> {
    std::fs::create_dir_all(scratch)?;
    let program = scratch.join(&script.name);
    script.pack(app, python, &program)?;
    let (packed, plain) = (Normal::packed(&program, python), Normal::unpackaged(app, python));
    let words = script.unpackaged(app, python)?;
    // `python -m` finds modules in the current directory.
    let directory = if script.module.is_some() { app } else { scratch };
    let mut report = String::new();
    for command in &script.commands {
        let one = run(command, &program.display().to_string(), directory)?;
        let one = [packed.text(&one.stdout), packed.text(&one.stderr), one.status.to_string()];
        let two = if script.packed_only {
            ["ok\n".repeat(one[0].lines().count().max(1)), String::new(), "exit status: 0".into()]
        } else {
            let two = run(command, &words, directory)?;
            [plain.text(&two.stdout), plain.text(&two.stderr), two.status.to_string()]
        };
        for (name, (one, two)) in ["stdout", "stderr", "status"].into_iter().zip(one.iter().zip(&two)) {
            if one != two {
                let version = &python.info().version;
                writeln!(report, "{} on {version}: {command}\n{name}\n{}", script.name, difference(one, two))?;
            }
        }
    }
    std::fs::remove_file(program)?;
    Ok(report)
}

#[test]
fn damage_is_told_with_the_exception() -> Result<()> {
    let scratch = tempfile::tempdir()?;
    copy_tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runtime/packages"), scratch.path())?;
    std::fs::write(scratch.path().join("hello.py"), "print('hello')\n")?;
    for python in each() {
        let program = scratch.path().join("hello");
        let script = Script { name: "hello".into(), ..Script::default() };
        script.pack(scratch.path(), python, &program)?;
        let whole = std::fs::read(&program)?;
        for (module, told) in [
            ("encodings", "Python cannot start: the importer fails with "),
            ("codecs", "Python cannot start: the importer fails with "),
            ("__main__", "packed resources of \"__main__\""),
        ] {
            let mut damaged = whole.clone();
            let value = stored_range(&whole, module, FieldKind::Bytecode, "")?;
            damaged[value].fill(0xff);
            // Another process writes the program: what this one has open, those have for a moment that other tests
            // start, and then it cannot be executed.
            std::fs::write(scratch.path().join("damaged"), damaged)?;
            let output = run("cp damaged hello && $APP", &program.display().to_string(), scratch.path())?;
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{module}: {stderr}");
            assert!(stderr.contains(told) && stderr.contains("Error: "), "{module}: {stderr}");
            assert!(stderr.lines().count() == 1 || module == "__main__", "{module}: {stderr}");
        }
    }
    Ok(())
}

/// Where a value is stored in an executable.
fn stored_range(executable: &[u8], entry: &str, kind: FieldKind, key: &str) -> Result<std::ops::Range<usize>> {
    let blob = Blob::open(&executable[payload_range(executable)?])?;
    let entry = blob.entry(entry)?.ok_or("not packed")?;
    let stored = entry.keyed(kind, key)?.ok_or("no such value")?.stored()?;
    let offset = stored.as_ptr() as usize - executable.as_ptr() as usize;
    Ok(offset..offset + stored.len())
}

#[test]
fn a_flipped_bit_is_noticed_before_its_value_is_used() -> Result<()> {
    let scratch = tempfile::tempdir()?;
    copy_tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runtime/packages"), scratch.path())?;
    std::fs::write(
        scratch.path().join("flip.py"),
        "import _lsprof, pkgutil\nprint('hello', pkgutil.get_data('demo', 'text.txt'))\n",
    )?;
    for python in each() {
        let program = scratch.path().join("flip");
        let script = Script { name: "flip".into(), ..Script::default() };
        script.pack(scratch.path(), python, &program)?;
        let whole = std::fs::read(&program)?;
        for (entry, kind, key) in [
            ("__main__", FieldKind::Bytecode, ""),
            // Some Pythons have others in themselves.
            ("_lsprof", FieldKind::Extension, ""),
            ("demo", FieldKind::PackageResource, "text.txt"),
        ] {
            let value = stored_range(&whole, entry, kind, key)?;
            for at in [value.start, value.start + value.len() / 2, value.end - 1] {
                let mut damaged = whole.clone();
                damaged[at] ^= 1;
                std::fs::write(scratch.path().join("damaged"), damaged)?;
                let output = run("cp damaged flip && $APP", &program.display().to_string(), scratch.path())?;
                let stderr = String::from_utf8_lossy(&output.stderr);
                assert_eq!(output.status.code(), Some(1), "{entry} {key}: {stderr}");
                let told = format!("ImportError: packed resources of \"{entry}\": the value of ");
                assert!(stderr.contains(&told) && stderr.contains(" is damaged: checksum "), "{entry} {key}: {stderr}");
                assert!(output.stdout.is_empty(), "{entry} {key}");
            }
        }
    }
    Ok(())
}

#[test]
fn packed_programs_behave_as_under_python() -> Result<()> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runtime");
    let scratch = tempfile::tempdir()?;
    let scratch = scratch.path().canonicalize()?;
    let mut scripts = Vec::new();
    for entry in std::fs::read_dir(&sources)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "py") {
            scripts.push(Script::parse(&path)?);
        }
    }
    let only = std::env::var("PYOX_TEST_RUNTIME").ok();
    scripts.retain(|script| only.as_ref().is_none_or(|only| only.split(',').any(|name| name.trim() == script.name)));
    scripts.sort_by(|a, b| a.name.cmp(&b.name));
    let mut jobs = Vec::new();
    for python in each() {
        let app: PathBuf = scratch.join(format!("app-{}", python.info().version));
        copy_tree(&sources.join("packages"), &app)?;
        for script in &scripts {
            std::fs::copy(
                sources.join(&script.name).with_extension("py"),
                app.join(&script.name).with_extension("py"),
            )?;
            jobs.push((script, python, app.clone()));
        }
    }
    assert!(!jobs.is_empty(), "no script is left");
    let (next, reports) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some((script, python, app)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let directory = scratch.join(format!("{}-{}", script.name, python.info().version));
            let report = compare(script, python, app, &directory).unwrap_or_else(|error| format!("{error}\n"));
            if let Ok(mut reports) = reports.lock()
                && !report.is_empty()
            {
                reports.push(report);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(work);
        }
    });
    let mut reports = reports.into_inner()?;
    reports.sort();
    assert!(reports.is_empty(), "{} of {} differ\n{}", reports.len(), jobs.len(), reports.concat());
    Ok(())
}
