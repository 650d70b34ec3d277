//! Loading code from memory where the system restricts that, and memory for objects.

use std::process::Command;

use anyhow::ensure;

use super::{for_two_pythons, pack};
use pyox_test_support::Run;

/// Small objects are in huge pages (the kernel's flag `hg`) if there are many of them, and the program goes on when
/// they are freed.
#[test]
fn small_objects_in_huge_pages() {
    const TEXT: &str = "
import os, re
def huge():
    sizes = re.findall(r'^Size: +([0-9]+) kB(?:\\n.*?)*?\\nVmFlags:(.*)', open('/proc/self/smaps').read(), re.M)
    return sum(int(size) for size, flags in sizes if 'hg' in flags.split()) // 1024
before = huge()
values = [(number, number + 1) for number in range(400_000)]
filled = huge()
del values
print(before <= 2, filled >= 16 or not os.path.isdir('/sys/kernel/mm/transparent_hugepage'), huge() < filled)
";
    for_two_pythons("huge pages", |python| {
        let program = pack(python, "objects", TEXT, &[])?;
        program.run_visible(&Run::new::<String>([]))?.expect_status(0)?.expect_output("True True True\n")?;
        Ok(())
    });
}

/// `vm.memfd_noexec`: 1 makes memory files not executable unless asked, 2 refuses those that ask. Mapping them
/// executable is allowed all the same.
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
                pyox_test_support::report::say(&format!("memfd_noexec cannot be set here: {}", errors.trim()));
                continue;
            }
            ensure!(output.stdout == format!("{level}\nloaded\n").as_bytes(), "{output:?}");
        }
        Ok(())
    });
}
