//! Packed programs behave as the same script under the same Python does.
//!
//! Every `runtime/*.py` names in its first lines the shell commands to try: in a line `#$ COMMAND`, `$APP` is once the
//! packed program and once `python SCRIPT`. Output, errors and status must be equal, but for the paths of files.
//! `# module: NAME` and `# entry: MODULE:FUNCTION` pack that instead of the script; `# packed only:` marks a script
//! that checks itself what is different on purpose: every line it prints must be `ok`.
//!
//! `PYOX_TEST_PYTHONS=3.11,3.13` restricts the Pythons, `PYOX_TEST_RUNTIME=exit_status,pdb` the scripts.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyox_distribution::{Distribution, Installed};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What a script says about itself.
struct Script {
    name: String,
    packed_only: bool,
    module: Option<String>,
    entry: Option<String>,
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
            commands: text.lines().filter_map(|line| line.strip_prefix("#$ ")).map(str::to_owned).collect(),
        })
    }

    fn pack(&self, app: &Path, python: &Installed, output: &Path) -> Result<()> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pyoxidizer"));
        command.args(["-q", "pack", "--python"]).arg(python.executable()).arg("-o").arg(output);
        match (&self.module, &self.entry) {
            (Some(module), _) => command.args(["--module", module]),
            (_, Some(entry)) => command.args(["--entry", entry]),
            _ => command.arg(app.join(&self.name).with_extension("py")),
        };
        let done = command.arg("--package-root").arg(app).args(["demo", "nsdemo"]).output()?;
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
        if let Some(module) = &self.module {
            return Ok(format!("{words} -m {module}"));
        }
        let file = match self.entry.as_deref().and_then(|entry| entry.split_once(':')) {
            None => app.join(&self.name).with_extension("py"),
            Some((module, function)) => {
                let file = app.join("__main__.py");
                let text = format!(
                    "import sys\nfrom {module} import {function}\nif __name__ == \"__main__\":\n    sys.exit({function}())\n"
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
    shell.args(["-k", "5", "90", "bash", "-c", command]).env("APP", program).current_dir(directory);
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

/// Output with everything replaced that has to differ.
struct Normal {
    replacements: Vec<(String, &'static str)>,
}

impl Normal {
    fn packed(program: &Path) -> Self {
        let program = program.display().to_string();
        Self { replacements: vec![(format!("{program}/"), "<ROOT>/"), (program, "<APP>")] }
    }

    fn unpackaged(app: &Path, python: &Installed) -> Self {
        let mut replacements = Vec::new();
        for directory in [python.extension_dir(), Some(python.stdlib_dir()), Some(app)].into_iter().flatten() {
            replacements.push((format!("{}/", directory.display()), "<ROOT>/"));
        }
        replacements.push((python.executable().display().to_string(), "<APP>"));
        Self { replacements }
    }

    fn text(&self, bytes: &[u8]) -> String {
        let mut text = String::new();
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            for byte in chunk.invalid() {
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
        for (from, to) in &self.replacements {
            text = text.replace(from, to);
        }
        hide_numbers(&text)
    }
}

/// Addresses, process and thread numbers become `N`.
fn hide_numbers(text: &str) -> String {
    let mut rest = text;
    let mut out = String::new();
    while let Some(at) = ["0x", "bash: line ", "pid=", "ForkPoolWorker-", "SpawnPoolWorker-", "ForkServerPoolWorker-"]
        .iter()
        .filter_map(|mark| rest.find(mark).map(|at| at + mark.len()))
        .min()
    {
        out.push_str(&rest[..at]);
        out.push('N');
        rest = rest[at..].trim_start_matches(|c: char| c.is_ascii_hexdigit());
    }
    out + rest
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
    let (packed, plain) = (Normal::packed(&program), Normal::unpackaged(app, python));
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

/// The lines that differ, in the manner of `diff`: `-` is plain Python.
fn difference(packed: &str, plain: &str) -> String {
    let (packed, plain): (Vec<&str>, Vec<&str>) = (packed.lines().collect(), plain.lines().collect());
    let start = packed.iter().zip(&plain).take_while(|(one, two)| one == two).count();
    let (packed, plain) = (&packed[start..], &plain[start..]);
    let end = packed.iter().rev().zip(plain.iter().rev()).take_while(|(one, two)| one == two).count();
    let mut text = format!("  from line {}\n", start + 1);
    for (sign, lines) in [('-', plain), ('+', packed)] {
        for line in lines[..lines.len() - end].iter().take(40) {
            let _ = writeln!(text, "  {sign} {line}");
        }
    }
    text
}

fn chosen(variable: &str, name: &str) -> bool {
    std::env::var(variable).map_or(true, |list| list.split(',').any(|item| item.trim() == name))
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
    scripts.retain(|script| chosen("PYOX_TEST_RUNTIME", &script.name));
    scripts.sort_by(|a, b| a.name.cmp(&b.name));
    let mut jobs = Vec::new();
    for python in Installed::discover() {
        let (major, minor) = python.minor();
        let names = [format!("{major}.{minor}"), python.info().version.clone()];
        if python.link().is_err() || !names.iter().any(|name| chosen("PYOX_TEST_PYTHONS", name)) {
            continue;
        }
        let app: PathBuf = scratch.join(format!("app-{}", python.info().version));
        copy_tree(&sources.join("packages"), &app)?;
        for script in &scripts {
            std::fs::copy(
                sources.join(&script.name).with_extension("py"),
                app.join(&script.name).with_extension("py"),
            )?;
            jobs.push((script, python.clone(), app.clone()));
        }
    }
    assert!(!jobs.is_empty(), "no CPython 3.9 or later with a static library on this machine");
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
