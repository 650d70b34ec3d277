//! The whole text of errors (`snapshots/*.snap`): what is wrong, where, and what can be done about it. After a change
//! that is meant, `INSTA_UPDATE=always cargo test -p pyox-starlark texts` writes them anew.

use pyox_distribution::{Host as _, Python as _};
use pyox_test_support::place::{Place, python};

use crate::support::run;

/// Compares a text, in which nothing depends on the machine or the Python, with the one that is kept.
fn keeps(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// What the command says of a file, with the arguments of its last words.
fn told(place: &Place, text: impl AsRef<[u8]>, arguments: &[&str]) -> String {
    place.write("pyoxidizer.bzl", text);
    let outcome = run(place, arguments.iter().chain(&["--quiet"]));
    assert_eq!((outcome.status, &*outcome.stdout), (Some(1), ""), "{outcome:?}");
    let directory = place.path("").canonicalize().expect("a directory");
    let python = python().executable().display().to_string();
    let mut told = outcome.stderr.replace(&python, "PYTHON");
    for directory in [directory, place.path("")] {
        let directory = directory.display().to_string();
        let directory = directory.trim_end_matches('/');
        told = told.replace(&format!("{directory}/"), "").replace(directory, "DIRECTORY");
    }
    told
}

/// A file whose target is made by these lines, where `dist`, `policy`, `config` and `exe` are.
fn file(lines: &str) -> String {
    let indented: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "def make():
    dist = default_python_distribution(python_version = \"{}\")
    policy = dist.make_python_packaging_policy()
    config = dist.make_python_interpreter_config()
    exe = dist.to_python_executable(\"app\", policy, config)
{indented}    return exe

register_target(\"exe\", make)
resolve_targets()
",
        python().info().version
    )
}

fn keeps_each(cases: &[(&str, &str)], arguments: &[&str], whole: impl Fn(&str) -> String) {
    let place = Place::new();
    for (name, text) in cases {
        keeps(name, &told(&place, whole(text), arguments));
    }
}

#[test]
fn of_the_language() {
    let cases = [
        ("syntax", "def make(:\n    pass\n"),
        ("indentation", "def make():\n  x = 1\n    y = 2\n"),
        ("unterminated-text", "name = \"shop\nprint(name)\n"),
        ("unknown-name", "def make():\n    return default_python_distributoin()\n\nmake()\n"),
        ("missing-argument", "register_target(\"exe\")\n"),
        ("unknown-argument", "register_target(\"exe\", lambda: None, defualt = True)\n"),
        ("type-of-argument", "set_build_path(1)\n"),
        ("type-of-operand", "print(1 + \"a\")\n"),
        ("load", "load(\"other.bzl\", \"x\")\n"),
        ("fail", "def check(name):\n    fail(\"no\", name)\n\ncheck(\"shop\")\n"),
    ];
    keeps_each(&cases, &["build"], str::to_owned);
}

#[test]
fn of_files_that_mean_harm() {
    let cases = [
        ("endless-recursion", "def f(n):\n    return f(n + 1)\n\nf(0)\n"),
        ("long-range", "x = list(range(1000000000000))\n"),
        ("long-text", "x = \"a\" * 1000000000000\n"),
        ("control-characters", "fail(\"\\033[2Jgone\")\n"),
        ("zero-byte", "x = 1\n\0\n"),
    ];
    keeps_each(&cases, &["build"], str::to_owned);
    // Calls that differ are told one by one.
    let calls = "def f(n):\n    return g(n)\n\ndef g(n):\n    return f(n - 1) if n else fail(\"the end\")\n\ng(1)\n";
    keeps("mutual-recursion", &told(&Place::new(), calls, &["build"]));
    keeps("no-text", &told(&Place::new(), b"x = \"\xff\"\n", &["build"]));
}

#[test]
fn of_targets() {
    let two = "def f(x):\n    return x\n\nregister_target(\"a\", f, depends = [\"b\"])\n";
    let cycle = format!("{two}register_target(\"b\", f, depends = [\"a\"])\nresolve_targets()\n");
    let twice = "register_target(\"a\", lambda: 1)\nregister_target(\"a\", lambda: 2)\n";
    let installer = "register_target(\"msi\", lambda: WiXMSIBuilder(id_prefix = \"x\"))\n";
    let cases = [
        ("no-target", "x = 1\n"),
        ("cycle", &*cycle),
        ("unknown-dependency", two),
        ("target-twice", twice),
        ("installer", installer),
    ];
    keeps_each(&cases, &["build"], str::to_owned);
    keeps_each(&[("unknown-target", "register_target(\"exe\", lambda: 1)\n")], &["build", "app"], str::to_owned);
    keeps_each(&[("nothing-to-run", "register_target(\"exe\", lambda: 1)\n")], &["run"], str::to_owned);
}

#[test]
fn of_values() {
    let cases = [
        ("type-of-attribute", "policy.include_test = \"yes\""),
        ("value-of-attribute", "config.run_mode = \"modul:app\""),
        ("unknown-attribute", "policy.include_tests = True"),
        ("unknown-attribute-of-config", "config.module_search_path = [\"lib\"]"),
        ("read-only-attribute", "exe.make_python_module_source(\"a\", \"\").name = \"b\""),
        ("unknown-method", "exe.pip_instal([\"flask\"])"),
        ("removed-name", "exe.add_in_memory_python_resource(exe.make_python_module_source(\"a\", \"\"))"),
        ("removed-constructor", "PythonInterpreterConfig(run_eval = \"pass\")"),
        ("no-resource", "exe.add_python_resource(\"app.py\")"),
        ("missing-file", "FileManifest().add_path(\"LICENSE\", strip_prefix = \"\")"),
        ("missing-directory", "exe.read_package_root(\"src\", [\"app\"])"),
        ("missing-package", "exe.read_package_root(CWD, [\"app\"])"),
        ("no-virtualenv", "exe.read_virtualenv(\"venv\")"),
        ("path-that-leads-out", "FileManifest().install(\"../..\")"),
        ("old-python", "default_python_distribution(python_version = \"3.8\")"),
        (
            "conflict",
            "config.run_mode = \"repl\"\nconfig.run_command = \"pass\"\n\
                      exe = dist.to_python_executable(\"app\", policy, config)",
        ),
        ("no-resources", "exe.add_python_resources(exe.make_python_module_source(\"a\", \"\"))"),
    ];
    keeps_each(&cases, &["build"], file);
}

#[test]
fn of_callbacks() {
    let registered = |body: &str| {
        format!(
            "def callback(policy, resource):\n    {body}\npolicy.register_resource_callback(callback)\n\
             exe = dist.to_python_executable(\"app\", policy)\n"
        )
    };
    let cases = [
        ("callback-that-raises", registered("fail(\"not this one\")")),
        ("callback-with-wrong-value", registered("resource.add_location = \"memory\"")),
        (
            "callback-without-parameters",
            "policy.register_resource_callback(lambda: None)\n\
                                         exe = dist.to_python_executable(\"app\", policy)\n"
                .to_owned(),
        ),
    ];
    let cases: Vec<(&str, &str)> = cases.iter().map(|(name, text)| (*name, &**text)).collect();
    keeps_each(&cases, &["build"], file);
}

#[test]
fn of_pip() {
    let place = Place::with(&[("requirements.txt", "--no-index\nno-such-project==1.0\n")]);
    let told = told(&place, file("exe.pip_install([\"-r\", \"requirements.txt\"])"), &["build"]);
    // What pip itself says of versions, and how it was called, differs between Pythons.
    let lines = told.lines().map(|line| match line.split_once("PYTHON -m pip install") {
        Some((before, _)) => format!("{before}PYTHON -m pip install ..."),
        None => line.to_owned(),
    });
    let lines: Vec<String> =
        lines.filter(|line| !["[notice]", "WARNING", "Looking in"].iter().any(|word| line.contains(word))).collect();
    keeps("pip", &lines.join("\n"));
}
