//! Output that no one reads: the work is done all the same, and the status is the usual one.

use std::io::PipeWriter;
use std::process::{Command, Stdio};

use pyox_test_support::place::{Place, launcher, python_path};

/// A pipe whose reader is gone.
fn unread() -> PipeWriter {
    std::io::pipe().expect("a pipe").1
}

#[test]
fn closed_pipes_change_neither_the_work_nor_the_status() {
    let place = Place::with(&[("app.py", "import json\n")]);
    place.pack(["app.py", "-o", "program"]).succeeds();
    launcher();
    let cases: &[(&[&str], i32)] = &[
        (&["--help"], 0),
        (&["--version"], 0),
        (&["pack", "--help"], 0),
        (&["nonsense"], 2),
        (&["launcher", "list"], 0),
        (&["launcher", "path", "--python", python_path()], 0),
        (&["launcher", "build", "--python", python_path()], 0),
        (&["launcher", "build", "--python", python_path(), "-o", "launchers"], 0),
        (&["analyze", "program"], 0),
        (&["-v", "analyze", "program", "none"], 1),
        (&["analyze", "program", "--json"], 0),
        (&["resources", "list", "program"], 0),
        (&["resources", "list", "program", "--json"], 0),
        (&["resources", "verify", "program"], 0),
        (&["resources", "diff", "program", "program"], 0),
        (&["resources", "extract", "program", "json", "--stdout"], 0),
        (&["resources", "extract", "program", "json", "-o", "tree", "--force"], 0),
        (&["pack", "app.py", "--python", python_path()], 0),
        (&["-v", "pack", "app.py", "--python", python_path()], 0),
        (&["pack", "none.py", "--python", python_path()], 1),
    ];
    for (arguments, expected) in cases {
        let run = |stdout: Stdio, stderr: Stdio| {
            let mut command: Command = place.command(*arguments);
            let output = command.stdout(stdout).stderr(stderr).output().expect("pyoxidizer starts");
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(*expected), "{arguments:?}: {text}");
            assert!(!text.contains("panicked"), "{arguments:?}: {text}");
        };
        run(unread().into(), Stdio::piped());
        run(Stdio::piped(), unread().into());
        run(unread().into(), unread().into());
    }
    for written in ["app", "tree/json/__init__.py", "launchers"] {
        assert!(place.path(written).exists(), "{written}");
    }
}
