//! Programs whose libpython is a library among their resources.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use pyox_distribution::{Host as _, Installed, Libpython, LibpythonKind, Python as _, Target as _};
use pyox_test_support::place::{Outcome, Place};
use pyox_test_support::program::Program;
use pyox_test_support::pythons;
use pyox_test_support::ran::Run;

/// What a program sees of its interpreter: the same symbols for all, extension modules, threads, children, and the paths
/// of packed files in functions of C.
const SCRIPT: &str = r#"
import ctypes, json, multiprocessing, os, sqlite3, ssl, subprocess, sys, threading

def double(value):
    return 2 * value

if __name__ == "__main__":
    version = ctypes.pythonapi.Py_GetVersion
    version.restype = ctypes.c_char_p
    assert version().decode() == sys.version
    assert ctypes.py_object.in_dll(ctypes.pythonapi, "PyExc_KeyError").value is KeyError
    assert ctypes.py_object.in_dll(ctypes.pythonapi, "PyExc_ValueError").value is ValueError
    libc = ctypes.CDLL(None, use_errno=True)
    if "--packed" in sys.argv:
        path = os.fsencode(json.__file__)
        assert libc.access(path, os.R_OK) == 0 and os.stat(path).st_size > 1000
        with open(path, "rb") as file:
            assert b"JSON" in file.read()
    seen = []
    threads = [threading.Thread(target=seen.append, args=(n,)) for n in range(4)]
    [t.start() for t in threads], [t.join() for t in threads]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        doubled = pool.map(double, sorted(seen))
    child = subprocess.run([sys.executable, "-c", "import sys; print(sys.version_info[:3])"], stdout=subprocess.PIPE)
    print(doubled, child.stdout.decode().strip(), sqlite3.connect(":memory:").execute("select 6*7").fetchone()[0])
    try:
        raise ValueError("as ever")
    except ValueError as error:
        print(type(error).__name__, error)
    sys.exit(7)
"#;

fn pack(python: &'static Installed, arguments: &[&str]) -> anyhow::Result<Program> {
    let sources = |directory: &Path| fs::write(directory.join("app.py"), SCRIPT);
    Program::pack(python, "app", sources, &[&["app.py", "--libpython", "shared"], arguments].concat())
}

#[test]
fn a_program_runs_as_plain_python_does_with_all_pythons_hidden() -> anyhow::Result<()> {
    for python in pythons::two() {
        let program = pack(python, &[])?;
        let script = program.place("src").join("app.py").display().to_string();
        let plain = program.run_plain(&[&script], &Run::new::<&str>([]))?;
        let packed = program.run_hidden(&Run::new(["--packed"]))?;
        assert_eq!((&packed.status, &packed.stdout), (&plain.status, &plain.stdout), "{packed:?}");
        packed.expect_status(7)?;
        let libpython = program.report.resources.iter().find(|row| row.name.starts_with("libpython"));
        let expected = python.shared_library()?.display().to_string();
        assert_eq!(libpython.map(|row| row.origin.as_str()), Some(&*expected));
    }
    Ok(())
}

/// A directory as uv and conda have it: an interpreter, a shared library and no static one.
#[test]
fn a_python_without_a_static_library_needs_no_option() -> anyhow::Result<()> {
    let python = pythons::newest();
    let (major, minor) = python.minor();
    let place = Place::with(&[("hello.py", "import sys; print(sys.version_info[:2])")]);
    let prefix = place.path("data/uv/python").join(format!("cpython-{}-linux-x86_64-gnu", python.info().version));
    let library = format!("lib/python{major}.{minor}");
    fs::create_dir_all(prefix.join("bin"))?;
    fs::create_dir_all(prefix.join(&library))?;
    for entry in fs::read_dir(python.stdlib_dir())? {
        let entry = entry?;
        let name = entry.file_name().into_string().unwrap_or_default();
        if !name.starts_with("config-") && !name.starts_with("_sysconfigdata") {
            symlink(entry.path(), prefix.join(&library).join(&name))?;
        } else if name.starts_with("_sysconfigdata") {
            let text = fs::read_to_string(entry.path())?;
            let own = python.prefix().display().to_string();
            fs::write(prefix.join(&library).join(&name), text.replace(&own, &prefix.display().to_string()))?;
        }
    }
    let shared = python.shared_library()?;
    fs::copy(&shared, prefix.join("lib").join(shared.file_name().expect("a name")))?;
    fs::copy(python.executable(), prefix.join("bin/python3"))?;

    let found = Installed::locate(prefix.to_str())?;
    assert!(matches!(found.link()?.libpython, Libpython::Shared(_)), "{:?}", found.link());
    assert!(found.clone().with_libpython(LibpythonKind::Static).link().is_err());
    // A static library that was installed without a part of what it needs will not do either.
    let Libpython::Static(library) = python.clone().with_libpython(LibpythonKind::Static).link()?.libpython else {
        anyhow::bail!("{} has no static library", python.executable().display());
    };
    let copy = prefix.join("lib").join(library.file_name().expect("a name"));
    fs::copy(&library, &copy)?;
    assert!(matches!(found.link()?.libpython, Libpython::Static(_)), "{:?}", found.link());
    Outcome::of(std::process::Command::new("ar").arg("d").arg(&copy).arg("pystate.o")).succeeds();
    assert!(matches!(found.link()?.libpython, Libpython::Shared(_)), "{:?}", found.link());
    assert!(found.with_libpython(LibpythonKind::Static).link().is_ok());

    // As uv has put it there, with nothing else in sight.
    let mut command = place.command(["pack", "hello.py", "--python", &format!("{major}.{minor}")]);
    for variable in ["PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "ASDF_DATA_DIR", "CONDA_PREFIX", "MAMBA_ROOT_PREFIX"] {
        command.env_remove(variable);
    }
    // cargo and the C compiler are found by their paths.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let tools = std::env::split_paths(&path).filter(|directory| !directory.join("python3").exists());
    let tools = std::env::join_paths(tools.chain([place.path("tools")]))?;
    fs::create_dir(place.path("tools"))?;
    symlink(which("cc")?, place.path("tools/cc"))?;
    let home = std::env::home_dir().expect("a home");
    let cargo = std::env::var_os("CARGO_HOME").unwrap_or_else(|| home.join(".cargo").into());
    let rustup = std::env::var_os("RUSTUP_HOME").unwrap_or_else(|| home.join(".rustup").into());
    command.env("PATH", tools).env("HOME", place.path("")).env("XDG_DATA_HOME", place.path("data"));
    Outcome::of(command.env("CARGO_HOME", cargo).env("RUSTUP_HOME", rustup)).succeeds();
    fs::remove_dir_all(place.path("data"))?;
    place.program("hello", &[]).prints(&format!("({major}, {minor})\n"));
    Ok(())
}

fn which(name: &str) -> anyhow::Result<std::path::PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|directory| directory.join(name)).find(|path| path.is_file());
    found.ok_or_else(|| anyhow::anyhow!("no {name}"))
}

/// One launcher for all builds of a minor version; it says what is wrong with a payload.
#[test]
fn a_launcher_without_libpython_is_for_every_build_and_says_what_it_lacks() -> anyhow::Result<()> {
    let python = pythons::newest();
    let place = Place::new();
    let path = python.executable().display().to_string();
    let build = ["launcher", "build", "--python", &path, "--libpython", "shared", "-o", "launchers"];
    let built = place.run(build).succeeds().stdout;
    let (major, minor) = python.minor();
    assert!(built.contains(&format!("pyox-launcher-{major}.{minor}-shared-")), "{built}");
    let launcher = place.path("launchers").join(Path::new(built.trim()).file_name().expect("a name"));
    let bare = Outcome::of(&mut Command::new(&launcher));
    assert_eq!((bare.status, bare.stderr.contains("holds no application")), (Some(1), true), "{bare:?}");

    let program = pack(python, &["--launcher", launcher.to_str().expect("UTF-8")])?;
    let whole = fs::read(program.executable())?;
    let name = format!("libpython{major}.{minor}.so.1.0\0");
    let within = whole.windows(name.len()).position(|part| part == name.as_bytes()).expect("the SONAME");
    let start = whole[..within].windows(4).rposition(|part| part == b"\x7fELF").expect("the start of the library");
    let mut damaged = whole;
    damaged[start] ^= 1;
    let copy = program.place("work").join("damaged");
    fs::write(&copy, damaged)?;
    fs::set_permissions(&copy, fs::metadata(program.executable())?.permissions())?;
    let outcome = Outcome::of(&mut Command::new(&copy));
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert!(outcome.stderr.contains("Python cannot be loaded"), "{outcome:?}");
    Ok(())
}
