//! The code that a program starts with.

use pyox_bytecode::CompileBytecode;

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
/// [`Error::Input`] if it cannot be compiled.
pub fn boot_code(compiler: &dyn CompileBytecode) -> Result<Vec<u8>, Error> {
    Ok(pyox_inputs::code(compiler, BOOT_FILE, BOOT_SOURCE, 0)?)
}
