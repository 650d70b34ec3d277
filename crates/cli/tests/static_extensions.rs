//! Extension modules that are compiled into programs: packages built from source with whatever they are built with.

use pyox_test_support::Place;
use pyox_test_support::program::Program;
use pyox_test_support::pythons::newest;
use pyox_test_support::ran::Run;

/// A module that is part of the program, and has no file.
const BUILT_IN: &str = "\
import importlib, sys
def built_in(name):
    module = importlib.import_module(name)
    assert module.__spec__.origin == 'built-in' and name in sys.builtin_module_names, module.__spec__
    assert module.__name__ == name, module.__name__
    return module
";

/// Packs a script with packages, all of them built from source; runs it with Python hidden, and compares what it
/// prints.
fn expect(packages: &[&str], script: &str, output: &str) -> anyhow::Result<Program> {
    let mut arguments = vec!["app.py"];
    for package in packages {
        arguments.extend(["--pip", package, "--static-extensions", package]);
    }
    let text = format!("{BUILT_IN}{script}");
    let program = Program::pack(newest(), "app", |src| std::fs::write(src.join("app.py"), text), &arguments)?;
    let ran = program.run_hidden(&Run::new::<&str>([]))?.expect_status(0)?;
    assert_eq!(ran.stdout, output, "{ran:?}");
    Ok(program)
}

#[test]
fn a_module_in_c_is_part_of_the_program() -> anyhow::Result<()> {
    let program = expect(
        &["markupsafe"],
        "import markupsafe, pkgutil
built_in('markupsafe._speedups')
print(markupsafe.escape('<a> & b'), [m.name for m in pkgutil.iter_modules(markupsafe.__path__)])
",
        "&lt;a&gt; &amp; b ['_native', '_speedups']\n",
    )?;
    let of_it: Vec<_> = program.report.resources.iter().filter(|row| row.name == "markupsafe._speedups").collect();
    assert!(of_it.len() == 1 && of_it[0].kind.name() == "builtin-module", "{of_it:?}");
    Ok(())
}

/// C with setuptools, Cython with setuptools and with meson-python, C++ with scikit-build-core, Rust with maturin: all
/// in one program, where none is in the way of another.
#[test]
fn all_build_systems_serve() -> anyhow::Result<()> {
    if std::env::var_os("PYOX_TEST_ALL").is_none() {
        return Ok(());
    }
    expect(
        &["markupsafe", "pyyaml", "propcache", "memory-allocator", "levenshtein", "jellyfish"],
        r#"
import jellyfish, Levenshtein, markupsafe, yaml
from propcache.api import cached_property
for name in ["markupsafe._speedups", "yaml._yaml", "propcache._helpers_c", "memory_allocator.memory_allocator",
             "Levenshtein.levenshtein_cpp", "jellyfish._rustyfish"]:
    built_in(name)
print(markupsafe.escape("<"), yaml.load("a: [1, {b: c}]", Loader=yaml.CSafeLoader))
try:
    yaml.load("a: [", Loader=yaml.CSafeLoader)
except yaml.YAMLError as error:
    print(type(error).__name__)
class Thing:
    @cached_property
    def value(self):
        return 3
print(Thing().value, cached_property.__module__)
print(built_in("memory_allocator.memory_allocator").MemoryAllocator().__class__.__name__)
print(Levenshtein.distance("kitten", "sitting"), Levenshtein.editops("ab", "b"))
print(jellyfish.levenshtein_distance("jellyfish", "smellyfish"), jellyfish.metaphone("Jellyfish"))
try:
    jellyfish.hamming_distance(1, 2)
except TypeError as error:
    print("TypeError")
"#,
        "&lt; {'a': [1, {'b': 'c'}]}\nParserError\n3 propcache._helpers_c\nMemoryAllocator\n3 [('delete', 0, 0)]\n\
         2 JLFX\nTypeError\n",
    )?;
    Ok(())
}

/// A project, whose module is beside the packages, and in a second one under a name that the first has too.
#[test]
fn projects_and_single_modules_serve() -> anyhow::Result<()> {
    if std::env::var_os("PYOX_TEST_ALL").is_none() {
        return Ok(());
    }
    let source = |number: &str| {
        format!(
            "#include <Python.h>\nint shared(void) {{ return {number}; }}\n\
             static PyObject *get(PyObject *m, PyObject *a) {{ return PyLong_FromLong(shared()); }}\n\
             static PyMethodDef methods[] = {{{{\"get\", get, METH_NOARGS, 0}}, {{0}}}};\n\
             static struct PyModuleDef def = {{PyModuleDef_HEAD_INIT, \"core\", 0, -1, methods}};\n\
             PyMODINIT_FUNC PyInit_core(void) {{ return PyModule_Create(&def); }}\n"
        )
    };
    let setup = |name: &str, module: &str, packages: &str| {
        format!(
            "from setuptools import setup, Extension\nsetup(name='{name}', packages=[{packages}], \
             ext_modules=[Extension('{module}', ['core.c'])])\n"
        )
    };
    let place = Place::new();
    place.write("one/setup.py", setup("one", "core", ""));
    place.write("one/core.c", source("1"));
    place.write("two/setup.py", setup("two", "two.core", "'two'"));
    place.write("two/core.c", source("2"));
    place.write("two/two/__init__.py", "");
    let main = "import core, two.core\nprint(core.get(), two.core.get(), core.__name__, two.core.__name__, \
                two.core.get.__module__)\n";
    place.write("two/two/__main__.py", main);
    let words = ["pack", "two", "--pip", "./one", "--static-extensions", "one", "--static-extensions", "Two"];
    let python = pyox_distribution::Host::executable(newest()).display().to_string();
    place.run(words.into_iter().chain(["--python", &python, "--module", "two", "-o", "app"])).succeeds();
    place.program("app", &[]).prints("1 2 core two.core two.core\n");
    // A libpython that is loaded does not show how modules are told their names.
    let shared = ["--libpython", "shared", "--python", &python, "--module", "two", "-o", "shared"];
    place.run(words.into_iter().chain(shared)).succeeds();
    let printed = place.program("shared", &[]).succeeds().stdout;
    assert!(printed.starts_with("1 2 core two.core "), "{printed}");
    Ok(())
}

/// The example of a module in Rust.
#[test]
fn a_module_of_ones_own_in_rust_is_part_of_the_program() -> anyhow::Result<()> {
    if std::env::var_os("PYOX_TEST_ALL").is_none() {
        return Ok(());
    }
    let place = Place::with(&[(
        "app.py",
        "import rust_module as m\nprint(m.primes(100), m.rust_module.__name__, m.rust_module.__spec__.origin)\n\
         try:\n    m.primes(10**10)\n\
         except ValueError as error:\n    print(error)\n",
    )]);
    let example = pyox_test_support::command::workspace().join("examples/rust_module");
    for file in ["Cargo.toml", "pyproject.toml", "src/lib.rs"] {
        place.write(&format!("rust_module/{file}"), std::fs::read(example.join(file))?);
    }
    let python = pyox_distribution::Host::executable(newest()).display().to_string();
    let words = ["pack", "app.py", "--python", &python, "--pip", "./rust_module", "--static-extensions", "rust_module"];
    place.run(words).succeeds();
    place.program("app", &[]).prints("25 rust_module.rust_module built-in\nthe limit is too high\n");
    Ok(())
}

#[test]
fn what_cannot_be_linked_is_said() {
    let place = Place::with(&[("app.py", "print(1)\n")]);
    let python = pyox_distribution::Host::executable(newest()).display().to_string();
    let pack = |more: &[&str]| {
        let mut command = place.command(["pack", "app.py", "--python", &python, "--static-extensions", "pure"]);
        command.args(more).env("PIP_NO_INDEX", "1");
        command
    };
    place.command_fails(&mut pack(&[]), &["pure is not among what pip installs", "--static-extensions names packages"]);
    let tools = place.path("tools");
    std::fs::create_dir(&tools).expect("a directory");
    let mut command = pack(&[]);
    command.env("PATH", tools);
    place.command_fails(&mut command, &["there is no cc", "install a C compiler"]);
}
