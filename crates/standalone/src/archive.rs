//! Archives: compressed tar files whose members are all below `python`.
//!
//! They come from elsewhere and are not trusted. Nothing is written outside of the directory that one is unpacked into,
//! whatever its members say, and no more than [`Limits`] allow.

mod members;
mod unpack;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

pub(crate) use members::Kind;
use members::{Members, Visit};
pub(crate) use unpack::Unpacked;

use crate::components::text_paths;
use crate::{Error, PythonJson};

/// The directory that everything in an archive is in.
pub(crate) const ROOT: &str = "python";
/// The name of the file that describes a full archive.
pub(crate) const PYTHON_JSON: &str = "PYTHON.json";

/// How much an archive may become. Real ones have some thousands of members and become at most 20 times longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long it may become in any case, in bytes.
    pub always: u64,
    /// How many times longer than its file it may become.
    pub ratio: u64,
    /// How long it may become at most, in bytes.
    pub most: u64,
    /// How many members it may have.
    pub members: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { always: 256 << 20, ratio: 200, most: 8 << 30, members: 200_000 }
    }
}

impl Limits {
    /// How long an archive of `length` bytes may become.
    fn bytes(self, length: u64) -> u64 {
        length.saturating_mul(self.ratio).max(self.always).min(self.most)
    }
}

/// An archive, known by its first bytes: `.tar.zst` or `.tar.gz`.
#[derive(Debug, Clone)]
pub struct Archive {
    path: PathBuf,
    compression: Compression,
    limits: Limits,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compression {
    Zstandard,
    Gzip,
}

impl Archive {
    /// The archive at `path`; `None` if the file is none.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], if it cannot be read.
    pub fn open(path: impl Into<PathBuf>) -> Result<Option<Self>, Error> {
        let path = path.into();
        let mut start = [0; 4];
        let mut file = File::open(&path).map_err(Error::io("read", &path))?;
        let compression = match file.read_exact(&mut start) {
            Ok(()) if start == [0x28, 0xb5, 0x2f, 0xfd] => Compression::Zstandard,
            Ok(()) if start.starts_with(&[0x1f, 0x8b]) => Compression::Gzip,
            Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(Error::io("read", path)(error)),
            _ => return Ok(None),
        };
        Ok(Some(Self { path, compression, limits: Limits::default() }))
    }

    /// The same with other limits.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text of `PYTHON.json`; `None` if it has none. Nothing is unpacked.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] for an archive that is damaged, [`Error::Member`], [`Error::TooLong`], [`Error::TooMany`].
    pub fn python_json(&self) -> Result<Option<Vec<u8>>, Error> {
        self.file(&format!("{ROOT}/{PYTHON_JSON}"))
    }

    /// The content of a file in it, by its path there.
    ///
    /// # Errors
    ///
    /// As [`Archive::python_json`].
    pub fn file(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let names = BTreeSet::from([name.to_owned()]);
        Ok(self.files(&names)?.remove(name))
    }

    /// The contents of files in it, by their paths there. What it does not have is missing. The archive is read once,
    /// until all of them are found.
    ///
    /// # Errors
    ///
    /// As [`Archive::python_json`].
    pub fn files(&self, names: &BTreeSet<String>) -> Result<BTreeMap<String, Vec<u8>>, Error> {
        let mut found = BTreeMap::new();
        self.members(&mut |path, kind, content| {
            if names.contains(path) && matches!(kind, Kind::File { .. }) {
                let mut bytes = Vec::new();
                content.read_to_end(&mut bytes).map_err(Error::io("read", &self.path))?;
                found.entry(path.to_owned()).or_insert(bytes);
            }
            Ok(if found.len() == names.len() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        Ok(found)
    }

    /// The texts of licences that its `PYTHON.json` names, by their paths from there.
    ///
    /// # Errors
    ///
    /// As [`Archive::python_json`].
    pub fn license_texts(&self, json: &PythonJson) -> Result<BTreeMap<String, Vec<u8>>, Error> {
        let names = text_paths(json).into_iter().map(|path| format!("{ROOT}/{path}")).collect();
        let texts = self.files(&names)?.into_iter();
        Ok(texts.map(|(path, content)| (path[ROOT.len() + 1..].to_owned(), content)).collect())
    }

    /// Calls `visit` with every member, until it breaks or fails.
    fn members(&self, visit: &mut Visit<'_>) -> Result<(), Error> {
        let read = |source| Error::io("read", &self.path)(source);
        let file = File::open(&self.path).map_err(read)?;
        let length = file.metadata().map_err(read)?.len();
        let decoded: Box<dyn Read> = match self.compression {
            Compression::Zstandard => Box::new(zstd::Decoder::new(file).map_err(read)?),
            Compression::Gzip => Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(file))),
        };
        Members::new(&self.path, self.limits, self.limits.bytes(length)).of(decoded, visit)
    }
}

#[cfg(test)]
#[path = "archive/tests.rs"]
mod tests;
