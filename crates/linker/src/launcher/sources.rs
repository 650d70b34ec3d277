//! The sources that build.rs took along, without what the launcher is not compiled from.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use toml::{Table, Value};

use crate::cache::digest;
use crate::error::Error;

include!(concat!(env!("OUT_DIR"), "/launcher_sources.rs"));

const WORKSPACE: &str = "Cargo.toml";
const LOCK: &str = "Cargo.lock";

/// Tables of a manifest that name packages to compile.
const DEPENDENCIES: [&str; 2] = ["dependencies", "build-dependencies"];

/// Files with their content.
type Files<'s> = Vec<(&'s str, Cow<'s, [u8]>)>;

/// Whether there are any.
pub(super) fn available() -> bool {
    !SOURCES.is_empty()
}

/// Digest of everything that the launcher is compiled from.
pub(super) fn identity() -> String {
    digest(reduced(SOURCES).iter().flat_map(|(name, content)| [name.as_bytes(), content]))
}

/// Writes them as a cargo workspace of their own.
pub(super) fn unpack(directory: &Path) -> Result<(), Error> {
    for (name, content) in reduced(SOURCES) {
        let path = directory.join(name);
        let parent = path.parent().unwrap_or(directory);
        std::fs::create_dir_all(parent).map_err(Error::io("create", parent))?;
        std::fs::write(&path, content).map_err(Error::io("write", &path))?;
    }
    Ok(())
}

/// The sources with manifests that name nothing else, and a lock file of what these need: what changes elsewhere in
/// the workspace changes no launcher.
fn reduced<'s>(sources: &[(&'s str, &'s [u8])]) -> Files<'s> {
    let parse = |content: &[u8]| String::from_utf8_lossy(content).parse::<Table>().unwrap_or_default();
    let table = |path: &str| sources.iter().find(|(name, _)| *name == path).map(|(_, content)| parse(content));
    let (mut workspace, mut lock) = (table(WORKSPACE).unwrap_or_default(), table(LOCK).unwrap_or_default());
    let is_manifest = |name: &&str| name.ends_with("/Cargo.toml");
    let mut members: BTreeMap<&str, Table> =
        sources.iter().filter(|(name, _)| is_manifest(name)).map(|(name, content)| (*name, parse(content))).collect();

    let names: BTreeSet<String> = members.values().filter_map(|manifest| text(manifest, "package", "name")).collect();
    let declared = subtable(&workspace, "workspace", "dependencies").cloned().unwrap_or_default();
    let is_missing = |name: &str| {
        let declaration = declared.get(name).and_then(Value::as_table);
        declaration.is_some_and(|found| found.contains_key("path")) && !names.contains(&package(&declared, name))
    };
    for manifest in members.values_mut() {
        reduce_member(manifest, is_missing);
    }
    let used: BTreeSet<String> = members.values().flat_map(dependencies).collect();
    reduce_workspace(&mut workspace, &used);
    let roots = members.values().filter_map(|manifest| {
        let needs = dependencies(manifest).map(|name| package(&declared, &name)).collect();
        Some((text(manifest, "package", "name")?, needs))
    });
    reduce_lock(&mut lock, &roots.collect());

    let written = |table: &Table| Cow::Owned(table.to_string().into_bytes());
    let content = |name: &'s str, content: &'s [u8]| match (name, members.get(name)) {
        (WORKSPACE, _) => written(&workspace),
        (LOCK, _) => written(&lock),
        (_, Some(manifest)) => written(manifest),
        _ => Cow::Borrowed(content),
    };
    sources.iter().map(|&(name, bytes)| (name, content(name, bytes))).collect()
}

/// Only the members that are here, and the dependencies that they use.
fn reduce_workspace(manifest: &mut Table, used: &BTreeSet<String>) {
    let Some(workspace) = manifest.get_mut("workspace").and_then(Value::as_table_mut) else { return };
    workspace.insert("members".into(), vec!["crates/*"].into());
    workspace.remove("default-members");
    workspace.remove("exclude");
    if let Some(dependencies) = workspace.get_mut("dependencies").and_then(Value::as_table_mut) {
        dependencies.retain(|name, _| used.contains(name));
    }
}

/// Without its tests and examples, and without crates that are not here, which some feature needs that the launcher does
/// without.
fn reduce_member(manifest: &mut Table, is_missing: impl Fn(&str) -> bool) {
    for key in ["dev-dependencies", "example", "test", "bench"] {
        manifest.remove(key);
    }
    for (table, key) in [("package", "readme"), ("lib", "crate-type")] {
        if let Some(table) = manifest.get_mut(table).and_then(Value::as_table_mut) {
            table.remove(key);
        }
    }
    for key in DEPENDENCIES {
        if let Some(dependencies) = manifest.get_mut(key).and_then(Value::as_table_mut) {
            dependencies.retain(|name, _| !is_missing(name));
        }
    }
    for (_, parts) in manifest.get_mut("features").and_then(Value::as_table_mut).into_iter().flatten() {
        if let Some(parts) = parts.as_array_mut() {
            let dependency = |part: &Value| part.as_str().and_then(|part| part.strip_prefix("dep:")).map(str::to_owned);
            parts.retain(|part| !dependency(part).is_some_and(|name| is_missing(&name)));
        }
    }
}

/// Only the packages that the members need, which are given with the names of what they depend on.
fn reduce_lock(lock: &mut Table, members: &BTreeMap<String, BTreeSet<String>>) {
    let Some(packages) = lock.get_mut("package").and_then(Value::as_array_mut) else { return };
    for found in packages.iter_mut().filter_map(Value::as_table_mut) {
        let Some(needs) = found.get("name").and_then(Value::as_str).and_then(|name| members.get(name)) else {
            continue;
        };
        if let Some(dependencies) = found.get_mut("dependencies").and_then(Value::as_array_mut) {
            dependencies.retain(|dependency| dependency.as_str().is_some_and(|text| needs.contains(first_word(text))));
        }
    }
    let is_wanted = |found: &Table, wanted: &BTreeSet<String>| {
        let of = |key| found.get(key).and_then(Value::as_str).unwrap_or_default();
        wanted.contains(of("name")) || wanted.contains(&format!("{} {}", of("name"), of("version")))
    };
    // Names, with a version where there are several.
    let mut wanted: BTreeSet<String> = members.keys().cloned().collect();
    loop {
        let before = wanted.len();
        for found in packages.iter().filter_map(Value::as_table) {
            if is_wanted(found, &wanted) {
                let dependencies = found.get("dependencies").and_then(Value::as_array).into_iter().flatten();
                wanted.extend(dependencies.filter_map(Value::as_str).map(str::to_owned));
            }
        }
        if wanted.len() == before {
            break;
        }
    }
    packages.retain(|found| found.as_table().is_some_and(|found| is_wanted(found, &wanted)));
}

/// The names under which a manifest has its dependencies.
fn dependencies(manifest: &Table) -> impl Iterator<Item = String> {
    let tables = DEPENDENCIES.into_iter().filter_map(|key| manifest.get(key).and_then(Value::as_table));
    tables.flat_map(|table| table.keys().cloned())
}

/// The package that a dependency of the workspace stands for.
fn package(declared: &Table, name: &str) -> String {
    text(declared, name, "package").unwrap_or_else(|| name.to_owned())
}

fn text(table: &Table, first: &str, second: &str) -> Option<String> {
    table.get(first)?.get(second)?.as_str().map(str::to_owned)
}

fn subtable<'t>(table: &'t Table, first: &str, second: &str) -> Option<&'t Table> {
    table.get(first)?.get(second)?.as_table()
}

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or(text)
}

#[cfg(test)]
mod tests {
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
            let is_named = |text: &str| text.lines().any(|line| line.starts_with(other));
            assert!(
                !files
                    .iter()
                    .any(|(name, bytes)| name.ends_with("Cargo.toml") && is_named(&String::from_utf8_lossy(bytes))),
                "{other} is in a manifest"
            );
        }
        let is_other = |name: &str| name.ends_with(".md") || name.contains("examples/") || name.contains("tests.rs");
        assert!(!files.iter().any(|(name, _)| is_other(name)), "more than sources");
    }

    /// A workspace of two crates here and one elsewhere, with changes.
    fn workspace(changes: &[(&str, &str, &str)]) -> String {
        let mut files = vec![
            (
                "Cargo.toml",
                "[workspace]\nmembers = ['crates/*', 'tests']\n[workspace.dependencies]\n\
              one = { path = 'crates/one', package = 'ours-one' }\nother = { path = 'crates/other' }\n\
              libc = '0.2'\nclap = '4'\n"
                    .to_owned(),
            ),
            (
                "Cargo.lock",
                "version = 4\n[[package]]\nname = 'ours-one'\nversion = '1'\n\
              dependencies = ['clap', 'libc 0.2.1', 'other']\n\
              [[package]]\nname = 'clap'\nversion = '4.0.0'\n[[package]]\nname = 'libc'\nversion = '0.1.0'\n\
              [[package]]\nname = 'libc'\nversion = '0.2.1'\ndependencies = ['deep']\n\
              [[package]]\nname = 'deep'\nversion = '7.0.0'\n[[package]]\nname = 'other'\nversion = '1'\n\
              [[package]]\nname = 'top'\nversion = '1'\ndependencies = ['ours-one']\n"
                    .to_owned(),
            ),
            (
                "crates/one/Cargo.toml",
                "[package]\nname = 'ours-one'\n[features]\nscan = ['dep:other']\n\
              [dependencies]\nlibc.workspace = true\nother = { workspace = true, optional = true }\n\
              [dev-dependencies]\nclap.workspace = true\n"
                    .to_owned(),
            ),
            ("crates/one/src/lib.rs", "code".to_owned()),
            ("crates/top/Cargo.toml", "[package]\nname = 'top'\n[dependencies]\none.workspace = true\n".to_owned()),
        ];
        for (path, from, to) in changes {
            let file = files.iter_mut().find(|(name, _)| name == path).unwrap();
            assert!(file.1.contains(from), "{from} is not in {path}");
            file.1 = file.1.replace(from, to);
        }
        let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
        let parts = reduced(&files);
        digest(parts.iter().flat_map(|(name, content)| [name.as_bytes(), content]))
    }

    #[test]
    fn the_identity_follows_what_a_launcher_is_compiled_from() {
        let now = workspace(&[]);
        for change in [
            ("Cargo.lock", "'4.0.0'", "'4.0.1'"),
            ("Cargo.lock", "'0.1.0'", "'0.1.9'"),
            ("Cargo.toml", "clap = '4'", "clap = '5'"),
            ("Cargo.toml", "'tests'", "'tests', 'benches'"),
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
}
