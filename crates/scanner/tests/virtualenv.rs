//! Virtualenvs and editable installations.

use std::path::Path;

use pyox_scanner::{Error, ResourceSource as _, Scan, Virtualenv};

use crate::common::{SUFFIXES, lines, skipped, tree, write};

const CFG: &str = "home = /opt/python/bin\nInclude-System-Site-Packages = false\nversion = 3.11.7\n";

fn site(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tree(&[("pyvenv.cfg", CFG)]);
    write(&root.path().join("lib/python3.11/site-packages"), files);
    root
}

fn scan(root: &Path) -> Result<Scan, Error> {
    Virtualenv::open(root, SUFFIXES)?.scan()
}

#[test]
fn accessors() {
    let root = site(&[("a.py", "")]);
    let env = Virtualenv::open(root.path(), SUFFIXES).unwrap();
    assert_eq!(env.python_version(), (3, 11));
    assert_eq!(env.home(), Path::new("/opt/python/bin"));
    assert_eq!(env.site_packages(), [root.path().join("lib/python3.11/site-packages")]);
    assert_eq!(lines(&env.scan().unwrap()), ["source a a.py"]);
}

#[test]
fn versions_and_layouts() {
    let root = tree(&[("pyvenv.cfg", "version_info = 3.12.1.final.0\n"), ("Lib/site-packages/a.py", "")]);
    assert_eq!(Virtualenv::open(root.path(), SUFFIXES).unwrap().python_version(), (3, 12));
    let root = tree(&[("pyvenv.cfg", ""), ("lib/python3.13t/site-packages/a.py", "")]);
    assert_eq!(Virtualenv::open(root.path(), SUFFIXES).unwrap().python_version(), (3, 13));
    let root = tree(&[("pyvenv.cfg", ""), ("Lib/site-packages/a.py", "")]);
    assert!(matches!(Virtualenv::open(root.path(), SUFFIXES), Err(Error::UnknownPythonVersion { .. })));
    let root = tree(&[("pyvenv.cfg", CFG), ("lib/python3.10/site-packages/a.py", "")]);
    assert!(matches!(Virtualenv::open(root.path(), SUFFIXES), Err(Error::NoSitePackages { .. })));
    let root = tree(&[("a.py", "")]);
    let error = Virtualenv::open(root.path(), SUFFIXES).unwrap_err();
    assert!(matches!(error, Error::NotAVirtualenv { .. }) && error.hint().is_some());
}

#[cfg(unix)]
#[test]
fn lib64_is_the_same_directory() {
    let root = site(&[("a.py", "")]);
    std::os::unix::fs::symlink("lib", root.path().join("lib64")).unwrap();
    let found = scan(root.path()).unwrap();
    assert_eq!(lines(&found), ["source a a.py"]);
    assert_eq!(skipped(&found), [""; 0]);
}

#[test]
fn system_site_packages_are_reported() {
    let root = site(&[("a.py", "")]);
    write(root.path(), &[("pyvenv.cfg", "version=3.11\ninclude-system-site-packages = TRUE\n")]);
    assert_eq!(skipped(&scan(root.path()).unwrap()), ["pyvenv.cfg: SystemSitePackages"]);
}

#[test]
fn bootstrap_tools() {
    let files = [
        ("pip/__init__.py", ""),
        ("pip-1.dist-info/METADATA", "Name: pip\n"),
        ("setuptools/__init__.py", ""),
        ("pkg_resources/__init__.py", ""),
        ("_distutils_hack/__init__.py", ""),
        ("setuptools-1.dist-info/METADATA", "Name: setuptools\nRequires-Dist: wheel; extra == 'core'\n"),
        ("distutils-precedence.pth", "import os\n"),
        ("wheel/__init__.py", ""),
        ("wheel-1.dist-info/METADATA", "Name: wheel\n"),
        ("_virtualenv.py", ""),
        ("pipx.py", ""),
    ];
    let root = site(&files);
    let found = scan(root.path()).unwrap();
    assert_eq!(lines(&found), ["source pipx pipx.py"]);
    assert_eq!(skipped(&found).len(), 3);

    let user = ("user-1.dist-info/METADATA", "Name: user\nRequires-Dist: SetupTools (>=60)\n");
    write(&root.path().join("lib/python3.11/site-packages"), &[user]);
    let kept = lines(&scan(root.path()).unwrap());
    assert_eq!(kept.iter().filter(|line| line.starts_with("source")).count(), 4, "{kept:?}");
}

fn editable(pth: &str, project: &Path) -> tempfile::TempDir {
    let url = format!(r#"{{"dir_info": {{"editable": true}}, "url": "file://{}"}}"#, project.display());
    site(&[
        ("__editable__.my_app-1.0.pth", pth),
        ("__editable___my_app_1_0_finder.py", "MAPPING = {}"),
        ("my_app-1.0.dist-info/METADATA", "Name: my-app\n"),
        ("my_app-1.0.dist-info/RECORD", "__editable__.my_app-1.0.pth,,\n__editable___my_app_1_0_finder.py,,\n"),
        ("my_app-1.0.dist-info/direct_url.json", &url),
    ])
}

const METADATA: [&str; 2] =
    ["metadata my-app my_app-1.0.dist-info/METADATA", "metadata my-app my_app-1.0.dist-info/RECORD"];

#[test]
fn editable_with_a_path_line() {
    let project = tree(&[
        ("src/my_app/__init__.py", ""),
        ("src/my_app/x.txt", ""),
        ("src/my_app.egg-info/PKG-INFO", "Name: my-app\n"),
        ("src/README", ""),
        ("src/.venv/pyvenv.cfg", ""),
        ("src/.venv/lib/a.py", ""),
        ("src/env/pyvenv.cfg", ""),
        ("src/env/lib/a.py", ""),
    ]);
    let root = editable(&format!("{}\n/does/not/exist\n", project.path().join("src").display()), project.path());
    let found = scan(root.path()).unwrap();
    let mut expected = METADATA.to_vec();
    expected.extend(["source my_app my_app/__init__.py", "data my_app my_app/x.txt"]);
    assert_eq!(lines(&found), expected);
    assert_eq!(
        skipped(&found),
        ["__editable__.my_app-1.0.pth: PthMissing { line: 2 }", "__editable___my_app_1_0_finder.py: EditableHook",]
    );
    assert!(found.path_lines.is_empty());
}

#[test]
fn editable_with_an_import_hook() {
    let project = tree(&[("my_app/__init__.py", ""), ("docs/conf.py", ""), ("setup.py", "")]);
    let root = editable("import hook\n", project.path());
    let mut expected = METADATA.to_vec();
    expected.push("source my_app my_app/__init__.py");
    let found = scan(root.path()).unwrap();
    assert_eq!(lines(&found), expected);
    assert!(crate::common::content(&found, "my_app-1.0.dist-info/RECORD").is_empty());

    let elsewhere = tree(&[("code/other/__init__.py", "")]);
    let error = scan(editable("import hook\n", elsewhere.path()).path()).unwrap_err();
    assert!(matches!(&error, Error::Editable { package, .. } if package == "my-app"), "{error}");
    assert!(error.hint().is_some());
}

#[test]
fn import_hook_without_a_trace() {
    let error = scan(site(&[("__editable__.lost-1.0.pth", "import hook\n")]).path()).unwrap_err();
    assert!(matches!(&error, Error::Editable { package, .. } if package == "lost"), "{error}");
}

#[test]
fn the_first_directory_of_the_path_wins_and_has_its_files() {
    let later = tree(&[("a.py", "later"), ("b.py", ""), ("beside.txt", ""), ("lists/x.csv", "")]);
    let root = site(&[("a.py", "first"), ("x.pth", &later.path().display().to_string())]);
    let found = scan(root.path()).unwrap();
    assert_eq!(lines(&found), ["source a a.py", "source b b.py", "file  beside.txt", "file  lists/x.csv"]);
    assert_eq!(crate::common::content(&found, "a.py"), b"first");
}
