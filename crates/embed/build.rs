//! Sets the `Py_3_X` cfgs of the Python that pyo3-ffi is configured for, and makes the marker of launchers.
//!
//! Whoever compiles a launcher gives the lines that say which Python it is for in `PYOX_LAUNCHER_MARKER`; the target is
//! added to them. `PYOX_LAUNCHER_LINK_ARGS` holds linker arguments, one per line, here for the examples.
//!
//! Build scripts of programs, which link Python, are told which one it is.

use std::path::Path;

/// Features that the marker names.
const ALLOCATORS: [&str; 3] = ["jemalloc", "mimalloc", "snmalloc"];

fn main() {
    pyo3_build_config::use_pyo3_cfgs();
    tell_dependents();
    println!("cargo::rerun-if-env-changed=PYOX_LAUNCHER_MARKER");
    println!("cargo::rerun-if-env-changed=PYOX_LAUNCHER_LINK_ARGS");
    // Launchers are compiled from sources without them.
    let arguments = std::env::var("PYOX_LAUNCHER_LINK_ARGS").ok().filter(|_| Path::new("examples").is_dir());
    for argument in arguments.unwrap_or_default().lines() {
        println!("cargo::rustc-link-arg-examples={argument}");
    }
    let mut marker = std::env::var("PYOX_LAUNCHER_MARKER").unwrap_or_default();
    if !marker.is_empty() {
        marker += &format!("target={}\n", std::env::var("TARGET").expect("cargo sets TARGET"));
        let has = |name: &&str| std::env::var_os(format!("CARGO_FEATURE_{}", name.to_uppercase())).is_some();
        let allocators: Vec<_> = ALLOCATORS.into_iter().filter(has).collect();
        if !allocators.is_empty() {
            marker += &format!("allocators={}\n", allocators.join(","));
        }
    }
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    std::fs::write(Path::new(&out).join("marker"), marker).expect("OUT_DIR can be written to");
}

/// What the build scripts of packages that depend on this one read, as `DEP_PYEMBED_...`: the Python that `pyo3-ffi` is
/// compiled for, and whether it has cargo link it.
fn tell_dependents() {
    let python = pyo3_build_config::get();
    let is_linked = !python.suppress_build_script_link_lines()
        && std::env::var_os("CARGO_FEATURE_CPYTHON_LINK_UNRESOLVED_STATIC").is_none();
    println!("cargo::metadata=python={}", python.version());
    println!("cargo::metadata=executable={}", python.executable().unwrap_or_default());
    println!("cargo::metadata=library_directory={}", python.lib_dir().unwrap_or_default());
    println!("cargo::metadata=is_linked={is_linked}");
}
