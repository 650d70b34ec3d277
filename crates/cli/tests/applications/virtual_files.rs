//! Packed paths are files for the whole process: for Python, for C and for the programs that are started.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use pyox_test_support::pythons::for_two_pythons;
use pyox_test_support::{Program, Run};

/// A package whose code and data are asked for as files, beside a script.
fn write(src: &Path, script: &str, text: &str) -> std::io::Result<()> {
    let package = src.join("treedemo");
    std::fs::create_dir_all(package.join("templates/parts"))?;
    std::fs::create_dir_all(package.join("tools"))?;
    std::fs::create_dir_all(package.join("adapter"))?;
    for (name, content) in [
        ("__init__.py", "class Thing:\n    pass\n\n\ndef function():\n    return 1\n"),
        ("plain.py", "NAME = 'plain'\n"),
        ("_version.py", "VERSION = '1.2'\n"),
        ("worker.py", "import os, sys\nprint(__name__, os.path.basename(__file__), sys.argv[1:])\n"),
        ("adapter/__main__.py", "import sys\nprint(__name__, sys.argv[1:])\n"),
        ("data.txt", "some data\n"),
        ("pattern", "some\n"),
        ("README.md", "# A package\n"),
        ("templates/page.html", "<p>page</p>\n"),
        ("templates/parts/deep.html", "<p>deep</p>\n"),
        ("tools/say.sh", "#!/bin/sh\ncat \"${0%/*}/words\"; echo \"$1\"; cat \"$2\"\n"),
        ("tools/words", "words\n"),
    ] {
        std::fs::write(package.join(name), content)?;
    }
    std::fs::set_permissions(package.join("tools/say.sh"), std::fs::Permissions::from_mode(0o755))?;
    std::fs::write(src.join(script), text)
}

fn run_checked(command: &mut Command) -> std::io::Result<()> {
    match command.status()? {
        status if status.success() => Ok(()),
        status => Err(std::io::Error::other(format!("{command:?}: {status}"))),
    }
}

/// A database, made by the Python that the program is packed with.
fn write_database(python: &Path, src: &Path) -> std::io::Result<()> {
    let code = "import sqlite3, sys\nbase = sqlite3.connect(sys.argv[1])\n\
                base.execute('create table fruit (name)')\nbase.execute(\"insert into fruit values ('apple')\")\n\
                base.commit()\n";
    run_checked(Command::new(python).args(["-c", code]).arg(src.join("treedemo/base.db")))
}

fn run() -> Run {
    let mut run = Run::new::<String>([]);
    // What other programs and the dynamic loader are given is made in the cache; the script writes where it is run.
    run.writes = vec!["packages", "work", "tmp"];
    run
}

fn pack(python: &'static pyox_distribution::Installed, name: &str, text: &str) -> Result<Program> {
    use pyox_distribution::Host as _;
    let script = format!("{name}.py");
    let sources = |src: &Path| {
        write(src, &script, text)?;
        write_database(python.executable(), src)
    };
    Program::pack(python, name, sources, &[&script])
}

fn original(program: &Program, name: &str) -> String {
    program.place("src").join(name).with_extension("py").display().to_string()
}

/// Empties the directory that a program runs in.
fn clean(program: &Program) -> Result<()> {
    let work = program.place("work");
    std::fs::remove_dir_all(&work)?;
    Ok(std::fs::create_dir(work)?)
}

#[test]
fn everything_is_as_if_it_were_installed() {
    for_two_pythons("virtual files", |python| {
        let program = pack(python, "tree", include_str!("virtual_files/tree.py"))?;
        let plain = program.run_plain(&[&original(&program, "tree")], &run())?.expect_status(0)?;
        for _ in ["with an empty cache", "with a full one"] {
            clean(&program)?;
            let mut warm = run();
            warm.warm = true;
            // The programs that it starts open what they need.
            let packed = program.run_visible(&warm)?;
            ensure!(packed.stdout == plain.stdout, "{}\n{}", difference(&packed.stdout, &plain.stdout), packed.stderr);
        }
        Ok(())
    });
}

#[test]
fn nothing_can_be_changed() {
    for_two_pythons("virtual files that cannot be changed", |python| {
        let program = pack(python, "refused", include_str!("virtual_files/refused.py"))?;
        let ran = program.run_hidden(&run())?.expect_status(0)?;
        let done: Vec<&str> = ran.stdout.lines().filter(|line| line.contains("was done")).collect();
        ensure!(done.is_empty(), "{done:?}");
        for line in [
            "open 2 EROFS",
            "mkdir 1 EEXIST",
            "mkdir 1 EROFS",
            "unlink 1 ENOENT",
            "unlink 1 EROFS",
            "link 2 EXDEV",
            "rename 2 EROFS",
            "open EROFS",
            "attempt to write a readonly database",
            "False False False True",
            "True",
        ] {
            ensure!(ran.stdout.lines().any(|found| found == line), "{line} is not in\n{}", ran.stdout);
        }
        ensure!(ran.stdout.ends_with("True\nsome data\n False\n"), "{}", ran.stdout);
        Ok(())
    });
}

/// A library in C that opens, lists and loads what is packed: another one, which needs a third through its RUNPATH and
/// loads a fourth by its bare name.
#[test]
fn code_in_c_sees_the_same() {
    const TEXT: &str = "
import ctypes, os, sys, treedemo
sys.stdout.flush()
here = os.path.dirname(treedemo.__file__)
library = ctypes.CDLL(os.path.join(here, 'native', 'libprobe.so'))
library.probe(os.fsencode(here))
";
    for_two_pythons("virtual files in C", |python| {
        let sources = |src: &Path| {
            write(src, "native.py", TEXT)?;
            let native = src.join("treedemo/native");
            std::fs::create_dir_all(native.join("lib"))?;
            std::fs::write(src.join("probe.c"), include_str!("virtual_files/probe.c"))?;
            std::fs::write(src.join("needed.c"), "const char *needed(void) { return \"needed\"; }\n")?;
            std::fs::write(src.join("beside.c"), "const char *beside(void) { return \"beside\"; }\n")?;
            let outer = "#include <dlfcn.h>\n#include <stdio.h>\nextern const char *needed(void);\n\
                const char *outer(void) {\n    static char text[99];\n    \
                void *library = dlopen(\"libbeside.so\", RTLD_NOW);\n    \
                const char *(*beside)(void) = library ? dlsym(library, \"beside\") : 0;\n    \
                snprintf(text, sizeof text, \"%s %s\", needed(), beside ? beside() : dlerror());\n    return text;\n}\n";
            std::fs::write(src.join("outer.c"), outer)?;
            let compile = |name: &str, library: &str, more: &[&str]| {
                let mut command = Command::new("cc");
                command.args(["-shared", "-fPIC", "-w", "-o"]).arg(native.join(library)).arg(src.join(name)).args(more);
                run_checked(&mut command)
            };
            compile("probe.c", "libprobe.so", &["-ldl"])?;
            compile("needed.c", "lib/libneeded.so", &["-Wl,-soname,libneeded.so"])?;
            compile("beside.c", "lib/libbeside.so", &[])?;
            let directory = format!("-L{}", native.join("lib").display());
            compile("outer.c", "libouter.so", &[&directory, "-lneeded", "-Wl,-rpath,$ORIGIN/lib", "-ldl"])?;
            for source in ["probe.c", "needed.c", "beside.c", "outer.c"] {
                std::fs::remove_file(src.join(source))?;
            }
            Ok(())
        };
        let program = Program::pack(python, "native", sources, &["native.py"])?;
        let plain = program.run_plain(&[&original(&program, "native")], &run())?.expect_status(0)?;
        let packed = program.run_hidden(&run())?.expect_status(0)?;
        ensure!(packed.stdout == plain.stdout, "{}", difference(&packed.stdout, &plain.stdout));
        ensure!(packed.stdout.contains("outer: needed beside\n"), "{}", packed.stdout);
        Ok(())
    });
}

/// A module without source text is a file with bytecode, also in a child that looks at files before Python starts.
#[test]
fn bytecode_without_source() {
    const TEXT: &str = "
import importlib.machinery, importlib.util, os, subprocess, sys, treedemo.plain
file = os.path.join(os.path.dirname(treedemo.__file__), 'plain.pyc')
print(sorted(name for name in os.listdir(os.path.dirname(file)) if name.endswith('.py')))
print(open(file, 'rb').read(4) == importlib.util.MAGIC_NUMBER)
print(importlib.machinery.SourcelessFileLoader('again', file).load_module().NAME)
worker = os.path.join(os.path.dirname(file), 'worker.pyc')
print(subprocess.run([sys.executable, worker, 'argument'], capture_output=True, text=True))
";
    for_two_pythons("bytecode without source as files", |python| {
        let sources = |src: &Path| write(src, "coded.py", TEXT);
        let program = Program::pack(python, "coded", sources, &["coded.py", "--no-source"])?;
        let ran = program.run_hidden(&Run::new::<String>([]))?.expect_status(0)?;
        ensure!(ran.stdout.starts_with("[]\nTrue\nplain\n"), "{ran:?}");
        ensure!(ran.stdout.contains("stdout=\"__main__ worker.pyc ['argument']\\n\""), "{ran:?}");
        Ok(())
    });
}

/// A program that asks for no file leaves nothing behind, and neither does one that only reads what is short.
#[test]
fn what_is_read_leaves_nothing_behind() {
    const TEXT: &str = "
import os, treedemo
print(open(os.path.join(os.path.dirname(treedemo.__file__), 'data.txt')).read(), os.listdir(os.path.dirname(__file__) + '/treedemo/tools'))
";
    for_two_pythons("virtual files that are only read", |python| {
        let program = pack(python, "reads", TEXT)?;
        program.run_hidden(&Run::new::<String>([]))?.expect_status(0)?.expect_output("some data")?;
        Ok(())
    });
}

/// Where there is no directory for files, what is opened is in memory.
#[test]
fn without_a_cache() {
    const TEXT: &str = "
import os, treedemo
here = os.path.dirname(treedemo.__file__)
print(open(here + '/data.txt').read(), sorted(os.listdir(here)), len(open(here + '/long', 'rb').read()))
print(os.stat(here + '/long').st_size, [len(files) for _, _, files in os.walk(here + '/templates')])
try:
    os.chdir(here)
except OSError as error:
    print(type(error).__name__)
";
    for_two_pythons("virtual files without a cache", |python| {
        let sources = |src: &Path| {
            write(src, "bare.py", TEXT)?;
            std::fs::write(src.join("treedemo/long"), vec![b'x'; 3 << 20])
        };
        let program = Program::pack(python, "bare", sources, &["bare.py"])?;
        let command = || {
            let mut command = Command::new(program.executable());
            command.env_clear();
            command
        };
        let mut outputs = vec![command().output()?, command().env("PYOXIDIZER_PACKAGE_CACHE", "/proc/none").output()?];
        let open = program.place("home").join("open");
        std::fs::create_dir(&open)?;
        std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o777))?;
        outputs.push(command().env("PYOXIDIZER_PACKAGE_CACHE", open.join("x")).output()?);
        for output in outputs {
            let printed = String::from_utf8_lossy(&output.stdout).into_owned();
            ensure!(output.status.success() && printed.contains("3145728\n3145728 [1, 1]\n"), "{output:?}");
            ensure!(printed.trim_end().ends_with("Error"), "{printed}");
        }
        Ok(())
    });
}

/// Processes that start at once with an empty cache, threads and forks, all in need of the same files.
#[test]
fn many_at_once() {
    const TEXT: &str = "
import ctypes, os, subprocess, threading, treedemo, warnings
warnings.simplefilter('ignore')
here = os.path.dirname(treedemo.__file__)
failures = []
def work(number):
    for i in range(20):
        try:
            assert open(here + '/data.txt').read() == 'some data\\n'
            assert os.listdir(here + '/templates') and os.stat(here + '/tools/say.sh').st_size
            if i % 5 == number % 5:
                out = subprocess.run([here + '/tools/say.sh', 'x', here + '/data.txt'], capture_output=True, text=True)
                assert out.stdout == 'words\\nx\\nsome data\\n', out
            if i % 10 == number:
                child = os.fork()
                if not child:
                    os._exit(len(open(here + '/data.txt').read()))
                assert os.waitpid(child, 0)[1] >> 8 == 10
        except BaseException as error:
            failures.append(repr(error))
threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(failures)
";
    for_two_pythons("virtual files of many at once", |python| {
        let program = pack(python, "many", TEXT)?;
        for round in 0..3 {
            let cache = program.place("home").join(format!("cache-{round}"));
            let start = || {
                let mut command = Command::new(program.executable());
                command.env("PYOXIDIZER_PACKAGE_CACHE", &cache);
                command.stdout(std::process::Stdio::piped()).spawn()
            };
            let children = (0..4).map(|_| start()).collect::<std::io::Result<Vec<_>>>()?;
            for child in children {
                let output = child.wait_with_output()?;
                ensure!(output.status.success() && output.stdout == b"[]\n", "{output:?}");
            }
        }
        Ok(())
    });
}

/// Native code and programs are not taken from a directory that has come into the place of the cache.
#[test]
fn a_cache_that_was_exchanged() {
    const TEXT: &str = "
import ctypes, os, subprocess, treedemo
native = os.path.join(os.path.dirname(treedemo.__file__), 'native')
cache = os.environ['PYOXIDIZER_PACKAGE_CACHE']
def places(part):
    return {line.split(None, 5)[5].split('/')[1].split('-')[0].strip() for line in open('/proc/self/maps') if part in line}
print(ctypes.CDLL(native + '/libone.so').one(), bool(places('libone.so')))
os.rename(cache, cache + '.old')
subprocess.run(['cp', '-a', cache + '.old', cache], check=True)
print(ctypes.CDLL(native + '/libtwo.so').two(), places('libtwo.so'), places('packed-file'))
try:
    subprocess.run([native + '/../tools/say.sh'])
except PermissionError:
    print('refused')
";
    for_two_pythons("a cache that was exchanged", |python| {
        let sources = |src: &Path| {
            write(src, "exchanged.py", TEXT)?;
            let native = src.join("treedemo/native");
            std::fs::create_dir_all(&native)?;
            for (name, value) in [("one", 1), ("two", 2)] {
                let source = native.join(format!("{name}.c"));
                std::fs::write(&source, format!("int {name}(void) {{ return {value}; }}\n"))?;
                let library = native.join(format!("lib{name}.so"));
                run_checked(Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(library).arg(&source))?;
                std::fs::remove_file(source)?;
            }
            Ok(())
        };
        let program = Program::pack(python, "exchanged", sources, &["exchanged.py"])?;
        let ran = program.run_visible(&run())?.expect_status(0)?;
        ensure!(ran.stdout == "1 True\n2 set() {'memfd:packed'}\nrefused\n", "{ran:?}");
        Ok(())
    });
}

/// What turns virtual files off: for a program, and for one start of it.
#[test]
fn turned_off() {
    const TEXT: &str = "
import os, treedemo
print(treedemo.function(), os.path.exists(os.path.dirname(treedemo.__file__)), os.path.exists(__file__))
";
    for_two_pythons("virtual files turned off", |python| {
        let program = pack(python, "off", TEXT)?;
        let mut off = Run::new::<String>([]);
        off.environment.insert("PYOXIDIZER_VIRTUAL_FILES", "0".into());
        program.run_hidden(&off)?.expect_status(0)?.expect_output("1 False False\n")?;
        program.run_hidden(&Run::new::<String>([]))?.expect_status(0)?.expect_output("1 True True\n")?;
        let sources = |src: &Path| write(src, "off.py", TEXT);
        let program = Program::pack(python, "off", sources, &["off.py", "--virtual-files", "off"])?;
        // Then packages that seem to need files are placed in files.
        ensure!(program.report.summary.packages_in_files == ["treedemo"], "{:?}", program.report.findings);
        program.run_hidden(&Run::new::<String>([]))?.expect_status(0)?.expect_output("1 True False\n")?;
        Ok(())
    });
}

/// The lines that differ.
fn difference(packed: &str, plain: &str) -> String {
    let lines = packed.lines().zip(plain.lines()).filter(|(packed, plain)| packed != plain);
    let lines: Vec<String> = lines.map(|(packed, plain)| format!("- {plain}\n+ {packed}")).collect();
    format!("{} and {} lines\n{}", packed.lines().count(), plain.lines().count(), lines.join("\n"))
}
