//! What an installer puts outside of the directory of modules: commands, data, libraries, and path configuration files.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use pyox_distribution::{Host as _, Installed};
use pyox_test_support::for_two_pythons;

const METADATA: &str = "Metadata-Version: 2.1\nName: placed\nVersion: 1.0\n";
const WHEEL: &str = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: py3-none-any\n";
const NATIVE: &str = r#"
#include <Python.h>
int placed_value(void);
static PyObject *value(PyObject *self, PyObject *none) { return PyLong_FromLong(placed_value()); }
static PyMethodDef methods[] = {{"value", value, METH_NOARGS, ""}, {0}};
static PyModuleDef module = {PyModuleDef_HEAD_INIT, "_native", "", 0, methods};
PyMODINIT_FUNC PyInit__native(void) { return PyModule_Create(&module); }
"#;
const MAKE_WHEEL: &str = "\
import base64, hashlib, os, sys, zipfile
root, out = sys.argv[1:]
record = 'placed-1.0.dist-info/RECORD'
lines = [record + ',,']
with zipfile.ZipFile(out, 'w') as archive:
    for directory, _, names in os.walk(root):
        for name in names:
            path = os.path.join(directory, name)
            digest = base64.urlsafe_b64encode(hashlib.sha256(open(path, 'rb').read()).digest()).decode().rstrip('=')
            relative = os.path.relpath(path, root)
            archive.write(path, relative)
            lines.append('%s,sha256=%s,%d' % (relative, digest, os.path.getsize(path)))
    archive.writestr(record, '\\n'.join(lines))
";

fn run(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    ensure!(output.status.success(), "{command:?}\n{}{}", text(&output.stdout), text(&output.stderr));
    Ok(text(&output.stdout))
}

/// A wheel with files in all places, for one Python.
fn wheel(python: &Installed, directory: &Path) -> Result<PathBuf> {
    let root = directory.join("contents");
    for (name, text) in [
        ("placed/__init__.py", ""),
        ("placed/check.py", include_str!("installed/check.py")),
        (
            "placed/extra/extra_module.py",
            "import os\nDATA = open(os.path.join(os.path.dirname(__file__), 'x')).read()\n",
        ),
        ("placed/extra/x", "data beside it"),
        ("placed.pth", "import sys; sys.placed_code = 'has run'\nplaced/extra\nnot/there\n"),
        ("placed-1.0.data/data/share/placed/words.txt", "words"),
        (
            "placed-1.0.data/scripts/placed-script",
            "#!python\nimport sys, placed\nprint(sys.argv[1:], placed.__name__)\n",
        ),
        ("placed-1.0.data/scripts/placed-shell", "#!/bin/sh\necho \"$1\"; cat \"${0%/*}/placed-words\"\n"),
        ("placed-1.0.data/scripts/placed-words", "beside the script\n"),
        ("placed-1.0.dist-info/METADATA", METADATA),
        ("placed-1.0.dist-info/WHEEL", WHEEL),
        ("placed-1.0.dist-info/entry_points.txt", "[console_scripts]\nplaced-tool = placed.check:tool\n"),
    ] {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().context("a parent")?)?;
        std::fs::write(&path, text)?;
        if text.starts_with("#!") {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
        }
    }
    let (library, native) = (root.join("placed-1.0.data/data/lib"), root.join("placed"));
    std::fs::create_dir_all(&library)?;
    std::fs::write(directory.join("library.c"), "int placed_value(void) { return 42; }\n")?;
    std::fs::write(directory.join("native.c"), NATIVE)?;
    let cc = || {
        let mut command = Command::new("cc");
        command.current_dir(directory).args(["-shared", "-fPIC", "-o"]);
        command
    };
    run(cc().arg(library.join("libplaced.so.1")).args(["library.c", "-Wl,-soname,libplaced.so.1"]))?;
    let include = "import sysconfig; print(sysconfig.get_path('include'))";
    let include = run(Command::new(python.executable()).args(["-I", "-c", include]))?;
    run(cc()
        .arg(native.join("_native.abi3.so"))
        .args(["native.c", &format!("-I{}", include.trim()), "-Wl,-rpath,$ORIGIN/../../.."])
        .arg(library.join("libplaced.so.1")))?;
    let wheel = directory.join("placed-1.0-py3-none-any.whl");
    run(Command::new(python.executable()).args(["-I", "-c", MAKE_WHEEL]).args([&root, &wheel]))?;
    Ok(wheel)
}

#[test]
fn everything_is_where_an_installer_puts_it() {
    for_two_pythons("installed files", |python| {
        let directory = tempfile::tempdir()?;
        let wheel = wheel(python, directory.path())?;
        let virtualenv = directory.path().join("virtualenv");
        run(Command::new(python.executable()).args(["-m", "venv"]).arg(&virtualenv))?;
        let offline = ["-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check"];
        run(Command::new(virtualenv.join("bin/python")).args(offline).arg(&wheel))?;
        let check = "from placed.check import main; main()";
        let plain = run(Command::new(virtualenv.join("bin/python")).args(["-I", "-c", check]))?;
        let (wheel, virtualenv) = (wheel.display().to_string(), virtualenv.display().to_string());
        for (name, arguments) in
            [("pip", vec!["--pip", &wheel]), ("env", vec!["--venv", &virtualenv]), ("wheel", vec![&*wheel])]
        {
            let program = directory.path().join(name);
            let mut pack = pyox_test_support::command::pyoxidizer();
            pack.env("PIP_NO_INDEX", "1")
                .args(["-q", "pack", "--entry", "placed.check:main", "-o"])
                .arg(&program)
                .args(arguments);
            run(pack.arg("--python").arg(python.executable()))?;
            // With a cache that is filled, and with none.
            let cache = directory.path().join("cache");
            for _ in 0..2 {
                let packed = run(Command::new(&program).env("PYOXIDIZER_PACKAGE_CACHE", &cache))?;
                ensure!(packed == plain, "{name}\n==== plain\n{plain}\n==== packed\n{packed}");
            }
            // Where no directory can be written, only what the shell reads beside its script is not there.
            let nowhere = ["PYOXIDIZER_PACKAGE_CACHE", "HOME", "XDG_CACHE_HOME"].map(|name| (name, "/proc/none"));
            let packed = run(Command::new(&program).envs(nowhere))?;
            let others = |text: &str| {
                let is_other = |line: &&str| !line.starts_with("script of the shell");
                text.lines().filter(is_other).map(str::to_owned).collect::<Vec<_>>()
            };
            ensure!(others(&packed) == others(&plain), "{name}, without a cache\n{packed}");
        }
        Ok(())
    });
}
