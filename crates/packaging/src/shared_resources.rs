//! Resources in a file of their own, which several programs share.
//!
//! The file holds whole layers: the standard library, and what pip has installed. It names them by their digest, so
//! that a program leaves out those that are there; and it has a digest itself, by which a program knows the file it was
//! made with.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use pyox_distribution::Python;
use pyox_layers::{Layer, Profile};
use pyox_output::parent;
use pyox_packed_resources::{Blob, Collector, SectionKind};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::relative_files::RelativeFiles;
use crate::start_up::StartUp;

/// Section with an [`Origin`] as JSON, of the kind *origin*.
const ORIGIN: SectionKind = SectionKind::Other(19);

/// What a resource file was made of.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Origin {
    /// Minor version of Python that the bytecode is for.
    python: (u8, u8),
    /// Digests of the layers.
    layers: BTreeSet<String>,
}

/// A file of packed resources for programs to share.
pub struct SharedResources {
    path: PathBuf,
    bytes: Vec<u8>,
    digest: [u8; 32],
    origin: Origin,
    is_new: bool,
}

impl SharedResources {
    /// Opens a file that [`SharedResources::create`] made for the same version of Python.
    ///
    /// # Errors
    ///
    /// It cannot be read, is not such a file or is damaged, or is for another Python.
    pub fn open(path: &Path, python: &dyn Python) -> Result<Self, Error> {
        Self::of(path, std::fs::read(path).map_err(Error::io("read", path))?, python)
    }

    fn of(path: &Path, bytes: Vec<u8>, python: &dyn Python) -> Result<Self, Error> {
        let damaged = |source| Error::SharedResources { path: path.to_owned(), source };
        let blob = Blob::open(&bytes).map_err(damaged)?;
        let section = blob.section(ORIGIN).map_err(damaged)?;
        let origin = section.and_then(|section| serde_json::from_slice::<Origin>(section).ok());
        let (Some(digest), Some(origin)) = (blob.digest().map_err(damaged)?, origin) else {
            return Err(Error::NotSharedResources { path: path.to_owned() });
        };
        if blob.compute_digest().map_err(damaged)? != digest {
            return Err(Error::SharedResourcesDigest { path: path.to_owned() });
        }
        let (found, expected) = (origin.python, python.minor());
        if found != expected {
            return Err(Error::SharedResourcesPython { path: path.to_owned(), found, expected });
        }
        Ok(Self { path: path.to_owned(), digest, origin, bytes, is_new: false })
    }

    /// A file with these layers, the first one first, that is written together with the first program that uses it. As
    /// it is not known what programs will use of it, all code is uncompressed in the profile `Speed`.
    ///
    /// # Errors
    ///
    /// A layer is damaged.
    pub fn create<'l>(
        path: &Path,
        layers: impl IntoIterator<Item = &'l Layer>,
        profile: Profile,
        python: &dyn Python,
    ) -> Result<Self, Error> {
        let start_up = match profile {
            Profile::Size => StartUp::of_interpreter(),
            _ => StartUp::unknown(),
        };
        let mut collector = Collector::new();
        let mut origin = Origin { python: python.minor(), layers: BTreeSet::new() };
        for layer in layers {
            origin.layers.insert(layer.digest().to_owned());
            start_up.add_layer(&mut collector, layer, &RelativeFiles::default())?;
        }
        let mut writer = collector.finish();
        let section = serde_json::to_vec(&origin).map_err(|error| Error::io("write", path)(error.into()))?;
        let bytes = writer.section(ORIGIN, section).digest().to_vec()?;
        Ok(Self { is_new: true, ..Self::of(path, bytes, python)? })
    }

    /// The bytes of a file that is not there yet.
    pub(crate) fn new_bytes(&self) -> Option<&[u8]> {
        self.is_new.then_some(&self.bytes)
    }

    /// Whether a program with this file can leave a layer out.
    pub fn has(&self, layer: &Layer) -> bool {
        self.origin.layers.contains(layer.digest())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The resources.
    pub fn blob(&self) -> Result<Blob<'_>, pyox_packed_resources::Error> {
        Blob::open(&self.bytes)
    }

    /// How a program at `output` refers to the file: the path from the directory of the program.
    ///
    /// # Errors
    ///
    /// One of the directories does not exist, or the path is not UTF-8.
    pub(crate) fn reference(&self, output: &Path) -> Result<pyox_interpreter_config::ResourceFile, Error> {
        let not_utf8 = || Error::NotUtf8 { path: self.path.clone() };
        let canonical = |path: &Path| std::fs::canonicalize(path).map_err(Error::io("read", path));
        let file = match self.is_new {
            true => canonical(parent(&self.path))?.join(self.path.file_name().unwrap_or_default()),
            false => canonical(&self.path)?,
        };
        let directory = canonical(parent(output))?;
        let path = relative(&directory, &file).to_str().ok_or_else(not_utf8)?.to_owned();
        Ok(pyox_interpreter_config::ResourceFile::new(path, self.digest))
    }
}

/// The path from a directory to a file, both absolute and without `..`.
fn relative(directory: &Path, file: &Path) -> PathBuf {
    let common = directory.components().zip(file.components()).take_while(|(a, b)| a == b).count();
    let up = directory.components().skip(common).map(|_| Component::ParentDir);
    up.chain(file.components().skip(common)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_up_as_far_as_they_must() {
        let path = |directory, file| relative(Path::new(directory), Path::new(file));
        assert_eq!(path("/a/b", "/a/b/c"), Path::new("c"));
        assert_eq!(path("/a/b", "/a/lib/c"), Path::new("../lib/c"));
        assert_eq!(path("/a/b", "/c"), Path::new("../../c"));
        assert_eq!(path("/", "/a/c"), Path::new("a/c"));
    }
}
