//! Takes the sources of the launcher and of the crates it is made of into the library, so that the launcher it
//! compiles always fits the payloads it makes.
//!
//! They are in `sources`: links to the crates in a checkout, the files themselves in a package. Manifests have other
//! names there, since cargo leaves a directory with a `Cargo.toml` out of a package.

use std::fmt::Write;
use std::path::{Path, PathBuf};

fn main() {
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    walk(&here.join("sources"), Path::new(""), &mut files);
    files.sort();
    let mut code = String::from("pub(super) static SOURCES: &[(&str, &[u8])] = &[\n");
    for (name, path) in files {
        println!("cargo::rerun-if-changed={}", path.display());
        writeln!(code, "    ({name:?}, include_bytes!({path:?})),").expect("writing to a string");
    }
    code.push_str("];\n");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    std::fs::write(out.join("launcher_sources.rs"), code).expect("OUT_DIR can be written to");
}

/// All files with their names in the workspace that a launcher is compiled in.
fn walk(sources: &Path, below: &Path, files: &mut Vec<(PathBuf, PathBuf)>) {
    let directory = sources.join(below).canonicalize().expect("the directory is there");
    println!("cargo::rerun-if-changed={}", directory.display());
    for entry in std::fs::read_dir(directory).expect("the directory can be read") {
        let name = below.join(entry.expect("the directory can be read").file_name());
        let path = sources.join(&name).canonicalize().expect("links lead to something");
        if path.is_dir() {
            walk(sources, &name, files);
        } else if !name.to_string_lossy().ends_with("tests.rs") {
            files.push((in_workspace(&name), path));
        }
    }
}

fn in_workspace(name: &Path) -> PathBuf {
    match name.to_str() {
        Some("workspace.toml") => "Cargo.toml".into(),
        Some("Cargo.lock") => "Cargo.lock".into(),
        _ if name.ends_with("manifest.toml") => Path::new("crates").join(name).with_file_name("Cargo.toml"),
        _ => Path::new("crates").join(name),
    }
}
