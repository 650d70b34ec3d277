//! Configuration files, as far as they are the business of the command: a program beside it evaluates them.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use pyox_test_support::command;
use pyox_test_support::place::{Outcome, Place};

/// The command in a directory of its own.
fn alone(place: &Place) -> Command {
    let program = place.path("pyoxidizer");
    if program.exists() {
        return Command::new(program);
    }
    std::fs::hard_link(command::path(), &program)
        .or_else(|_| std::fs::copy(command::path(), &program).map(drop))
        .unwrap();
    Command::new(program)
}

#[test]
fn where_the_program_that_evaluates_them_is_missing_it_is_said_how_to_get_it() {
    let place = Place::new();
    let outcome = Outcome::of(alone(&place).args(["run", "--", "--help"]));
    assert_eq!((outcome.status, &*outcome.stdout), (Some(1), ""), "{outcome:?}");
    let missing = place.text("pyoxidizer-starlark");
    let expected = format!(
        "error: configuration files are evaluated by pyoxidizer-starlark, which is not at {missing}\n\
         hint: get it with: cargo install pyox-starlark\n"
    );
    assert_eq!(outcome.stderr, expected);
}

#[test]
fn the_program_beside_gets_the_arguments_and_its_status_is_that_of_the_command() {
    let place = Place::with(&[("pyoxidizer-starlark", "#!/bin/sh\necho \"$@\"\nkill -TERM $$\n")]);
    let program = place.path("pyoxidizer-starlark");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let outcome =
        alone(&place).args(["-v", "run", "--target", "exe", "--var", "A", "b c", "--", "-x"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&outcome.stdout), "-v run --target exe --var A b c -- -x\n");
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&outcome.status), Some(15));
    // What is wrong with the arguments is said without it.
    let outcome = Outcome::of(alone(&place).args(["build", "--var", "A"]));
    assert!(outcome.status == Some(2) && outcome.stderr.contains("--var <NAME> <VALUE>"), "{outcome:?}");
}

#[test]
fn commands_of_earlier_versions_say_what_there_is_instead() {
    let place = Place::new();
    for (arguments, name, hint) in [
        (&["init", "--python-code", "pass", "app"][..], "init", "`pyoxidizer init-config-file` writes"),
        (&["app-path"], "app-path", "`pyoxidizer build` says"),
    ] {
        let outcome = place.run(arguments);
        let expected = format!("error: the command {name} does not exist any more\nhint: {hint}");
        assert!(outcome.status == Some(1) && outcome.stderr.starts_with(&expected), "{outcome:?}");
    }
    assert!(place.snapshot().is_empty(), "nothing is written");
    let help = place.run(["--help"]).succeeds().stdout;
    assert!(help.contains("upgrade") && !help.contains("app-path"), "{help}");
}
