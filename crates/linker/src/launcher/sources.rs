//! The sources that build.rs took along, without what the launcher is not compiled from.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use pyox_build_cache::digest;
use toml::{Table, Value};

use crate::error::Error;

include!(concat!(env!("OUT_DIR"), "/launcher_sources.rs"));

const WORKSPACE: &str = "Cargo.toml";
const LOCK: &str = "Cargo.lock";
const CRATES: &str = "crates";

/// Tables of a manifest that name packages to compile.
const DEPENDENCIES: [&str; 2] = ["dependencies", "build-dependencies"];

/// Files with their content.
type Files<'s> = Vec<(&'s str, Cow<'s, [u8]>)>;

/// Digest of everything that the launcher is compiled from.
pub(super) fn identity() -> String {
    identity_of(SOURCES)
}

fn identity_of(sources: &[(&str, &[u8])]) -> String {
    digest(reduced(sources).iter().flat_map(|(name, content)| [name.as_bytes(), content]))
}

/// Writes them as a cargo workspace of their own. What is there already stays: cargo compiles anew what is written. Other
/// crates, and other files of crates, go.
pub(super) fn unpack(directory: &Path) -> Result<(), Error> {
    let files = reduced(SOURCES);
    let paths = files.iter().map(|(name, _)| directory.join(name)).collect();
    remove_others(&directory.join(CRATES), &paths)?;
    for (name, content) in files {
        let path = directory.join(name);
        if std::fs::read(&path).is_ok_and(|there| there == *content) {
            continue;
        }
        let parent = path.parent().unwrap_or(directory);
        std::fs::create_dir_all(parent).map_err(Error::io("create", parent))?;
        std::fs::write(&path, content).map_err(Error::io("write", &path))?;
    }
    Ok(())
}

/// Removes files, and directories that are empty then.
fn remove_others(directory: &Path, files: &BTreeSet<PathBuf>) -> Result<(), Error> {
    for found in std::fs::read_dir(directory).into_iter().flatten() {
        let path = found.map_err(Error::io("list", directory))?.path();
        if path.is_dir() {
            remove_others(&path, files)?;
            let _ = std::fs::remove_dir(&path);
        } else if !files.contains(&path) {
            std::fs::remove_file(&path).map_err(Error::io("remove", &path))?;
        }
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
    reduce_profiles(&mut workspace, &lock);

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
    workspace.insert("members".into(), vec![format!("{CRATES}/*")].into());
    workspace.remove("default-members");
    workspace.remove("exclude");
    if let Some(dependencies) = workspace.get_mut("dependencies").and_then(Value::as_table_mut) {
        dependencies.retain(|name, _| used.contains(name));
    }
}

/// Without its tests and examples, and without crates that are not here, which some feature needs that the launcher
/// does without.
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

/// Profiles without what they say of packages that are not there, of which cargo would warn.
fn reduce_profiles(workspace: &mut Table, lock: &Table) {
    let locked = lock.get("package").and_then(Value::as_array).into_iter().flatten();
    let locked: BTreeSet<&str> = locked.filter_map(|found| found.get("name")?.as_str()).collect();
    for (_, profile) in workspace.get_mut("profile").and_then(Value::as_table_mut).into_iter().flatten() {
        if let Some(packages) = profile.get_mut("package").and_then(Value::as_table_mut) {
            packages.retain(|name, _| name == "*" || locked.contains(name));
        }
    }
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
#[path = "sources_tests.rs"]
mod tests;
