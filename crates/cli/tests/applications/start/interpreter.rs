//! Who may make a program an interpreter: the program itself, for its own user, with arguments of its own.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};

use super::{CALLER, CODE, OWNER, Shared, ensure_one_line, for_two_pythons, output, shell};

/// Runs a script in a shell of the caller in which `$0` is the program.
fn run(shared: &Shared, how: &str, script: &str) -> anyhow::Result<String> {
    output(shell(CALLER, script, &shared.app()).env("HOW", how))
}

fn application(arguments: &str, id: u32) -> String {
    format!("application [{arguments}] user {id} group {id}\n")
}

#[test]
fn a_program_starts_itself_as_an_interpreter() {
    for_two_pythons("interpreter", |python| {
        let shared = Shared::pack(python)?;
        ensure!(run(&shared, "child", "\"$0\"; :")? == "interpreter ['-c']\n");
        for how in ["fork", "spawn", "forkserver"] {
            ensure!(run(&shared, how, "\"$0\"; :")? == format!("{how} [8]\n"));
            // The shell replaces the first process of the namespace, as in a container.
            let mut container = Command::new("unshare");
            container.args(["--pid", "--fork", "--mount-proc"]).arg(shared.app()).env("HOW", how);
            ensure!(output(&mut container)? == format!("{how} [8]\n"), "as the first process");
        }
        ensure!(run(&shared, "frozen", "\"$0\"; :")? == "spawn [8]\n");
        let shell = "exec \"$0\" \"'$0' -c 'print(1)'; sh -c \\\"'$0' -c 'print(2)'; :\\\"\"";
        ensure!(run(&shared, "shell", shell)? == "1\n2\n");
        Ok(())
    });
}

#[test]
fn helper_commands_from_elsewhere_do_not_start_the_application() {
    for_two_pythons("helper commands", |python| {
        let shared = Shared::pack(python)?;
        let commands: Vec<Vec<String>> = serde_json::from_str(&run(&shared, "commands", "exec \"$0\"")?)?;
        ensure!(commands.len() == 5, "{commands:?}");
        for command in commands {
            let output = Command::new(shared.app()).args(&command).env_remove("HOW").output()?;
            ensure_one_line(&output, "cannot be a helper process of multiprocessing")
                .with_context(|| format!("{command:?}"))?;
            // What only begins like one is an argument of the application.
            let longer: Vec<_> = command.iter().map(String::as_str).chain(["x y"]).collect();
            let output = Command::new(shared.app()).args(&longer).env_remove("HOW").output()?;
            ensure!(output.stdout.starts_with(b"application ["), "{output:?}");
        }
        Ok(())
    });
}

#[test]
fn arguments_passed_on_are_those_of_the_application() {
    for_two_pythons("passing on", |python| {
        let shared = Shared::pack(python)?;
        let expected = application(&format!("'-c', \"{CODE}\""), CALLER);
        let call = format!("exec \"$0\" -c \"{CODE}\"");
        for how in ["", "pass", "pass to shell", "restart", "pass in place", "restart in place"] {
            ensure!(run(&shared, how, &call)? == expected, "{how}");
        }
        let call = format!("exec \"$0\" run -- -c \"{CODE}\"");
        ensure!(run(&shared, "pass end", &call)? == expected);
        ensure!(run(&shared, "", &format!("sh -c '\"$0\" \"$@\"; :' \"$0\" -c \"{CODE}\""))? == expected, "a script");
        // Standard input, the version and files, too; but a file that is only one of the arguments may be one to run.
        std::fs::write(shared.place("file.py"), CODE)?;
        let file = shared.place("file.py").display().to_string();
        for argument in ["-", "-V", &file] {
            let expected = application(&format!("'{argument}'"), CALLER);
            for how in ["", "pass", "pass in place"] {
                ensure!(run(&shared, how, &format!("exec \"$0\" {argument}"))? == expected, "{how} {argument}");
            }
        }
        ensure!(run(&shared, "pass end", &format!("exec \"$0\" run -- {file}"))? == "INTERPRETER\n");
        Ok(())
    });
}

#[test]
fn a_program_does_not_start_itself_without_end() {
    for_two_pythons("without end", |python| {
        let shared = Shared::pack(python)?;
        std::fs::write(shared.place("file.py"), CODE)?;
        let file = shared.place("file.py").display().to_string();
        for arguments in [vec!["-c", CODE], vec!["-m", "this"], vec!["-"], vec![&file]] {
            let mut command = Command::new("timeout");
            command.args(["300".as_ref(), shared.app().as_os_str()]).args(&arguments).env("HOW", "pass for ever");
            ensure_one_line(&command.output()?, "again and again").with_context(|| format!("{arguments:?}"))?;
        }
        Ok(())
    });
}

/// A mark says as whom the program has run, and which program it was. It counts for nothing else.
#[test]
fn a_mark_of_another_program_or_user_makes_no_interpreter() {
    for_two_pythons("marks", |python| {
        let shared = Shared::pack(python)?;
        let expected = application(&format!("'-c', \"{CODE}\""), CALLER);
        // With the one that the program itself leaves, changed: process, start, session, group, privileges, device,
        // file, path.
        let changed = |change: &str| {
            let left = "mark=$(HOW=shell \"$0\" 'env | grep ^PYOXIDIZER_PROCESS=')";
            let script = format!("{left}; mark=$(echo \"${{mark#*=}}\" | awk -F: -v OFS=: '{{{change}; print}}')");
            run(&shared, "", &format!("{script}; PYOXIDIZER_PROCESS=$mark \"$0\" -c \"{CODE}\"; :"))
        };
        ensure!(changed("")? == "INTERPRETER\n", "as it was left");
        for change in [
            "gsub(/4711/, 0)",
            "gsub(/4711/, 4712)",
            "sub(/;4711,4711,4711/, \";4712,4712,4712\")",
            "$7 = 1; $8 = 1",
            "NF = NF - 1",
            "$1 = \"x\"",
            "$0 = $1",
            "$0 = \"\"",
        ] {
            ensure!(changed(change)? == expected, "{change}");
        }
        Ok(())
    });
}

/// What its user may start as another one, as `sudo` allows it, is started below a process of the same program.
#[test]
fn ancestors_with_other_privileges_make_no_interpreter() {
    for_two_pythons("ancestors", |python| {
        let shared = Shared::pack(python)?;
        let sudo = shared.copy("sudo", Path::new("/usr/bin/setpriv"), 0, 0, 0o4755)?;
        let sudo = |ids: &str, command: &str| format!("{} {ids} {command}; :\n", sudo.display());
        let only = |user, group| format!("--reuid {user} --regid {group} --clear-groups");
        let command = format!("{} -c \"{CODE}\"", shared.app().display());
        let expected = |user, group| format!("application ['-c', \"{CODE}\"] user {user} group {group}\n");
        let below = |script: &str| -> anyhow::Result<String> {
            std::fs::write(shared.place("script"), script)?;
            run(&shared, "shell", &format!("exec \"$0\" 'sh {}'", shared.place("script").display()))
        };
        ensure!(below(&sudo(&only(CALLER, CALLER), &command))? == "INTERPRETER\n", "the same user");
        ensure!(below(&sudo(&only(0, 0), &command))? == expected(0, 0), "root");
        ensure!(below(&sudo(&only(OWNER, OWNER), &command))? == expected(OWNER, OWNER), "another user");
        ensure!(below(&sudo(&only(CALLER, OWNER), &command))? == expected(CALLER, OWNER), "another group");
        let same = format!("--reuid {CALLER} --regid {CALLER}");
        let more = format!("{same} --groups {OWNER}");
        ensure!(below(&sudo(&more, &command))? == expected(CALLER, CALLER), "a further group");
        let more = format!("{same} --clear-groups --inh-caps +net_raw --ambient-caps +net_raw");
        ensure!(below(&sudo(&more, &command))? == expected(CALLER, CALLER), "a capability");
        // A program of root has started a shell of the caller, in which he calls `sudo`.
        std::fs::write(shared.place("script"), sudo(&only(0, 0), &command))?;
        let script = sudo(&only(CALLER, CALLER), &format!("sh {}", shared.place("script").display()));
        let mut root = shell(0, &format!("exec \"$0\" '{script}'"), &shared.app());
        ensure!(output(root.env("HOW", "shell"))? == expected(0, 0), "behind a process of the caller");
        Ok(())
    });
}

/// A process that gives up privileges hides its program from others of its new user: only the mark says that it has
/// started them.
#[test]
fn children_of_a_program_that_has_given_up_privileges_are_interpreters() {
    for_two_pythons("another user", |python| {
        let shared = Shared::pack(python)?;
        let run = |how: &str| output(shell(0, "exec \"$0\"", &shared.app()).env("HOW", how));
        ensure!(run("other user")? == "process 0\n");
        ensure!(run("child of another user")? == "interpreter ['-c']\n");
        ensure!(run("child as another user")? == "interpreter ['-c']\n");
        Ok(())
    });
}
