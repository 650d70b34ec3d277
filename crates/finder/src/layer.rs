//! Packed resources together with the memory that they are in.

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;

use memmap2::Mmap;
use pyox_legacy_resources::Packed;
use pyox_packed_resources::{Blob, Decoder, Encoding, Entries, Entry, Error, Field, Index};
use pyox_python_objects::{Held, Object};

/// Packed resources of any version that own their memory, or live as long as the process.
pub struct Layer {
    // Borrows from `memory`, so it is dropped first and never handed out with its own lifetime.
    packed: Packed<'static>,
    decoder: Decoder<'static>,
    memory: Memory,
}

/// Why a file of packed resources cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// The file cannot be opened or mapped.
    #[error(transparent)]
    File(#[from] std::io::Error),
    /// It does not hold packed resources.
    #[error(transparent)]
    Format(#[from] Error),
}

enum Memory {
    Static(&'static [u8]),
    Owned(Box<[u8]>),
    /// The content of a `bytes` object, which never changes and lives as long as the object is held.
    Python {
        content: &'static [u8],
        _object: Held<Object>,
    },
    Mapped(Mmap),
}

impl Memory {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Static(bytes) => bytes,
            Self::Owned(bytes) => bytes,
            Self::Python { content, .. } => content,
            Self::Mapped(map) => map,
        }
    }
}

impl Layer {
    /// Resources that live as long as the process.
    pub fn of_process(blob: Blob<'static>) -> Self {
        let memory = Memory::Static(blob.as_bytes());
        Self { packed: Packed::Blob(blob), decoder: Decoder::new(), memory }
    }

    /// Maps a file. A change while it is mapped breaks the program, as with a shared library: files must be
    /// replaced as a whole.
    ///
    /// # Errors
    ///
    /// [`OpenError`]
    pub(crate) fn map(path: &Path) -> Result<Self, OpenError> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(std::io::Error::from_raw_os_error(libc::EISDIR).into());
        }
        if metadata.len() == 0 {
            // Nothing can be mapped of it; opening says that it is no blob.
            return Ok(Self::open(Memory::Static(&[]))?);
        }
        // SAFETY: a private read-only mapping of a file that is replaced as a whole, as the documentation demands.
        Ok(Self::open(Memory::Mapped(unsafe { Mmap::map(&file) }?))?)
    }

    /// Resources in memory of their own.
    ///
    /// # Errors
    ///
    /// Damage.
    pub(crate) fn owned(bytes: Vec<u8>) -> Result<Self, Error> {
        Self::open(Memory::Owned(bytes.into()))
    }

    /// The content of a `bytes` object, which is shared, or `None` if it is something else.
    ///
    /// # Safety
    ///
    /// The layer is dropped by a thread that runs the interpreter of the object.
    pub(crate) unsafe fn of_bytes(object: &Object) -> Option<Result<Self, Error>> {
        // Only the type itself is taken: a subclass may hide other things.
        let content = object.exact_bytes()?;
        // SAFETY: the content lives as long as the object. No one asks for that again, and the caller promises how it
        // ends.
        let (content, object) = unsafe { (&*std::ptr::from_ref(content), Held::new(object.clone())) };
        Some(Self::open(Memory::Python { content, _object: object }))
    }

    fn open(memory: Memory) -> Result<Self, Error> {
        // SAFETY: the bytes do not move when `memory` does: they are in a box, an object, a mapping or static. They
        // live as long as `memory`, which is dropped after `packed` and `decoder`, and whatever borrows from those
        // through a method has the lifetime of `self`.
        let bytes: &'static [u8] = unsafe { &*std::ptr::from_ref(memory.bytes()) };
        Ok(Self { packed: Packed::open(bytes)?, decoder: Decoder::new(), memory })
    }

    /// Whether the stored bytes of a field are in this memory.
    fn holds(&self, field: &Field<'_>) -> bool {
        field.stored().is_ok_and(|stored| self.memory.bytes().as_ptr_range().contains(&stored.as_ptr()))
    }

    /// Frees what decompressing has kept.
    pub(crate) fn release(&self) {
        self.decoder.release();
    }

    /// The value of a field, if it is one of these resources and compressed: what decompressing takes is kept.
    pub(crate) fn decompress<'r>(&'r self, field: &Field<'r>) -> Option<Result<Cow<'r, [u8]>, Error>> {
        if matches!(field.encoding(), Ok(Encoding::Raw | Encoding::File) | Err(_)) || !self.holds(field) {
            return None;
        }
        // SAFETY: the field is in the memory of `self`, and a field knows one slice only, that of its whole blob, so
        // the dictionary too is in memory that lives as long as the decoder. What is returned gets the lifetime of
        // `self`.
        let field: &Field<'static> = unsafe { &*std::ptr::from_ref(field).cast() };
        Some(self.decoder.read(field))
    }
}

impl Index for Layer {
    fn entry(&self, name: &str) -> Result<Option<Entry<'_>>, Error> {
        self.packed.entry(name)
    }

    fn entries_with_prefix(&self, prefix: &str) -> Entries<'_> {
        self.packed.entries_with_prefix(prefix)
    }

    fn entry_count(&self) -> Result<usize, Error> {
        self.packed.entry_count()
    }
}
