//! `pyoxidizer init-rust-project`

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use pyox_output::{PLAIN, Stage};
use toml_edit::{Array, DocumentMut, Item, Table};

use super::args::InitRustProject;
use super::requirements::{DEFAULT_FEATURE, FEATURES, Requirements};
use crate::configuration::init as configuration;
use crate::speech::tell;
use crate::style::Style;
use crate::text::{Mistake, printable, quoted};

/// Writes a project.
pub fn run(args: &InitRustProject, quiet: bool, style: Style) -> anyhow::Result<u8> {
    let project = &args.path;
    let name = name(project)?;
    if project.exists() && !project.is_dir() || std::fs::read_dir(project).is_ok_and(|mut there| there.next().is_some())
    {
        let hint = "name another directory, or add Python to the project in it with `pyoxidizer add`";
        return Err(Mistake::new(format!("{} is there, and not empty", project.display()), hint).into());
    }
    let mut stage = Stage::default();
    let manifest = manifest(&name, &Requirements::of_command())?;
    for (path, text) in [
        ("Cargo.toml", manifest.as_str()),
        (configuration::NAME, &configuration::text(&name, None, &[])),
        ("build.rs", include_str!("template/build.rs.txt")),
        ("src/main.rs", include_str!("template/main.rs.txt")),
    ] {
        write(&mut stage, &project.join(path), text)?;
    }
    stage.put_in_place()?;
    if !quiet {
        tell!("{} {}, a program that runs Python's interactive interpreter", style.good("created"), printable(&name));
        tell!("  what is packed into it, and what it runs, is in its Cargo.toml; without that, in pyoxidizer.bzl");
        tell!("  next: cd {} && cargo run", quoted(&project.display().to_string()));
    }
    Ok(0)
}

/// The name of the package in a directory.
fn name(project: &Path) -> anyhow::Result<String> {
    let absolute = std::path::absolute(project)?;
    let name = absolute.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_valid = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|character| character.is_ascii_alphanumeric() || "-_".contains(character));
    if !is_valid {
        let hint = "a directory is needed whose name has letters, digits, - and _ only, a letter first";
        return Err(Mistake::new(format!("{name:?} cannot be the name of a Rust package"), hint).into());
    }
    Ok(name)
}

fn manifest(name: &str, requirements: &Requirements) -> anyhow::Result<String> {
    let mut manifest: DocumentMut = include_str!("template/manifest.toml").parse().context("the template")?;
    manifest["package"]["name"] = toml_edit::value(name);
    let mut features = Table::new();
    features.insert("default", array(&[DEFAULT_FEATURE]));
    for (feature, parts) in FEATURES {
        features.insert(feature, array(parts));
    }
    manifest.insert("features", Item::Table(features));
    for (table, dependency, requirement) in [
        ("dependencies", "pyembed", requirements.pyembed()),
        ("build-dependencies", "pyox-build", requirements.build()),
    ] {
        let mut dependencies = Table::new();
        dependencies.insert(dependency, Item::Value(requirement));
        manifest.insert(table, Item::Table(dependencies));
    }
    Ok(manifest.to_string())
}

/// A list of strings.
pub fn array(words: &[&str]) -> Item {
    toml_edit::value(Array::from_iter(words.iter().copied()))
}

/// Writes a file that is not there yet, or takes the place of the one that is.
pub fn write(stage: &mut Stage, path: &Path, text: &str) -> Result<(), pyox_output::Error> {
    stage.file(path, PLAIN, |out| {
        out.write_all(text.as_bytes()).map_err(|source| pyox_output::Error::Io {
            action: "write",
            path: path.to_owned(),
            source,
        })
    })
}
