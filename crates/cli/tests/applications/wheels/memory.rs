//! Loading code from memory where the system restricts that, and memory for objects.

use std::process::Command;

use anyhow::ensure;
use pyox_test_support::Run;

use super::{for_two_pythons, pack};

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

/// Code that is worth it is in the pages of the program's file, which processes share and the kernel can drop, and little stays mapped of
/// what was only read, however often that was done.
#[test]
fn native_code_is_in_pages_of_the_program() {
    const TEXT: &str = "
import _hashlib, _json, _sqlite3, _ssl, asyncio, glob, os, re, sqlite3, ssl, sys
program, in_memory, kept = os.path.realpath(sys.executable), [], 0
for lines in re.split(r'\\n(?=[0-9a-f]+-)', open('/proc/self/smaps').read()):
    words = lines.splitlines()[0].split(None, 5)
    if len(words) > 5 and words[5].startswith('/memfd:') and 'x' in words[1]:
        in_memory.extend(re.findall('libcrypto|libssl|libsqlite3|_ssl', words[5]))
    if len(words) > 5 and words[5] == program and words[1] == 'r--p':
        # Not what the dynamic loader would map as well.
        size, used = (int(re.search(rf'^{name}: +([0-9]+) kB', lines, re.M)[1]) for name in ('Size', 'Rss'))
        kept = max(kept, used) if size > os.stat(program).st_size // 2048 else kept
print(in_memory, 0 < kept < 5000)
print(ssl.OPENSSL_VERSION_INFO > (1,), sqlite3.connect(':memory:').execute('select 1').fetchall())
";
    for_two_pythons("pages of the program", |python| {
        let program = pack(python, "pages", TEXT, &[])?;
        for _ in 0..2 {
            let ran = program.run_visible(&Run::new::<String>([]))?.expect_status(0)?;
            ran.expect_output("[] True\nTrue [(1,)]\n")?;
        }
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
