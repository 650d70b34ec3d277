//! Compiling what is not kept: code of the program itself.

use pyox_bytecode::{BytecodeCompiler, CompileBytecode, CompileJob};
use pyox_distribution::Toolchain;

use crate::error::Error;

/// The code of a source, such as what the program runs. Compiled by `compiler`, or by the Python.
///
/// # Errors
///
/// [`Error::MainCode`] if it cannot be compiled, [`Error::NotCompiled`] if the compiler gives no answer.
pub fn main_code(
    python: Toolchain<'_>,
    compiler: Option<&dyn CompileBytecode>,
    file: &str,
    source: &[u8],
    optimize: u8,
) -> Result<Vec<u8>, Error> {
    match compiler {
        Some(compiler) => code(compiler, file, source, optimize),
        None => code(&BytecodeCompiler::new(python.host(), None).with_workers(1), file, source, optimize),
    }
}

/// The code of a source, compiled by `compiler`.
///
/// # Errors
///
/// As [`main_code`].
pub fn code(compiler: &dyn CompileBytecode, file: &str, source: &[u8], optimize: u8) -> Result<Vec<u8>, Error> {
    let outcome = compiler.compile_all(vec![CompileJob::new(file, source, optimize)], &mut |_, _| ()).pop();
    match outcome {
        Some(outcome) => outcome.map(|module| module.code).map_err(Error::MainCode),
        None => Err(Error::NotCompiled { file: file.to_owned() }),
    }
}
