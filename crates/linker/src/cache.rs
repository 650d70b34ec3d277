//! Where things are kept between runs.

use std::path::{Path, PathBuf};

use pyox_packed_resources::{PartsDigest, hex};

use crate::error::Error;

/// Names the cache directory, instead of the `pyoxidizer` directory in the user's cache directory.
pub const CACHE_VARIABLE: &str = "PYOXIDIZER_CACHE_DIR";

/// The directory for everything that can be made again. Everything in it is named by what it depends on.
#[derive(Debug, Clone)]
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// A cache in the given directory, which is made when something is put into it.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The user's cache: `$PYOXIDIZER_CACHE_DIR`, or `pyoxidizer` in the cache directory of the operating system.
    ///
    /// # Errors
    ///
    /// [`Error::NoCacheDirectory`] if the home directory is not known.
    pub fn of_user() -> Result<Self, Error> {
        if let Some(root) = std::env::var_os(CACHE_VARIABLE).filter(|root| !root.is_empty()) {
            return Ok(Self::at(std::path::absolute(&root).map_err(Error::io("use", root))?));
        }
        Ok(Self::at(dirs::cache_dir().ok_or(Error::NoCacheDirectory)?.join("pyoxidizer")))
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A directory in it.
    pub fn directory(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }
}

/// Hexadecimal SHA-256 of parts, each preceded by its length so that no two lists collide; the first 32 digits.
pub(crate) fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let digest = parts.into_iter().fold(PartsDigest::default(), PartsDigest::with);
    hex(&digest.bytes()[..16])
}
