//! Loading code from memory where the system restricts that.

use std::process::Command;

use anyhow::ensure;

use super::{for_two_pythons, pack};

/// `vm.memfd_noexec`: 1 makes memory files not executable unless asked, 2 refuses those that ask. Mapping them executable is
/// allowed all the same.
#[test]
fn memory_files_that_may_not_be_executed() {
    // The setting belongs to a namespace of processes, and a new one takes it over.
    const LIMIT: &str = "echo $0 >/proc/sys/vm/memfd_noexec && cat /proc/sys/vm/memfd_noexec && exec \"$@\"";
    let namespace = ["--pid", "--fork", "--mount-proc", "sh", "-c", LIMIT];
    for_two_pythons("memfd_noexec", |python| {
        let program = pack(python, "limited", "import _ssl, _sqlite3\nprint('loaded')\n", &[])?;
        for level in ["1", "2"] {
            let output = Command::new("unshare").args(namespace).arg(level).arg(program.executable()).output()?;
            let errors = String::from_utf8_lossy(&output.stderr);
            if errors.contains("memfd_noexec") || errors.contains("unshare") {
                crate::common::pythons::say(&format!("memfd_noexec cannot be set here: {}", errors.trim()));
                continue;
            }
            ensure!(output.stdout == format!("{level}\nloaded\n").as_bytes(), "{output:?}");
        }
        Ok(())
    });
}
