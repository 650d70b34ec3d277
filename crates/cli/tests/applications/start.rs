//! Who may make a program an interpreter, and how programs start that are damaged or have strange names.
//!
//! Programs are started by other users, as set-user-ID, set-group-ID and with file capabilities, in a mount and process
//! namespace of their own: that needs root.

mod damage;
mod interpreter;
mod places;
mod privileges;

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context as _, ensure};
use pyox_distribution::Installed;
use pyox_test_support::program;
use tempfile::TempDir;

pub use crate::applications::wheels::for_two_pythons;
use crate::applications::wheels::pack;

const TEXT: &str = include_str!("start/app.py");

/// Code that only the program itself may have executed.
const CODE: &str = "print('INTERPRETER')";

/// Users that have nothing to do with each other.
const CALLER: u32 = 4711;
const OWNER: u32 = 4712;

/// A program in a directory that every user may read.
pub struct Shared {
    directory: TempDir,
}

impl Shared {
    pub fn pack(python: &'static Installed) -> anyhow::Result<Self> {
        Self::pack_with(python, &[])
    }

    pub fn pack_with(python: &'static Installed, options: &[&str]) -> anyhow::Result<Self> {
        let program = pack(python, "app", TEXT, options)?;
        let directory = tempfile::tempdir()?;
        std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o755))?;
        for entry in std::fs::read_dir(program.executable().parent().context("a directory")?)? {
            let file = entry?.path();
            program::copy(&file, &directory.path().join(file.file_name().context("a name")?))?;
        }
        Ok(Self { directory })
    }

    pub fn app(&self) -> PathBuf {
        self.place("app")
    }

    pub fn place(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A copy that belongs to a user and group, with permission bits.
    pub fn copy(&self, name: &str, file: &Path, user: u32, group: u32, mode: u32) -> anyhow::Result<PathBuf> {
        let copy = self.place(name);
        program::copy(file, &copy)?;
        chown(&copy, Some(user), Some(group))?;
        std::fs::set_permissions(&copy, PermissionsExt::from_mode(mode))?;
        Ok(copy)
    }
}

/// A shell that runs a script as a user without further groups, in namespaces of its own, where `$0` is a program. The
/// first process is another shell.
pub fn shell(user: u32, script: &str, program: &Path) -> Command {
    let mut command = Command::new("timeout");
    command.args(["-k", "5", "600", "unshare", "--mount", "--pid", "--fork", "--mount-proc"]);
    command.args(["sh", "-c", "setpriv --reuid \"$0\" --regid \"$0\" --clear-groups sh -c \"$@\"; exit $?"]);
    command.arg(user.to_string()).arg(script).arg(program);
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("LANG", "C.UTF-8").current_dir("/");
    command
}

/// What a successful command has written.
pub fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    ensure!(output.status.success() && output.stderr.is_empty(), "{command:?}: {output:?}");
    Ok(String::from_utf8(output.stdout)?)
}

/// Fails unless the program has ended with status 1 and one line that contains a text.
pub fn ensure_one_line(output: &Output, part: &str) -> anyhow::Result<()> {
    let errors = String::from_utf8_lossy(&output.stderr);
    let is_line = errors.ends_with('\n') && errors.lines().count() == 1 && errors.contains(part);
    ensure!(output.status.code() == Some(1) && is_line && output.stdout.is_empty(), "{output:?}");
    Ok(())
}
