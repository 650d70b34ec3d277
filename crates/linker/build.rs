//! Takes the sources of the launcher and of the crates it is made of into the library, so that the launcher it
//! compiles always fits the payloads it makes.

use std::fmt::Write;
use std::path::{Path, PathBuf};

const CRATES: [&str; 9] = [
    "packed-resources",
    "legacy-resources",
    "interpreter-config",
    "program-format",
    "native-loader",
    "python-objects",
    "finder",
    "embed",
    "launcher",
];

fn main() {
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let root = here.join("../..");
    let mut files = vec![PathBuf::from("Cargo.toml"), PathBuf::from("Cargo.lock")];
    for name in CRATES {
        let directory = Path::new("crates").join(name);
        files.extend(["Cargo.toml", "build.rs"].map(|file| directory.join(file)));
        walk(&root, &directory.join("src"), &mut files);
        // The documentation includes some, and cannot be compiled without.
        walk(&root, &directory.join("examples"), &mut files);
    }
    files.sort();
    let target = std::env::var("TARGET").expect("cargo sets TARGET");
    println!("cargo::rustc-env=PYOX_TARGET={target}");
    let mut code = String::from("pub(super) static SOURCES: &[(&str, &[u8])] = &[\n");
    // A crate taken from a registry has no siblings, and then no sources.
    let complete = CRATES.iter().all(|name| root.join("crates").join(name).is_dir());
    for file in files.iter().filter(|file| complete && root.join(file).is_file()) {
        let path = root.join(file).canonicalize().expect("the file is there");
        println!("cargo::rerun-if-changed={}", path.display());
        writeln!(code, "    ({file:?}, include_bytes!({path:?})),").expect("writing to a string");
    }
    code.push_str("];\n");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    std::fs::write(out.join("launcher_sources.rs"), code).expect("OUT_DIR can be written to");
}

fn walk(root: &Path, directory: &Path, files: &mut Vec<PathBuf>) {
    // A path that is not there would have this crate compiled anew every time.
    let Ok(entries) = std::fs::read_dir(root.join(directory)) else { return };
    println!("cargo::rerun-if-changed={}", root.join(directory).display());
    for entry in entries.flatten() {
        let path = directory.join(entry.file_name());
        if root.join(&path).is_dir() {
            walk(root, &path, files);
        } else if !path.to_string_lossy().ends_with("tests.rs") {
            files.push(path);
        }
    }
}
