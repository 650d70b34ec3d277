//! Programs with more privileges than the one who starts them take no orders from him.

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

use super::{CALLER, CODE, OWNER, Shared, ensure_one_line, for_two_pythons, output, shell};

/// Writes a mark as the program itself would, then becomes the program: `$user` and `$group` are those it will have.
const FORGE: &str = r#"
set -- $(cut -d')' -f2 /proc/$$/stat); shift 19
ids="$user,$user,$user;$group,$group,$group;;1ffffffffff"
export PYOXIDIZER_PROCESS="$$:$1:0:0:$ids:$(stat -c %d:%i "$0"):0:0:0"
exec "$0" -c "print('INTERPRETER')"
"#;

/// A pickle that writes: what a process of `multiprocessing` reads first.
const PICKLE: &[u8] = b"cbuiltins\nprint\n(S'INTERPRETER'\ntR.";

/// Copies of a program that run with the privileges of another user, of a group, and with a capability; with user and
/// group that they have when the caller starts them.
fn privileged(shared: &Shared) -> anyhow::Result<[(PathBuf, u32, u32); 3]> {
    let app = shared.app();
    let capable = shared.copy("capable", &app, OWNER, OWNER, 0o755)?;
    output(Command::new("setcap").arg("cap_net_raw+ep").arg(&capable))
        .context("this test needs setcap, of libcap2-bin")?;
    Ok([
        (shared.copy("set-user-id", &app, OWNER, OWNER, 0o4755)?, OWNER, CALLER),
        (shared.copy("set-group-id", &app, OWNER, OWNER, 0o2755)?, CALLER, OWNER),
        (capable, CALLER, CALLER),
    ])
}

#[test]
fn a_privileged_program_is_never_an_interpreter() {
    for_two_pythons("privileges", |python| {
        let shared = Shared::pack(python)?;
        let mut without = shell(CALLER, FORGE, &shared.app());
        let forged = without.env("user", CALLER.to_string()).env("group", CALLER.to_string());
        ensure!(output(forged)? == "INTERPRETER\n", "the mark is written as the program writes it");
        for (program, user, group) in privileged(&shared)? {
            never_interprets(&program, user, group).with_context(|| program.display().to_string())?;
        }
        Ok(())
    });
}

fn never_interprets(program: &Path, user: u32, group: u32) -> anyhow::Result<()> {
    let run = |how: &str, script: &str| {
        let mut command = shell(CALLER, script, program);
        command.env("HOW", how).env("user", user.to_string()).env("group", group.to_string());
        command
    };
    let application = format!("application ['-c', \"{CODE}\"] user {user} group {group}\n");
    for how in ["", "pass", "pass to shell", "pass in place"] {
        ensure!(output(&mut run(how, "exec \"$0\" -c \"print('INTERPRETER')\""))? == application, "{how}");
    }
    ensure!(output(&mut run("", FORGE))? == application, "a forged mark");
    let number = "PYOXIDIZER_PROCESS=$$ exec \"$0\" -c \"print('INTERPRETER')\"";
    ensure!(output(&mut run("", number))? == application, "a process number as a mark");
    let started = "exec \"$0\" -c \"from multiprocessing.spawn import spawn_main; print('INTERPRETER')\"";
    ensure!(output(&mut run("", started))?.starts_with("application ['-c', "), "a part of a helper command");
    let module = output(&mut run("", "exec \"$0\" -m calendar 2024"))?;
    ensure!(module.starts_with("application ['-m', 'calendar', '2024']"), "{module}");
    // What is there for multiprocessing alone: its processes read code.
    let spawn = "from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=None, pipe_handle=0)";
    for helper in
        [format!("\"$0\" -c '{spawn}' --multiprocessing-fork"), "\"$0\" --multiprocessing-fork pipe_handle=0".into()]
    {
        let mut child = run("", &helper).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        // The program need not read it.
        let _ = std::io::Write::write_all(&mut child.stdin.take().context("standard input")?, PICKLE);
        ensure_one_line(&child.wait_with_output()?, "cannot be a helper process of multiprocessing")?;
    }
    // Its own processes end instead of starting the application again, and again.
    let started = run("process", "exec \"$0\"").output()?;
    let errors = String::from_utf8_lossy(&started.stderr);
    ensure!(errors.matches("cannot be a helper process of multiprocessing").count() <= 2, "{errors}");
    ensure!(!String::from_utf8_lossy(&started.stdout).contains("application"), "{started:?}");
    let unseen = "PYTHONPATH=/evil PYTHONHOME=/evil PYTHONTZPATH=/evil PYTHONINSPECT=1 PYTHONUSERBASE=/evil \
                  PYOXIDIZER_PACKAGE_CACHE=/evil PYOXIDIZER_PROCESS=1 PYOXIDIZER_PACKAGE_CACHE_SIZE=0 exec \"$0\"";
    ensure!(output(&mut run("variables", unseen))? == "[] 1 []\n", "variables");
    Ok(())
}

/// The path of a program with privileges can be a hard link of the caller's, with a file of his beside it.
#[test]
fn a_privileged_program_takes_no_resource_file_of_others() {
    for_two_pythons("resource files", |python| {
        let shared = Shared::pack_with(python, &["--resource-file", "../bin/shared.resources"])?;
        let resources = shared.place("shared.resources");
        for (program, user, group) in privileged(&shared)? {
            let run = || shell(CALLER, "exec \"$0\"", &program).output();
            for (owner, mode, is_trusted) in
                [(0, 0o644, true), (OWNER, 0o644, true), (CALLER, 0o644, false), (0, 0o666, false), (0, 0o664, false)]
            {
                chown(&resources, Some(owner), Some(owner))?;
                std::fs::set_permissions(&resources, PermissionsExt::from_mode(mode))?;
                let ran = run()?;
                let result = if is_trusted {
                    let expected = format!("application [] user {user} group {group}\n");
                    if ran.stdout == expected.as_bytes() { Ok(()) } else { Err(anyhow::anyhow!("{ran:?}")) }
                } else {
                    ensure_one_line(&ran, "others than its owner may change the file")
                };
                result.with_context(|| format!("{}, owner {owner}, {mode:o}", program.display()))?;
            }
        }
        // Without privileges it is the caller's affair.
        ensure!(output(&mut shell(CALLER, "exec \"$0\"", &shared.app()))?.starts_with("application"));
        Ok(())
    });
}
