//! The house: `docs/architecture.md` draws which crate depends on which, and cargo has to agree.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use pyox_test_support::command::workspace;
use serde_json::Value;

/// Every published crate with the crates of ours that it depends on.
type Arrows = BTreeMap<String, BTreeSet<String>>;

#[test]
fn arrows_are_those_that_are_drawn() -> anyhow::Result<()> {
    let (drawn, real) = (drawn()?, real()?);
    for (name, arrows) in &real {
        let expected = drawn.get(name).with_context(|| format!("docs/architecture.md does not have {name}"))?;
        ensure!(arrows == expected, "{name} depends on {arrows:?}, docs/architecture.md says {expected:?}");
    }
    ensure!(drawn.len() == real.len(), "docs/architecture.md has more than {:?}", real.keys());
    Ok(())
}

#[test]
fn a_crate_can_be_read_in_an_hour() -> anyhow::Result<()> {
    for name in real()?.keys() {
        let lines = lines(&workspace().join("crates").join(name).join("src"))?;
        ensure!(lines <= 5_000, "{name} has {lines} lines of source");
    }
    Ok(())
}

#[test]
fn packages_say_what_they_are() -> anyhow::Result<()> {
    for (name, package) in published()? {
        for key in ["description", "documentation", "license", "readme", "rust_version"] {
            ensure!(package[key].is_string(), "{name} has no {key}");
        }
        for key in ["keywords", "categories"] {
            ensure!(package[key].as_array().is_some_and(|words| !words.is_empty()), "{name} has no {key}");
        }
        for file in ["LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md"] {
            ensure!(workspace().join("crates").join(&name).join(file).is_file(), "{name} has no {file}");
        }
    }
    Ok(())
}

#[test]
fn the_linker_has_the_sources_of_all_that_launchers_are_made_of() -> anyhow::Result<()> {
    // What is optional is that of a feature which the launcher turns on.
    let arrows = arrows(|dependency| dependency["optional"] == false || dependency["name"] == "pyox-virtual-files")?;
    let (mut needed, mut new) = (BTreeSet::new(), vec!["launcher".to_owned()]);
    while let Some(name) = new.pop() {
        new.extend(arrows[&name].iter().cloned());
        needed.insert(name);
    }
    let mut there = BTreeSet::new();
    for entry in std::fs::read_dir(workspace().join("crates/linker/sources"))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            there.insert(entry.file_name().into_string().map_err(|name| anyhow::anyhow!("{name:?}"))?);
        }
    }
    ensure!(there == needed, "crates/linker/sources has {there:?}, launchers are made of {needed:?}");
    Ok(())
}

/// The rows of the table of crates: `| crate | it owns | depends on |`.
fn drawn() -> anyhow::Result<Arrows> {
    let text = std::fs::read_to_string(workspace().join("docs/architecture.md"))?;
    let table = text.split("| crate | it owns | depends on |").nth(1).context("the table of crates")?;
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [name, _, arrows] = cells[..] else { anyhow::bail!("not a row of three cells: {row}") };
        let arrows = arrows.split(", ").filter(|arrow| *arrow != "nothing").map(str::to_owned);
        Ok((name.to_owned(), arrows.collect()))
    })
    .collect()
}

/// What the manifests say.
fn real() -> anyhow::Result<Arrows> {
    arrows(|_| true)
}

/// The dependencies that fit, of those that are no build or development dependencies.
fn arrows(fits: impl Fn(&Value) -> bool) -> anyhow::Result<Arrows> {
    let published = published()?.into_iter().map(|(name, package)| {
        let dependencies = package["dependencies"].as_array().context("dependencies")?.iter();
        let normal = dependencies.filter(|dependency| dependency["kind"].is_null() && fits(dependency));
        Ok((name, normal.filter_map(|dependency| ours(dependency["name"].as_str()?)).collect()))
    });
    published.collect()
}

/// What cargo knows of each published crate.
fn published() -> anyhow::Result<Vec<(String, Value)>> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(workspace());
    let mut metadata: Value = serde_json::from_slice(&cargo.output()?.stdout)?;
    let packages = metadata["packages"].as_array_mut().context("packages")?;
    let published = packages.iter_mut().filter(|package| package["publish"].is_null()).map(Value::take);
    let named = published.map(|package| {
        let name = ours(package["name"].as_str().context("a name")?).context("all are called pyox-")?;
        Ok((name, package))
    });
    let packages: Vec<_> = named.collect::<anyhow::Result<_>>()?;
    ensure!(packages.len() > 10, "only {} crates", packages.len());
    Ok(packages)
}

fn ours(package: &str) -> Option<String> {
    package.strip_prefix("pyox-").map(str::to_owned)
}

/// Lines of source, without unit tests.
fn lines(directory: &Path) -> anyhow::Result<usize> {
    let mut count = 0;
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            count += lines(&path)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let text = std::fs::read_to_string(&path)?;
            count += text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().lines().count();
        }
    }
    Ok(count)
}
