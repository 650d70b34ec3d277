//! Packages and libraries that need real files: placed in a directory of the cache on first use.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pyox_native_loader::{File, Files, Placed, VARIABLE, cache_path};
use pyox_packed_resources::{EntryFlags, Field, FieldKind, top_level};
use pyox_python_objects::{Gil, Result, warn};

use crate::catalogue::{Catalogue, Found};
use crate::state::State;

impl State {
    /// The directory that holds the files of a top-level module; `None` when it is not placed in files, or when no
    /// cache directory can be used. The files are written if they are not there.
    pub(crate) fn cache_directory(&self, gil: Gil, catalogue: &Catalogue, package: &str) -> Result<Option<PathBuf>> {
        catalogue.entry(package)?.map_or(Ok(None), |entry| self.cache_directory_of(gil, &entry))
    }

    /// The same for the entry of a top-level module, or of a library.
    pub(crate) fn cache_directory_of(&self, gil: Gil, entry: &Found<'_>) -> Result<Option<PathBuf>> {
        Ok(self.placed(gil, entry)?.map(|placed| placed.path().to_owned()))
    }

    /// The path of the library of an entry as a file of the cache, if it or its top-level package is placed there.
    /// Nothing has been exchanged on the way to it since the directory was opened, and the file has what the program
    /// has.
    pub(crate) fn cached_library(&self, gil: Gil, entry: &Found<'_>) -> Result<Option<PathBuf>> {
        let placed = match self.placed(gil, entry)? {
            None => match entry.catalogue.entry(top_level(entry.name()))? {
                Some(package) => self.placed(gil, &package)?,
                None => None,
            },
            own => own,
        };
        let (Some(placed), Some(path)) = (placed, entry.text(FieldKind::RelativePath)?) else { return Ok(None) };
        let Some(files) = entry.catalogue.entry(placed.name())? else { return Ok(None) };
        let Some(field) = files.field_with_key(FieldKind::CacheFile, &path)? else { return Ok(None) };
        match placed.library(&file(&field), &CacheFiles(&files)) {
            Ok(path) => Ok(path),
            Err(error) => not_loaded(gil, entry.name(), &error).map(|()| None),
        }
    }

    fn placed(&self, gil: Gil, entry: &Found<'_>) -> Result<Option<Arc<Placed>>> {
        let Some(name) = entry.text(FieldKind::CacheDirectory)? else { return Ok(None) };
        if let Some(known) = self.placed.lock().ok().and_then(|placed| placed.get(&name).cloned()) {
            return Ok(known);
        }
        let Some(files) = entry.catalogue.entry(&name)? else { return Ok(None) };
        let (placed, failure) = match Placed::new(&CacheFiles(&files)) {
            Ok(placed) => (Some(Arc::new(placed)), None),
            Err(error) => (None, Some(error)),
        };
        if let Ok(mut known) = self.placed.lock() {
            known.insert(name, placed.clone());
        }
        // A library is loaded from memory instead, and no one sees a difference.
        match failure.filter(|_| entry.is(EntryFlags::MODULE.union(EntryFlags::PACKAGE))) {
            Some(error) => not_placed(gil, entry.name(), &error).map(|()| None),
            None => Ok(placed),
        }
    }
}

/// The entry that holds the files of a directory.
struct CacheFiles<'e, 'c>(&'e Found<'c>);

impl Files for CacheFiles<'_, '_> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn each(&self, visit: &mut dyn FnMut(&File<'_>) -> io::Result<()>) -> io::Result<()> {
        self.0.fields_of(FieldKind::CacheFile).try_for_each(|field| visit(&file(&field.map_err(io::Error::other)?)))
    }

    fn content(&self, path: &Path) -> io::Result<Cow<'_, [u8]>> {
        let path = path.to_str().unwrap_or_default();
        let content = self.0.keyed_value(FieldKind::CacheFile, path);
        let content = content.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
        content.ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

fn file<'f>(field: &'f Field<'_>) -> File<'f> {
    File::new(Path::new(field.key()), field.len()).executable(field.mode() & 0o111 != 0)
}

/// Warns that a package will not find its files.
fn not_placed(gil: Gil, package: &str, error: &io::Error) -> Result<()> {
    let place = cache_path().map_or_else(|_| "a cache directory".to_owned(), |path| path.display().to_string());
    let message = format!(
        "{package} needs files, which cannot be placed in {place}: {error}; it is imported from memory. Set {} to a \
         directory for its files",
        VARIABLE.to_string_lossy()
    );
    warn(gil, &message)
}

/// Warns that someone has changed the cache while the program runs.
fn not_loaded(gil: Gil, name: &str, error: &io::Error) -> Result<()> {
    let message = format!("the file of {name} in the cache is not used any more: {error}; it is loaded from memory");
    warn(gil, &message)
}
