//! Pythons of the catalogue, or of this machine.

use std::error::Error;
use std::path::{Path, PathBuf};

use anyhow::Context;
use pyox_build_cache::Cache;
use pyox_cli::{Talk, archive_at, archive_for, host_target};
use pyox_distribution::{Host as _, Installed, Python as _};
use pyox_standalone::{Standalone, installed_interpreter};
use pyox_starlark::{FoundPython, PythonRequest, Pythons};

/// What programs are made with if nothing is said: the oldest that can be.
const ANY: &str = ">=3.9";

/// Those that the catalogue names or, without a network, that are installed.
pub struct Available<'a> {
    pub cache: &'a Cache,
    pub talk: Talk,
}

impl Pythons for Available<'_> {
    fn find(&self, request: &PythonRequest) -> Result<(FoundPython, Option<String>), Box<dyn Error + Send + Sync>> {
        let PythonRequest { version, flavor, target_triple, .. } = request;
        // Nothing that is installed is for another platform, or linked statically.
        let can_do_without = *target_triple == host_target() && flavor != "standalone_static";
        match archive_for(version.as_deref(), flavor, target_triple, can_do_without, self.talk) {
            Ok(archive) => Ok((self.opened(&archive)?, None)),
            Err(error) if !can_do_without => Err(error.into()),
            Err(error) => {
                let python = Installed::locate(Some(version.as_deref().unwrap_or(ANY)))?;
                let note =
                    format!("made with Python {} of {}: {error}", python.info().version, python.executable().display());
                Ok((FoundPython::Installed(Box::new(python)), Some(note)))
            }
        }
    }

    fn download(&self, url: &str, sha256: &str) -> Result<PathBuf, Box<dyn Error + Send + Sync>> {
        Ok(archive_at(url, sha256, self.talk)?)
    }
}

impl Available<'_> {
    fn opened(&self, archive: &Path) -> anyhow::Result<FoundPython> {
        Ok(match installed_interpreter(archive, self.cache)? {
            Some(interpreter) => {
                let path = interpreter.to_str().context("the path of the cache is no text in UTF-8")?;
                FoundPython::Installed(Box::new(Installed::locate(Some(path))?))
            }
            None => FoundPython::Standalone(Box::new(Standalone::open(archive, self.cache)?)),
        })
    }
}
