//! Content in an unnamed temporary file: what is too long for memory.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use pyox_packed_resources::{Content, ReadData};

/// From this length on content is not held whole, in bytes.
pub const LONG: u64 = 1 << 20;

/// Content in a file, mostly a temporary one. That has no name, so that nothing is left of it if the process is killed.
#[derive(Debug)]
pub struct Spool {
    /// Its position is that of the reader that was last.
    file: Mutex<File>,
    length: u64,
}

impl Spool {
    /// The content that `write` writes, in a file of the file system of `directory`.
    ///
    /// # Errors
    ///
    /// The file cannot be made, or what `write` returns.
    pub fn new(directory: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<Self> {
        let mut out = io::BufWriter::with_capacity(1 << 16, tempfile::tempfile_in(directory)?);
        write(&mut out)?;
        let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        let length = file.stream_position()?;
        Ok(Self::of(file, length))
    }

    /// The first `length` bytes of a file that no one changes.
    pub fn of(file: File, length: u64) -> Self {
        Self { file: Mutex::new(file), length }
    }

    /// Length of the content in bytes.
    #[expect(clippy::len_without_is_empty, reason = "emptiness of content has no meaning here")]
    pub fn len(&self) -> u64 {
        self.length
    }

    /// `length` bytes from `position` on. Readers do not disturb each other.
    pub fn range(&self, position: u64, length: u64) -> impl Read + '_ {
        SpoolReader { spool: self, position }.take(length)
    }
}

impl ReadData for Spool {
    fn read(&self) -> io::Result<Cow<'_, [u8]>> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.length).unwrap_or_default());
        self.range(0, self.length).read_to_end(&mut bytes)?;
        Ok(Cow::Owned(bytes))
    }

    fn open(&self) -> io::Result<Content<'_>> {
        Ok(Content::Stream(self.length, Box::new(self.range(0, self.length))))
    }
}

struct SpoolReader<'s> {
    spool: &'s Spool,
    position: u64,
}

impl Read for SpoolReader<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut file = self.spool.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.position))?;
        let count = file.read(bytes)?;
        self.position += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read};

    use super::Spool;

    #[test]
    fn readers_of_a_spool_do_not_disturb_each_other() {
        let spool = Spool::new(&std::env::temp_dir(), |out| out.write_all(b"abcdef")).unwrap();
        let (mut one, mut other) = (spool.range(0, 6), spool.range(2, 3));
        let mut bytes = [0; 2];
        one.read_exact(&mut bytes).unwrap();
        let (mut rest, mut middle) = (String::new(), String::new());
        other.read_to_string(&mut middle).unwrap();
        one.read_to_string(&mut rest).unwrap();
        assert_eq!((&bytes, &*rest, &*middle), (b"ab", "cdef", "cde"));
    }

    #[test]
    fn content_that_cannot_be_made_is_an_error() {
        let failed = Spool::new(&std::env::temp_dir(), |_| Err(io::Error::other("no")));
        assert_eq!(failed.unwrap_err().to_string(), "no");
    }
}
