//! What a launcher is made for, and whether it fits a program.

use std::path::Path;

use pyox_distribution::{PythonInfo, Target};
use pyox_packed_resources::MAGIC;
use pyox_program_format::{LauncherMarker, MarkerField, Trailer};

use crate::error::Error;

/// Everything that has to be the same for a program and its launcher: the field of the marker, and the value.
fn requirements(target: &dyn Target) -> [(MarkerField, String); 7] {
    let (info, (major, minor)) = (target.info(), target.minor());
    [
        (MarkerField::Python, format!("{major}.{minor}")),
        (MarkerField::Version, version(info)),
        (MarkerField::Abi, info.soabi.clone().unwrap_or_default()),
        (MarkerField::Bytecode, info.magic.clone()),
        (MarkerField::Target, info.triple.clone()),
        (MarkerField::Format, format().to_string()),
        (MarkerField::Protocol, pyox_interpreter_config::VERSION.to_string()),
    ]
}

/// The version of packed resources that programs are made with.
fn format() -> u8 {
    MAGIC[MAGIC.len() - 1]
}

/// The text that the build of a launcher is given for its marker; it adds the target itself.
pub(super) fn marker(target: &dyn Target) -> Result<String, Error> {
    let fields = requirements(target).into_iter().filter(|(field, _)| *field != MarkerField::Target);
    Ok(LauncherMarker::text(fields)?)
}

/// The name of the launcher for a Python: all that tells it from others.
pub(super) fn file_name(target: &dyn Target) -> String {
    let info = target.info();
    let flags = [(info.gil_disabled, "t"), (info.debug, "d")];
    let flags: String = flags.into_iter().filter(|(set, _)| *set).map(|(_, flag)| flag).collect();
    let (version, target, protocol) = (version(info), info.triple.clone(), pyox_interpreter_config::VERSION);
    format!("pyox-launcher-{version}{flags}-{target}-{}.{protocol}", format())
}

/// Checks that the bytes are an undamaged launcher for programs of this Python, made by this version.
///
/// # Errors
///
/// [`Error::NotALauncher`], [`Error::Mismatch`], [`Error::Damaged`], [`Error::Attach`].
pub fn check(path: &Path, bytes: &[u8], target: &dyn Target) -> Result<(), Error> {
    let marker = LauncherMarker::read(bytes).ok().flatten();
    let marker = marker.ok_or_else(|| Error::NotALauncher { path: path.to_owned() })?;
    for (field, expected) in requirements(target) {
        let found = marker.field(field).unwrap_or("unknown");
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
