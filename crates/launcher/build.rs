//! Link arguments of the launcher, given by whoever compiles it (`pyoxidizer launcher build`): one per line of
//! `PYOX_LAUNCHER_LINK_ARGS`. Without them the launcher compiles, for checks, but does not link.

fn main() {
    println!("cargo::rerun-if-env-changed=PYOX_LAUNCHER_LINK_ARGS");
    for argument in std::env::var("PYOX_LAUNCHER_LINK_ARGS").unwrap_or_default().lines() {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
}
