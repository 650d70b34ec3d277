//! The crates that launchers are compiled from. `launcher.py` writes the list, and a test compares it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::component::{Component, Kind, Source, Text};

const LIST: &str = include_str!("launcher.json");

#[derive(Deserialize)]
struct List {
    crates: Vec<Row>,
    libraries: Vec<Row>,
    texts: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    version: Option<String>,
    license: String,
    part_of: Option<String>,
    /// The feature of the launcher that brings it along.
    feature: Option<String>,
    texts: BTreeMap<String, String>,
}

/// What the launcher of a program consists of besides Python: crates, the libraries in them, and Rust's standard
/// library. `allocators` are the memory allocators that it was compiled with, such as `jemalloc`.
#[must_use]
pub fn launcher_components(allocators: &[&str]) -> Vec<Component> {
    let Ok(list) = serde_json::from_str::<List>(LIST) else { return Vec::new() };
    let component = |kind: Kind, row: Row| {
        let mut component = Component::new(kind, row.name, row.version).licensed(&row.license, Source::CargoManifest);
        if kind == Kind::Crate {
            component = component.package_url("cargo");
        }
        component.part_of = row.part_of;
        let texts = row.texts.iter().filter_map(|(name, digest)| Some(Text::new(name, list.texts.get(digest)?)));
        component.texts = texts.collect();
        component
    };
    let is_there = |row: &Row| row.feature.as_deref().is_none_or(|feature| allocators.contains(&feature));
    let crates = list.crates.into_iter().filter(is_there).map(|row| component(Kind::Crate, row));
    let mut components: Vec<Component> = crates.collect();
    components.extend(list.libraries.into_iter().filter(is_there).map(|row| component(Kind::Library, row)));
    components.push(Component::new(Kind::Crate, "std", None).licensed("MIT OR Apache-2.0", Source::CargoManifest));
    components
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_crate_has_its_licence_and_its_text() {
        let usual = launcher_components(&[]);
        let names = |components: &[Component]| components.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
        for name in ["pyox-embed", "pyo3-ffi", "zstd", "std"] {
            assert!(names(&usual).iter().any(|found| found == name), "{name}");
        }
        let all = launcher_components(&["jemalloc", "mimalloc", "snmalloc"]);
        assert!(
            names(&all).iter().any(|name| name == "jemalloc") && !names(&usual).iter().any(|name| name == "jemalloc")
        );
        for component in all {
            assert!(component.license.is_some(), "{}", component.name);
            // These have none in their package.
            let without = matches!(component.name.as_str(), "std" | "snmalloc-sys" | "snmalloc");
            assert_eq!(component.texts.is_empty(), without, "{}", component.name);
        }
    }
}
