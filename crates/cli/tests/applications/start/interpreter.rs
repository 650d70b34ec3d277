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
        Ok(())
    });
}

#[test]
fn a_forged_mark_makes_no_interpreter() {
    const MARK: &str = "set -- $(cut -d')' -f2 /proc/$$/stat); shift 19; file=$(stat -c %d:%i \"$0\")";
    for_two_pythons("forged marks", |python| {
        let shared = Shared::pack(python)?;
        let expected = application(&format!("'-c', \"{CODE}\""), CALLER);
        for mark in [
            "$$",
            "$$:$1",
            "$PPID:$1:$file:4711:4711",
            "$$:$(($1 - 1)):$file:4711:4711",
            "$$:$1:$(stat -c %d:%i /bin/sh):4711:4711",
            "$$:$1:$file:0:0",
            "$$:$1:$file:4712:4711",
        ] {
            let script = format!("{MARK}; export PYOXIDIZER_PROCESS=\"{mark}\"; exec \"$0\" -c \"{CODE}\"");
            ensure!(run(&shared, "", &script)? == expected, "{mark}");
        }
        // One that the program has left, in another process.
        let replay =
            format!("eval $(HOW=shell \"$0\" 'env | grep ^PYOX'); export PYOXIDIZER_PROCESS; \"$0\" -c \"{CODE}\"; :");
        ensure!(run(&shared, "", &replay)? == expected);
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

/// A process that gives up privileges hides its program from others of its new user. Its helper processes end then,
/// instead of starting the application, which would start helper processes.
#[test]
fn helper_processes_of_another_user_do_not_start_the_application() {
    for_two_pythons("another user", |python| {
        let shared = Shared::pack(python)?;
        let output = shell(0, "exec \"$0\"", &shared.app()).env("HOW", "other user").output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(errors.contains("cannot be a helper process of multiprocessing"), "{output:?}");
        ensure!(!String::from_utf8_lossy(&output.stdout).contains("application"), "{output:?}");
        Ok(())
    });
}
