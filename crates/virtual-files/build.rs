//! Compiles the functions of the C library that are put in front of it, where they are known: on Linux with glibc.

fn main() {
    println!("cargo::rerun-if-changed=c");
    println!("cargo::rustc-check-cfg=cfg(in_front_of_libc)");
    let target = |what: &str| std::env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    let is_known = target("OS") == "linux" && target("ENV") == "gnu" && target("POINTER_WIDTH") == "64";
    if is_known {
        println!("cargo::rustc-cfg=in_front_of_libc");
        let mut compiler = cc::Build::new();
        compiler.file("c/wrappers.c").flag("-std=gnu11").flag("-U_FORTIFY_SOURCE").flag("-fno-builtin").opt_level(2);
        // Debug information names directories: launchers do not depend on them.
        compiler.debug(false);
        compiler.compile("pyox_virtual_files");
    }
}
