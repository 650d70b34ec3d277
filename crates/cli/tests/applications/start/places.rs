//! Programs that are executed in other ways than by their path.

use std::process::Command;

use anyhow::ensure;
use pyox_distribution::Host as _;

use super::{Shared, for_two_pythons, output};

/// Executes a copy of the program in memory, where `sys.argv[1]` is the program.
const IN_MEMORY: &str = "
import os, sys
descriptor = os.memfd_create('program')
with open(sys.argv[1], 'rb') as file:
    os.write(descriptor, file.read())
os.execv(f'/proc/self/fd/{descriptor}', sys.argv[1:])
";

const LOADER: &str = "/lib64/ld-linux-x86-64.so.2";

#[test]
fn a_program_can_start_itself_however_it_was_executed() {
    for_two_pythons("executed", |python| {
        let shared = Shared::pack(python)?;
        let app = shared.app();
        let (app, directory) = (app.display(), shared.place(""));
        let python = python.executable().display();
        let commands = [
            format!("{LOADER} {app}"),
            format!("cd {}; {LOADER} ./app", directory.display()),
            format!("{python} -c \"{IN_MEMORY}\" {app}"),
            format!("exec -a '' {app}"),
            format!("exec -a /nonsense/python {app}"),
            format!("exec -a -c {app}"),
            format!("ln -sf {app} {app}-link; {app}-link"),
            format!("cd {}; PATH=. app", directory.display()),
        ];
        for command in &commands {
            let run = |how: &str, more: &str| {
                let mut shell = Command::new("timeout");
                output(shell.args(["120", "bash", "-c"]).arg(format!("{command} {more}")).env("HOW", how))
            };
            ensure!(run("", "a -c b")?.starts_with("application ['a', '-c', 'b'] user"), "{command}");
            ensure!(run("child", "")? == "interpreter ['-c']\n", "{command}");
            ensure!(run("shell", "'$EXE -c \"print(1)\"'")? == "1\n", "{command}");
            for how in ["spawn", "forkserver"] {
                ensure!(run(how, "")? == format!("{how} [8]\n"), "{command}: {how}");
            }
            ensure!(run("restart", "a")?.starts_with("application ['a']"), "{command}");
        }
        Ok(())
    });
}

/// With too little address space a program says so in a line, or the system does; what starts, works.
#[test]
fn little_address_space_is_told_in_one_line() {
    for_two_pythons("address space", |python| {
        let shared = Shared::pack(python)?;
        let limited = |mebibytes: u32| {
            let command = format!("ulimit -v {}; exec \"$0\" a", mebibytes * 1024);
            Command::new("sh").args(["-c", &command]).arg(shared.app()).output()
        };
        let (mut refused, mut worked) = (0, 0);
        for mebibytes in 14..64 {
            let output = limited(mebibytes)?;
            let said = String::from_utf8_lossy(&output.stderr);
            match output.status.code() {
                Some(0) => worked += 1,
                Some(1) => {
                    let why = "Python cannot start: the address space is limited to ";
                    ensure!(said.lines().count() == 1 && said.contains(why), "{mebibytes} MiB: {output:?}");
                    refused += 1;
                }
                // The kernel or the dynamic loader, before the program runs; a few bytes that are missing to say so.
                None if said.starts_with("memory allocation of") => {}
                None | Some(127 | 139) => ensure!(said.lines().count() <= 1, "{mebibytes} MiB: {output:?}"),
                _ => anyhow::bail!("{mebibytes} MiB: {output:?}"),
            }
        }
        ensure!(refused > 0 && worked > 0, "{refused} refused, {worked} worked");
        Ok(())
    });
}
