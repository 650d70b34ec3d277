//! Rust projects that embed Python, without compiling them: `tests/outside/rust_projects.sh` does that.

use std::fs;
use std::process::Command;

use pyox_test_support::place::{Outcome, Place, python_path};

const MANIFEST: &str = "[package]\nname = \"app\"\n\n[package.metadata.pyoxidizer]\npack = [\"app.py\"]\n\n\
                        [package.metadata.pyoxidizer.target.small]\npack = [\"--code\", \"print(1)\"]\n";

fn project() -> Place {
    Place::with(&[("Cargo.toml", MANIFEST), ("app.py", "import helper\n"), ("helper.py", ""), ("other.py", "")])
}

/// The command of a build script, with an `OUT_DIR`.
fn run_build_script(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.command(["run-build-script", "build.rs", "--python", python_path()]);
    command.args(arguments).env("OUT_DIR", place.path("out")).env("CARGO_MANIFEST_DIR", place.path(""));
    command
}

#[test]
fn a_new_project_is_four_files() {
    let place = Place::new();
    let outcome = place.run(["init-rust-project", "new/app"]).succeeds();
    assert!(outcome.stderr.contains("next: cd new/app && cargo run"), "{outcome:?}");
    let manifest = String::from_utf8(place.read("new/app/Cargo.toml")).expect("UTF-8");
    for line in
        ["name = \"app\"\n", "build = \"build.rs\"\n", "default = [\"build-mode-pyoxidizer-exe\"]\n", "pyembed = {"]
    {
        assert!(manifest.contains(line), "{line} in {manifest}");
    }
    let script = String::from_utf8(place.read("new/app/build.rs")).expect("UTF-8");
    assert!(script.contains("pyox_build::link();"), "{script}");
    assert!(place.read("new/app/src/main.rs").starts_with(b"use "));
    let configuration = String::from_utf8(place.read("new/app/pyoxidizer.bzl")).expect("UTF-8");
    assert!(configuration.contains("name = \"app\",") && configuration.contains("default_build_script = True"));
    assert_eq!(place.snapshot().values().flatten().count(), 4);
}

#[test]
fn nothing_is_written_where_a_project_cannot_be() {
    let place = Place::with(&[("there/file", "")]);
    for (path, error) in [
        (
            "there",
            "error: there is there, and not empty\nhint: name another directory, or add Python to the project in it",
        ),
        ("there/file", "error: there/file is there, and not empty"),
        ("1a", "error: \"1a\" cannot be the name of a Rust package\nhint: "),
    ] {
        place.command_fails(&mut place.command(["init-rust-project", path]), &[error]);
    }
}

#[test]
fn python_is_added_to_a_package_once() {
    let place = Place::with(&[
        ("app/Cargo.toml", "[package]\nname = \"app\" # ours\nversion = \"1.0.0\"\nedition = \"2024\"\n"),
        ("app/src/main.rs", "fn main() {}\n"),
        ("workspace/Cargo.toml", "[workspace]\n"),
        ("full/Cargo.toml", "[package]\nname = \"full\"\n"),
        ("full/src/python.rs", ""),
    ]);
    let outcome = place.run(["add", "app"]).succeeds();
    assert!(outcome.stderr.contains("changed Cargo.toml and build.rs, wrote src/python.rs"), "{outcome:?}");
    let manifest = String::from_utf8(place.read("app/Cargo.toml")).expect("UTF-8");
    assert!(manifest.starts_with("[package]\nname = \"app\" # ours\n"), "{manifest}");
    for (path, error) in [
        ("app", "error: app/Cargo.toml has Python already"),
        ("workspace", "error: workspace/Cargo.toml is the manifest of a workspace, not of a package"),
        ("full", "error: full/src/python.rs is in the way"),
        ("nowhere", "error: cannot read nowhere/Cargo.toml: No such file or directory"),
    ] {
        place.command_fails(&mut place.command(["add", path]), &[error]);
    }
}

#[test]
fn artifacts_say_what_they_were_made_of() {
    let place = project();
    let outcome = Outcome::of(&mut run_build_script(&place, &[])).succeeds();
    let (out, metadata) = (place.path("out"), String::from_utf8(place.read("out/cargo_metadata.txt")).expect("UTF-8"));
    let lines: Vec<&str> = metadata.lines().filter(|line| line.starts_with("cargo:")).collect();
    let source = |name| format!("cargo:rerun-if-changed={}", place.path(name).display());
    assert!(lines.contains(&&*source("app.py")) && lines.contains(&&*source("helper.py")), "{metadata}");
    assert!(!lines.contains(&&*source("other.py")), "{metadata}");
    let config =
        format!("cargo:rustc-env=PYOXIDIZER_DEFAULT_PYTHON_CONFIG_RS={}/default_python_config.rs", out.display());
    assert!(lines.contains(&&*config), "{metadata}");
    let printed: Vec<&str> = outcome.stdout.lines().collect();
    assert_eq!(printed[..2], ["cargo:rerun-if-changed=build.rs", "cargo:rerun-if-changed=Cargo.toml"]);
    assert_eq!(printed[2..], lines);
    for argument in lines.iter().filter_map(|line| line.strip_prefix("cargo:rustc-link-arg=/")) {
        assert!(fs::metadata(format!("/{argument}")).is_ok(), "{argument} is linked");
    }
    let config = String::from_utf8(place.read("out/pyo3-build-config-file.txt")).expect("UTF-8");
    assert!(config.contains("suppress_build_script_link_lines=true\n"), "{config}");
    place.run(["resources", "verify", "out/packed-resources"]).succeeds();
    let listed = place.run(["resources", "list", "out/packed-resources", "helper"]).succeeds();
    assert!(listed.stdout.contains("helper"), "{listed:?}");

    let before = place.snapshot();
    Outcome::of(&mut run_build_script(&place, &[])).succeeds();
    assert!(place.snapshot() == before, "the same again");
}

#[test]
fn a_target_is_packed_instead() {
    let place = project();
    Outcome::of(&mut run_build_script(&place, &["--target", "small"])).succeeds();
    let metadata = String::from_utf8(place.read("out/cargo_metadata.txt")).expect("UTF-8");
    assert!(!metadata.contains("app.py"), "{metadata}");
    place.command_fails(&mut run_build_script(&place, &["--target", "large"]), &["there is no target large"]);
}

#[test]
fn what_a_project_lacks_is_said() {
    let place = project();
    place.write("out/there", "");
    let hint = "hint: name one: PYOXIDIZER_ARTIFACT_DIR=DIR pyoxidizer run-build-script build.rs\n";
    let mut command = place.command(["run-build-script", "build.rs"]);
    place.command_fails(command.env_remove("OUT_DIR").env_remove("CARGO_MANIFEST_DIR"), &[hint]);
    for (manifest, error) in [
        ("[package]\nname = \"app\"\n", "error: Cargo.toml does not say what to pack"),
        ("[package", "error: cannot read Cargo.toml"),
        (&*MANIFEST.replace("app.py", "none.py"), "error: "),
        (&*MANIFEST.replace("\"app.py\"", "\"app.py\", \"--extra\", \"x\""), "error: "),
        (&*MANIFEST.replace("\"app.py\"", "\"app.py\", \"--run\""), "error: --run is not for Rust projects"),
    ] {
        place.write("Cargo.toml", manifest);
        place.command_fails(&mut run_build_script(&place, &[]), &[error]);
    }
}
