//! Settings of the interpreter: what programs have, and whether a Python and a launcher have what is asked for.

use pyox_distribution::Target;
use pyox_interpreter_config::{Build, DomainAllocator, InterpreterConfig, Resolution};
use pyox_linker::Launcher;
use pyox_program_format::LauncherMarker;

use crate::error::Error;

/// How the interpreter of programs behaves if nothing else is said. Terminals are found where the packed libraries look,
/// as those of a system look where all others have their database too.
pub(crate) fn of_programs() -> InterpreterConfig {
    InterpreterConfig::default()
        .filesystem_importer(true)
        .terminfo_resolution(Resolution::None)
        .site_builtins(true)
        .fast_exit(true)
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
    let marker = LauncherMarker::read(&launcher.bytes).ok().flatten();
    let marker = marker.and_then(|marker| marker.fields().get(LauncherMarker::ALLOCATORS).cloned());
    let allocators = marker.unwrap_or_default();
    let has = |allocator: &DomainAllocator| {
        use DomainAllocator::{PyMalloc, Rust, System};
        matches!(allocator, System | PyMalloc | Rust) || allocators.split(',').any(|name| name == allocator.word())
    };
    match [config.raw_allocator, config.object_allocator].into_iter().flatten().find(|allocator| !has(allocator)) {
        Some(missing) => Err(Error::NoAllocator { allocator: missing.word(), launcher: launcher.origin.clone() }),
        None => Ok(()),
    }
}
