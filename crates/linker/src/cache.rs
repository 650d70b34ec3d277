//! Where things are kept between runs.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

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
    let mut digest = Digester::default();
    for part in parts {
        digest.begin_part(part.len() as u64);
        digest.0.update(part);
    }
    digest.finish()
}

/// What [`digest`] computes, of parts that are written to it.
#[derive(Default)]
pub(crate) struct Digester(Sha256);

impl Digester {
    /// A part of `length` bytes follows.
    pub(crate) fn begin_part(&mut self, length: u64) {
        self.0.update(length.to_le_bytes());
    }

    pub(crate) fn finish(self) -> String {
        self.0.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl io::Write for Digester {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
