//! Where things are kept between runs.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use pyox_packed_resources::{PartsDigest, hex};

/// Names the cache directory, instead of the `pyoxidizer` directory in the user's cache directory.
pub const CACHE_VARIABLE: &str = "PYOXIDIZER_CACHE_DIR";

/// The user's cache cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// No directory for caches.
    #[error("there is no cache directory: the home directory is not known")]
    NoDirectory,
    /// A relative path in [`CACHE_VARIABLE`], and the working directory is not known.
    #[error("cannot use {}", path.display())]
    Relative {
        /// What the variable says.
        path: PathBuf,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
}

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
    /// [`CacheError`], if the directory is not known.
    pub fn of_user() -> Result<Self, CacheError> {
        if let Some(root) = std::env::var_os(CACHE_VARIABLE).filter(|root| !root.is_empty()) {
            let absolute = std::path::absolute(&root);
            return Ok(Self::at(absolute.map_err(|source| CacheError::Relative { path: root.into(), source })?));
        }
        Ok(Self::at(dirs::cache_dir().ok_or(CacheError::NoDirectory)?.join("pyoxidizer")))
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

/// A key: the first 32 hexadecimal digits of the SHA-256 of parts, each with its length before it so that no two lists
/// collide.
pub fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let digest = parts.into_iter().fold(PartsDigest::default(), PartsDigest::with);
    hex(&digest.bytes()[..16])
}

/// Adds the content of a file, which is never held whole, as a part of a key.
///
/// # Errors
///
/// It cannot be read, or changes while it is read.
pub fn push_file(digest: &mut PartsDigest, path: &Path) -> io::Result<()> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    digest.begin_part(length);
    match io::copy(&mut file, digest)? {
        read if read == length => Ok(()),
        _ => Err(io::Error::other("it changes while it is read")),
    }
}

/// SHA-256 of the content of a file, hexadecimal. The file is never held whole.
///
/// # Errors
///
/// It cannot be read.
pub fn file_digest(path: &Path) -> io::Result<String> {
    let mut digest = PartsDigest::default();
    io::copy(&mut File::open(path)?, &mut digest)?;
    Ok(digest.hex())
}
