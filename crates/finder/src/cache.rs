//! Packages and libraries that need real files: placed in a content-addressed cache directory on first use.
//!
//! A directory is written beside its final place and renamed, so that what has the name is complete. It is named by
//! the digest of its content. A process holds a shared lock on what it uses, so that nobody removes it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use pyox_packed_resources::{EntryFlags, FieldKind};

use crate::catalogue::{Catalogue, Found};
use crate::object::{Gil, Result, warn};
use crate::state::State;

mod directory;
mod room;
mod root;

pub(crate) use root::may_execute;

/// A directory of the cache that this process uses.
pub(crate) struct InUse {
    path: PathBuf,
    /// Locked while it is open.
    _directory: File,
}

impl State {
    /// The directory that holds the files of a top-level module; `None` when it is not placed in files, or when no
    /// cache directory can be used. The files are written if they are not there.
    pub(crate) fn cache_directory(&self, gil: Gil, catalogue: &Catalogue, package: &str) -> Result<Option<PathBuf>> {
        catalogue.entry(package)?.map_or(Ok(None), |entry| self.cache_directory_of(gil, &entry))
    }

    /// The same for the entry of a top-level module, or of a library.
    pub(crate) fn cache_directory_of(&self, gil: Gil, entry: &Found<'_>) -> Result<Option<PathBuf>> {
        let Some(name) = entry.text(FieldKind::CacheDirectory)? else { return Ok(None) };
        let path = |known: &Option<InUse>| known.as_ref().map(|known| known.path.clone());
        if let Some(known) = self.cached.lock().ok().and_then(|cached| cached.get(&name).map(path)) {
            return Ok(known);
        }
        let Some(files) = entry.catalogue.entry(&name)? else { return Ok(None) };
        let (placed, failure) = match root::directory().and_then(|root| place(&root, &files)) {
            Ok(placed) => (Some(placed), None),
            Err(error) => (None, Some(error)),
        };
        let directory = path(&placed);
        if let Ok(mut cached) = self.cached.lock() {
            cached.insert(name, placed);
        }
        // A library is loaded from memory instead, and nobody sees a difference.
        match failure.filter(|_| entry.is(EntryFlags::MODULE.union(EntryFlags::PACKAGE))) {
            Some(error) => not_placed(gil, entry.name(), &error).map(|()| None),
            None => Ok(directory),
        }
    }
}

/// Warns that a package will not find its files.
fn not_placed(gil: Gil, package: &str, error: &io::Error) -> Result<()> {
    let place = root::directory().map_or_else(|_| "a cache directory".to_owned(), |root| root.display().to_string());
    let message = format!(
        "{package} needs files, which cannot be placed in {place}: {error}; it is imported from memory. Set {} to a directory \
         for its files",
        root::VARIABLE.to_string_lossy()
    );
    warn(gil, &message)
}

/// Finds the directory with these files below the root, or makes it.
fn place(root: &Path, files: &Found<'_>) -> io::Result<InUse> {
    let name = plain_name(files.name())?;
    let path = root.join(name);
    root::make_private(root)?;
    let mut is_new = false;
    // Twice, in case another process removes it meanwhile.
    for _ in 0..2 {
        if let Some(directory) = directory::open(&path)? {
            directory::mend(&path, files)?;
            if is_new {
                room::make(root);
            }
            return Ok(InUse { path, _directory: directory });
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
