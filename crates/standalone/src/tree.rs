//! Archives that are unpacked in the cache, each once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use pyox_build_cache::{Cache, Kept, Scratch, file_digest, read, write};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::archive::{Archive, Unpacked};

/// An unpacked archive.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    /// Where it is. What the archive has below `python` is in `python` there.
    pub(crate) path: PathBuf,
    /// SHA-256 of the archive, hexadecimal.
    pub(crate) digest: String,
}

/// What is kept beside a tree.
#[derive(Serialize, Deserialize)]
struct Manifest {
    /// The name of its directory.
    directory: String,
    files: BTreeMap<String, u64>,
}

impl Tree {
    /// The tree of an archive, which is unpacked unless that was done before. A tree in which files are missing or have
    /// another length is not used, and made anew.
    pub(crate) fn of(archive: &Archive, cache: &Cache) -> Result<Self, Error> {
        let digest = file_digest(archive.path()).map_err(Error::io("read", archive.path()))?;
        let directory = cache.directory("distributions");
        let manifest_path = directory.join(format!("{digest}.files"));
        let manifest = match read(&manifest_path) {
            Kept::Intact(bytes) => serde_json::from_slice::<Manifest>(&bytes).ok(),
            _ => None,
        };
        if let Some(manifest) = manifest {
            let path = directory.join(&manifest.directory);
            if is_intact(&path, &manifest.files) {
                return Ok(Self { path, digest });
            }
        }
        let scratch = Scratch::new(&directory).map_err(Error::io("create a directory in", &directory))?;
        let files = archive.unpack(scratch.path())?;
        // Others may use a tree that was there: it stays.
        let (path, _lock) = scratch
            .keep(|random| format!("{}-{random}", &digest[..16]))
            .map_err(Error::io("create a directory in", &directory))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = serde_json::to_vec(&Manifest { directory: name, files }).map_err(Error::Content)?;
        write(&manifest_path, &[&text]).map_err(Error::io("write", &manifest_path))?;
        Ok(Self { path, digest })
    }
}

fn is_intact(path: &Path, files: &Unpacked) -> bool {
    let is_there = |(name, length): (&String, &u64)| {
        fs::symlink_metadata(path.join(name)).is_ok_and(|found| found.is_file() && found.len() == *length)
    };
    files.iter().all(is_there)
}
