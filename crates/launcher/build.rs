//! Link arguments and marker of the launcher, given by whoever compiles it: `pyoxidizer launcher build`.
//!
//! `PYOX_LAUNCHER_LINK_ARGS` holds linker arguments, one per line; `PYOX_LAUNCHER_MARKER` the lines that say which
//! Python the launcher is for; the target is added to them. Without them the launcher compiles, for checks, but does
//! not link.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-env-changed=PYOX_LAUNCHER_LINK_ARGS");
    println!("cargo::rerun-if-env-changed=PYOX_LAUNCHER_MARKER");
    for argument in std::env::var("PYOX_LAUNCHER_LINK_ARGS").unwrap_or_default().lines() {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
    let mut marker = std::env::var("PYOX_LAUNCHER_MARKER").unwrap_or_default();
    if !marker.is_empty() {
        marker += &format!("target={}\n", std::env::var("TARGET").expect("cargo sets TARGET"));
    }
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    std::fs::write(Path::new(&out).join("marker"), marker).expect("OUT_DIR can be written to");
}
