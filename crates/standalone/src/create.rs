//! Making a full archive of a Python that is installed.

mod describe;
mod files;
mod libraries;
mod write;

use std::path::Path;

use files::{Core, Members};
use pyox_distribution::{Host as _, Installed, Python as _};

use crate::Error;
use crate::archive::{PYTHON_JSON, ROOT};
use crate::python_json::{NEWEST, PythonJson};

/// Makes a full archive (`.tar.zst`) of a CPython that is installed here and has a static library, with a `PYTHON.json`
/// of version 8, or 7 for older tools. The same Python gives the same bytes.
///
/// It has the objects of the static library, the standard library with its extension modules, the headers, pip and
/// setuptools if they are installed, and the licence of CPython. Extension modules are shared libraries; those of the
/// system that they need stay with the system.
///
/// # Errors
///
/// [`Error::CannotCreate`] if the Python lacks something, or the version is another one; those of its interpreter;
/// [`Error::Output`] and [`Error::Io`].
pub fn create(python: &Installed, version: u8, archive: &Path) -> Result<PythonJson, Error> {
    let cannot = |reason: String| Error::CannotCreate { python: python.executable().to_owned(), reason };
    if !matches!(version, 7 | 8) {
        return Err(cannot(format!("PYTHON.json is written in version 7 or 8, not {version}")));
    }
    if !cfg!(unix) || !python.info().triple.contains("-linux-") {
        return Err(cannot("only those for Linux are known".into()));
    }
    let facts = describe::Facts::of(python)?;
    let mut members = Members::default();
    let core = members.core(python)?;
    members.installation(python, &facts)?;
    let json = describe::python_json(python, &facts, version, &core, &mut members)?;
    members.bytes(format!("{ROOT}/{PYTHON_JSON}"), json.to_json()?);
    write::archive(archive, members)?;
    Ok(json)
}

/// What the `PYTHON.json` of an installed CPython would say. Its paths are those of the archive that [`create`] makes;
/// of a Python without a static library, it has no objects.
///
/// # Errors
///
/// [`Error::CannotCreate`] if it does not describe itself, those of its interpreter, and [`Error::Io`].
pub fn describe(python: &Installed) -> Result<PythonJson, Error> {
    let facts = describe::Facts::of(python)?;
    let mut members = Members::default();
    let core = members.core(python).unwrap_or_else(|_| Core::without_objects(&python.info().builtin_modules));
    members.license(python);
    describe::python_json(python, &facts, NEWEST, &core, &mut members)
}
