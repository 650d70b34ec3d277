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
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(workspace());
    let metadata: Value = serde_json::from_slice(&cargo.output()?.stdout)?;
    let ours = |name: &str| name.strip_prefix("pyox-").map(str::to_owned);
    let mut arrows = Arrows::new();
    for package in metadata["packages"].as_array().context("packages")? {
        let is_published = package["publish"].is_null();
        let name = ours(package["name"].as_str().context("a name")?).context("all are called pyox-")?;
        let dependencies = package["dependencies"].as_array().context("dependencies")?.iter();
        let normal = dependencies.filter(|dependency| dependency["kind"].is_null());
        let normal = normal.filter_map(|dependency| ours(dependency["name"].as_str()?)).collect();
        if is_published {
            arrows.insert(name, normal);
        }
    }
    ensure!(arrows.len() > 10, "{arrows:?}");
    Ok(arrows)
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
