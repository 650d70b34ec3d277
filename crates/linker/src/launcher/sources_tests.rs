//! What launchers are compiled from, and what changes them.

use super::*;

fn content(files: &Files<'_>, name: &str) -> String {
    let found = files.iter().find(|(path, _)| *path == name).unwrap_or_else(|| panic!("no {name}"));
    String::from_utf8(found.1.to_vec()).unwrap()
}

fn locked(files: &Files<'_>) -> Vec<String> {
    let lock: Table = content(files, LOCK).parse().unwrap();
    lock["package"].as_array().unwrap().iter().map(|found| found["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_launcher_is_made_of_what_it_needs_and_of_nothing_else() {
    let files = reduced(SOURCES);
    let packages = locked(&files);
    for needed in ["pyo3-ffi", "pyo3-build-config", "libc", "zstd-sys", "cc", "serde_derive", "pyox-launcher"] {
        assert!(packages.iter().any(|name| name == needed), "{needed} is not in {packages:?}");
    }
    for other in ["clap", "goblin", "proptest", "tempfile", "pyox-scanner", "criterion", "base64"] {
        assert!(!packages.iter().any(|name| name == other), "{other} is in the lock file");
        let names = |(path, text): &(&str, Cow<'_, [u8]>)| {
            path.ends_with("Cargo.toml") && String::from_utf8_lossy(text).contains(other)
        };
        assert!(!files.iter().any(names), "{other} is in a manifest");
    }
    let is_other = |name: &str| name.ends_with(".md") || name.ends_with("tests.rs");
    assert!(!files.iter().any(|(name, _)| is_other(name)), "more than sources");
}

/// Two crates that are here and one that is not.
const FILES: [(&str, &str); 5] = [
    (
        "Cargo.toml",
        "
[workspace]
members = ['crates/*', 'tests']
[workspace.dependencies]
one = { path = 'crates/one', package = 'ours-one' }
other = { path = 'crates/other' }
libc = '0.2'
clap = '4'
[profile.dev.package]
clap = { opt-level = 3 }
libc = { opt-level = 2 }
",
    ),
    (
        "Cargo.lock",
        "
version = 4
package = [
{ name = 'clap', version = '4.0.0' },
{ name = 'deep', version = '7.0.0' },
{ name = 'libc', version = '0.1.0' },
{ name = 'libc', version = '0.2.1', dependencies = ['deep'] },
{ name = 'other', version = '1' },
{ name = 'ours-one', version = '1', dependencies = ['clap', 'libc 0.2.1', 'other'] },
{ name = 'top', version = '1', dependencies = ['ours-one'] },
]
",
    ),
    (
        "crates/one/Cargo.toml",
        "
package = { name = 'ours-one', readme = 'README.md' }
features = { scan = ['dep:other'] }
[dependencies]
libc.workspace = true
other = { workspace = true, optional = true }
[dev-dependencies]
clap.workspace = true
",
    ),
    ("crates/one/src/lib.rs", "code"),
    ("crates/top/Cargo.toml", "package = { name = 'top' }\ndependencies = { one = { workspace = true } }\n"),
];

/// The identity of the workspace with changes: in a file, of a text to another one.
fn workspace(changes: &[(&str, &str, &str)]) -> String {
    let mut files = FILES.map(|(path, text)| (path, text.to_owned()));
    for (path, from, to) in changes {
        let file = files.iter_mut().find(|(name, _)| name == path).unwrap();
        assert!(file.1.contains(from), "{from} is not in {path}");
        file.1 = file.1.replace(from, to);
    }
    let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    identity_of(&files)
}

#[test]
fn the_identity_follows_what_a_launcher_is_compiled_from() {
    let now = workspace(&[]);
    for change in [
        ("Cargo.lock", "'4.0.0'", "'4.0.1'"),
        ("Cargo.lock", "'0.1.0'", "'0.1.9'"),
        ("Cargo.toml", "clap = '4'", "clap = '5'"),
        ("Cargo.toml", "'tests'", "'tests', 'benches'"),
        ("Cargo.toml", "opt-level = 3", "opt-level = 2"),
        ("crates/one/Cargo.toml", "README", "OTHER"),
        ("crates/one/Cargo.toml", "clap.workspace", "proptest.workspace"),
    ] {
        assert!(workspace(&[change]) == now, "{change:?} changes every launcher");
    }
    for change in [
        ("Cargo.lock", "'7.0.0'", "'7.0.1'"),
        ("Cargo.lock", "['deep']", "[]"),
        ("Cargo.toml", "libc = '0.2'", "libc = '0.3'"),
        ("crates/one/src/lib.rs", "code", "other code"),
        ("crates/one/Cargo.toml", "[dependencies]", "[dependencies]\nclap.workspace = true"),
    ] {
        assert!(workspace(&[change]) != now, "{change:?} changes no launcher");
    }
}

#[test]
fn what_is_unpacked_again_is_written_only_where_it_differs_and_nothing_else_stays() {
    let place = tempfile::tempdir().unwrap();
    let at = |path: &str| place.path().join(path);
    let written = |path: &str| std::fs::metadata(at(path)).unwrap().modified().unwrap();
    unpack(place.path()).unwrap();
    let (main, manifest) = ("crates/launcher/src/main.rs", "crates/launcher/Cargo.toml");
    let before = (written(main), written(manifest));
    for (path, text) in [(main, "changed"), ("crates/gone/Cargo.toml", ""), ("crates/launcher/left.rs", "")] {
        std::fs::create_dir_all(at(path).parent().unwrap()).unwrap();
        std::fs::write(at(path), text).unwrap();
    }
    std::fs::write(at("pyo3-config.txt"), "").unwrap();
    unpack(place.path()).unwrap();
    assert!(written(main) > before.0 && std::fs::read_to_string(at(main)).unwrap().contains("fn main"));
    assert_eq!(written(manifest), before.1);
    assert!(!at("crates/gone").exists() && !at("crates/launcher/left.rs").exists() && at("pyo3-config.txt").exists());
}
