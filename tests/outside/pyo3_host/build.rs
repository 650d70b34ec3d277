//! Hands the arguments for the linker that whoever compiles a launcher gives, one a line, to cargo.

fn main() {
    println!("cargo::rerun-if-env-changed=PYOX_LAUNCHER_LINK_ARGS");
    for argument in std::env::var("PYOX_LAUNCHER_LINK_ARGS").unwrap_or_default().lines() {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
}
