//! Classification of the files in a directory.

use pyox_packed_resources::Resource;
use pyox_scanner::{Directory, Error, ResourceSource, Scan};

use crate::common::{SUFFIXES, content, lines, skipped, tree};

fn scan(files: &[(&str, &str)]) -> Scan {
    Directory::new(tree(files).path()).extension_suffixes(SUFFIXES).scan().unwrap()
}

#[test]
fn modules_packages_and_data() {
    let found = scan(&[
        ("top.py", ""),
        ("a/__init__.py", ""),
        ("a/b.py", ""),
        ("a/data/x.json", ""),
        ("a/data/script-x.py", ""),
        ("a/0001_initial.py", ""),
        ("a/uni-13.py", ""),
        ("a/bad name.py", ""),
        ("ns/deep/m.py", ""),
        ("ns/deep/t.txt", ""),
        ("ns/t.txt", ""),
        ("share/man/x.1", ""),
        ("with-dash/m.py", ""),
        ("__init__.py", ""),
    ]);
    assert_eq!(
        lines(&found),
        [
            "file  __init__.py",
            "source a.0001_initial a/0001_initial.py",
            "source a a/__init__.py",
            "source a.b a/b.py",
            "data a a/bad name.py",
            "data a a/data/script-x.py",
            "data a a/data/x.json",
            "source a.uni-13 a/uni-13.py",
            "source ns.deep.m ns/deep/m.py",
            "data ns.deep ns/deep/t.txt",
            "data ns ns/t.txt",
            "file  share/man/x.1",
            "source top top.py",
            "file  with-dash/m.py",
        ]
    );
    assert_eq!(
        found.module_names().collect::<Vec<_>>(),
        ["a", "a.0001_initial", "a.b", "a.uni-13", "ns.deep.m", "top"]
    );
}

#[test]
fn bytecode_of_one_python_in_caches() {
    let pyc = "ab\r\n0123456789abCODE";
    let tree = tree(&[
        ("a.py", ""),
        ("__pycache__/a.cpython-311.pyc", pyc),
        ("__pycache__/a.cpython-311.opt-1.pyc", pyc),
        ("__pycache__/a.cpython-311.opt-3.pyc", pyc),
        ("__pycache__/a.cpython-312.pyc", pyc),
        ("p/__pycache__/__init__.cpython-311.opt-2.pyc", pyc),
        ("p/__pycache__/notes.txt", ""),
    ]);
    let found = Directory::new(tree.path()).cache_tag("cpython-311").scan().unwrap();
    let mut bytecode: Vec<_> = found
        .resources
        .iter()
        .filter_map(|found| match &found.resource {
            Resource::ModuleBytecode(module) => {
                assert_eq!(*module.bytecode.read().unwrap(), *b"CODE");
                Some((module.name.as_str(), module.is_package, module.optimize.number()))
            }
            _ => None,
        })
        .collect();
    bytecode.sort_unstable();
    assert_eq!(bytecode, [("a", false, 0), ("a", false, 1), ("p", true, 2)]);
    assert_eq!(found.resources.len(), 4);
}

#[test]
fn bytecode() {
    let pyc = "abc\r\n0123456789ab";
    let files = [
        ("a.py", ""),
        ("a.pyc", "x"),
        ("__pycache__/a.cpython-311.pyc", "x"),
        ("p/__init__.pyo", "x"),
        ("p/__init__.pyc", "ab\r\n0123456789abCODE"),
        ("short.pyc", "ab\r\n"),
        ("damaged.pyc", pyc),
    ];
    let tree = tree(&files);
    let found = Directory::new(tree.path()).scan().unwrap();
    assert_eq!(
        lines(&found),
        ["source a a.py", "bytecode damaged damaged.pyc", "bytecode p p/__init__.pyc", "bytecode short short.pyc"]
    );
    assert_eq!(content(&found, "p/__init__.pyc"), b"CODE");
    for damaged in [1, 3] {
        assert_eq!(
            found.resources[damaged].resource.data().read().unwrap_err().kind(),
            std::io::ErrorKind::InvalidData
        );
    }
}

#[test]
fn native_files() {
    let found = scan(&[
        ("a/__init__.py", ""),
        ("a/x.cpython-311-x86_64-linux-gnu.so", "\x7fELF PyInit_x\0"),
        ("a/x.py", ""),
        ("a/x.abi3.so", "\x7fELF PyModExport_x\0"),
        ("a/opened.abi3.so", "\x7fELF have_aes\0"),
        ("a/y.cpython-310-x86_64-linux-gnu.so", ""),
        ("a/real.so", "\x7fELF PyInit_real\0"),
        ("a/attach_linux.so", "\x7fELF PyInit_other\0"),
        ("a/libz.so", "PyInit_libz\0"),
        ("a/c/__init__.cpython-311-x86_64-linux-gnu.so", "PyInit_c\0"),
        ("a.libs/libfoo-1a2b.so.1.2", ""),
    ]);
    assert_eq!(
        lines(&found),
        [
            "library libfoo-1a2b.so.1.2 a.libs/libfoo-1a2b.so.1.2",
            "source a a/__init__.py",
            "library attach_linux.so a/attach_linux.so",
            "extension a.c a/c/__init__.cpython-311-x86_64-linux-gnu.so",
            "library libz.so a/libz.so",
            "library opened.abi3.so a/opened.abi3.so",
            "extension a.real a/real.so",
            "extension a.x a/x.cpython-311-x86_64-linux-gnu.so",
            "source a.x a/x.py",
        ]
    );
    assert_eq!(
        skipped(&found),
        [
            "a/x.abi3.so: Shadowed { by: \"a/x.cpython-311-x86_64-linux-gnu.so\" }",
            "a/y.cpython-310-x86_64-linux-gnu.so: ForeignExtension",
        ]
    );
}

#[test]
fn a_package_shadows_a_module() {
    let found = scan(&[("a/__init__.py", ""), ("a.py", ""), ("a.pyc", "")]);
    assert_eq!(lines(&found), ["source a a/__init__.py"]);
    assert_eq!(
        skipped(&found),
        ["a.py: Shadowed { by: \"a/__init__.py\" }", "a.pyc: Shadowed { by: \"a/__init__.py\" }"]
    );
}

#[test]
fn distribution_metadata() {
    let record = "../../bin/x,sha256=a,1\nx/__pycache__/y.pyc,,\nx/y.py,sha256=b,2\nx-1.dist-info/INSTALLER,,\n";
    let found = scan(&[
        ("x-1.dist-info/METADATA", "Name: The.X\nVersion: 1\n"),
        ("x-1.dist-info/RECORD", record),
        ("x-1.dist-info/INSTALLER", "pip"),
        ("x-1.dist-info/direct_url.json", "{}"),
        ("x-1.dist-info/REQUESTED", ""),
        ("x-1.dist-info/licenses/LICENSE", ""),
        ("old-2.egg-info", "Name: Old\n"),
        ("dir-3.egg-info/PKG-INFO", "no header"),
        ("EGG-INFO/PKG-INFO", "Name: Egg\nVersion: 4\n"),
        ("v/_vendor/z-1.dist-info/METADATA", ""),
        ("v/__init__.py", ""),
    ]);
    assert_eq!(
        lines(&found),
        [
            "metadata Egg Egg-4.egg-info/PKG-INFO",
            "metadata dir dir-3.egg-info/PKG-INFO",
            "metadata Old old-2.egg-info/PKG-INFO",
            "source v v/__init__.py",
            "data v v/_vendor/z-1.dist-info/METADATA",
            "metadata The.X x-1.dist-info/METADATA",
            "metadata The.X x-1.dist-info/RECORD",
            "metadata The.X x-1.dist-info/licenses/LICENSE",
        ]
    );
}

#[test]
fn record_is_reproducible() {
    let record =
        "../../../bin/x,sha256=a,1\n../x,,\nx/__pycache__/y.pyc,,\nx/y.py,sha256=b,2\nx-1.dist-info/INSTALLER,,\n";
    let root = tree(&[("x-1.dist-info/RECORD", record)]);
    let found = Directory::new(root.path()).scan().unwrap();
    assert_eq!(content(&found, "x-1.dist-info/RECORD"), b"../../../bin/x,,\nx/y.py,sha256=b,2\n");
}

#[test]
fn pth_files_scripts_and_exclusions() {
    let files = [
        ("x.pth", "# comment\nimport os\n/src\n"),
        ("sub/y.pth", "/other\n"),
        ("bin/tool.py", ""),
        ("Scripts/__init__.py", ""),
        (".git/config", ""),
        ("test/t.py", ""),
        ("a/test/t.py", ""),
        ("a/skip.txt", ""),
        ("only.pyi", ""),
    ];
    let root = tree(&files);
    let directory =
        Directory::new(root.path()).exclude(["test/", "only.pyi"]).exclude_if(|path| path.ends_with("skip.txt"));
    let found = directory.scan().unwrap();
    assert_eq!(lines(&found), ["source Scripts Scripts/__init__.py", "source a.test.t a/test/t.py", "file  sub/y.pth"]);
    assert_eq!(skipped(&found), ["bin: Scripts", "x.pth: PthCode { line: 2 }"]);
    let [line] = &found.path_lines[..] else { panic!("{:?}", found.path_lines) };
    assert_eq!((line.file.as_str(), line.line, line.path.as_str()), ("x.pth", 3, "/src"));
}

#[test]
fn selection() {
    let files = [
        ("PIL/__init__.py", ""),
        ("PIL/sub/m.py", ""),
        ("PIL/x.txt", ""),
        ("PILx.py", ""),
        ("85c__mypyc.abi3.so", "PyInit_85c__mypyc\0"),
        ("pillow.libs/libz.so.1", ""),
        ("other.libs/liby.so.1", ""),
        ("pillow-1.dist-info/METADATA", "Name: pillow\n"),
        ("pillow-1.dist-info/RECORD", "PIL/__init__.py,,\npillow.libs/libz.so.1,,\n85c__mypyc.abi3.so,,\n"),
        ("pilx-1.dist-info/METADATA", "Name: pilx\n"),
        ("plain.txt", ""),
    ];
    let root = tree(&files);
    let found = Directory::new(root.path()).only(["PIL"]).scan().unwrap();
    assert_eq!(
        lines(&found),
        [
            "extension 85c__mypyc 85c__mypyc.abi3.so",
            "source PIL PIL/__init__.py",
            "source PIL.sub.m PIL/sub/m.py",
            "data PIL PIL/x.txt",
            "metadata pillow pillow-1.dist-info/METADATA",
            "metadata pillow pillow-1.dist-info/RECORD",
            "library libz.so.1 pillow.libs/libz.so.1",
        ]
    );
    assert_eq!(
        lines(&Directory::new(root.path()).only(["PIL.sub"]).scan().unwrap()),
        ["source PIL.sub.m PIL/sub/m.py"]
    );
    let by_name = lines(&Directory::new(root.path()).only(["PILx"]).scan().unwrap());
    assert_eq!(by_name, ["source PILx PILx.py", "metadata pilx pilx-1.dist-info/METADATA"]);
    let error = Directory::new(root.path()).only(["PIL", "PI"]).scan().unwrap_err();
    assert!(matches!(&error, Error::PackageNotFound { package, .. } if package == "PI"), "{error}");
    assert!(error.hint().is_some());
}

#[test]
fn errors_name_the_file() {
    let root = tree(&[("a.py", "1")]);
    assert!(matches!(Directory::new(root.path().join("no")).scan(), Err(Error::NotADirectory { .. })));
    assert!(matches!(Directory::new(root.path().join("a.py")).scan(), Err(Error::NotADirectory { .. })));
    let found = Directory::new(root.path()).scan().unwrap();
    std::fs::remove_file(root.path().join("a.py")).unwrap();
    let error = found.resources[0].resource.data().read().unwrap_err();
    assert!(error.to_string().ends_with("a.py"), "{error}");
}

#[cfg(unix)]
#[test]
fn links_and_odd_names() {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let elsewhere = tree(&[("real.py", "x = 1"), ("sub/n.py", "")]);
    let root = tree(&[("a/__init__.py", ""), ("tool", "")]);
    let path = root.path();
    symlink(elsewhere.path().join("real.py"), path.join("linked.py")).unwrap();
    symlink(elsewhere.path().join("sub"), path.join("pkg")).unwrap();
    symlink(path, path.join("a/loop")).unwrap();
    symlink("nowhere", path.join("broken.py")).unwrap();
    std::fs::write(path.join(std::ffi::OsStr::from_bytes(b"b\xff.py")), "").unwrap();
    std::fs::set_permissions(path.join("tool"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let found = Directory::new(path).scan().unwrap();
    assert_eq!(
        lines(&found),
        ["source a a/__init__.py", "source linked linked.py", "source pkg.n pkg/n.py", "file  tool"]
    );
    assert_eq!(content(&found, "linked.py"), b"x = 1");
    assert_eq!(skipped(&found), ["a/loop: LinkLoop", "broken.py: BrokenLink", "b\u{fffd}.py: NotUtf8",]);
    let last = &found.resources[3].resource;
    assert!(matches!(last, pyox_packed_resources::Resource::File(file) if file.executable));
}

#[test]
fn sources_are_objects() {
    let root = tree(&[("a.py", "")]);
    let count = |source: &dyn ResourceSource| source.scan().unwrap().resources.len();
    let boxed: Box<dyn ResourceSource> = Box::new(Directory::new(root.path()));
    assert_eq!((count(&boxed), count(&&boxed)), (1, 1));
}
