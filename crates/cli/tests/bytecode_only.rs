//! Packages without source text: whoever lists their directories finds what can be imported.

use std::process::Command;

use pyox_distribution::Host as _;
use pyox_test_support::command::pyoxidizer;
use pyox_test_support::{Place, pythons};

/// With an argument, the directory is listed as files too: it has to be there.
const SCRIPT: &str = "\
import importlib.resources, os, pkgutil, sys
import listed, listed.mod
print(sorted((module.name, module.ispkg) for module in pkgutil.iter_modules(listed.__path__)))
print(sorted(module.name for module in pkgutil.walk_packages(listed.__path__, 'listed.')))
for package in ('listed', 'listed.sub'):
    files = importlib.resources.files(package)
    for file in sorted(files.iterdir(), key=lambda file: file.name):
        print(package, file.name, file.is_file(), file.is_file() and file.read_bytes()[:4].hex())
print(listed.mod.__loader__.get_source('listed.mod'), listed.mod.__spec__.has_location)
if sys.argv[1:]:
    print(sorted(os.listdir(os.path.dirname(listed.__file__))))
    print([os.path.basename(path) for path in (listed.__file__, listed.mod.__file__, listed.mod.__cached__)])
";

const PACKAGE: [(&str, &str); 6] = [
    ("root/listed/__init__.py", "X = 1\n"),
    ("root/listed/mod.py", "def f():\n    return 2\n"),
    ("root/listed/note.txt", "note"),
    ("root/listed/sub/__init__.py", ""),
    ("root/listed/sub/leaf.py", "Z = 3\n"),
    ("root/starter.py", "import listed.sub.leaf\nNAME = 'starter'\n"),
];

/// Removes the sources and caches, and leaves bytecode beside where they were, as `compileall -b` makes it.
const STRIP: &str = "\
import compileall, pathlib, shutil, sys
compileall.compile_dir('root', quiet=1, legacy=True)
for file in pathlib.Path('root').rglob('*.py'):
    file.unlink()
for directory in list(pathlib.Path('root').rglob('__pycache__')):
    shutil.rmtree(directory)
";

#[test]
fn directories_have_the_modules_that_can_be_imported() {
    for python in pythons::two() {
        let place = Place::with(&PACKAGE);
        place.write("app.py", SCRIPT);
        let packed = |name: &str, location: &str, arguments: &[&str]| {
            let mut command = pyoxidizer();
            command.args(["-q", "pack", "app.py", "--no-source", "--package-root", "root", "--python"]);
            command.arg(python.executable()).args(["--location", &format!("listed={location}"), "-o", name]);
            assert!(command.current_dir(place.path("")).status().expect("it starts").success());
            place.program(name, arguments).succeeds().stdout
        };
        let in_memory = packed("memory", "in-memory", &[]);
        let cached = packed("cached", "cache", &["files"]);
        let relative = packed("relative", "filesystem-relative:lib", &["files"]);

        let plain = |arguments: &[&str]| {
            let mut command = Command::new(python.executable());
            command.args(arguments).current_dir(place.path("")).env("PYTHONDONTWRITEBYTECODE", "1");
            let output = command.output().expect("Python starts");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8_lossy(&output.stdout).into_owned()
        };
        plain(&["-c", STRIP]);
        place.write("root/app.py", SCRIPT);
        assert_eq!(in_memory, plain(&["root/app.py"]));
        let files = plain(&["root/app.py", "files"]);
        assert!(files.contains("'mod.pyc'"), "{files}");
        assert_eq!((cached, relative), (files.clone(), files));

        // Beside a script, and what they import in turn.
        place.write("root/beside.py", "import starter\nprint(starter.NAME, starter.listed.sub.leaf.Z)\n");
        let mut command = pyoxidizer();
        command.args(["-q", "pack", "root/beside.py", "-o", "beside", "--python"]).arg(python.executable());
        assert!(command.current_dir(place.path("")).status().expect("it starts").success());
        assert_eq!(place.program("beside", &[]).succeeds().stdout, plain(&["root/beside.py"]));
    }
}
