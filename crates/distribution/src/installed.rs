//! A CPython that is installed on this machine.

use std::time::UNIX_EPOCH;

use crate::search::{self, Spec};
use crate::{Distribution, Error, LinkSettings, PythonInfo};
use pyox_packed_resources::PartsDigest;

/// A CPython 3.9 or later that is installed on this machine.
#[derive(Debug, Clone)]
pub struct Installed {
    info: PythonInfo,
}

impl Installed {
    /// Finds the interpreter for `spec`:
    ///
    /// * `None`: the first usable `python3`, then `python`, on `PATH`;
    /// * `3`, `3.12`, `3.12.1`, `3.13t` (free-threaded): on `PATH`, then pyenv's versions (the newest that fits), then
    ///   the usual directories;
    /// * another name: that program on `PATH`;
    /// * a path: an interpreter, or the directory of an installation or of a virtual environment.
    ///
    /// # Errors
    /// [`Error::NotFound`], or why the interpreter that was found cannot be used.
    pub fn locate(spec: Option<&str>) -> Result<Self, Error> {
        let parsed = Spec::parse(spec);
        let mut searched = Vec::new();
        let mut unusable = None;
        for candidate in parsed.candidates() {
            match PythonInfo::probe(&candidate) {
                Ok(info) if parsed.accepts(&info) => return Ok(Self { info }),
                Ok(_) => {}
                Err(error) if parsed.is_path() => return Err(error),
                // A pyenv shim of a version that is not active, a store alias, a broken installation: look on, but a
                // Python that works and is of the wrong sort is worth telling if there is no other.
                Err(error) if parsed.is_refused_by(&error) => {
                    unusable.get_or_insert(error);
                }
                Err(_) => {}
            }
            searched.push(candidate);
        }
        if let Some(error) = unusable {
            return Err(error);
        }
        let mut available: Vec<String> = Self::discover().into_iter().map(|found| found.info.version).collect();
        available.dedup();
        if searched.is_empty() {
            searched = parsed.places();
        }
        Err(Error::NotFound { spec: spec.map(Into::into), searched, available })
    }

    /// Every CPython 3.9 or later on `PATH`, among pyenv's versions and in the usual directories: one per distinct
    /// executable, sorted by version.
    #[must_use]
    pub fn discover() -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for candidate in search::everywhere() {
            if let Ok(info) = PythonInfo::probe(&candidate)
                && !found.iter().any(|other| other.info.executable == info.executable)
            {
                found.push(Self { info });
            }
        }
        found.sort_by(|a, b| {
            let key = |python: &Self| {
                let info = &python.info;
                (info.major, info.minor, info.micro, info.gil_disabled, info.debug, info.executable.clone())
            };
            key(a).cmp(&key(b))
        });
        found
    }
}

impl Distribution for Installed {
    fn info(&self) -> &PythonInfo {
        &self.info
    }

    fn link(&self) -> Result<LinkSettings, Error> {
        LinkSettings::find(&self.info)
    }

    fn identity(&self) -> String {
        let info = &self.info;
        let mut fields = PartsDigest::default()
            .with("python 1")
            .with(&info.version)
            .with(&info.releaselevel)
            .with([info.serial])
            .with(info.soabi.as_deref().unwrap_or_default())
            .with(&info.magic)
            .with(info.executable.as_os_str().as_encoded_bytes());
        let library = self.link().ok().map(|link| link.static_library);
        for path in library.iter().chain([&info.executable]) {
            fields.push(path.as_os_str().as_encoded_bytes());
            if let Ok(metadata) = path.metadata() {
                let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
                fields.push(metadata.len().to_le_bytes());
                fields.push(modified.map_or(0, |time| time.as_nanos()).to_le_bytes());
            }
        }
        fields.hex()[..24].to_owned()
    }
}
