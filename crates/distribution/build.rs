//! Tells the crate which target it is compiled for.

fn main() {
    let target = std::env::var("TARGET").expect("cargo sets TARGET");
    println!("cargo::rustc-env=PYOX_TARGET={target}");
    println!("cargo::rerun-if-changed=build.rs");
}
