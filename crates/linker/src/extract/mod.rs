//! Packed resources become files again, laid out as below `sys.path`.
//!
//! A [`Tree`] takes entries and knows which files they are; [`Tree::write`] writes them.

mod error;
mod paths;
mod pyc;
mod write;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;

use pyox_packed_resources::{Decoder, Entry, Field, is_plain_path};

use self::paths::Places;

pub use error::ExtractError;
pub use pyc::Pyc;
pub use write::Written;

/// Files of packed resources, each at its path below `sys.path`.
pub struct Tree<'a> {
    decoder: Decoder<'a>,
    origin: PathBuf,
    bytecode: Option<Pyc>,
    files: BTreeMap<String, TreeFile<'a>>,
    code_only: Vec<&'a str>,
}

/// One file of a [`Tree`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TreeFile<'a> {
    /// Name of the entry it comes from.
    pub entry: &'a str,
    /// The field that has its content, which stands behind a header if it is bytecode.
    pub field: Field<'a>,
    header: Option<Pyc>,
}

impl<'a> Tree<'a> {
    /// No files yet. Values in files are read from below `origin`. Bytecode is left out unless it is said for which Python
    /// it is.
    pub fn new(origin: impl Into<PathBuf>, bytecode: Option<Pyc>) -> Self {
        Self { decoder: Decoder::new(), origin: origin.into(), bytecode, files: BTreeMap::new(), code_only: Vec::new() }
    }

    /// Adds the files of an entry: source text and bytecode, native code, resources, metadata, cached files.
    ///
    /// # Errors
    ///
    /// [`ExtractError::UnsafePath`] if a file would be outside of the tree, [`ExtractError::Conflict`] if it is there already
    /// with other content, [`ExtractError::Value`] for damage.
    pub fn add(&mut self, entry: &Entry<'a>) -> Result<(), ExtractError> {
        let name = entry.name();
        let places = Places::of(entry, &self.decoder).map_err(ExtractError::value(name))?;
        if self.bytecode.is_none() && places.is_code_only() {
            self.code_only.push(name);
        }
        let mut previous = None;
        for field in entry.fields() {
            let field = field.map_err(ExtractError::value(name))?;
            // In versions 1 to 3 a value may be in memory and behind that in a file.
            let value = Some((field.kind(), field.key()));
            if std::mem::replace(&mut previous, value) == value {
                continue;
            }
            let header = self.bytecode.filter(|_| paths::is_bytecode(field.kind()));
            if let Some(path) = places.path(&field, self.bytecode) {
                self.put(path, TreeFile { entry: name, field, header })?;
            }
        }
        Ok(())
    }

    /// Adds a file of another tree.
    pub(crate) fn put(&mut self, path: String, file: TreeFile<'a>) -> Result<(), ExtractError> {
        if !is_plain_path(&path) {
            return Err(ExtractError::UnsafePath { entry: file.entry.to_owned(), path });
        }
        let Some(first) = self.files.get(&path) else {
            self.files.insert(path, file);
            return Ok(());
        };
        // A package that is placed in files at run time has its files twice.
        if self.content(first)? != self.content(&file)? {
            let (first, second) = (first.entry.to_owned(), file.entry.to_owned());
            return Err(ExtractError::Conflict { path, first, second });
        }
        if first.field.mode() == 0 {
            self.files.insert(path, file);
        }
        Ok(())
    }

    /// Removes the files whose paths do not fit.
    pub(crate) fn retain(&mut self, fits: impl Fn(&str) -> bool) {
        self.files.retain(|path, _| fits(path));
    }

    /// The files and their paths, for other trees.
    pub(crate) fn into_files(self) -> impl Iterator<Item = (String, TreeFile<'a>)> {
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

    /// What a file of this tree contains.
    ///
    /// # Errors
    ///
    /// [`ExtractError::Value`] for damage; [`ExtractError::UnsafePath`] and [`ExtractError::Io`] for a value in a file.
    pub fn content(&self, file: &TreeFile<'a>) -> Result<Cow<'a, [u8]>, ExtractError> {
        file.field.verify().map_err(ExtractError::value(file.entry))?;
        let value = match self.decoder.read(&file.field) {
            Err(pyox_packed_resources::Error::InFile { path }) if !is_plain_path(&path) => {
                return Err(ExtractError::UnsafePath { entry: file.entry.to_owned(), path });
            }
            Err(pyox_packed_resources::Error::InFile { path }) => {
                let path = self.origin.join(path);
                Cow::Owned(std::fs::read(&path).map_err(ExtractError::io("read", &path))?)
            }
            value => value.map_err(ExtractError::value(file.entry))?,
        };
        Ok(match file.header {
            Some(pyc) => Cow::Owned([&pyc.header()[..], &value].concat()),
            None => value,
        })
    }
}
