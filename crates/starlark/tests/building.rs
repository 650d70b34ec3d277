//! From a configuration file to a program that runs.

use pyox_test_support::place::{Outcome, Place, python};
use pyox_test_support::{hidden, pythons};

use crate::support::{built, command, configuration, run, says};

#[test]
fn the_file_that_is_written_builds_a_program_that_runs_without_python() {
    let place = Place::new();
    let code = "import sys; print(sys.oxidized, sys.argv[1:]); sys.exit(3)";
    let outcome = run(&place, ["init-config-file", "app", "--python-code", code]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let outcome = run(&place, ["run", "--path", "app", "--", "--help", "x"]);
    assert_eq!((outcome.status, &*outcome.stdout), (Some(3), "True ['--help', 'x']\n"), "{outcome:?}");
    assert!(outcome.stderr.contains("installed 1 file into "), "{outcome:?}");
    let program = place.path("app/build/x86_64-unknown-linux-gnu/debug/install/app");
    let mut alone = hidden::command(&hidden::pythons(), &place.path("."));
    let outcome = Outcome::of(alone.arg(&program).arg("y"));
    assert_eq!((outcome.status, &*outcome.stdout), (Some(3), "True ['y']\n"), "{outcome:?}");
    let outcome = run(&place, ["init-config-file", "app"]);
    assert!(outcome.status == Some(1) && outcome.stderr.contains("exists already"), "{outcome:?}");
    let outcome = run(&place, ["list-targets", "app"]);
    assert_eq!(outcome.stdout, "dist\nexe\nresources\ninstall  (default)\n");
    let outcome = run(&place, ["build", "--path", "app", "--release", "--quiet", "dist", "resources"]);
    assert_eq!((outcome.status, &*outcome.stderr), (Some(0), ""), "{outcome:?}");
    let resources = place.path("app/build/x86_64-unknown-linux-gnu/release/resources/packed-resources");
    assert!(std::fs::read(resources).unwrap().starts_with(b"pyembed"));
}

#[test]
fn the_file_is_found_by_the_variable_or_above_the_directory() {
    let place = Place::with(&[
        ("one/pyoxidizer.bzl", "print('one')\nregister_target('a', lambda: None)\n"),
        ("two/other.bzl", "print('two', CWD)\nregister_target('b', lambda: None)\n"),
        ("one/deep/deeper/x", ""),
    ]);
    let outcome = run(&place, ["list-targets", "one/deep/deeper"]);
    assert_eq!((&*outcome.stdout, &*outcome.stderr), ("a  (default)\n", "one\n"));
    let outcome = Outcome::of(command(&place, ["list-targets"]).env("OUT_DIR", place.path("one/deep")));
    assert_eq!(outcome.stdout, "a  (default)\n");
    let outcome = Outcome::of(command(&place, ["list-targets"]).env("PYOXIDIZER_CONFIG", "two/other.bzl"));
    assert_eq!(outcome.stdout, "b  (default)\n");
    assert!(outcome.stderr.contains(&format!("two {}", place.path("two").display())), "{outcome:?}");
    let outcome = Outcome::of(command(&place, ["list-targets", "one"]).env("PYOXIDIZER_CONFIG", "two/none.bzl"));
    assert!(outcome.status == Some(1) && outcome.stderr.contains("no configuration file two/none.bzl"), "{outcome:?}");
}

#[test]
fn variables_are_given_on_the_command_line() {
    let place = Place::with(&[("pyoxidizer.bzl", "print(VARS)\nregister_target('a', lambda: None)\n")]);
    let arguments = ["list-targets", "--var", "A", "1", "--var-env", "B", "GIVEN", "--var-env", "C", "MISSING"];
    let outcome = Outcome::of(command(&place, arguments).env("GIVEN", "2").env_remove("MISSING"));
    assert_eq!(outcome.stderr, "{\"A\": \"1\", \"B\": \"2\", \"C\": None}\n");
}

#[test]
fn a_program_is_the_one_that_pack_makes_of_the_same() {
    for python in pythons::chosen() {
        let place = Place::with(&[("src/shop/__init__.py", "print('shop')\n"), ("src/shop/__main__.py", "")]);
        let before = "policy.include_distribution_resources = True\nconfig.run_module = \"shop\"\n";
        let lines = "exe.add_python_resources(exe.read_package_root(\"src\", [\"shop\"]))\n";
        place.write("pyoxidizer.bzl", configuration(python, before, lines));
        let outcome = run(&place, ["build"]);
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        let program = built(&place, "exe").join("app");
        assert_eq!(says(&program, &[]), "shop\n");
        let executable = pyox_distribution::Host::executable(*python).display().to_string();
        let config = ["filesystem_importer=false", "terminfo_resolution=dynamic"];
        let mut pack = command(&place, ["pack", "--python", &executable, "--module", "shop", "-o", "packed"]);
        pack.args(["--package-root", "src", "shop"]);
        let outcome = Outcome::of(pack.args(config.iter().flat_map(|setting| ["--config", setting])));
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        assert!(std::fs::read(program).unwrap() == place.read("packed"), "{executable}");
    }
}

#[test]
fn a_second_build_only_writes_the_program() {
    let place = Place::new();
    place.write("pyoxidizer.bzl", configuration(python(), "config.run_mode = \"eval:print('hello')\"\n", ""));
    assert_eq!(run(&place, ["build"]).status, Some(0));
    let outcome = run(&place, ["-v", "build"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(outcome.stderr.contains("\nwriting "), "{outcome:?}");
    for step in ["installing", "scanning", "compiling", "linking", "compressing", "building the launcher", "waiting"] {
        assert!(!outcome.stderr.contains(&format!("\n{step} ")), "{step}: {outcome:?}");
    }
    assert_eq!(says(&built(&place, "exe").join("app"), &[]), "hello\n");
}
