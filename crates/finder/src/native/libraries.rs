//! Shared libraries that extension modules need: each is loaded after those that it needs itself, and satisfies the
//! `DT_NEEDED` of later ones by its SONAME.

use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use pyox_packed_resources::FieldKind;

use super::loadable::Loadable;
use super::memory::MemoryFile;
use super::not_held;
use super::registry::Registry;
use crate::catalogue::Found;
use crate::object::{Gil, Raised, Result, import_error};
use crate::state::State;

/// Libraries by SONAME that are loaded, or about to be, by any interpreter of the process.
static LIBRARIES: Registry<String, Known> = Registry::new();

/// A library that is loaded from a path. Who finds it here before it is loaded opens the same, which makes no second copy.
struct Known {
    path: PathBuf,
    is_loaded: AtomicBool,
}

impl Known {
    /// What is known of a library: its path is the one that was named first.
    fn of(name: &str, path: impl Into<PathBuf>) -> &'static Self {
        LIBRARIES.add(name.to_owned(), Self { path: path.into(), is_loaded: AtomicBool::new(false) })
    }

    fn is_loaded(name: &str) -> bool {
        LIBRARIES.get(|known| known == name).is_some_and(|known| known.is_loaded.load(Ordering::Acquire))
    }

    fn set_loaded(&self) {
        self.is_loaded.store(true, Ordering::Release);
    }
}

impl State {
    /// Loads the libraries that an entry needs.
    pub(super) fn load_dependencies(&self, gil: Gil, entry: &Found<'_>) -> Result<()> {
        if !entry.has(FieldKind::Dependency) {
            return Ok(());
        }
        let mut loading = Loading { gil, state: self, path: Vec::new() };
        dependencies(entry).try_for_each(|name| loading.visit(entry, name).map(drop))
    }
}

/// The names of the libraries that an entry needs.
fn dependencies<'e>(entry: &'e Found<'_>) -> impl Iterator<Item = &'e str> {
    entry.fields_of(FieldKind::Dependency).flatten().map(|field| field.key())
}

/// A walk through libraries, depth first.
struct Loading<'s, 'c> {
    gil: Gil,
    state: &'s State,
    /// Libraries that are not loaded yet because they wait for what they need, in the order of the walk.
    path: Vec<Found<'c>>,
}

impl<'c> Loading<'_, 'c> {
    /// Loads a library and what it needs. If that leads back to libraries that wait, it waits, too: the result is the place of
    /// the first of those. All that have come since then need each other (Tarjan's strongly connected components).
    fn visit(&mut self, needer: &Found<'c>, name: &str) -> Result<Option<usize>> {
        if Known::is_loaded(name) {
            return Ok(None);
        }
        if let Some(place) = self.path.iter().position(|waiting| waiting.name() == name) {
            return Ok(Some(place));
        }
        let Some(library) = needer.catalogue.entry(name)? else { return Ok(None) };
        let own = self.path.len();
        self.path.push(library.clone());
        let mut first = own;
        for needed in dependencies(&library) {
            first = self.visit(&library, needed)?.map_or(first, |place| first.min(place));
        }
        if first < own {
            return Ok(Some(first));
        }
        let group = self.path.split_off(own);
        match group.as_slice() {
            [library] => self.state.load_library(self.gil, library)?,
            group => load_together(group)?,
        }
        Ok(None)
    }
}

impl State {
    /// Loads a library: from a file if it is in one, or in the cache directory, else from memory.
    fn load_library(&self, gil: Gil, library: &Found<'_>) -> Result<()> {
        let name = library.name();
        if let Some(path) = library.file(FieldKind::SharedLibrary)? {
            let path = library.catalogue.origin().join(&*path);
            open(&path).map_err(|error| import_error(&error, name))?;
            Known::of(name, path).set_loaded();
            return Ok(());
        }
        if let Some(path) = self.cached_library(gil, library)?
            && open(&path).is_ok()
        {
            Known::of(name, path).set_loaded();
            return Ok(());
        }
        let Some(content) = library.value(FieldKind::SharedLibrary)? else { return Ok(()) };
        let file = Loadable::new(name, &content).map_err(|error| not_held(&error, name))?;
        let known = Known::of(name, file.path());
        match open(&known.path) {
            Ok(()) => known.set_loaded(),
            Err(error) => {
                // So that it can be tried again.
                file.keep();
                return Err(import_error(&error, name));
            }
        }
        Ok(())
    }
}

/// Loads libraries that need each other. None can be the first, so they need each other by the paths of their files: loading
/// one loads all.
fn load_together(group: &[Found<'_>]) -> Result<()> {
    let (mut files, mut paths) = (Vec::with_capacity(group.len()), Vec::with_capacity(group.len()));
    for library in group {
        let file = MemoryFile::new(library.name()).map_err(|error| not_held(&error, library.name()))?;
        paths.push(file.short_path().map_err(|error| without_path(&error, library.name()))?);
        files.push(file);
    }
    for (library, file) in group.iter().zip(&mut files) {
        let Some(content) = library.value(FieldKind::SharedLibrary)? else { continue };
        let mut content = content.into_owned();
        for needed in dependencies(library) {
            if let Some(place) = group.iter().position(|other| other.name() == needed) {
                rename(&mut content, needed, &paths[place]).map_err(|Unrenamed| unrenamed(library, needed))?;
            }
        }
        file.write(&content).map_err(|error| not_held(&error, library.name()))?;
    }
    files.into_iter().for_each(MemoryFile::keep);
    let known: Vec<_> = group.iter().zip(paths).map(|(library, path)| Known::of(library.name(), path)).collect();
    let Some((first, file)) = group.first().zip(known.first()) else { return Ok(()) };
    open(&file.path).map_err(|error| import_error(&error, first.name()))?;
    known.into_iter().for_each(Known::set_loaded);
    Ok(())
}

fn without_path(error: &dyn std::error::Error, name: &str) -> Raised {
    let message =
        format!("{name} needs libraries that need it, which is loaded from memory only: {error}. Mount /proc");
    import_error(&message, name)
}

/// A name is not in a library, or too short.
struct Unrenamed;

fn unrenamed(library: &Found<'_>, needed: &str) -> Raised {
    let message = format!("{} and {needed} need each other, which cannot be loaded from memory", library.name());
    import_error(&message, library.name())
}

/// Overwrites a string by a shorter one, wherever it is: what mentions a library by its name means to load it.
fn rename(content: &mut [u8], old: &str, new: &str) -> std::result::Result<(), Unrenamed> {
    let whole = [b"\0", old.as_bytes(), b"\0"].concat();
    let mut renamed = Err(Unrenamed);
    let mut rest = content;
    while let Some(found) = find(rest, &whole)
        && new.len() <= old.len()
    {
        let (place, behind) = rest[found + 1..].split_at_mut(old.len());
        place.fill(0);
        place[..new.len()].copy_from_slice(new.as_bytes());
        rest = behind;
        renamed = Ok(());
    }
    renamed
}

fn find(content: &[u8], part: &[u8]) -> Option<usize> {
    // SAFETY: two live slices with their lengths; the result points into the first or is null.
    let found = unsafe { libc::memmem(content.as_ptr().cast(), content.len(), part.as_ptr().cast(), part.len()) };
    (!found.is_null()).then(|| found.addr() - content.as_ptr().addr())
}

/// Opens a library for the life of the process.
pub(super) fn open(path: &Path) -> std::result::Result<(), String> {
    let path = CString::new(path.as_os_str().as_bytes()).unwrap_or_default();
    // SAFETY: a C string. Initialisers of the library run, as they do for any library a Python program loads.
    let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
    if !handle.is_null() {
        return Ok(());
    }
    // SAFETY: after a failure dlerror returns a C string or null.
    let message = unsafe { libc::dlerror() };
    if message.is_null() {
        return Err("dlopen failed".into());
    }
    // SAFETY: a C string that lives until the next call of a function of its kind in this thread.
    Err(unsafe { CStr::from_ptr(message) }.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::rename;

    #[test]
    fn whole_names_are_overwritten() {
        let mut table = b"\0xlibb.so.1\0libb.so.1.2.3\0liba.so.1.2.3\0libb.so.1.2.3\0".to_vec();
        assert!(rename(&mut table, "libb.so.1.2.3", "/fd/3").is_ok());
        assert_eq!(table, b"\0xlibb.so.1\0/fd/3\0\0\0\0\0\0\0\0\0liba.so.1.2.3\0/fd/3\0\0\0\0\0\0\0\0\0");
        assert!(rename(&mut table, "libb.so.1", "/fd/3").is_err(), "part of a name");
        assert!(rename(&mut table, "liba.so.1.2.3", "/proc/self/fd/300").is_err(), "too long");
    }
}
