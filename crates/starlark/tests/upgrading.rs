//! Files of earlier versions, rewritten.

use pyox_starlark::{Upgraded, upgrade};
use pyox_test_support::place::Place;
use serde_json::Value;

use crate::support::{Evaluation, run};

/// As earlier versions had it, with what a person wrote around it.
const OLD: &str = r#"# How shop is made.
def make_dist():
    return default_python_distribution(flavor="windows_embeddable")   # the default


def make_exe(dist):
    python_config = PythonInterpreterConfig(
        run_module="shop",
        sys_frozen=True,
        warn_options=[
            "ignore",  # all of them
        ],
    )
    exe = dist.to_python_executable(name="shop", config=python_config)

    # From PyPI.
    exe.add_in_memory_python_resources(dist.pip_install(["flask==1.0"]))  # pinned
    for resource in dist.read_package_root(CWD, ["shop"]):
        if type(resource) == "PythonSourceModule" or type(resource) in ('PythonResourceData', "File"):
            exe.add_filesystem_relative_python_resource("lib", resource)
        elif type(resource) == "PythonBytecodeModule":
            exe.add_python_module_bytecode(resource)
    for module in dist.source_modules():
        exe.add_module_source(module)
    exe.add_filesystem_relative_python_resources(
        PREFIX,
        dist.read_virtualenv("venv"),
    )
    return exe

def make_data(exe): return exe.to_embedded_data()
print("PythonSourceModule", "add_module_source")
Stdlib()
"#;

const NEW: &str = r#"# How shop is made.
def make_dist():
    return default_python_distribution(flavor="standalone")   # the default


def make_exe(dist):
    python_config = dist.make_python_interpreter_config()
    python_config.run_module = "shop"
    python_config.sys_frozen = True
    python_config.warn_options = ([
            "ignore",  # all of them
        ])
    exe = dist.to_python_executable(name="shop", config=python_config)

    # From PyPI.
    for resource in exe.pip_install(["flask==1.0"]):
        resource.add_location = "in-memory"
        exe.add_python_resource(resource)  # pinned
    for resource in exe.read_package_root(CWD, ["shop"]):
        if type(resource) == "PythonModuleSource" or type(resource) in ('PythonPackageResource', "File"):
            resource.add_location = "filesystem-relative:lib"
            exe.add_python_resource(resource)
        elif type(resource) == "PythonBytecodeModule":
            exe.add_python_module_bytecode(resource)
    for module in [resource for resource in dist.python_resources() if type(resource) == "PythonModuleSource"]:
        exe.add_python_resource(module)
    for resource in exe.read_virtualenv("venv"):
        resource.add_location = "filesystem-relative:" + PREFIX
        exe.add_python_resource(resource)
    return exe

def make_data(exe): return exe.to_embedded_resources()
print("PythonSourceModule", "add_module_source")
Stdlib()
"#;

fn upgraded(text: &str) -> Upgraded {
    upgrade("pyoxidizer.bzl", text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn left(text: &str) -> Vec<(usize, String)> {
    upgraded(text).left.into_iter().map(|left| (left.line, left.name)).collect()
}

#[test]
fn what_is_understood_is_rewritten_and_the_rest_stays() {
    let found = upgraded(OLD);
    assert_eq!(found.text, NEW);
    let names: Vec<_> = found.left.iter().map(|left| (left.line, &*left.name)).collect();
    assert_eq!(names, [(21, "PythonBytecodeModule"), (22, "add_python_module_bytecode"), (33, "Stdlib")]);
    assert_eq!(upgraded(NEW).text, NEW);
}

#[test]
fn a_file_that_needs_nothing_is_the_same() {
    let place = Place::new();
    run(&place, ["init-config-file", "app"]).succeeds();
    let template = String::from_utf8(place.read("app/pyoxidizer.bzl")).expect("UTF-8");
    for text in [&*template, "", "# Nothing.", "x = [1,\n  2]\r\n\tif", "exe.add_python_resource(r); y = 1"] {
        match upgrade("pyoxidizer.bzl", text) {
            Ok(found) => assert!(found.text == text && found.left.is_empty(), "{text}: {found:?}"),
            Err(error) => assert!(error.to_string().contains("Parse error"), "{error}"),
        }
    }
}

#[test]
fn every_removed_name_is_rewritten_or_told() {
    let manual: Value = serde_json::from_str(include_str!("conformance/manual.json")).expect("JSON");
    let removed = manual["removed"].as_array().expect("a list");
    let names = removed.iter().filter_map(Value::as_str).filter(|name| !NOT_IN_FILES.contains(name));
    let mut rewritten = 0;
    for name in names.clone() {
        let called = name.trim_end_matches("()");
        let call = match called.split_once('.') {
            Some(("PythonDistribution", method)) => format!("dist.{method}()"),
            Some((_, method)) => format!("exe.{method}(module)"),
            None if name.ends_with("()") => format!("{called}()"),
            None => format!("print(type(x) == \"{called}\")"),
        };
        let text = format!("dist = default_python_distribution()\n{call}\n");
        let found = upgraded(&text);
        let word = called.rsplit('.').next().unwrap_or(called);
        let is_told = found.left.iter().any(|left| left.line == 2 && left.name == word && !left.replacement.is_empty());
        assert!(is_told != (found.text != text), "{call}: {found:?}");
        // What is written has no such name.
        assert!(is_told || left(&found.text).is_empty() && !found.text.contains(word), "{found:?}");
        rewritten += usize::from(!is_told);
    }
    assert!(names.count() >= 42 && rewritten >= 18, "{rewritten}");
}

/// Removed names that are no names of configuration files.
const NOT_IN_FILES: [&str; 3] = ["flavor windows_embeddable", "pyoxidizer.toml", "OxidizedResource.flavor"];

#[test]
fn what_is_not_plain_is_left_to_a_person() {
    for (text, name) in [
        // Something else is in the line, which would be in the loop.
        ("exe.add_in_memory_python_resources(r); done()\n", "add_in_memory_python_resources"),
        ("if x: exe.add_in_memory_python_resource(r)\n", "add_in_memory_python_resource"),
        // The resource would be made twice, or the program.
        ("exe.add_in_memory_python_resource(make())\n", "add_in_memory_python_resource"),
        ("make().add_in_memory_python_resource(r)\n", "add_in_memory_python_resource"),
        // A comment would be lost.
        ("exe.add_in_memory_python_resources(\n    # all\n    r)\n", "add_in_memory_python_resources"),
        ("resource = 1\nexe.add_in_memory_python_resources(r)\n", "add_in_memory_python_resources"),
        ("x = exe.add_in_memory_python_resource(r)\n", "add_in_memory_python_resource"),
        ("exe.add_python_module_source(r, optimize_level=1)\n", "add_python_module_source"),
        ("exe.add_in_memory_python_resource(r, add_source_module=False)\n", "add_in_memory_python_resource"),
        ("d = PythonDistribution(sha256='', url='')\nd.extension_modules(filter='all')\n", "extension_modules"),
        // There is no program yet.
        ("d = default_python_distribution()\nx = d.pip_install([])\ne = d.to_python_executable('a')\n", "pip_install"),
        // Which attribute this is nobody knows.
        ("d = default_python_distribution()\nc = EmbeddedPythonConfig(no_site=True)\n", "EmbeddedPythonConfig"),
        ("c = PythonInterpreterConfig(run_module='a')\n", "PythonInterpreterConfig"),
        ("e = dist.to_python_executable('a', include_test=True)\n", "to_python_executable(include_test = ...)"),
        ("e.add_python_resources(r, optimize_level=1)\n", "add_python_resources(optimize_level = ...)"),
    ] {
        let found = upgraded(text);
        assert_eq!(found.text, text);
        let names: Vec<&str> = found.left.iter().map(|left| &*left.name).collect();
        assert_eq!(names, [name], "{text}");
    }
    // Of other things that have a method of this name, nothing is said.
    assert_eq!(left("def f(exe):\n    return exe.pip_install([])\n"), []);
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
