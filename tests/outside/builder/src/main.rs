//! `builder PACKAGE SCRIPT PROGRAM` compiles a launcher of one's own for the newest Python and packs a script with it.

use std::path::{Path, PathBuf};
use std::process::Command;

use pyox_build_cache::Cache;
use pyox_distribution::{Installed, Target};
use pyox_linker::{Prebuilt, Silent, build_environment, seal};
use pyox_packaging::{Request, pack};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [package, script, program] = &arguments[..] else {
        return Err("usage: builder PACKAGE SCRIPT PROGRAM".into());
    };
    let python = Installed::locate(None)?;
    let launcher = Prebuilt::new(compile(package, &python)?);
    let cache = Cache::of_user()?;
    let mut request = Request::new(&python, &launcher, &cache);
    request.inputs.source = Some(script.into());
    request.output = Some(program.into());
    pack(&request, &mut Silent)?;
    Ok(())
}

/// The launcher, with the digest that every launcher has.
fn compile(package: &str, python: &dyn Target) -> Result<PathBuf> {
    let target = PathBuf::from(std::env::var("CARGO_TARGET_DIR")?);
    let environment = build_environment(python, &target.join("outside-pyo3-config.txt"))?;
    if !Command::new("cargo").args(["build", "--package", package]).envs(environment).status()?.success() {
        return Err(format!("{package} does not compile").into());
    }
    let launcher = target.join("outside").join(Path::new(package).with_extension("launcher"));
    std::fs::write(&launcher, seal(&target.join("debug").join(package), python)?)?;
    Ok(launcher)
}
