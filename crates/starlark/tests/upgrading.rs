//! `upgrade`: files of earlier versions, as the command rewrites them.

use pyox_test_support::place::Place;
use pyox_upgrade::{Upgraded, upgrade};
use serde_json::Value;

use crate::support::{Evaluation, run};

fn upgraded(text: &str) -> Upgraded {
    upgrade("pyoxidizer.bzl", text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Removed names that are no names of configuration files, and the flavor, which is rewritten.
const NOT_IN_FILES: [&str; 3] = ["flavor windows_embeddable", "pyoxidizer.toml", "OxidizedResource.flavor"];

#[test]
fn every_name_that_the_manual_removes_is_known() {
    let manual: Value = serde_json::from_str(include_str!("conformance/manual.json")).expect("JSON");
    let removed = manual["removed"].as_array().expect("a list");
    let known = || pyox_upgrade::GLOBALS.iter().chain(pyox_upgrade::DISTRIBUTION).chain(pyox_upgrade::EXECUTABLE);
    for name in removed.iter().filter_map(Value::as_str).filter(|name| !NOT_IN_FILES.contains(name)) {
        let name = name.trim_end_matches("()");
        let name = name.rsplit('.').next().unwrap_or(name);
        assert!(known().any(|removed| removed.name == name), "{name}");
    }
}

#[test]
fn the_file_that_is_written_needs_nothing() {
    let place = Place::new();
    run(&place, ["init-config-file", "app"]).succeeds();
    let template = String::from_utf8(place.read("app/pyoxidizer.bzl")).expect("UTF-8");
    let found = upgraded(&template);
    assert!(found.text == template && found.left.is_empty(), "{found:?}");
}

#[test]
fn what_is_rewritten_evaluates() {
    let old = "dist = default_python_distribution()\nconfig = PythonInterpreterConfig(run_module = \"shop\")\n\
        exe = dist.to_python_executable(\"shop\", config = config)\n\
        exe.add_in_memory_python_resources(dist.read_package_root(\".\", [\"shop\"]))\n\
        modules = dist.source_modules()\n\
        print(config.run_module, len(modules) > 500, [type(m) for m in modules][0])\n\
        register_target(\"resources\", lambda: exe.to_embedded_data())\n";
    let mut evaluation = Evaluation::of(&upgraded(old).text);
    evaluation.place.write("shop.py", "");
    // Nothing is built.
    evaluation.list().unwrap_or_else(|error| panic!("{error}"));
    assert!(evaluation.told.lines.contains(&"shop True PythonModuleSource".to_owned()), "{:?}", evaluation.told.lines);
}

#[test]
fn the_command_shows_a_difference_and_writes_it() {
    let old = "# Ours.\ndef f(exe):\n    return exe.to_embedded_data()\nStdlib()\n";
    let place = Place::with(&[("real/old.bzl", old), ("deep/x", "")]);
    std::os::unix::fs::symlink("real/old.bzl", place.path("pyoxidizer.bzl")).unwrap();
    let difference = "--- pyoxidizer.bzl\n+++ pyoxidizer.bzl\n@@ -1,4 +1,4 @@\n # Ours.\n def f(exe):\n\
        -    return exe.to_embedded_data()\n+    return exe.to_embedded_resources()\n Stdlib()\n";
    let check = run(&place, ["upgrade", "--path", "deep", "--check"]);
    assert_eq!((check.status, &*check.stdout), (Some(1), difference), "{check:?}");
    let note = "pyoxidizer.bzl:4)\n  use PythonDistribution.make_python_packaging_policy()\n";
    assert!(
        check.stderr.contains("note: Stdlib does not exist any more (") && check.stderr.ends_with(note),
        "{check:?}"
    );
    assert_eq!(place.read("real/old.bzl"), old.as_bytes());

    let outcome = run(&place, ["upgrade"]);
    assert_eq!((outcome.status, &*outcome.stdout), (Some(0), difference), "{outcome:?}");
    let new = old.replace("embedded_data", "embedded_resources");
    assert_eq!(place.read("real/old.bzl"), new.as_bytes());
    assert!(place.path("pyoxidizer.bzl").is_symlink(), "the link stays");

    assert_eq!(run(&place, ["upgrade", "--check"]).status, Some(1), "Stdlib() is still there");
    place.write("real/old.bzl", new.replace("Stdlib()\n", ""));
    let outcome = run(&place, ["upgrade", "--check"]);
    assert_eq!((outcome.status, &*outcome.stdout, &*outcome.stderr), (Some(0), "", ""));
    place.write("real/old.bzl", "def (");
    let outcome = run(&place, ["upgrade"]);
    assert!(outcome.status == Some(1) && outcome.stderr.contains("pyoxidizer.bzl:1:5"), "{outcome:?}");
}
