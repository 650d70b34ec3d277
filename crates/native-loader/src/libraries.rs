//! Shared libraries that something needs: each is loaded after those that it needs itself, and satisfies the
//! `DT_NEEDED` of later ones.

use std::borrow::Cow;
use std::ffi::{CStr, CString, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::ptr::NonNull;

use crate::error::LoadError;
use crate::held::Held;
use crate::known::{IS_FOUND_BY_NAME, Known, found_as, rename};
use crate::lacking::open_needed;
use crate::memory::MemoryFile;
use crate::present;

/// Something that needs shared libraries: a library itself, or an extension module.
pub trait Library: Clone {
    /// Why it, or one that it needs, cannot be had.
    type Error: From<LoadError>;

    /// Its name; that of a library is its SONAME.
    fn name(&self) -> &str;

    /// The names of the libraries that it needs.
    fn needed(&self) -> impl Iterator<Item = &str>;

    /// The library with a name; `None` if the system has it.
    ///
    /// # Errors
    ///
    /// It cannot be looked up.
    fn library(&self, name: &str) -> Result<Option<Self>, Self::Error>;

    /// Where its file is.
    ///
    /// # Errors
    ///
    /// It cannot be looked up.
    fn file(&self) -> Result<Option<LibraryFile>, Self::Error>;

    /// What its file would hold, if it is in memory.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    fn content(&self) -> Result<Option<Cow<'_, [u8]>>, Self::Error>;

    /// Is called when the library was loaded from memory or from a copy in a file, with the path by which the dynamic
    /// loader knows it. Does nothing by default.
    fn loaded(&self, path: &Path) {
        let _ = path;
    }
}

/// The file of a [`Library`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LibraryFile {
    /// The library is in this file only.
    Only(PathBuf),
    /// This file has a copy. The library is loaded from memory where it cannot be loaded from there.
    Copy(PathBuf),
}

/// Loads the libraries that something needs, each before those that need it. What is loaded stays loaded.
///
/// # Errors
///
/// A library cannot be had, or not be loaded.
pub fn load_needed<L: Library>(by: &L) -> Result<(), L::Error> {
    let mut loading = Loading { path: Vec::new() };
    by.needed().try_for_each(|name| loading.visit(by, name).map(drop))
}

/// The content of something as the dynamic loader can load it after [`load_needed`]: the libraries that it needs have
/// names in it by which they are found.
///
/// # Errors
///
/// The name of one cannot be replaced.
pub(crate) fn with_needed<'c, L: Library>(by: &L, content: &'c [u8]) -> Result<Cow<'c, [u8]>, LoadError> {
    let mut content = Cow::Borrowed(content);
    if !IS_FOUND_BY_NAME {
        for name in by.needed() {
            let Some(known) = Known::get(name) else { continue };
            if !known.name_in(content.to_mut(), name) {
                return Err(LoadError::Unrenamed { name: by.name().to_owned(), needed: name.to_owned() });
            }
        }
    }
    Ok(content)
}

/// A walk through libraries, depth first.
struct Loading<L> {
    /// Libraries that are not loaded yet because they wait for what they need, in the order of the walk.
    path: Vec<L>,
}

impl<L: Library> Loading<L> {
    /// Loads a library and what it needs. If that leads back to libraries that wait, it waits, too: the result is the
    /// place of the first of those. All that have come since then need each other (Tarjan's strongly connected
    /// components).
    fn visit(&mut self, needer: &L, name: &str) -> Result<Option<usize>, L::Error> {
        if Known::get(name).is_some() {
            return Ok(None);
        }
        if let Some(place) = self.path.iter().position(|waiting| waiting.name() == name) {
            return Ok(Some(place));
        }
        let Some(library) = needer.library(name)? else { return Ok(None) };
        // Someone has loaded it by its path.
        if let Some(path) = present::path_of(name) {
            Known::add_file(name, path);
            return Ok(None);
        }
        let own = self.path.len();
        self.path.push(library.clone());
        let mut first = own;
        for needed in library.needed() {
            first = self.visit(&library, needed)?.map_or(first, |place| first.min(place));
        }
        if first < own {
            return Ok(Some(first));
        }
        let group = self.path.split_off(own);
        match group.as_slice() {
            [library] => load(library)?,
            group => load_together(group)?,
        }
        Ok(None)
    }
}

/// Loads a library: from a file if it is in one, else from memory.
fn load<L: Library>(library: &L) -> Result<(), L::Error> {
    let name = library.name();
    match library.file()? {
        Some(LibraryFile::Only(path)) => {
            open_needed(name, &path).map_err(refused(name))?;
            Known::add_file(name, path);
            return Ok(());
        }
        Some(LibraryFile::Copy(path)) if open_needed(name, &path).is_ok() => {
            library.loaded(&path);
            Known::add_file(name, path);
            return Ok(());
        }
        _ => {}
    }
    let Some(content) = library.content()? else { return Ok(()) };
    let file = Held::new(name, &with_needed(library, &content)?)?;
    let known = Known::of(name, file.path());
    match open_needed(name, known.path()) {
        Ok(()) => {
            known.set_loaded();
            library.loaded(known.path());
            file.loaded(&content);
        }
        Err(error) => {
            // So that it can be tried again.
            file.keep();
            return Err(refused(name)(error).into());
        }
    }
    Ok(())
}

/// Loads libraries that need each other. None can be the first, so they need each other by the paths of their files:
/// loading one loads all.
fn load_together<L: Library>(group: &[L]) -> Result<(), L::Error> {
    let (mut files, mut paths) = (Vec::with_capacity(group.len()), Vec::with_capacity(group.len()));
    for library in group {
        let file = MemoryFile::new(library.name())
            .map_err(|source| LoadError::Memory { name: library.name().to_owned(), source })?;
        let path = file.short_path().map_err(|reason| LoadError::NoPath { name: library.name().to_owned(), reason })?;
        paths.push(path);
        files.push(file);
    }
    for (library, file) in group.iter().zip(&mut files) {
        let Some(content) = library.content()? else { continue };
        let mut content = with_needed(library, &content)?.into_owned();
        for needed in library.needed() {
            if let Some(place) = group.iter().position(|other| other.name() == needed)
                && !rename(&mut content, needed, found_as(&paths[place]))
            {
                let (name, needed) = (library.name().to_owned(), needed.to_owned());
                return Err(LoadError::Unrenamed { name, needed }.into());
            }
        }
        file.write(&content).map_err(|source| LoadError::Memory { name: library.name().to_owned(), source })?;
    }
    files.into_iter().for_each(MemoryFile::keep);
    let known: Vec<_> = group.iter().zip(paths).map(|(library, path)| Known::of(library.name(), path)).collect();
    let Some((first, file)) = group.first().zip(known.first()) else { return Ok(()) };
    open_needed(first.name(), file.path()).map_err(refused(first.name()))?;
    for (library, known) in group.iter().zip(known) {
        known.set_loaded();
        library.loaded(known.path());
    }
    Ok(())
}

fn refused(name: &str) -> impl Fn(String) -> LoadError {
    move |message| LoadError::Refused { name: name.to_owned(), message }
}

/// Opens a library for the life of the process.
///
/// # Errors
///
/// What the dynamic loader says.
pub fn open_library(path: &Path) -> Result<(), String> {
    open_with(path, libc::RTLD_NOW).map(drop)
}

/// The same, with functions bound now or when they are first called; a handle that is never closed.
pub(crate) fn open_with(path: &Path, binding: c_int) -> Result<NonNull<c_void>, String> {
    let path = CString::new(path.as_os_str().as_bytes()).unwrap_or_default();
    // SAFETY: a C string. Initialisers of the library run, as they do for any library a Python program loads.
    let handle = unsafe { libc::dlopen(path.as_ptr(), binding | libc::RTLD_LOCAL) };
    if let Some(handle) = NonNull::new(handle) {
        return Ok(handle);
    }
    // SAFETY: after a failure dlerror returns a C string or null.
    let message = unsafe { libc::dlerror() };
    if message.is_null() {
        return Err("dlopen failed".into());
    }
    // SAFETY: a C string that lives until the next call of a function of its kind in this thread.
    Err(unsafe { CStr::from_ptr(message) }.to_string_lossy().into_owned())
}

/// The address of a symbol of a library that [`load_needed`] has loaded, by its name and that of the library.
pub fn symbol(library: &str, name: &CStr) -> Option<NonNull<c_void>> {
    let handle = open_with(Known::get(library)?.path(), libc::RTLD_NOW | libc::RTLD_NOLOAD).ok()?;
    // SAFETY: a handle of dlopen and a C string.
    NonNull::new(unsafe { libc::dlsym(handle.as_ptr(), name.as_ptr()) })
}
