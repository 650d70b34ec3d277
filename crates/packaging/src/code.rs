//! Compiling what a program starts with.

use pyox_bytecode::{BytecodeCompiler, CompileBytecode, CompileJob};
use pyox_distribution::Toolchain;

use crate::error::Error;

/// The statement whose code starts the importer, run as the frozen package `encodings`.
pub(crate) const BOOT_SOURCE: &[u8] = b"import _boot\n";

/// What its code says of where it comes from.
pub(crate) const BOOT_FILE: &str = "<frozen encodings>";

/// The code with which an interpreter of packed resources starts: the section
/// [`Boot`](pyox_packed_resources::SectionKind::Boot) of a blob. It depends on the version of Python alone.
///
/// # Errors
///
/// [`Error::MainCode`] if it cannot be compiled.
pub fn boot_code(compiler: &dyn CompileBytecode) -> Result<Vec<u8>, Error> {
    compile(compiler, BOOT_FILE, BOOT_SOURCE, 0)
}

/// Compiles what is not kept: code of the program itself.
pub(crate) fn main_code(
    python: Toolchain<'_>,
    compiler: Option<&dyn CompileBytecode>,
    file: &str,
    source: &[u8],
    optimize: u8,
) -> Result<Vec<u8>, Error> {
    match compiler {
        Some(compiler) => compile(compiler, file, source, optimize),
        None => compile(&BytecodeCompiler::new(python.host(), None).with_workers(1), file, source, optimize),
    }
}

fn compile(compiler: &dyn CompileBytecode, file: &str, source: &[u8], optimize: u8) -> Result<Vec<u8>, Error> {
    let outcome = compiler.compile_all(vec![CompileJob::new(file, source, optimize)], &mut |_, _| ()).pop();
    match outcome {
        Some(outcome) => outcome.map(|module| module.code).map_err(Error::MainCode),
        None => Err(Error::NotCompiled { file: file.to_owned() }),
    }
}
