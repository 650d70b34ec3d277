//! The sources that build.rs took along.

use std::path::Path;

use pyox_build_cache::digest;

use crate::error::Error;

include!(concat!(env!("OUT_DIR"), "/launcher_sources.rs"));

/// Whether there are any.
pub(super) fn available() -> bool {
    !SOURCES.is_empty()
}

/// Digest of all sources.
pub(super) fn identity() -> String {
    digest(SOURCES.iter().flat_map(|(name, content)| [name.as_bytes(), content]))
}

/// Writes them as a cargo workspace of their own.
pub(super) fn unpack(directory: &Path) -> Result<(), Error> {
    for (name, content) in SOURCES {
        let content = match *name {
            "Cargo.toml" => workspace_manifest(content),
            "crates/finder/Cargo.toml" => finder_manifest(content),
            _ => content.to_vec(),
        };
        let path = directory.join(name);
        let parent = path.parent().unwrap_or(directory);
        std::fs::create_dir_all(parent).map_err(Error::io("create", parent))?;
        std::fs::write(&path, content).map_err(Error::io("write", &path))?;
    }
    Ok(())
}

/// The manifest of the workspace with only the members that are here.
fn workspace_manifest(content: &[u8]) -> Vec<u8> {
    edit(content, |manifest| {
        if let Some(workspace) = table(manifest, "workspace") {
            workspace.insert("members".into(), vec!["crates/*"].into());
            workspace.remove("default-members");
        }
    })
}

/// The manifest of the finder without what only the extension module needs: the scanner.
fn finder_manifest(content: &[u8]) -> Vec<u8> {
    edit(content, |manifest| {
        manifest.remove("features");
        if let Some(dependencies) = table(manifest, "dependencies") {
            dependencies.remove("pyox-scanner");
        }
    })
}

fn edit(content: &[u8], change: impl FnOnce(&mut toml::Table)) -> Vec<u8> {
    let text = String::from_utf8_lossy(content);
    let Ok(mut manifest) = text.parse::<toml::Table>() else { return content.to_vec() };
    change(&mut manifest);
    manifest.to_string().into_bytes()
}

fn table<'m>(manifest: &'m mut toml::Table, name: &str) -> Option<&'m mut toml::Table> {
    manifest.get_mut(name).and_then(toml::Value::as_table_mut)
}
