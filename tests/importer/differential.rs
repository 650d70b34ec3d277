//! The same operations with `oxidized_importer` 0.6 from the package index and with ours, on CPython 3.10. Every
//! difference is in `docs/oxidized_importer-differences.md`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use pyox_distribution::{Host as _, Installed, Python as _};
use pyox_test_support::{command, extension, pythons, report};
use serde_json::Value;

use super::python;

/// What each operation returned or raised.
type Outcomes = BTreeMap<String, Value>;

/// The last Python that 0.6 has wheels for.
const MINOR: u8 = 10;

#[test]
fn operations_as_in_0_6() {
    let found = pythons::all().iter().find(|python| python.info().minor == MINOR);
    let python = found.expect("a CPython 3.10, the last that oxidized_importer 0.6 has wheels for");
    report::say(&format!("operations_as_in_0_6: Python {}", python.info().version));
    compare(python).unwrap_or_else(|error| panic!("{error:?}"));
}

fn compare(python: &Installed) -> Result<()> {
    let environment = environment_with_wheel(python)?;
    let python_of_wheel = environment.join("bin/python");
    let theirs = outcomes(&python_of_wheel, &wheel_directory(&environment))?;
    let ours = outcomes(&python_of_wheel, &extension::directory(python)?)?;
    ensure!(theirs.keys().eq(ours.keys()), "the two have not run the same operations");

    let document = std::fs::read_to_string(command::workspace().join("docs/oxidized_importer-differences.md"))?;
    let intended = intended(&document);
    let mut wrong = Vec::new();
    for (name, outcome) in &ours {
        let is_listed = intended.iter().any(|pattern| fits(pattern, name));
        match (*outcome == theirs[name], is_listed) {
            (true, true) => wrong.push(format!("{name}: listed, but both give {outcome}")),
            (false, false) => wrong.push(format!("{name}: 0.6 gives {}, this gives {outcome}", theirs[name])),
            _ => {}
        }
    }
    for pattern in intended {
        if !ours.keys().any(|name| fits(pattern, name)) {
            wrong.push(format!("{pattern}: listed, but there is no such operation"));
        }
    }
    ensure!(
        wrong.is_empty(),
        "of {} operations, {} are not as documented:\n{}",
        ours.len(),
        wrong.len(),
        wrong.join("\n")
    );
    Ok(())
}

/// The operations that the document lists, one in each item: ``- `name` ``; `*` stands for anything.
fn intended(document: &str) -> Vec<&str> {
    let items = document.lines().filter_map(|line| line.strip_prefix("- `"));
    items.filter_map(|item| item.strip_suffix('`')).collect()
}

fn fits(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(name) = name.strip_prefix(start) else { return false };
    (0..=name.len()).filter(|&end| name.is_char_boundary(end)).any(|end| fits(rest, &name[end..]))
}

fn outcomes(python: &Path, module: &Path) -> Result<Outcomes> {
    let place = tempfile::tempdir()?;
    let file = place.path().join("outcomes.json");
    let output = python::run(python, module, "operations", &[&file])?;
    ensure!(output.status.success(), "{}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice(&std::fs::read(file)?)?)
}

/// A virtual environment with the wheel, kept with what cargo builds.
fn environment_with_wheel(python: &Installed) -> Result<PathBuf> {
    let environment = command::target().join(format!("oxidized_importer-0.6-python-{}", python.info().version));
    if !wheel_directory(&environment).join("oxidized_importer-0.6.0.dist-info").is_dir() {
        succeed(Command::new(python.executable()).args(["-m", "venv"]).arg(&environment))?;
        let pip = ["-m", "pip", "install", "--quiet", "--only-binary=:all:", "oxidized_importer==0.6.0"];
        succeed(Command::new(environment.join("bin/python")).args(pip))?;
    }
    Ok(environment)
}

fn wheel_directory(environment: &Path) -> PathBuf {
    environment.join(format!("lib/python3.{MINOR}/site-packages"))
}

fn succeed(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

#[test]
fn patterns() {
    for (pattern, name) in [("a", "a"), ("a*", "ab"), ("*b", "ab"), ("a*c*e", "abcde"), ("*", "")] {
        assert!(fits(pattern, name), "{pattern} does not fit {name}");
    }
    for (pattern, name) in [("a", "ab"), ("a*", "b"), ("*b", "bc"), ("a*c*e", "abde")] {
        assert!(!fits(pattern, name), "{pattern} fits {name}");
    }
}
