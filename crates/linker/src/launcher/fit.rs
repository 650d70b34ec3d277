//! What a launcher is made for, and whether it fits a program.

use std::path::Path;

use pyox_build_cache::digest;
use pyox_distribution::{Libpython, LibpythonKind, PythonInfo, Target};
use pyox_packed_resources::MAGIC;
use pyox_program_format::{LauncherMarker, MarkerField, Trailer};

use crate::error::Error;

/// What is said of a launcher without extension modules of its own.
const NONE: &str = "none";

/// What a marker says of a launcher without libpython.
const SHARED: &str = "shared";

/// Everything that has to be the same for a program and its launcher: the field of the marker, and the value. A
/// launcher without libpython is for every patch release.
fn requirements(target: &dyn Target, kind: LibpythonKind) -> [(MarkerField, String); 7] {
    let (info, (major, minor)) = (target.info(), target.minor());
    [
        (MarkerField::Python, format!("{major}.{minor}")),
        match kind {
            LibpythonKind::Static => (MarkerField::Version, version(info)),
            LibpythonKind::Shared => (MarkerField::Libpython, SHARED.to_owned()),
        },
        (MarkerField::Abi, info.soabi.clone().unwrap_or_default()),
        (MarkerField::Bytecode, info.magic.clone()),
        (MarkerField::Target, info.triple.clone()),
        (MarkerField::Format, format().to_string()),
        (MarkerField::Protocol, pyox_interpreter_config::VERSION.to_string()),
    ]
}

/// Whether a launcher has libpython in itself, or needs it among the resources.
pub(super) fn kind_of(marker: &LauncherMarker) -> LibpythonKind {
    match marker.field(MarkerField::Libpython) {
        Some(SHARED) => LibpythonKind::Shared,
        _ => LibpythonKind::Static,
    }
}

/// The form of libpython that a Python is to be linked in.
pub(super) fn kind_for(target: &dyn Target) -> Result<LibpythonKind, Error> {
    Ok(match target.link()?.libpython {
        Libpython::Static(_) => LibpythonKind::Static,
        Libpython::Shared(_) => LibpythonKind::Shared,
    })
}

/// The version of packed resources that programs are made with.
fn format() -> u8 {
    MAGIC[MAGIC.len() - 1]
}

/// The extension modules that are to be linked in, with a digest of their code, or [`NONE`].
pub(super) fn extensions(target: &dyn Target) -> String {
    let extensions = target.link().map(|link| link.extensions).unwrap_or_default();
    if extensions.is_empty() {
        return NONE.to_owned();
    }
    let names: Vec<&str> = extensions.iter().map(|one| one.module.as_str()).collect();
    let parts = extensions.iter().flat_map(|one| [&one.module, &one.init, &one.digest]).map(String::as_bytes);
    format!("{} {}", names.join(","), digest(parts))
}

/// The text that the build of a launcher is given for its marker; it adds the target itself.
pub(super) fn marker(target: &dyn Target) -> Result<String, Error> {
    let fields = requirements(target, kind_for(target)?).into_iter().filter(|(field, _)| *field != MarkerField::Target);
    let extensions = Some((MarkerField::Extensions, extensions(target))).filter(|(_, text)| text != NONE);
    Ok(LauncherMarker::text(fields.chain(extensions))?)
}

/// The name of the launcher for a Python: all that tells it from others.
pub(super) fn file_name(target: &dyn Target, kind: LibpythonKind) -> String {
    let (info, (major, minor)) = (target.info(), target.minor());
    let version = match kind {
        LibpythonKind::Static => version(info),
        LibpythonKind::Shared => format!("{major}.{minor}"),
    };
    let shared = if kind == LibpythonKind::Shared { "-shared" } else { "" };
    let flags = [(info.gil_disabled, "t"), (info.debug, "d")];
    let flags: String = flags.into_iter().filter(|(set, _)| *set).map(|(_, flag)| flag).collect();
    let (target, protocol) = (info.triple.clone(), pyox_interpreter_config::VERSION);
    format!("pyox-launcher-{version}{flags}{shared}-{target}-{}.{protocol}", format())
}

/// Checks that the bytes are an undamaged launcher for programs of this Python, made by this version.
///
/// # Errors
///
/// [`Error::NotALauncher`], [`Error::Mismatch`], [`Error::Damaged`], [`Error::Attach`].
pub fn check(path: &Path, bytes: &[u8], target: &dyn Target) -> Result<(), Error> {
    let marker = LauncherMarker::read(bytes).ok().flatten();
    let marker = marker.ok_or_else(|| Error::NotALauncher { path: path.to_owned() })?;
    let required = requirements(target, kind_of(&marker)).into_iter();
    let extensions = (MarkerField::Extensions, extensions(target));
    for (field, expected) in required.chain([extensions]) {
        let otherwise = if field == MarkerField::Extensions { NONE } else { "unknown" };
        let found = marker.field(field).unwrap_or(otherwise);
        if found != expected {
            let (path, found, python) = (path.to_owned(), found.to_owned(), target.info().version.clone());
            return Err(Error::Mismatch { path, field, found, expected, python });
        }
    }
    if matches!(Trailer::read(bytes), Ok(Some(_))) {
        return Err(pyox_program_format::Error::AlreadyAttached.into());
    }
    if LauncherMarker::is_intact(bytes) { Ok(()) } else { Err(Error::Damaged { path: path.to_owned() }) }
}

/// `3.13.0`, `3.14.0rc1`.
fn version(info: &PythonInfo) -> String {
    let level = match info.releaselevel.as_str() {
        "final" => return info.version.clone(),
        "candidate" => "rc",
        other => other.get(..1).unwrap_or_default(),
    };
    format!("{}{level}{}", info.version, info.serial)
}
