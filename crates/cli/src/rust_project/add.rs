//! `pyoxidizer add`

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use pyox_output::Stage;
use toml_edit::{Array, DocumentMut, Item, Table};

use super::args::Add;
use super::init::{array, write};
use super::requirements::{DEFAULT_FEATURE, FEATURES, Requirements};
use crate::speech::tell;
use crate::style::Style;
use crate::text::{Mistake, printable};

/// The module that is written.
const MODULE: &str = "src/python.rs";

/// The call that a build script has to make.
const CALL: &str = "pyox_build::link();";

/// What the project packs until it says something else: nothing but the standard library.
const PACK: [&str; 2] = ["--config", "run_mode=none"];

/// Adds Python to a project: everything is written, or nothing.
pub fn run(args: &Add, quiet: bool, style: Style) -> anyhow::Result<u8> {
    let project = &args.path;
    let path = project.join("Cargo.toml");
    let text = fs::read_to_string(&path).map_err(|error| {
        let what = format!("cannot read {}: {error}", path.display());
        Mistake::new(what, "name the directory of a Rust project, or make one with `pyoxidizer init-rust-project`")
    })?;
    let mut manifest: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        let what = format!("cannot read {}: {}", path.display(), error.to_string().trim_end());
        Mistake::new(what, "make it a manifest that cargo can read")
    })?;
    let package = manifest.get("package").ok_or_else(|| {
        let what = format!("{} is the manifest of a workspace, not of a package", path.display());
        Mistake::new(what, "name the directory of the package that makes the program")
    })?;
    let script = package.get("build").and_then(Item::as_str).unwrap_or("build.rs").to_owned();
    if manifest.get("dependencies").is_some_and(|dependencies| dependencies.get("pyembed").is_some()) {
        return Err(
            Mistake::new(format!("{} has Python already", path.display()), "build it with `cargo build`").into()
        );
    }
    let module = project.join(MODULE);
    if module.exists() {
        let hint = "rename it, or add Python by hand as docs/embedding says";
        return Err(Mistake::new(format!("{} is in the way", module.display()), hint).into());
    }
    extend(&mut manifest, &Requirements::of_command())?;
    let mut stage = Stage::default();
    write(&mut stage, &path, &manifest.to_string())?;
    let script_path = project.join(&script);
    write(&mut stage, &script_path, &build_script(&script_path)?)?;
    write(&mut stage, &module, include_str!("template/python.rs.txt"))?;
    stage.put_in_place()?;
    if !quiet {
        tell!("{} Python to {}", style.good("added"), printable(project.display()));
        tell!("  changed Cargo.toml and {}, wrote {MODULE}", printable(&script));
        tell!("  next, in src/main.rs: `mod python;` and, where Python is to run, `python::start()?`");
        tell!("  what is packed, and what it runs, is in Cargo.toml");
    }
    Ok(0)
}

/// Adds what a project needs to its manifest.
fn extend(manifest: &mut DocumentMut, requirements: &Requirements) -> anyhow::Result<()> {
    let features = table(manifest, &["features"])?;
    for (feature, parts) in FEATURES {
        features.entry(feature).or_insert(array(parts));
    }
    let default = features.entry("default").or_insert(array(&[]));
    let default = default.as_array_mut().context("the feature default is no list")?;
    default.push(DEFAULT_FEATURE);
    table(manifest, &["dependencies"])?.insert("pyembed", Item::Value(requirements.pyembed()));
    table(manifest, &["build-dependencies"])?.insert("pyox-build", Item::Value(requirements.build()));
    table(manifest, &["package", "metadata", "pyoxidizer"])?.insert("pack", toml_edit::value(Array::from_iter(PACK)));
    Ok(())
}

/// A table of the manifest, which is made if it is not there.
fn table<'m>(manifest: &'m mut DocumentMut, place: &[&str]) -> anyhow::Result<&'m mut Table> {
    let mut table = manifest.as_table_mut();
    let count = place.len();
    for (index, key) in place.iter().enumerate() {
        let item = table.entry(key).or_insert_with(|| {
            let mut made = Table::new();
            // The tables around the last one are not written.
            made.set_implicit(index + 1 < count);
            Item::Table(made)
        });
        table = item.as_table_mut().with_context(|| format!("{key} in Cargo.toml is no table of its own"))?;
    }
    Ok(table)
}

/// The text of the build script with the call in it.
fn build_script(path: &Path) -> anyhow::Result<String> {
    let Ok(text) = fs::read_to_string(path) else { return Ok(include_str!("template/build.rs.txt").to_owned()) };
    let body = text.find("fn main(").and_then(|start| Some(start + text[start..].find('{')? + 1));
    let Some(body) = body else {
        let hint = format!("write `{CALL}` into it, and what docs/embedding says into Cargo.toml");
        return Err(Mistake::new(format!("{} has no function main", path.display()), hint).into());
    };
    Ok(format!("{}\n    {CALL}{}", &text[..body], &text[body..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_manifest_has_stays() {
        let text = "# a comment\n[package]\nname = \"a\"   # another\n\n[features]\ndefault = [\"std\"]\nstd = []\n\n\
                    [dependencies]\nlibc = \"0.2\"\n";
        let mut manifest: DocumentMut = text.parse().unwrap();
        extend(&mut manifest, &Requirements::of_command()).unwrap();
        let written = manifest.to_string();
        for kept in ["# a comment\n", "name = \"a\"   # another\n", "libc = \"0.2\"\n", "std = []\n"] {
            assert!(written.contains(kept), "{written}");
        }
        assert!(written.contains("default = [\"std\", \"build-mode-pyoxidizer-exe\"]"), "{written}");
        assert!(written.contains("[package.metadata.pyoxidizer]\npack = "), "{written}");
        assert!(!written.contains("[package.metadata]\n"), "{written}");
        assert!(written.contains("[build-dependencies]\npyox-build = {"), "{written}");
    }

    #[test]
    fn a_build_script_gets_a_call() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("build.rs");
        assert!(build_script(&path).unwrap().contains(CALL), "a new one");
        fs::write(&path, "use x::y;\n\nfn main() -> Result<(), E> {\n    y()\n}\n").unwrap();
        let expected = "use x::y;\n\nfn main() -> Result<(), E> {\n    pyox_build::link();\n    y()\n}\n";
        assert_eq!(build_script(&path).unwrap(), expected);
        fs::write(&path, "include!(\"other.rs\");\n").unwrap();
        assert!(build_script(&path).unwrap_err().to_string().ends_with("build.rs has no function main"));
    }
}
