//! What packed files have.

use pyox_packed_resources::{Blob, Encoding, Field, pyc};
use rustix::io::Errno;

use crate::decompress::{Context, with_dictionary};
use crate::mapped::Mapped;

/// All files of a program.
pub trait Files: Sync {
    /// Calls `visit` with the path of each file, in parts, and what it has. Of several with the same path the first
    /// counts. Paths are relative, with one slash between names; others are left out.
    ///
    /// It may be called by any thread, in a signal handler and after `fork`: nothing may be allocated, and no lock
    /// taken. Two calls give the same.
    fn each(&self, visit: &mut dyn FnMut(&[&[u8]], Content));

    /// The shared library with a name (`DT_SONAME`), which may be at no path. None by default.
    fn library(&self, name: &str) -> Option<Content> {
        let _ = name;
        None
    }
}

/// Gives what comes before a value in its file, when the file is read. It is called as [`Files::each`] is.
pub type Header = fn() -> [u8; HEADER_LEN];

/// The length of that, in bytes.
pub const HEADER_LEN: usize = pyc::HEADER_LEN;

/// What a packed file has.
#[derive(Clone, Copy)]
pub struct Content {
    pub(crate) field: Field<'static>,
    /// Where the dictionaries of the field are.
    blob: Option<Blob<'static>>,
    header: Option<Header>,
    is_executable: bool,
}

impl Content {
    /// The value of a field. `blob` is the one that it is in, if that has dictionaries.
    pub fn new(field: Field<'static>, blob: Option<Blob<'static>>) -> Self {
        Self { field, blob, header: None, is_executable: field.mode() & 0o111 != 0 }
    }

    /// Puts bytes before the value.
    #[must_use]
    pub fn header(self, header: Header) -> Self {
        Self { header: Some(header), ..self }
    }

    pub(crate) fn len(&self) -> u64 {
        self.field.len().saturating_add(if self.header.is_some() { HEADER_LEN as u64 } else { 0 })
    }

    pub(crate) fn is_executable(&self) -> bool {
        self.is_executable
    }

    /// Hands all of it to `sink`, in parts.
    ///
    /// # Errors
    ///
    /// `EIO` if it is damaged, `ENOMEM`, and that of `sink`.
    pub(crate) fn copy(&self, sink: &mut dyn FnMut(&[u8]) -> Result<(), Errno>) -> Result<(), Errno> {
        let stored = self.field.stored().map_err(|_| Errno::IO)?;
        if self.field.crc().is_some_and(|expected| crc32fast::hash(stored) != expected) {
            return Err(Errno::IO);
        }
        if let Some(header) = self.header {
            sink(&header())?;
        }
        let decompress = |dictionary: &[u8], sink: &mut dyn FnMut(&[u8]) -> Result<(), Errno>| {
            let mut value = Mapped::zeros(usize::try_from(self.field.len()).map_err(|_| Errno::NOMEM)?)?;
            Context::new()?.decompress(stored, dictionary, &mut value)?;
            sink(&value)
        };
        match self.field.encoding() {
            Ok(Encoding::Raw) if stored.len() as u64 == self.field.len() => sink(stored),
            Ok(Encoding::Zstd) => decompress(&[], sink),
            Ok(Encoding::Dictionary(number)) => {
                let blob = self.blob.as_ref().ok_or(Errno::IO)?;
                with_dictionary(blob, number, |dictionary| decompress(dictionary, sink))
            }
            _ => Err(Errno::IO),
        }
    }
}
