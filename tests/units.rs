//! Unit tests of the crates that are compiled for a Python, which are linked with it.

use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use pyox_distribution::{Installed, Libpython, Target as _};
use pyox_test_support::extension::Cargo;
use pyox_test_support::{pythons, report};
use serde_json::Value;

/// With unit tests, and with examples in their documentation.
const WITH_UNITS: [&str; 2] = ["pyox-embed", "pyox-finder"];
const WITH_EXAMPLES: [&str; 3] = ["pyox-embed", "pyox-finder", "pyox-python-objects"];

#[test]
fn unit_tests_of_the_run_side() -> Result<()> {
    for python in pythons::newest_that(|_| true) {
        let (cargo, flags) = (Cargo::for_python(python)?, link_flags(python)?);
        for package in WITH_UNITS {
            let arguments = ["rustc", "--package", package, "--lib", "--profile", "test", "--message-format", "json"];
            let messages = cargo.run(&arguments, &flags)?;
            run(executable(&messages).context("cargo names no executable")?)?;
        }
        for package in WITH_EXAMPLES {
            // Some show what does not compile: how Python could be called without the GIL.
            report::say(&cargo.run(&["test", "--package", package, "--doc"], &[])?);
        }
    }
    Ok(())
}

/// libpython, and what it needs.
fn link_flags(python: &Installed) -> Result<Vec<String>> {
    let link = python.link()?;
    let Libpython::Static(libpython) = &link.libpython else { bail!("{link:?}") };
    let archives = std::iter::once(libpython).chain(&link.extra_archives);
    let mut words: Vec<String> = archives.map(|path| path.display().to_string()).collect();
    words.extend(link.system_libraries.iter().map(|name| format!("-l{name}")));
    words.extend(["-lm", "-ldl", "-lutil", "-lpthread"].map(String::from));
    Ok(words.into_iter().map(|word| format!("-Clink-arg={word}")).collect())
}

/// The test that cargo has built, of its messages.
fn executable(messages: &str) -> Option<String> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages.filter_map(|message| message["executable"].as_str().map(str::to_owned)).next_back()
}

fn run(test: String) -> Result<()> {
    let output = Command::new(&test).output().with_context(|| test.clone())?;
    let (printed, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "{test}: {}\n{printed}{errors}", output.status);
    ensure!(printed.contains("test result: ok. ") && !printed.contains("ok. 0 passed"), "{printed}");
    report::say(&printed);
    Ok(())
}
