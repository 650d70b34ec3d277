//! Packed resources become files again, laid out as below `sys.path`.
//!
//! A [`Tree`] takes entries and knows which files they are; [`Tree::write`] writes them.

mod error;
mod paths;
mod pyc;
mod write;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

pub use error::ExtractError;
pub use pyc::Pyc;
use pyox_output::Outputs;
use pyox_packed_resources::{Decoder, Entry, Field, is_plain_path};
use sha2::{Digest, Sha256};
pub use write::Written;

use self::paths::Places;
use crate::Error;

/// Files of packed resources, each at its path below `sys.path`.
pub struct Tree<'a> {
    decoder: Decoder<'a>,
    origin: PathBuf,
    bytecode: Option<Pyc>,
    files: BTreeMap<String, TreeFile<'a>>,
    code_only: Vec<&'a str>,
    /// What is not to be replaced.
    inputs: Outputs,
}

/// One file of a [`Tree`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TreeFile<'a> {
    /// Name of the entry it comes from.
    pub entry: &'a str,
    /// The field that has its content, which follows a header if it is bytecode.
    pub field: Field<'a>,
    header: Option<Pyc>,
}

impl<'a> Tree<'a> {
    /// No files yet. Values in files are read from below `origin`. Bytecode is left out unless it is said for which
    /// Python it is.
    pub fn new(origin: impl Into<PathBuf>, bytecode: Option<Pyc>) -> Self {
        let (decoder, origin, files, code_only) = (Decoder::new(), origin.into(), BTreeMap::new(), Vec::new());
        Self { decoder, origin, bytecode, files, code_only, inputs: Outputs::default() }
    }

    /// Says what the resources are from, so that it is not replaced.
    #[must_use]
    pub fn inputs(mut self, inputs: Outputs) -> Self {
        self.inputs = inputs;
        self
    }

    /// Bounds the length of all values together, in bytes once decoded: what is longer is
    /// [`pyox_packed_resources::Error::DecodedLimit`].
    #[must_use]
    pub fn limit(mut self, limit: u64) -> Self {
        self.decoder = Decoder::with_limit(limit);
        self
    }

    /// Adds the files of an entry: source text and bytecode, native code, resources, metadata, cached files.
    ///
    /// # Errors
    ///
    /// [`ExtractError::UnsafePath`] if a file would be outside of the tree, [`ExtractError::Conflict`] if it is there
    /// already with other content, [`ExtractError::Value`] for damage.
    pub fn add(&mut self, entry: &Entry<'a>) -> Result<(), ExtractError> {
        let name = entry.name();
        let places = Places::of(entry, &self.decoder).map_err(ExtractError::value(name))?;
        if self.bytecode.is_none() && places.is_code_only() {
            self.code_only.push(name);
        }
        let mut previous = None;
        for field in entry.fields() {
            let field = field.map_err(ExtractError::value(name))?;
            // In versions 1 to 3 a value may be in memory and, as a second field, in a file.
            let value = Some((field.kind(), field.key()));
            if std::mem::replace(&mut previous, value) == value {
                continue;
            }
            let header = self.bytecode.filter(|_| field.kind().is_bytecode());
            if let Some(path) = places.path(&field, self.bytecode) {
                self.put(path, TreeFile { entry: name, field, header })?;
            }
        }
        Ok(())
    }

    /// Adds a file of another tree.
    pub fn put(&mut self, path: String, file: TreeFile<'a>) -> Result<(), ExtractError> {
        if !is_plain_path(&path) {
            return Err(ExtractError::UnsafePath { entry: file.entry.to_owned(), path });
        }
        let Some(first) = self.files.get(&path) else {
            self.files.insert(path, file);
            return Ok(());
        };
        // A package that is placed in files at run time has its files twice.
        let is_same = first.header == file.header && first.field.shares(&file.field);
        if !is_same && self.digest(first)? != self.digest(&file)? {
            let (first, second) = (first.entry.to_owned(), file.entry.to_owned());
            return Err(ExtractError::Conflict { path, first, second });
        }
        if first.field.mode() == 0 {
            self.files.insert(path, file);
        }
        Ok(())
    }

    /// Removes the files whose paths do not fit.
    pub fn retain(&mut self, fits: impl Fn(&str) -> bool) {
        self.files.retain(|path, _| fits(path));
    }

    /// The files and their paths, for other trees.
    pub fn into_files(self) -> impl Iterator<Item = (String, TreeFile<'a>)> {
        self.files.into_iter()
    }

    /// The files and their paths, in the order of these.
    pub fn files(&self) -> impl Iterator<Item = (&str, &TreeFile<'a>)> {
        self.files.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// Modules that have nothing but bytecode, which is left out.
    pub fn left_out(&self) -> &[&'a str] {
        &self.code_only
    }

    /// Hands the content of a file of this tree to `sink`, part by part, and returns its length.
    ///
    /// # Errors
    ///
    /// [`ExtractError::Value`] for damage; [`ExtractError::UnsafePath`] and [`ExtractError::Io`] for a value in a file;
    /// those of `sink`.
    pub fn copy<E: From<ExtractError>>(
        &self,
        file: &TreeFile<'a>,
        mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<u64, E> {
        file.field.verify().map_err(ExtractError::value(file.entry))?;
        let mut length = 0;
        if let Some(pyc) = file.header {
            let header = pyc.header();
            sink(&header)?;
            length += header.len() as u64;
        }
        let value = ExtractError::value(file.entry);
        length += match file.field.file().map_err(value)? {
            Some(path) if !is_plain_path(&path) => {
                return Err(ExtractError::UnsafePath { entry: file.entry.to_owned(), path: path.into_owned() }.into());
            }
            Some(path) => copy_file(&self.origin.join(&*path), sink)?,
            None => self.decoder.copy(&file.field, sink).map_err(ExtractError::value(file.entry))??,
        };
        Ok(length)
    }

    fn digest(&self, file: &TreeFile<'a>) -> Result<[u8; 32], ExtractError> {
        let mut digest = Sha256::new();
        self.copy(file, |part| {
            digest.update(part);
            Ok::<_, ExtractError>(())
        })?;
        Ok(digest.finalize().into())
    }

    /// Whether a file on disk is the same as one of this tree.
    pub fn is_content(&self, file: &TreeFile<'a>, path: &Path) -> Result<bool, Error> {
        let mut digest = Sha256::new();
        copy_file(path, |part| {
            digest.update(part);
            Ok::<_, ExtractError>(())
        })?;
        Ok(self.digest(file)? == <[u8; 32]>::from(digest.finalize()))
    }
}

/// Hands a file to `sink`, part by part.
fn copy_file<E: From<ExtractError>>(path: &Path, mut sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<u64, E> {
    let mut file = File::open(path).map_err(ExtractError::io("read", path))?;
    let mut part = vec![0; 1 << 16];
    let mut length = 0;
    loop {
        match file.read(&mut part).map_err(ExtractError::io("read", path))? {
            0 => return Ok(length),
            count => {
                sink(&part[..count])?;
                length += count as u64;
            }
        }
    }
}
