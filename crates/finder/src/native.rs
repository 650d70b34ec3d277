//! Extension modules and the libraries they need: from memory, or from files where they are placed in files.

use std::borrow::Cow;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use pyox_native_loader::{Library, LibraryFile, LoadError, Module, check_lacking, load_needed, open_library};
use pyox_packed_resources::FieldKind;
use pyox_python_objects::{Gil, Object, Raised, Result, import_error, set_exception, with_causes};

use crate::catalogue::Found;
use crate::state::State;

impl State {
    /// Makes an extension module: the libraries it needs first, then its own.
    pub(crate) fn create_extension(&self, spec: &Object, entry: &Found<'_>) -> Result<Object> {
        let gil = spec.gil();
        let needer = Needer { state: self, gil, entry: entry.clone() };
        if entry.has(FieldKind::Dependency) {
            load_needed(&needer).map_err(|NotLoaded(raised)| raised)?;
        }
        let check = |path: &Path| check_lacking(&needer, path).map_err(|NotLoaded(raised)| raised);
        // Where the system forbids to load code from there, it is loaded from memory.
        if let Some(file) = self.cached_library(gil, entry)?
            && open_library(&file).is_ok()
        {
            check(&file)?;
            self.tell_loaded(entry, &file);
            return self.create_dynamic(spec, &file);
        }
        if let Some(path) = entry.file(FieldKind::Extension)? {
            let file = entry.catalogue.origin().join(&*path);
            check(&file)?;
            return self.create_dynamic(spec, &file);
        }
        let Some(content) = entry.value(FieldKind::Extension)? else {
            return Err(import_error("extension module has no library", entry.name()));
        };
        let checksum = entry.checksum(FieldKind::Extension).unwrap_or_else(|| crc32fast::hash(&content));
        let library = Module::new(&needer, &content, checksum).map_err(|error| NotLoaded::from(error).0)?;
        let module = check(library.path()).and_then(|()| self.create_dynamic(spec, library.path()));
        match &module {
            Ok(_) => {
                self.tell_loaded(entry, library.path());
                library.loaded();
            }
            // So that it can be tried again.
            Err(_) => library.keep(),
        }
        module
    }

    /// Says that the library of an entry was loaded from memory, or from its file in the cache, and by which path the
    /// dynamic loader knows it. Of a package that is in the cache as a whole, the files are there.
    fn tell_loaded(&self, entry: &Found<'_>, path: &Path) {
        if let Some(loaded) = self.loaded
            && let Ok(Some(relative)) = entry.text(FieldKind::RelativePath)
            && !is_in_cache(entry, relative.split('/').next().unwrap_or_default())
        {
            loaded(path, &self.roots.of(entry.flags().place()).join(relative));
        }
    }

    /// `_imp.create_dynamic` opens what `origin` names; the module must have the virtual path, however.
    fn create_dynamic(&self, spec: &Object, path: &Path) -> Result<Object> {
        let gil = spec.gil();
        let origin = spec.attr(c"origin")?;
        spec.set_attr(c"origin", &self.path_object(gil, path)?)?;
        let create = self.python(gil).imp.attr(c"create_dynamic")?;
        let module = self.python(gil).call_with_frames_removed.call(&[&create, spec]);
        // No attribute may be set while an exception is.
        let module = module.map_err(|raised| raised.take(gil));
        spec.set_attr(c"origin", &origin)?;
        let module = module.map_err(|exception| exception.as_ref().map_or(Raised::pending(), set_exception))?;
        if let Some(file) = module.attr_or_none(c"__file__")
            && file.to_fs_bytes().is_ok_and(|file| file == path.as_os_str().as_bytes())
        {
            match spec.attr_or_none(c"has_location").map_or(Ok(true), |has_location| has_location.is_true())? {
                true => module.set_attr(c"__file__", &origin)?,
                false => module.delete_attr(c"__file__")?,
            }
        }
        Ok(module)
    }
}

/// Whether a top-level package is in the cache as a whole, which is another one than the entry.
fn is_in_cache(entry: &Found<'_>, package: &str) -> bool {
    let package = entry.catalogue.entry(package).ok().flatten().filter(|package| package.name() != entry.name());
    package.is_some_and(|package| package.has(FieldKind::CacheDirectory))
}

/// An entry that needs libraries, or that is one.
#[derive(Clone)]
struct Needer<'s, 'c> {
    state: &'s State,
    gil: Gil,
    entry: Found<'c>,
}

/// The exception that an import ends with.
struct NotLoaded(Raised);

impl From<LoadError> for NotLoaded {
    fn from(error: LoadError) -> Self {
        Self(import_error(&with_causes(&error), error.name()))
    }
}

impl From<Raised> for NotLoaded {
    fn from(raised: Raised) -> Self {
        Self(raised)
    }
}

impl Library for Needer<'_, '_> {
    type Error = NotLoaded;

    fn name(&self) -> &str {
        self.entry.name()
    }

    fn needed(&self) -> impl Iterator<Item = &str> {
        self.entry.fields_of(FieldKind::Dependency).flatten().map(|field| field.key())
    }

    fn library(&self, name: &str) -> std::result::Result<Option<Self>, NotLoaded> {
        Ok(self.entry.catalogue.entry(name)?.map(|entry| Self { entry, ..*self }))
    }

    fn file(&self) -> std::result::Result<Option<LibraryFile>, NotLoaded> {
        if let Some(path) = self.entry.file(FieldKind::SharedLibrary)? {
            return Ok(Some(LibraryFile::Only(self.entry.catalogue.origin().join(&*path))));
        }
        Ok(self.state.cached_library(self.gil, &self.entry)?.map(LibraryFile::Copy))
    }

    fn content(&self) -> std::result::Result<Option<Cow<'_, [u8]>>, NotLoaded> {
        Ok(self.entry.value(FieldKind::SharedLibrary)?)
    }

    fn loaded(&self, path: &Path) {
        self.state.tell_loaded(&self.entry, path);
    }
}
