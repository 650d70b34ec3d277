//! Build scripts of Rust programs, whose Python a configuration file describes.

use std::process::Command;

use pyox_test_support::place::{Outcome, Place, python};

use crate::support::{built, command, configuration, run};

const ARTIFACTS: [&str; 4] =
    ["cargo_metadata.txt", "packed-resources", "default_python_config.rs", "pyo3-build-config-file.txt"];

/// A Rust project with a configuration file, and with a directory below it for what cargo compiles.
fn project() -> Place {
    let place = Place::with(&[
        ("Cargo.toml", "[package]\nname = \"app\"\n"),
        ("shop.py", "import other\n"),
        ("other.py", ""),
        ("target/out/x", ""),
    ]);
    let lines = "exe.add_python_resources(exe.read_package_root(CWD, [VARS.get(\"PACKAGE\", \"shop\")]))\n";
    let more = "\nregister_target(\"resources\", lambda exe: exe.to_embedded_resources(), depends = [\"exe\"], \
        default_build_script = True)\n";
    let text = configuration(python(), "config.run_module = VARS.get(\"PACKAGE\", \"shop\")\n", lines);
    place.write("pyoxidizer.bzl", text.replace("resolve_targets()\n", &format!("{more}resolve_targets()\n")));
    place
}

fn run_build_script(place: &Place, arguments: &[&str]) -> Command {
    let mut command = command(place, ["--quiet", "run-build-script", "build.rs"]);
    command.args(arguments).env_remove("PYOXIDIZER_ARTIFACT_DIR").env_remove("PYOXIDIZER_BUILD_TARGET");
    command.env("OUT_DIR", place.path("target/out")).env("CARGO_MANIFEST_DIR", place.path("")).current_dir("/");
    command
}

#[test]
fn a_build_script_gets_the_artifacts_of_a_target() {
    let place = project();
    let outcome = Outcome::of(&mut run_build_script(&place, &[])).succeeds();
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    let directory = place.path("").canonicalize().unwrap();
    let changed = |name: &str| format!("cargo:rerun-if-changed={}", directory.join(name).display());
    assert_eq!(lines[..2], ["cargo:rerun-if-changed=build.rs", &*changed("pyoxidizer.bzl")]);
    assert!(lines.contains(&&*changed("shop.py")) && !lines.contains(&&*changed("other.py")), "{outcome:?}");
    assert!(outcome.stdout.contains("cargo:rustc-env=PYOXIDIZER_DEFAULT_PYTHON_CONFIG_RS="), "{outcome:?}");
    for name in ARTIFACTS {
        assert!(place.path("target/out").join(name).is_file(), "{name}");
    }
    // `build` makes the same, in the directory of the target.
    run(&place, ["build", "resources"]).succeeds();
    let there = built(&place, "resources");
    assert!(std::fs::read(there.join("packed-resources")).unwrap() == place.read("target/out/packed-resources"));
    // Elsewhere, with another package.
    let mut other = run_build_script(&place, &["--var", "PACKAGE", "other"]);
    let outcome = Outcome::of(other.env("PYOXIDIZER_ARTIFACT_DIR", place.path("made"))).succeeds();
    assert!(outcome.stdout.lines().any(|line| line == changed("other.py")), "{outcome:?}");
    assert!(place.path("made/packed-resources").is_file());
    // Another target, which has none.
    let mut other = run_build_script(&place, &[]);
    let outcome = Outcome::of(other.env("PYOXIDIZER_BUILD_TARGET", "dist"));
    let told =
        "error: the target dist is PythonDistribution, which has no artifacts for a Rust program\nhint: register one";
    assert!(outcome.status == Some(1) && outcome.stderr.starts_with(told), "{outcome:?}");
}

#[test]
fn what_cargo_toml_says_goes_first() {
    let place = project();
    let manifest = "[package]\nname = \"app\"\n[package.metadata.pyoxidizer]\npack = [\"missing.py\"]\n";
    place.write("Cargo.toml", manifest);
    let outcome = Outcome::of(&mut run_build_script(&place, &[]));
    assert!(outcome.status == Some(1) && outcome.stderr.contains("missing.py"), "{outcome:?}");
}
