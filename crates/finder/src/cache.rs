//! Packages and libraries that need real files: placed in a content-addressed cache directory on first use.
//!
//! A directory is written beside its final place and renamed, so that what has the name is complete. It is named by
//! the digest of its content. A process holds a shared lock on what it uses, so that nobody removes it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pyox_packed_resources::{EntryFlags, FieldKind, top_level};

use crate::catalogue::{Catalogue, Found};
use crate::object::{Gil, Result, warn};
use crate::state::State;

mod directory;
mod room;
mod root;
mod temporary;
mod tree;
mod trust;

pub(crate) use root::VARIABLE;
pub(crate) use temporary::Temporary;

use tree::{Directory, Identity};
use trust::Missing;

/// A directory of the cache that this process uses.
pub(crate) struct InUse {
    /// The name of the entry that has its files.
    name: String,
    /// Locked while it is open.
    directory: Directory,
    /// The program may close all its descriptors, and open others.
    identity: Identity,
}

impl State {
    /// The directory that holds the files of a top-level module; `None` when it is not placed in files, or when no
    /// cache directory can be used. The files are written if they are not there.
    pub(crate) fn cache_directory(&self, gil: Gil, catalogue: &Catalogue, package: &str) -> Result<Option<PathBuf>> {
        catalogue.entry(package)?.map_or(Ok(None), |entry| self.cache_directory_of(gil, &entry))
    }

    /// The same for the entry of a top-level module, or of a library.
    pub(crate) fn cache_directory_of(&self, gil: Gil, entry: &Found<'_>) -> Result<Option<PathBuf>> {
        Ok(self.cache_in_use(gil, entry)?.map(|in_use| in_use.directory.path().to_owned()))
    }

    /// The path of the library of an entry as a file of the cache, if it or its top-level package is placed there.
    /// Nothing has been exchanged on the way to it since the directory was opened, and the file has what the program
    /// has.
    pub(crate) fn cached_library(&self, gil: Gil, entry: &Found<'_>) -> Result<Option<PathBuf>> {
        let in_use = match self.cache_in_use(gil, entry)? {
            None => match entry.catalogue.entry(top_level(entry.name()))? {
                Some(package) => self.cache_in_use(gil, &package)?,
                None => None,
            },
            own => own,
        };
        let (Some(in_use), Some(path)) = (in_use, entry.text(FieldKind::RelativePath)?) else { return Ok(None) };
        let Some(files) = entry.catalogue.entry(&in_use.name)? else { return Ok(None) };
        let Some(field) = files.field_with_key(FieldKind::CacheFile, &path)? else { return Ok(None) };
        let path = Path::new(&path);
        let checked = in_use.reopen().and_then(|directory| {
            directory::check(&directory, path, &field, &files)?;
            Ok(directory.may_execute().then(|| directory.path().join(path)))
        });
        match checked {
            Ok(file) => Ok(file),
            Err(error) => not_loaded(gil, entry.name(), &error).map(|()| None),
        }
    }

    fn cache_in_use(&self, gil: Gil, entry: &Found<'_>) -> Result<Option<Arc<InUse>>> {
        let Some(name) = entry.text(FieldKind::CacheDirectory)? else { return Ok(None) };
        if let Some(known) = self.cached.lock().ok().and_then(|cached| cached.get(&name).cloned()) {
            return Ok(known);
        }
        let Some(files) = entry.catalogue.entry(&name)? else { return Ok(None) };
        let (placed, failure) = match root::directory().and_then(|root| place(&root, &files)) {
            Ok(placed) => (Some(Arc::new(placed)), None),
            Err(error) => (None, Some(error)),
        };
        if let Ok(mut cached) = self.cached.lock() {
            cached.insert(name, placed.clone());
        }
        // A library is loaded from memory instead, and nobody sees a difference.
        match failure.filter(|_| entry.is(EntryFlags::MODULE.union(EntryFlags::PACKAGE))) {
            Some(error) => not_placed(gil, entry.name(), &error).map(|()| None),
            None => Ok(placed),
        }
    }
}

impl InUse {
    /// The directory that the path leads to now, if it is this one.
    fn reopen(&self) -> io::Result<Directory> {
        let path = self.directory.path();
        let there = trust::directory(path, Missing::Fail)?;
        if there.identity()? != self.identity {
            return Err(io::Error::other(format!("another directory is at {}", path.display())));
        }
        Ok(there)
    }
}

/// Warns that a package will not find its files.
fn not_placed(gil: Gil, package: &str, error: &io::Error) -> Result<()> {
    let place = root::path().map_or_else(|_| "a cache directory".to_owned(), |root| root.display().to_string());
    let message = format!(
        "{package} needs files, which cannot be placed in {place}: {error}; it is imported from memory. Set {} to a directory \
         for its files",
        root::VARIABLE.to_string_lossy()
    );
    warn(gil, &message)
}

/// Warns that somebody has changed the cache while the program runs.
fn not_loaded(gil: Gil, name: &str, error: &io::Error) -> Result<()> {
    let message = format!("the file of {name} in the cache is not used any more: {error}; it is loaded from memory");
    warn(gil, &message)
}

/// Finds the directory with these files below the root, or makes it.
fn place(root: &Directory, files: &Found<'_>) -> io::Result<InUse> {
    let name = plain_name(files.name())?;
    let mut is_new = false;
    // Twice, in case another process removes it meanwhile.
    for _ in 0..2 {
        if let Some(directory) = directory::open(root, name)? {
            directory::mend(&directory, files)?;
            if is_new {
                room::make(root);
            }
            return Ok(InUse { name: name.to_owned(), identity: directory.identity()?, directory });
        }
        directory::write(root, name, files)?;
        is_new = true;
    }
    Err(io::Error::other("the cache directory is removed as soon as it is made"))
}

fn plain_name(name: &str) -> io::Result<&str> {
    let plain = !name.starts_with('.')
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    plain.then_some(name).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not a directory name"))
}
