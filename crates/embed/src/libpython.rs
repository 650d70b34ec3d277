//! The interpreter of a launcher that has none in itself: libpython is among the resources, is loaded from memory, and
//! what the launcher uses of it is then bound.

mod bound;

use std::borrow::Cow;
use std::sync::OnceLock;

use pyox_native_loader::{Global, Library, LibraryFile, LoadError, load_needed};
use pyox_packed_resources::{Blob, Decoder, Entry, FieldKind};

/// Why libpython cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LibpythonError {
    /// It is not among the resources.
    #[error("the resources of the program do not hold {name}")]
    Missing {
        /// Its name.
        name: String,
    },
    /// The dynamic loader refuses it, or one of the libraries that it needs, or there is no place for it.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// It, or a library that it needs, is damaged.
    #[error(transparent)]
    Damaged(#[from] pyox_packed_resources::Error),
    /// It lacks what the launcher uses.
    #[error("{name} has no {symbol}")]
    Symbol {
        /// The library.
        name: String,
        /// The symbol.
        symbol: String,
    },
    /// The launcher itself cannot be changed in memory.
    #[error("the memory of the program cannot be changed")]
    Protected(#[source] std::io::Error),
}

/// Whether that was done.
static IS_LOADED: OnceLock<()> = OnceLock::new();

/// Loads it, with the libraries that it needs, for all that is loaded later, and binds the symbols of the program that
/// are those of Python. Before that, nothing may use Python.
pub(crate) fn load(python: (u8, u8), blobs: &[Blob<'static>]) -> Result<(), LibpythonError> {
    if IS_LOADED.get().is_some() {
        return Ok(());
    }
    let name = name(python);
    let missing = || LibpythonError::Missing { name: name.clone() };
    let packed = Packed { blobs, entry: None }.library(&name)?.ok_or_else(missing)?;
    load_needed(&packed)?;
    let library = Global::load(&packed, &packed.content()?.ok_or_else(missing)?)?;
    bound::bind(|symbol| library.symbol(symbol)).map_err(|error| match error {
        bound::Error::Symbol(symbol) => LibpythonError::Symbol { name, symbol },
        bound::Error::Protected(source) => LibpythonError::Protected(source),
    })?;
    let _ = IS_LOADED.set(());
    Ok(())
}

/// The name of libpython (`DT_SONAME`), as CPython gives it.
fn name((major, minor): (u8, u8)) -> String {
    let free_threaded = if cfg!(Py_GIL_DISABLED) { "t" } else { "" };
    let debug = if cfg!(py_sys_config = "Py_DEBUG") { "d" } else { "" };
    format!("libpython{major}.{minor}{free_threaded}{debug}.so.1.0")
}

/// A library among the resources; without an entry nothing but the resources.
#[derive(Clone)]
struct Packed<'p> {
    blobs: &'p [Blob<'static>],
    entry: Option<Entry<'static>>,
}

impl Library for Packed<'_> {
    type Error = LibpythonError;

    fn name(&self) -> &str {
        self.entry.as_ref().map_or("", Entry::name)
    }

    fn needed(&self) -> impl Iterator<Item = &str> {
        let fields = self.entry.iter().flat_map(|entry| entry.fields_of(FieldKind::Dependency)).flatten();
        fields.map(|field| field.key())
    }

    fn library(&self, name: &str) -> Result<Option<Self>, LibpythonError> {
        for blob in self.blobs {
            if let Some(entry) = blob.entry(name)? {
                return Ok(Some(Self { blobs: self.blobs, entry: Some(entry) }));
            }
        }
        Ok(None)
    }

    fn file(&self) -> Result<Option<LibraryFile>, LibpythonError> {
        Ok(None)
    }

    fn content(&self) -> Result<Option<Cow<'_, [u8]>>, LibpythonError> {
        let Some(entry) = &self.entry else { return Ok(None) };
        let Some(field) = entry.field(FieldKind::SharedLibrary)? else { return Ok(None) };
        Ok(Some(Decoder::new().read(&field)?))
    }
}
