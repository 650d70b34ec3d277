//! What a person reads when something is wrong.

use pyox_test_support::place::Place;

use crate::support::{fails, run};

/// What is told of a file, without the directory that it is in; the exit status has to be 1.
fn told(text: &str, arguments: &[&str]) -> String {
    let place = Place::with(&[("pyoxidizer.bzl", text)]);
    let outcome = run(&place, arguments.iter().chain(&["--quiet"]));
    assert_eq!((outcome.status, &*outcome.stdout), (Some(1), ""), "{outcome:?}");
    let directory = place.path("pyoxidizer.bzl").canonicalize().unwrap();
    let directory = format!("{}/", directory.parent().unwrap().display());
    outcome.stderr.replace(&directory, "").replace(&format!("{}/", place.path("").display()).replace("//", "/"), "")
}

#[test]
fn the_place_and_the_calls_that_led_there_are_shown() {
    let text = "\
def set(policy):
    policy.resources_location = \"nowhere\"

def make():
    set(default_python_distribution().make_python_packaging_policy())

register_target(\"exe\", make)
resolve_targets()
";
    let expected = "\
error: PythonPackagingPolicy.resources_location cannot be \"nowhere\": expected \"in-memory\" or \
\"filesystem-relative:PREFIX\", with a relative PREFIX
  at pyoxidizer.bzl:2:5
    |
  2 |     policy.resources_location = \"nowhere\"
    |     ^^^^^^^^^^^^^^^^^^^^^^^^^
  in set, called at pyoxidizer.bzl:5:5
  in make
  in resolve_targets, called at pyoxidizer.bzl:8:1
";
    let told = told(text, &["build"]);
    assert_eq!(told, expected, "{told}");
}

#[test]
fn each_mistake_is_told_with_what_can_be_done() {
    for (text, arguments, expected) in [
        (
            "def make(:\n    pass\n",
            &["build"][..],
            "error: Parse error: unexpected symbol ':', expected identifier\n  at pyoxidizer.bzl:1:10\n",
        ),
        ("x = yyy\n", &["build"], "error: Variable `yyy` not found, did you mean `any`?\n  at pyoxidizer.bzl:1:5\n"),
        (
            "load(\"a.bzl\", \"x\")\n",
            &["build"],
            "error: `load` is not allowed in this dialect\n  at pyoxidizer.bzl:1:1\n",
        ),
        ("x = 1\n", &["build"], "registers no target\nhint: register one: register_target("),
        (
            "register_target(\"exe\", lambda: None)\n",
            &["build", "app"],
            "error: no target is called \"app\"\nhint: these are registered: exe\n",
        ),
        (
            "register_target(\"exe\", lambda: None)\n",
            &["run"],
            "error: the target exe is NoneType, which cannot be run\nhint: name another target",
        ),
        (
            "register_target(\"a\", lambda: WiXMSIBuilder(id_prefix = \"x\").add_file(1))\n",
            &["build"],
            "error: cannot build the target a (pyoxidizer.bzl:1)\n  because: WiXMSIBuilder cannot be built\nhint: build a FileManifest",
        ),
        ("EmbeddedPythonConfig(sys_frozen = True)\n", &["build"], "hint: use PythonDistribution.make_python_interp"),
        ("register_target(\"a\", lambda: None)\nfail(\"no\", 1)\n", &["build"], "no 1\n  at pyoxidizer.bzl:2:1\n"),
    ] {
        let told = told(text, arguments);
        assert!(told.contains(expected), "{text}:\n{told}");
    }
}

#[test]
fn where_there_is_no_file_it_is_said_how_to_get_one() {
    let place = Place::with(&[("pyoxidizer.toml", "")]);
    let outcome = run(&place, ["build"]);
    assert!(outcome.stderr.contains("hint: pyoxidizer.toml was that of versions before 0.5"), "{outcome:?}");
    let outcome = run(&place, ["build", "--path", "/"]);
    assert_eq!(
        outcome.stderr,
        "error: there is no pyoxidizer.bzl in / or above it\nhint: write one with: pyoxidizer \
        init-config-file DIRECTORY; or name its directory with --path\n"
    );
}

#[test]
fn values_that_cannot_be_name_those_that_can() {
    for (text, expected) in [
        ("policy.allow_file = True", "PythonPackagingPolicy has no attribute allow_file\n"),
        ("policy.include_test = 1", "PythonPackagingPolicy.include_test cannot be 1: expected True or False\n"),
        ("policy.resources_location_fallback = \"filesystem-relative:/lib\"", "with a relative PREFIX, or None\n"),
        ("policy.extension_module_filter = \"some\"", "expected \"all\", \"minimal\", \"no-libraries\""),
        (
            "policy.set_resource_handling_mode(\"x\")",
            "set_resource_handling_mode() does not take \"x\" as mode: expected",
        ),
        ("config.run_mode = \"module: a\"", "expected none, repl, module:NAME, eval:CODE, file:PATH\n"),
        ("config.run_mode = None", "PythonInterpreterConfig.run_mode cannot be None"),
        (
            "config.isolated = \"yes\"",
            "PythonInterpreterConfig.isolated cannot be \"yes\": expected True, False, or None",
        ),
        ("config.hash_seed = -1", "expected a number from 0 to 4294967295, or None"),
        ("config.nothing = 1", "PythonInterpreterConfig has no attribute nothing"),
        (
            "exe.add_python_resource(1)",
            "add_python_resource() does not take int as resource: expected PythonModuleSource",
        ),
        ("exe.windows_subsystem = \"gui\"", "expected \"console\" or \"windows\""),
        ("exe.make_python_module_source(\"a\", \"\").name = \"b\"", "PythonModuleSource.name cannot be assigned"),
        ("exe.make_python_module_source(\"a\", \"\").add_location = 1", "PythonModuleSource.add_location cannot be 1"),
        ("exe.add_module_source(1)", "add_module_source does not exist any more"),
        ("exe.nothing()", "has no attribute `nothing`"),
        ("default_python_distribution(python_version = \"3.8\")", "does not take \"3.8\" as python_version"),
        ("default_python_distribution(flavor = \"x\")", "expected standalone, standalone_dynamic, standalone_static"),
        (
            "PythonDistribution(sha256 = \"0\")",
            "does not take nothing as local_path: expected either local_path or url",
        ),
        ("PythonDistribution(sha256 = \"0\", local_path = \"none\")", "cannot read "),
        ("PythonDistribution(sha256 = \"0\", local_path = \"pyoxidizer.bzl\")", "has the SHA-256 "),
        ("PythonDistribution(sha256 = \"0\", url = \"https://x.invalid/a\")", "no Python for the program"),
        (
            "FileManifest().add_file(FileContent(filename = \"a\", content = \"\"), path = \"../a\")",
            "../a is no path below",
        ),
        ("FileContent(path = \"a\", content = \"\")", "expected either path or content"),
        ("FileManifest().install(\"../a\")", "is no path below a directory"),
        ("glob([\"*\"], strip_prefix = \"x\")", "is not below x"),
        ("exe.read_package_root(\"none\", [\"a\"])", "cannot read "),
        ("exe.read_package_root(\".\", [\"a\"])", "there is no package or module \"a\" in "),
        ("exe.read_virtualenv(\".\")", "is not a virtualenv"),
        ("dist.pip_install([])", "pip_install does not exist any more"),
    ] {
        let error = fails(text);
        assert!(error.contains(expected), "{text}:\n{error}");
    }
}
