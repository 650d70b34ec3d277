//! Native code where `/proc` shows other processes, or none: in namespaces of processes, in containers, and after
//! forks.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context as _, Result, ensure};

use super::{for_two_pythons, pack};

/// Extension modules, libraries they need, and libraries that need each other.
const TEXT: &str = "
import ctypes, importlib, os, sys

def load():
    import _sqlite3, _ssl, ujson
    print(ujson.dumps({'sqlite': isinstance(_sqlite3.sqlite_version, str), 'ssl': _ssl.HAS_TLSv1_2}))
    # Many that were the same number in /proc each.
    names = '_bisect _csv _decimal _elementtree _heapq _json _queue _random _struct array fcntl math select'
    for name in names.split():
        importlib.import_module(name)

def in_child(namespace):
    NEW_PROCESSES = 0x20000000
    if namespace and ctypes.CDLL(None, use_errno=True).unshare(NEW_PROCESSES):
        raise OSError(ctypes.get_errno(), 'unshare')
    child = os.fork()
    if not child:
        load()
        sys.stdout.flush()
        os._exit(0)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

for step in sys.argv[1:]:
    if step == 'load':
        load()
    elif step == 'cycle':
        import PIL._imagingft
        print('cycle', PIL._imagingft.freetype2_version is not None)
    else:
        in_child(step == 'unshare')
";
const LOADED: &str = "{\"sqlite\":true,\"ssl\":true}\n";

/// Puts an empty directory, or one with a directory for every word, over `/proc`.
const WITHOUT_PROC: &str = "mount -t tmpfs tmpfs /proc && mkdir -p /proc/empty $0 && exec \"$@\"";

fn start(wrapper: &[&str], program: &Path, steps: &[&str], cache: Option<&Path>) -> Result<Output> {
    let mut command = Command::new("env");
    command.args(wrapper).arg(program).args(steps).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    Ok(command.envs(cache.map(|cache| ("PYOXIDIZER_PACKAGE_CACHE", cache))).output()?)
}

fn expect(output: &Output, printed: &str) -> Result<()> {
    ensure!(output.status.success() && output.stdout == printed.as_bytes(), "expected {printed:?}: {output:?}");
    Ok(())
}

#[test]
fn memory_files_in_namespaces_of_processes() {
    for_two_pythons("memory files in namespaces of processes", |python| {
        let program = pack(python, "native", TEXT, &["--pip", "ujson", "--pip", "pillow"])?;
        let (program, all) = (program.executable(), format!("{LOADED}cycle True\n"));
        // With the /proc of the namespace, and with that of the one around it, where 1 is another process.
        for wrapper in [&["unshare", "--pid", "--fork", "--mount-proc"][..], &["unshare", "--pid", "--fork"], &[]] {
            expect(&start(wrapper, &program, &["load", "cycle"], None)?, &all)?;
            expect(&start(wrapper, &program, &["fork"], None)?, LOADED)?;
            expect(&start(wrapper, &program, &["unshare"], None)?, LOADED)?;
        }
        Ok(())
    });
}

/// Extension modules go through files then, of which none is left.
#[test]
fn extension_modules_without_proc() {
    for_two_pythons("extension modules without /proc", |python| {
        let packed = pack(python, "native", TEXT, &["--pip", "ujson", "--pip", "pillow"])?;
        let (program, cache) = (packed.executable(), packed.place("home").join("cache"));
        // The second is one that does not show this process, or none that is known.
        for directories in ["", "/proc/self/fd"] {
            let wrapper = ["unshare", "--mount", "sh", "-c", WITHOUT_PROC, directories];
            let wrapper =
                if directories.is_empty() { [&wrapper[..5], &["/proc/x"]].concat() } else { wrapper.to_vec() };
            for step in ["load", "fork"] {
                expect(&start(&wrapper, &program, &[step], Some(&cache))?, LOADED)?;
                let left: Vec<_> = std::fs::read_dir(&cache)?.flatten().collect();
                ensure!(left.is_empty(), "left over: {left:?}");
            }
            // Libraries that need each other have to be in memory; in wheels for old Pythons there are none.
            let output = start(&wrapper, &program, &["cycle"], Some(&packed.place("home").join("cycle")))?;
            let said = String::from_utf8_lossy(&output.stderr);
            let why = said.contains("ImportError: lib") && said.contains(". Mount /proc\n");
            ensure!(why || output.stdout == b"cycle True\n", "{output:?}");
            // Without a cache directory there are those for temporary files.
            expect(&start(&wrapper, &program, &["load"], None)?, LOADED)?;
            // No file may have any content.
            let limited = [&wrapper[..], &["sh", "-c", "ulimit -f 0 && exec \"$0\" \"$@\""][..]].concat();
            let output = start(&limited, &program, &["load"], None)?;
            let said = String::from_utf8_lossy(&output.stderr);
            let why = said.contains("File too large") && said.contains("ImportError: cannot load ");
            ensure!(why && said.contains(". Set PYOXIDIZER_PACKAGE_CACHE to a directory for files\n"), "{said}");
        }
        Ok(())
    });
}

/// A directory that has the program and the libraries of the system that it is linked with, and nothing else.
#[test]
fn a_program_in_a_directory_with_nothing_but_the_c_library() {
    const HELLO: &str = "import ssl\nprint('hello', ssl.create_default_context().check_hostname)\n";
    for_two_pythons("a root directory of its own", |python| {
        let packed = pack(python, "hello", HELLO, &[])?;
        let root = packed.place("root");
        std::fs::create_dir(&root)?;
        std::fs::copy(packed.executable(), root.join("hello"))?;
        let linked = Command::new("ldd").arg(packed.executable()).output()?;
        let linked = String::from_utf8_lossy(&linked.stdout).into_owned();
        for library in linked.split_whitespace().filter(|word| word.starts_with('/')) {
            let place = root.join(&library[1..]);
            std::fs::create_dir_all(place.parent().unwrap_or(&root))?;
            std::fs::copy(library, place)?;
        }
        let before = names(&root)?;
        let wrapper = ["chroot", root.to_str().context("UTF-8")?];
        for _ in 0..2 {
            expect(&start(&wrapper, Path::new("/hello"), &[], None)?, "hello True\n")?;
            ensure!(names(&root)? == before, "left over: {:?}", names(&root)?);
        }
        Ok(())
    });
}

fn names(directory: &Path) -> Result<BTreeSet<OsString>> {
    Ok(std::fs::read_dir(directory)?.map(|entry| Ok(entry?.file_name())).collect::<std::io::Result<_>>()?)
}
