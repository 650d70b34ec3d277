//! Which packages need real files.

use pyox_scanner::{Directory, Evidence, NeedsFiles, ResourceSource as _, files_needed};

use crate::common::tree;

fn verdicts(files: &[(&str, &str)]) -> Vec<NeedsFiles> {
    let root = tree(files);
    let scan = Directory::new(root.path()).scan().unwrap();
    files_needed(scan.resources.iter().map(|found| &found.resource)).unwrap()
}

fn packages(files: &[(&str, &str)]) -> Vec<String> {
    verdicts(files).into_iter().map(|verdict| verdict.package).collect()
}

#[test]
fn mention_and_data_together() {
    let code = ("p/m.py", "\n\nopen(__file__)");
    let found =
        verdicts(&[("p/__init__.py", ""), code, ("p/Grammar.txt", ""), ("p/sub/x.dat", ""), ("q.py", "__file__")]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].package, "p");
    assert_eq!((found[0].mentions[0].module.as_str(), found[0].mentions[0].line), ("p.m", Some(3)));
    assert_eq!(found[0].data_files, ["Grammar.txt", "sub/x.dat"]);
    assert_eq!(found[0].evidence(), Evidence::Direct);
    assert_eq!(packages(&[("p/__init__.py", "x = __file__")]), [""; 0]);
    assert_eq!(packages(&[("p/__init__.py", "# __file__"), ("p/x.dat", "")]), [""; 0]);
}

#[test]
fn modules_that_are_looked_for_as_files() {
    let plugins = ("p/plugins/a.py", "");
    for code in [
        "for name in os.listdir(os.path.dirname(__file__)): pass",
        "structure = find(Path(__file__).parent / 'plugins', prefix='plugins')",
        "HERE = os.path.dirname(__file__)\nsys.path.append(os.path.join(HERE, '../p/plugins'))",
        "here = pathlib.Path(__file__)\ndef f():\n    return here.parent.rglob('*.py')",
    ] {
        let found = verdicts(&[("p/__init__.py", ""), ("p/m.py", code), plugins]);
        assert_eq!((found.len(), found[0].data_files.len()), (1, 0), "{code}");
        let mention = found[0].strongest().expect("a mention");
        assert_eq!((&*mention.module, mention.line, mention.name), ("p.m", Some(1), "__file__"));
    }
    for code in [
        "pkgutil.iter_modules(__path__)",
        "Path(__file__).parent / 'other'",
        "x = [str(Path(__file__).with_name('_pyinstaller'))]",
        "m.__file__; os.listdir(x)",
        "glob.glob(os.path.join(os.path.dirname(__file__), 'lib*.so'))",
    ] {
        assert_eq!(packages(&[("p/__init__.py", code), plugins, ("p/_pyinstaller/h.py", "")]), [""; 0], "{code}");
    }
    assert_eq!(packages(&[("m.py", "os.listdir(os.path.dirname(__file__))")]), [""; 0]);
}

#[test]
fn what_is_no_data() {
    let code = ("p/__init__.py", "__file__");
    for file in [
        "p/py.typed",
        "p/a.pyi",
        "p/a.c",
        "p/include/a.h",
        "p/LICENSE.txt",
        "p/README.md",
        "p/tests/x.csv",
        "p/tests/d/x.pyi",
    ] {
        assert_eq!(packages(&[code, (file, "")]), [""; 0], "{file}");
    }
    assert_eq!(packages(&[code, ("p/typeshed/os.pyi", "")]), ["p"]);
    assert_eq!(packages(&[code, ("p/libx.so", "")]), ["p"]);
    assert_eq!(packages(&[code, ("p.libs/libx.so", "")]), [""; 0]);
}

#[test]
fn what_is_no_mention() {
    let data = ("p/cacert.pem", "");
    let init = ("p/__init__.py", "__path__ = __import__('pkgutil').extend_path(__path__, __name__)");
    assert_eq!(packages(&[init, data]), [""; 0]);
    for test in ["p/tests/test_a.py", "p/test_a.py", "p/conftest.py"] {
        assert_eq!(packages(&[init, data, (test, "__file__")]), [""; 0], "{test}");
    }
    assert_eq!(packages(&[init, data, ("p/testing.py", "__file__")]), ["p"]);
}

#[test]
fn what_finds_files_by_the_name_of_a_module() {
    for code in ["from flask import Flask\napp = Flask(__name__)", "flask.Blueprint('p', __name__)"] {
        let found = verdicts(&[("p/__init__.py", code), ("p/templates/x.html", ""), ("flask/__init__.py", "")]);
        assert_eq!((found.len(), found[0].package.as_str()), (1, "p"));
        assert_eq!(found[0].evidence(), Evidence::Direct, "{code}");
    }
    let certificates = ("p/cacert.pem", "");
    assert_eq!(packages(&[("p/__init__.py", "resources.as_file(files('p') / 'cacert.pem')"), certificates]), ["p"]);
    assert_eq!(packages(&[("p/__init__.py", "resources.files('p') / 'cacert.pem'"), certificates]), [""; 0]);
}

#[test]
fn evidence() {
    let data = ("p/x.dat", "");
    let strength = |code: &str| verdicts(&[("p/__init__.py", code), ("p/sub.py", ""), data])[0].evidence();
    assert_eq!(strength("getattr(module, '__file__')"), Evidence::Indirect);
    assert_eq!(strength("module.__file__"), Evidence::Indirect);
    assert_eq!(strength("p.__file__"), Evidence::Direct);
    assert_eq!(strength("from . import sub\nsub.__file__"), Evidence::Direct);
    assert_eq!(strength("sys.modules[__name__].__file__"), Evidence::Direct);
    assert_eq!(strength("globals().get('__file__')"), Evidence::Direct);
    assert_eq!(strength("module.__file__\nf'{__file__}'"), Evidence::Direct);
}

#[test]
fn another_package_can_ask() {
    let files = [("soundfile.py", "_data.__file__"), ("_data/__init__.py", ""), ("_data/libsnd.so", "")];
    let found = verdicts(&files);
    assert_eq!((found[0].package.as_str(), found[0].evidence()), ("_data", Evidence::Direct));
    assert_eq!(found[0].mentions[0].module, "soundfile");
}

#[test]
fn bytecode_counts() {
    let found = verdicts(&[("p/__init__.pyc", "ab\r\n0123456789ab..__file__.."), ("p/x.dat", "")]);
    let mention = found[0].strongest().expect("a mention");
    assert_eq!((&*mention.module, mention.line, &*found[0].data_files), ("p", None, &["x.dat".to_owned()][..]));
}
