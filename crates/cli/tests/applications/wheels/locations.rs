//! `--location`, `--file-attribute` and `--glibc`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::ensure;
use pyox_distribution::Python as _;
use pyox_packaging::Finding;
use pyox_test_support::{Program, Run};

use super::{for_two_pythons, original, pack};

const TEXT: &str = "
import importlib.metadata, importlib.resources, inspect, os, pkgutil, sys
import numpy
import numpy.linalg
root = os.path.dirname(os.path.realpath(sys.executable))
print(os.path.relpath(numpy.__file__, root), os.path.isfile(numpy.__file__))
print(os.path.relpath(numpy.__path__[0], root), os.path.isdir(numpy.__path__[0]))
print(os.path.relpath(numpy.__cached__, root), os.path.isfile(numpy.__cached__))
native = numpy.linalg._umath_linalg.__file__
print(os.path.relpath(os.path.dirname(native), root), os.path.isfile(native))
print('linalg' in {module.name for module in pkgutil.iter_modules(numpy.__path__)})
print(inspect.getsource(numpy.linalg.norm).startswith('@'))
print(importlib.metadata.version('numpy') == numpy.__version__)
print((importlib.resources.files(numpy) / 'py.typed').is_file())
print(numpy.linalg.det([[2.0, 0], [0, 3]]))
";

#[test]
fn beside_the_program() {
    for_two_pythons("beside the program", |python| {
        let options = ["--pip", "numpy", "--location", "NumPy=filesystem-relative:lib/python"];
        let program = pack(python, "beside", TEXT, &options)?;
        let beside = &program.report.summary.packages_beside;
        ensure!(beside.get("numpy").is_some_and(|place| place == "lib/python"), "{beside:?}");
        ensure!(program.report.summary.libraries_in_files.is_empty(), "{:?}", program.report.summary);
        let tag = format!("cpython-{}{}", python.minor().0, python.minor().1);
        let ran = program.run_visible(&Run::new::<String>([]))?.expect_status(0)?;
        let expected = format!(
            "lib/python/numpy/__init__.py True\nlib/python/numpy True\nlib/python/numpy/__pycache__/__init__.{tag}.pyc \
             True\nlib/python/numpy/linalg True\nTrue\nTrue\nTrue\nTrue\n6.0\n"
        );
        ensure!(ran.stdout == expected, "{ran:?}");
        // Its place is relative: both may be moved.
        let elsewhere = program.place("work").join("elsewhere");
        std::fs::rename(program.place("bin"), &elsewhere)?;
        let output = std::process::Command::new(elsewhere.join("beside")).env_clear().output()?;
        ensure!(output.stdout == expected.as_bytes(), "{output:?}");
        Ok(())
    });
}

/// A package with a program of its own, without sources.
#[test]
fn executable_data() {
    const PACKAGE: &str = "
import os, subprocess
def say():
    return subprocess.check_output([os.path.join(os.path.dirname(__file__), 'tools', 'say')], text=True).strip()
";
    const TEXT: &str = "
import os, sys, speaking
print(speaking.say(), os.path.relpath(speaking.__file__, os.path.dirname(sys.executable)))
";
    for_two_pythons("executable data", |python| {
        for (location, file) in
            [("filesystem-relative:lib", "lib/speaking/__init__.pyc\n"), ("cache", "/speaking/__init__.pyc\n")]
        {
            let sources = |src: &Path| {
                std::fs::create_dir_all(src.join("speaking/tools"))?;
                std::fs::write(src.join("speaking/__init__.py"), PACKAGE)?;
                let say = src.join("speaking/tools/say");
                std::fs::write(&say, "#!/bin/sh\necho spoken\n")?;
                std::fs::set_permissions(&say, std::fs::Permissions::from_mode(0o755))?;
                std::fs::write(src.join("speak.py"), TEXT)
            };
            let option = format!("speaking={location}");
            let program = Program::pack(python, "speak", sources, &["speak.py", "--no-source", "--location", &option])?;
            let ran = program.run_visible(&Run::new::<String>([]))?.expect_status(0)?;
            ensure!(ran.stdout.starts_with("spoken ") && ran.stdout.ends_with(file), "{ran:?}");
        }
        Ok(())
    });
}

/// A package without data lists the directory of its plugins.
#[test]
fn modules_that_are_looked_for_as_files() {
    const PACKAGE: &str = "
import importlib, os
there = os.listdir(os.path.join(os.path.dirname(__file__), 'plugins'))
names = sorted(name[:-3] for name in there if name.endswith('.py'))
plugins = [importlib.import_module(f'{__name__}.plugins.{name}').NAME for name in names]
";
    for_two_pythons("modules that are looked for as files", |python| {
        let sources = |src: &Path| {
            std::fs::create_dir_all(src.join("host/plugins"))?;
            std::fs::write(src.join("host/__init__.py"), PACKAGE)?;
            for name in ["one", "two"] {
                std::fs::write(src.join("host/plugins").join(name).with_extension("py"), format!("NAME = {name:?}\n"))?;
            }
            std::fs::write(src.join("use.py"), "import host\nprint(host.plugins)\n")
        };
        let program = Program::pack(python, "use", sources, &["use.py"])?;
        program.run_hidden(&Run::new::<String>([]))?.expect_status(0)?.expect_output("['one', 'two']\n")?;
        Ok(())
    });
}

/// A package puts its own directory on `sys.path` and itself aside, to import a module of its own name, as `cv2` does.
#[test]
fn module_in_the_directory_of_its_package() {
    const PACKAGE: &str = "
import importlib, os, sys
directory = os.path.dirname(__file__)
package = sys.modules.pop('twofold')
sys.path.insert(1, directory)
native = importlib.import_module('twofold')
sys.path.remove(directory)
sys.modules['twofold'] = package
";
    const TEXT: &str = "
import os, twofold
print(twofold.native.VALUE, os.path.basename(twofold.native.__file__), hasattr(twofold.native, '__path__'))
";
    for_two_pythons("module in the directory of its package", |python| {
        let sources = |src: &Path| {
            std::fs::create_dir(src.join("twofold"))?;
            std::fs::write(src.join("twofold/__init__.py"), PACKAGE)?;
            std::fs::write(src.join("twofold/twofold.py"), "VALUE = 42\n")?;
            std::fs::write(src.join("use.py"), TEXT)
        };
        for location in ["cache", "filesystem-relative:lib", "in-memory"] {
            let option = format!("twofold={location}");
            let program = Program::pack(python, "use", sources, &["use.py", "--location", &option])?;
            let ran = program.run_visible(&Run::new::<String>([]))?.expect_status(0)?;
            ensure!(ran.stdout == "42 twofold.py False\n", "{location}: {ran:?}");
        }
        Ok(())
    });
}

#[test]
fn in_memory_and_in_the_cache() {
    for_two_pythons("in memory and in the cache", |python| {
        let expected = "\nTrue\nTrue\nTrue\nTrue\n6.0\n";
        let memory = pack(python, "memory", TEXT, &["--pip", "numpy", "--location", "numpy=in-memory"])?;
        let summary = &memory.report.summary;
        ensure!(summary.libraries_in_files.is_empty() && summary.packages_in_files.is_empty(), "{summary:?}");
        memory.run_hidden(&Run::new::<String>([]))?.expect_status(0)?.expect_output(expected)?;
        let cache = pack(python, "cache", TEXT, &["--pip", "numpy", "--location", "numpy=cache"])?;
        ensure!(
            cache.report.summary.packages_in_files.iter().any(|name| name == "numpy"),
            "{:?}",
            cache.report.summary
        );
        let ran = cache.run_hidden(&Run::new::<String>([]))?.expect_status(0)?.expect_output(expected)?;
        ensure!(ran.stdout.contains("numpy/__init__.py True\n"), "{ran:?}");
        Ok(())
    });
}

#[test]
fn without_file_attributes() {
    const TEXT: &str = "
import _ssl, encodings.utf_8, json.decoder, pkgutil, sys, traceback
for module in (_ssl, encodings, encodings.utf_8, json, json.decoder, sys.modules['__main__']):
    print(module.__name__, hasattr(module, '__file__'), hasattr(module, '__cached__'))
print(json.__spec__.has_location, json.__spec__.cached, json.__path__[0].endswith('json'))
print(b'JSON' in json.__loader__.get_data(json.__spec__.origin))
try:
    json.loads('{')
except ValueError:
    print('return _default_decoder.decode(s)' in traceback.format_exc())
";
    for_two_pythons("without file attributes", |python| {
        let program = pack(python, "bare", TEXT, &["--file-attribute", "none"])?;
        let ran = program.run_hidden(&Run::new::<String>([]))?.expect_status(0)?;
        let names = ["_ssl", "encodings", "encodings.utf_8", "json", "json.decoder", "__main__"];
        let none: String = names.iter().map(|name| format!("{name} False False\n")).collect();
        ensure!(ran.stdout == none + "False None True\nTrue\nTrue\n", "{ran:?}");
        Ok(())
    });
}

#[test]
fn a_c_library_that_is_too_old() {
    for_two_pythons("glibc", |python| {
        let program = pack(python, "old", "print(1)", &["--glibc", "2.5"])?;
        let culprits = program.report.findings.iter().find_map(|finding| match finding {
            Finding::NewerGlibc { culprits, .. } => Some(culprits),
            _ => None,
        });
        ensure!(culprits.is_some_and(|files| files.iter().any(|(name, _)| name == "the launcher")), "{culprits:?}");
        // A program among the data of a package.
        let sources = |src: &Path| {
            std::fs::create_dir(src.join("tool"))?;
            std::fs::write(src.join("tool/__init__.py"), "")?;
            std::fs::copy("/bin/true", src.join("tool/true"))?;
            std::fs::write(src.join("use.py"), "import tool\n")
        };
        let program = Program::pack(python, "use", sources, &["use.py", "--glibc", "2.5"])?;
        let names_tool = |finding: &Finding| match finding {
            Finding::NewerGlibc { culprits, .. } => culprits.iter().any(|(name, _)| name == "tool/true"),
            _ => false,
        };
        ensure!(program.report.findings.iter().any(names_tool), "{:?}", program.report.findings);
        let program = pack(python, "new", "print(1)", &["--glibc", "2.99"])?;
        let is_newer = |finding: &Finding| matches!(finding, Finding::NewerGlibc { .. });
        ensure!(!program.report.findings.iter().any(is_newer), "{:?}", program.report.findings);
        program.compare(&[&original(&program, "new")], &Run::new::<String>([]))?.expect_status(0)?;
        Ok(())
    });
}
