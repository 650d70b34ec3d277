//! What all versions of the format have in common.

use std::sync::Arc;

use crate::blob::Blob;
use crate::entry::Entry;
use crate::error::Error;
use crate::legacy::{NativePaths, Resources};

/// Entries on their way out of an [`Index`].
pub type Entries<'i> = Box<dyn Iterator<Item = Result<Entry<'i>, Error>> + 'i>;

/// Entries by name: packed resources of any version, or several of them as [`crate::Layered`].
///
/// Errors are damage that is met on the way: [`Error::OutOfBounds`] or [`Error::NotUtf8`].
///
/// ```
/// use pyox_packed_resources::{EntryFlags, Index, Packed, Writer};
///
/// fn modules(index: &dyn Index) -> Result<usize, pyox_packed_resources::Error> {
///     index.entries().map(|entry| Ok(usize::from(entry?.is(EntryFlags::MODULE)))).sum()
/// }
///
/// let mut writer = Writer::new();
/// writer.entry("hello").flag(EntryFlags::MODULE);
/// assert_eq!(modules(&Packed::open(&writer.to_vec()?)?)?, 1);
/// # Ok::<(), pyox_packed_resources::Error>(())
/// ```
pub trait Index {
    /// The entry with this name.
    ///
    /// # Errors
    ///
    /// Damage.
    fn entry(&self, name: &str) -> Result<Option<Entry<'_>>, Error>;

    /// All entries, sorted by the bytes of their names.
    fn entries(&self) -> Entries<'_> {
        self.entries_with_prefix("")
    }

    /// The entries whose names start with `prefix`, sorted by the bytes of their names: `pkg.` for the inside of a
    /// package.
    fn entries_with_prefix(&self, prefix: &str) -> Entries<'_>;

    /// Number of entries.
    ///
    /// # Errors
    ///
    /// Damage.
    fn entry_count(&self) -> Result<usize, Error>;
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<I: Index + ?Sized> Index for $pointer {
            fn entry(&self, name: &str) -> Result<Option<Entry<'_>>, Error> {
                (**self).entry(name)
            }

            fn entries_with_prefix(&self, prefix: &str) -> Entries<'_> {
                (**self).entries_with_prefix(prefix)
            }

            fn entry_count(&self) -> Result<usize, Error> {
                (**self).entry_count()
            }
        }
    )*};
}
forward!(&I, Box<I>, Arc<I>);

/// Constant time for a name, without allocation.
impl Index for Blob<'_> {
    fn entry(&self, name: &str) -> Result<Option<Entry<'_>>, Error> {
        self.entry(name)
    }

    fn entries_with_prefix(&self, prefix: &str) -> Entries<'_> {
        match self.entries_with_prefix(prefix) {
            Ok(entries) => Box::new(entries),
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    }

    fn entry_count(&self) -> Result<usize, Error> {
        Ok(self.entry_count())
    }
}

/// A binary search for a name, without allocation.
impl Index for Resources<'_> {
    fn entry(&self, name: &str) -> Result<Option<Entry<'_>>, Error> {
        Ok(self.entry(name))
    }

    fn entries_with_prefix(&self, prefix: &str) -> Entries<'_> {
        Box::new(self.entries_with_prefix(prefix).map(Ok))
    }

    fn entry_count(&self) -> Result<usize, Error> {
        Ok(self.entry_count())
    }
}

/// Packed resources of any version.
#[derive(Clone)]
#[non_exhaustive]
pub enum Packed<'a> {
    /// Versions 1, 2 and 3.
    Legacy(Resources<'a>),
    /// Version 4.
    Blob(Blob<'a>),
}

impl<'a> Packed<'a> {
    /// Opens packed resources of the version they name; those of versions 1 to 3 have the paths of this platform, or
    /// else are for [`Packed::open_with`].
    ///
    /// # Errors
    ///
    /// [`Error::Magic`] if they name none that is known; what [`Blob::open`] or [`Resources::open`] returns.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::open_with(bytes, NativePaths::HOST)
    }

    /// The same, if those of versions 1 to 3 were written on a platform with `paths`.
    ///
    /// # Errors
    ///
    /// As [`Packed::open`].
    pub fn open_with(bytes: &'a [u8], paths: NativePaths) -> Result<Self, Error> {
        if bytes.starts_with(&crate::MAGIC) {
            Blob::open(bytes).map(Self::Blob)
        } else {
            Resources::open_with(bytes, paths).map(Self::Legacy)
        }
    }

    /// 1, 2, 3 or 4.
    pub fn version(&self) -> u8 {
        match self {
            Self::Legacy(resources) => resources.version(),
            Self::Blob(_) => 4,
        }
    }

    /// The blob, if it is version 4.
    pub fn blob(&self) -> Option<&Blob<'a>> {
        match self {
            Self::Legacy(_) => None,
            Self::Blob(blob) => Some(blob),
        }
    }

    fn index(&self) -> &dyn Index {
        match self {
            Self::Legacy(resources) => resources,
            Self::Blob(blob) => blob,
        }
    }
}

impl Index for Packed<'_> {
    fn entry(&self, name: &str) -> Result<Option<Entry<'_>>, Error> {
        self.index().entry(name)
    }

    fn entries_with_prefix(&self, prefix: &str) -> Entries<'_> {
        self.index().entries_with_prefix(prefix)
    }

    fn entry_count(&self) -> Result<usize, Error> {
        self.index().entry_count()
    }
}
