//! Link arguments of the launcher, given by whoever compiles it (`pyoxidizer launcher build`): one per line of
//! `PYOX_LAUNCHER_LINK_ARGS`. Without them the launcher compiles, for checks, but does not link.
//!
//! `PYOX_LAUNCHER_EXTENSIONS` has the extension modules among what is linked: a name, and the function that makes the
//! module, on each line.

use std::path::Path;

fn main() {
    for variable in ["PYOX_LAUNCHER_LINK_ARGS", "PYOX_LAUNCHER_EXTENSIONS"] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    for argument in std::env::var("PYOX_LAUNCHER_LINK_ARGS").unwrap_or_default().lines() {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
    let code = extensions(&std::env::var("PYOX_LAUNCHER_EXTENSIONS").unwrap_or_default());
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    std::fs::write(Path::new(&out).join("extensions.rs"), code).expect("OUT_DIR can be written to");
}

/// A function that gives the modules.
fn extensions(text: &str) -> String {
    let (mut declared, mut modules) = (String::new(), String::new());
    for (number, (module, init)) in text.lines().filter_map(|line| line.split_once(' ')).enumerate() {
        declared += &format!("    #[link_name = {init:?}]\n    fn init_{number}() -> *mut pyembed::ffi::PyObject;\n");
        modules += &format!(
            "        // SAFETY: whoever compiles the launcher says that this function makes the module.\n        \
             unsafe {{ ExtensionModule::new(c{module:?}, init_{number}) }},\n"
        );
    }
    let declared = if declared.is_empty() { declared } else { format!("unsafe extern \"C\" {{\n{declared}}}\n") };
    format!(
        "{declared}/// The extension modules that are linked in.\n\
         fn extensions() -> Vec<ExtensionModule> {{\n    vec![\n{modules}    ]\n}}\n"
    )
}
