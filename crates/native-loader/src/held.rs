//! A library somewhere it can be loaded from: in memory, or in a file where memory files cannot be had.

use std::path::{Path, PathBuf};

use crate::cache::Temporary;
use crate::error::LoadError;
use crate::known::IS_FOUND_BY_NAME;
use crate::libraries::{Library, with_needed};
use crate::memory::{MemoryError, MemoryFile};
use crate::registry::Registry;
use crate::shared::share;

/// Paths by which the dynamic loader knows modules that are loaded. As with a file, there is one of each however often
/// it is loaded: a second copy of `_datetime` breaks CPython 3.13.
static MODULES: Registry<Identity, PathBuf> = Registry::new();

/// Name of a module, length of its library, and its checksum.
type Identity = (String, usize, u32);

/// A shared library that someone else opens by its path, as `_imp.create_dynamic` of Python does with extension
/// modules. There is one file for each in a process.
pub struct Module<'c> {
    path: &'static Path,
    file: Option<Held>,
    content: &'c [u8],
}

impl<'c> Module<'c> {
    /// A module in memory, or in a temporary file, after the libraries that it needs
    /// ([`load_needed`](crate::load_needed)). `checksum` is any of the content: what has the same name, length and
    /// checksum is the same.
    ///
    /// # Errors
    ///
    /// [`LoadError::NoPlace`], and with musl [`LoadError::Unrenamed`].
    pub fn new<L: Library>(module: &L, content: &'c [u8], checksum: u32) -> Result<Self, LoadError> {
        let name = module.name();
        let identity = (name.to_owned(), content.len(), checksum);
        if let Some(path) = MODULES.get(|known| *known == identity) {
            // The file may be gone: the path is a name only.
            return Ok(Self { path, file: None, content });
        }
        let file = Held::new(name, &with_needed(module, content)?)?;
        // Before it is loaded: who loads it meanwhile loads the same file.
        let path = MODULES.add(identity, file.path().to_owned());
        Ok(Self { path, file: Some(file), content })
    }

    /// The path to open while this lives. After it has been opened once it is a name only, and may be opened any time.
    pub fn path(&self) -> &Path {
        self.path
    }

    /// Has to be called when the module is loaded: it then uses the pages that its content is mapped from, if that was
    /// said ([`is_mapped_from_file`](crate::is_mapped_from_file)).
    pub fn loaded(self) {
        if let Some(file) = self.file {
            file.loaded(self.content);
        }
    }

    /// Keeps the file, so that a module that was not loaded can be tried again.
    pub fn keep(self) {
        if let Some(file) = self.file {
            file.keep();
        }
    }
}

/// A library that can be loaded while this lives.
pub(crate) struct Held {
    path: PathBuf,
    place: Place,
}

enum Place {
    Memory(MemoryFile),
    File(Temporary),
}

impl Held {
    /// The name is for people.
    pub(crate) fn new(name: &str, content: &[u8]) -> Result<Self, LoadError> {
        in_memory(name, content).or_else(|memory| match Temporary::new(content) {
            Ok(file) => Ok(Self { path: file.path(), place: Place::File(file) }),
            Err(file) => Err(LoadError::NoPlace { name: name.to_owned(), memory, file }),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The library was loaded, and has this content, which it was made of.
    pub(crate) fn loaded(self, content: &[u8]) {
        if let Place::Memory(file) = &self.place {
            share(&self.path, content, file);
        }
        if !IS_FOUND_BY_NAME {
            self.keep();
        }
    }

    /// Keeps it for the life of the process.
    pub(crate) fn keep(self) {
        match self.place {
            Place::Memory(file) => file.keep(),
            Place::File(file) => std::mem::forget(file),
        }
    }
}

fn in_memory(name: &str, content: &[u8]) -> Result<Held, MemoryError> {
    let mut file = MemoryFile::new(name)?;
    file.write(content)?;
    Ok(Held { path: file.path()?.into(), place: Place::Memory(file) })
}

#[cfg(test)]
pub(crate) mod tests {
    use std::borrow::Cow;

    use super::Module;
    use crate::{Library, LibraryFile, LoadError};

    /// A module that needs nothing.
    #[derive(Clone)]
    pub(crate) struct Alone(pub(crate) &'static str);

    impl Library for Alone {
        type Error = LoadError;

        fn name(&self) -> &str {
            self.0
        }

        fn needed(&self) -> impl Iterator<Item = &str> {
            std::iter::empty()
        }

        fn library(&self, _name: &str) -> Result<Option<Self>, LoadError> {
            Ok(None)
        }

        fn file(&self) -> Result<Option<LibraryFile>, LoadError> {
            Ok(None)
        }

        fn content(&self) -> Result<Option<Cow<'_, [u8]>>, LoadError> {
            Ok(None)
        }
    }

    #[test]
    fn a_module_has_one_path_in_a_process() {
        let paths: Vec<_> = [b"one", b"one", b"two"]
            .map(|content| Module::new(&Alone("module"), content, u32::from(content[0])).unwrap())
            .iter()
            .map(|module| module.path().to_owned())
            .collect();
        assert_eq!(paths[0], paths[1]);
        assert_ne!(paths[0], paths[2]);
    }
}
