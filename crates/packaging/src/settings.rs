//! Settings of the interpreter: what programs have, and whether a Python and a launcher have what is asked for.

use pyox_distribution::Target;
use pyox_inputs::Resolved;
use pyox_interpreter_config::{Build, DomainAllocator, InterpreterConfig, Resolution};
use pyox_linker::Launcher;
use pyox_packed_resources::{Blob, Decoder, FieldKind};

use crate::bill::allocators;
use crate::error::Error;

/// How the interpreter of programs behaves if nothing else is said. Terminals are found where the packed libraries
/// look, as those of a system look where all others have their database too.
pub(crate) fn of_programs() -> InterpreterConfig {
    InterpreterConfig::default()
        .filesystem_importer(true)
        .terminfo_resolution(Resolution::None)
        .site_builtins(true)
        .fast_exit(true)
}

/// Leads libraries to what the program has for them.
pub(crate) fn with_packed(mut config: InterpreterConfig, resolved: &Resolved) -> InterpreterConfig {
    config.terminfo_resolution = resolved.terminfo.clone().unwrap_or(config.terminfo_resolution);
    config.certificates = resolved.certificates.clone().unwrap_or(config.certificates);
    config
}

/// Whether the Python has what is set.
pub(crate) fn check(config: &InterpreterConfig, target: &dyn Target) -> Result<(), Error> {
    let mut build = Build::new(target.minor().1);
    build.free_threaded = target.info().gil_disabled;
    build.debug = target.info().debug;
    Ok(config.check(build)?)
}

/// Whether the launcher has the memory allocators that are set.
pub(crate) fn check_allocators(config: &InterpreterConfig, launcher: &Launcher) -> Result<(), Error> {
    let allocators = allocators(launcher);
    let has = |allocator: &DomainAllocator| {
        use DomainAllocator::{PyMalloc, Rust, System};
        matches!(allocator, System | PyMalloc | Rust) || allocators.split(',').any(|name| name == allocator.word())
    };
    match [config.raw_allocator, config.object_allocator].into_iter().flatten().find(|allocator| !has(allocator)) {
        Some(missing) => Err(Error::NoAllocator { allocator: missing.word(), launcher: launcher.origin.clone() }),
        None => Ok(()),
    }
}

/// How OpenSSL writes into its library where it looks for certificates.
const OPENSSL_DIRECTORY: &[u8] = b"OPENSSLDIR: \"";

/// Where the packed OpenSSL looks for certificates by itself: its library says so.
pub(crate) fn openssl_directory(blob: &Blob<'_>) -> Option<String> {
    let decoder = Decoder::new();
    for entry in blob.entries() {
        let Ok(entry) = entry else { continue };
        // Linked into the extension module, it is there.
        if !entry.name().starts_with("libcrypto") && entry.name() != "_ssl" {
            continue;
        }
        for field in entry.fields().flatten() {
            if matches!(field.kind(), FieldKind::SharedLibrary | FieldKind::Extension)
                && let Ok(content) = decoder.read(&field)
                && let Some(directory) = directory_in(&content)
            {
                return Some(directory);
            }
        }
    }
    None
}

fn directory_in(library: &[u8]) -> Option<String> {
    let start = library.windows(OPENSSL_DIRECTORY.len()).position(|window| window == OPENSSL_DIRECTORY)?;
    let rest = &library[start + OPENSSL_DIRECTORY.len()..];
    let end = rest.iter().position(|byte| *byte == b'"')?;
    std::str::from_utf8(&rest[..end]).ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openssl_says_where_it_looks() {
        let library = b"\0built on: x\0OPENSSLDIR: \"/usr/lib/ssl\"\0MODULESDIR: \"/x\"\0";
        assert_eq!(directory_in(library).as_deref(), Some("/usr/lib/ssl"));
        assert_eq!(directory_in(b"OPENSSLDIR: \"/usr"), None);
        assert_eq!(directory_in(b""), None);
    }
}
