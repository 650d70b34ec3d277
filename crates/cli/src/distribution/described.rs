//! What distributions and Pythons say of themselves.

use std::path::Path;

use pyox_build_cache::Cache;
use pyox_distribution::{Error as PythonError, Installed};
use pyox_standalone::{Archive, Error, PythonJson, Standalone, describe, installed_interpreter};

use super::args::Named;
use crate::catalogue;
use crate::style::Style;

/// What `PYTHON.json` says of an archive or a directory, of which nothing is started, or would say of a Python. A
/// version that is not installed is downloaded if that is allowed.
pub fn described(named: &Named, quiet: bool, style: Style) -> anyhow::Result<PythonJson> {
    let path = Path::new(&named.path);
    let is_path = named.path.contains('/') || path.extension().is_some_and(|end| end == "zst" || end == "gz");
    if is_path || path.exists() {
        return at(path);
    }
    match Installed::locate(Some(&named.path)) {
        Ok(python) => Ok(describe(&python)?),
        Err(error @ PythonError::NotFound { .. }) => {
            match catalogue::offer_from(&named.source, &named.path, named.download, quiet, style)? {
                Some(archive) => at(&archive),
                None => Err(error.into()),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// What is at a path.
pub fn at(path: &Path) -> anyhow::Result<PythonJson> {
    let cache = Cache::of_user()?;
    if let Some(interpreter) = installed_interpreter(path, &cache)? {
        return Ok(describe(&Installed::locate(interpreter.to_str())?)?);
    }
    if path.is_dir() {
        for place in [path.join("python/PYTHON.json"), path.join("PYTHON.json")] {
            if place.is_file() {
                let read = |source| Error::Io { action: "read", path: place.clone(), source };
                return Ok(PythonJson::parse(&std::fs::read(&place).map_err(read)?)?);
            }
        }
    }
    if path.exists() && !Standalone::is_one(path) {
        // The directory of an installation or of a virtualenv, or an interpreter.
        let python = Installed::locate(path.to_str());
        return match python {
            Ok(python) => Ok(describe(&python)?),
            Err(_) => Err(Error::NotADistribution { path: path.to_owned() }.into()),
        };
    }
    let archive = Archive::open(path)?.ok_or_else(|| Error::NotADistribution { path: path.to_owned() })?;
    let text = archive.python_json()?.ok_or_else(|| Error::InstallOnly { path: path.to_owned() })?;
    Ok(PythonJson::parse(&text)?)
}
