//! What cargo compiles for, and how, where the C library is musl. Elsewhere that is its own choice.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use pyox_distribution::PythonInfo;

use super::cargo::cargo;
use crate::error::Error;

/// Separates what `CARGO_ENCODED_RUSTFLAGS` has.
const SEPARATOR: &str = "\x1f";

/// The library that unwinds, which Rust asks for. Systems with musl often do not have it: a static one stands for it.
const UNWINDING: &str = "libgcc_s.so";

/// Whether programs have the C library as a part of them.
pub(super) fn is_static(python: &PythonInfo) -> bool {
    python.is_musl() && !python.loads_extensions
}

/// The target of Rust, below which a directory of cargo has its results; `None` is that of this machine.
///
/// # Errors
///
/// There is no cargo.
pub(super) fn target(python: &PythonInfo) -> Result<Option<String>, Error> {
    if !python.is_musl() {
        return Ok(None);
    }
    // A distribution with musl has a name of its own for it.
    Ok(Some(host(&python.version)?.filter(|host| host.contains("-musl")).unwrap_or_else(|| python.triple.clone())))
}

/// What this cargo itself was compiled for.
fn host(version: &str) -> Result<Option<String>, Error> {
    let output = cargo().arg("-vV").stdin(Stdio::null()).output();
    let output = output.map_err(|source| Error::NoCargo { python: version.to_owned(), source })?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().find_map(|line| line.strip_prefix("host: ")).map(|host| host.trim().to_owned()))
}

/// Has cargo compile for a target that is [`target`]: without virtual files, which are functions in front of those of
/// glibc, and with a program that is static or loads musl, as its Python does.
///
/// # Errors
///
/// A file for the linker cannot be written to the directory of cargo.
pub(super) fn compile_for(
    cargo: &mut Command,
    target: &str,
    python: &PythonInfo,
    directory: &Path,
) -> Result<(), Error> {
    cargo.args(["--no-default-features", "--target", target]);
    let mut flags = vec!["-Ctarget-feature=+crt-static".to_owned()];
    if !is_static(python) {
        let libraries = directory.join("libraries-of-musl");
        fs::create_dir_all(&libraries).map_err(Error::io("create", &libraries))?;
        let path = libraries.join(UNWINDING);
        fs::write(&path, unwinding(target)).map_err(Error::io("write", &path))?;
        flags = vec!["-Ctarget-feature=-crt-static".to_owned(), format!("-Lnative={}", libraries.display())];
        if !cfg!(target_env = "musl") {
            flags.push("-Clinker=musl-gcc".to_owned());
        }
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join(SEPARATOR));
    Ok(())
}

/// A linker script that stands for [`UNWINDING`]: that of Rust, if it brings one, or else of the compiler, which is
/// then for musl.
fn unwinding(target: &str) -> String {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let output = rustc.args(["--print", "target-libdir", "--target", target]).stdin(Stdio::null()).output();
    let directory = output.ok().and_then(|output| String::from_utf8(output.stdout).ok()).unwrap_or_default();
    let library = Path::new(directory.trim()).join("self-contained/libunwind.a");
    match library.is_file() {
        true => format!("INPUT({:?})\n", library.display().to_string()),
        false => "INPUT(-lgcc_eh -lgcc)\n".to_owned(),
    }
}
