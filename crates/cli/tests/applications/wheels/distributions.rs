//! Native libraries that need those of other distributions, however they find them.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use pyox_distribution::{Host as _, Installed};
use pyox_test_support::{Program, Run, hidden};

use super::{for_two_pythons, original};

/// What is imported and loaded, in this order, by one process.
const ORDERS: &[&[&str]] = &[
    // By RUNPATH into another distribution, by a bare name from there, and beside.
    &["tensors"],
    &["ring", "tensors", "load", "needs", "runpath", "symbols", "loads"],
    // One library that is loaded by its path, by its name and by what needs it is one library.
    &["runpath", "needs", "symbols", "loads"],
    &["loads", "runpath", "load", "needs"],
    &["loads", "loads", "needs"],
    &["load", "loads", "symbols"],
    // Its symbols are there for all from the time on when someone says so.
    &["symbols"],
    &["local", "symbols", "load", "symbols"],
    &["globally", "runpath", "symbols", "needs"],
    &["old._old"],
    // What a library lacks is in what needs it, or nowhere.
    &["under._under", "under._back"],
    &["under._none", "under._under", "under._none", "under._back"],
    // Libraries without names of their own.
    &["named._named", "named._between"],
    &["named._between", "named._named"],
];

/// Mounts what can be written to read-only, with a copy of the program.
const READ_ONLY: &str = "
mount -t tmpfs tmpfs /mnt && cp \"$0\" /mnt/program && mount -o remount,ro /mnt
for place in /tmp /var/tmp /dev/shm /run; do mount -t tmpfs -o ro tmpfs $place; done
cd / && exec /mnt/program \"$@\"
";

/// Packs wheels whose libraries have a table of so many bytes.
fn pack(python: &'static Installed, length: u32) -> Result<Program> {
    let sources = |src: &Path| {
        std::fs::write(src.join("app.py"), include_str!("distributions/app.py"))?;
        std::fs::write(src.join("make.py"), include_str!("distributions/make.py"))?;
        let made = Command::new(python.executable()).arg(src.join("make.py")).arg(length.to_string()).status()?;
        if made.success() { Ok(()) } else { Err(std::io::Error::other(format!("make.py: {made}"))) }
    };
    Program::pack(python, "app", sources, &["app.py", "--requirements", "wheels.txt"])
}

/// Runs with an empty cache, a full one, without one, and where nothing can be written.
fn compare(program: &Program, order: &[&str], preload: &str) -> Result<()> {
    let mut run = Run::new(order.iter().copied());
    run.environment.insert("PRELOAD", preload.into());
    let script = original(program, "app");
    let plain = program.run_plain(&[&script], &run)?.expect_status(0)?.stdout;
    let packed = program.run_visible(&run)?.expect_status(0)?.stdout;
    ensure!(packed == plain, "{order:?} {preload}\npacked:\n{packed}plain:\n{plain}");
    run.warm = true;
    let packed = program.run_visible(&run)?.expect_status(0)?.stdout;
    ensure!(packed == plain, "{order:?} {preload} again\npacked:\n{packed}plain:\n{plain}");
    let mut nowhere = Command::new(program.executable());
    nowhere.env("PYOXIDIZER_PACKAGE_CACHE", "/proc/none");
    let mut read_only = hidden::command(&hidden::pythons(), Path::new("/"));
    read_only.args(["sh", "-c", READ_ONLY]).arg(program.executable()).env("PYOXIDIZER_PACKAGE_CACHE", "/mnt/none");
    for command in [&mut nowhere, &mut read_only] {
        let output = command.args(order).env("PRELOAD", preload).env_remove("XDG_RUNTIME_DIR").output()?;
        let (packed, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        ensure!(packed == plain, "{order:?} {preload} {command:?}\npacked:\n{packed}{errors}plain:\n{plain}");
    }
    Ok(())
}

#[test]
fn in_memory() {
    for_two_pythons("libraries of other distributions", |python| {
        let program = pack(python, 16)?;
        ensure!(program.report.summary.libraries_in_files.is_empty(), "{:?}", program.report.summary);
        ORDERS.iter().try_for_each(|order| compare(&program, order, ""))?;
        compare(&program, &["tensors"], "1")
    });
}

/// Libraries that are large enough for a file of their own in the cache.
#[test]
fn in_the_cache() {
    for_two_pythons("large libraries of other distributions", |python| {
        let program = pack(python, 6 << 20)?;
        ensure!(program.report.summary.libraries_in_files.len() > 5, "{:?}", program.report.summary);
        ORDERS[..4].iter().try_for_each(|order| compare(&program, order, ""))?;
        compare(&program, &["tensors"], "1")
    });
}

/// A library that is loaded by its path needs one of the machine that packs, which another machine does not have.
#[test]
fn of_the_packing_machine() {
    const TEXT: &str = "
import ctypes, os, compressing
library = ctypes.CDLL(os.path.join(os.path.dirname(compressing.__file__), 'libcompressing.so'))
library.version.restype = ctypes.c_char_p
print(library.version())
";
    for_two_pythons("libraries of the packing machine", |python| {
        let sources = |src: &Path| {
            std::fs::create_dir(src.join("compressing"))?;
            std::fs::write(src.join("compressing/__init__.py"), "")?;
            std::fs::write(src.join("app.py"), TEXT)?;
            let code = "extern const char *zlibVersion(void);\nconst char *version(void) { return zlibVersion(); }\n";
            std::fs::write(src.join("source.c"), code)?;
            let mut command = Command::new("cc");
            command.args(["-shared", "-fPIC", "-w", "-o", "compressing/libcompressing.so", "source.c", "-l:libz.so.1"]);
            let made = command.current_dir(src).status()?;
            if made.success() { Ok(()) } else { Err(std::io::Error::other(format!("cc: {made}"))) }
        };
        let program = Program::pack(python, "app", sources, &["app.py"])?;
        let plain = program.run_plain(&[&original(&program, "app")], &Run::new::<String>([]))?.expect_status(0)?;
        let places = ["/lib/x86_64-linux-gnu/libz.so.1", "/lib64/libz.so.1", "/usr/lib/libz.so.1"];
        let places: Vec<_> = places.iter().filter_map(|place| std::fs::canonicalize(place).ok()).collect();
        for cache in ["/proc/none".into(), program.packages()] {
            let mut command = hidden::command(&places, Path::new("/"));
            command.arg(program.executable()).env("PYOXIDIZER_PACKAGE_CACHE", cache);
            let output = command.output()?;
            ensure!(String::from_utf8_lossy(&output.stdout) == plain.stdout, "{output:?}");
        }
        Ok(())
    });
}
