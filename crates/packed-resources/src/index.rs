//! Looking entries up by name, whatever they are in.

use std::sync::Arc;

use crate::blob::Blob;
use crate::entry::Entry;
use crate::error::Error;

/// Entries on their way out of an [`Index`].
pub type Entries<'i> = Box<dyn Iterator<Item = Result<Entry<'i>, Error>> + 'i>;

/// Entries by name: a [`Blob`], packed resources of an older version (`pyox-legacy-resources`), several indexes as one
/// ([`crate::Layered`]), or any other source that makes entries with [`Entry::from_fields`].
///
/// Errors are damage that is met on the way: [`Error::OutOfBounds`] or [`Error::NotUtf8`].
///
/// ```
/// use pyox_packed_resources::{Blob, EntryFlags, Index, Writer};
///
/// fn modules(index: &dyn Index) -> Result<usize, pyox_packed_resources::Error> {
///     index.entries().map(|entry| Ok(usize::from(entry?.is(EntryFlags::MODULE)))).sum()
/// }
///
/// let mut writer = Writer::new();
/// writer.entry("hello").flag(EntryFlags::MODULE);
/// assert_eq!(modules(&Blob::open(&writer.to_vec()?)?)?, 1);
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
