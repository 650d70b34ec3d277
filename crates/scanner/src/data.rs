//! Content that is read when it is needed.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use pyox_packed_resources::{Content, Data, ReadData, pyc};

use crate::spool::LONG;

/// A file's content.
pub(crate) struct FileContent(pub(crate) PathBuf);

impl ReadData for FileContent {
    fn read(&self) -> io::Result<Cow<'_, [u8]>> {
        std::fs::read(&self.0).map(Cow::Owned).map_err(|source| self.error(source))
    }

    fn open(&self) -> io::Result<Content<'_>> {
        let length = |file: &File| file.metadata().map(|metadata| metadata.len());
        let opened = File::open(&self.0).and_then(|file| Ok((length(&file)?, file)));
        match opened.map_err(|source| self.error(source))? {
            (length, file) if length >= LONG => Ok(Content::Stream(length, Box::new(file))),
            _ => self.read().map(Content::Whole),
        }
    }
}

impl FileContent {
    fn error(&self, source: io::Error) -> io::Error {
        io::Error::new(source.kind(), crate::Error::Read { path: self.0.clone(), source })
    }
}

/// The marshalled code in a `.pyc`.
pub(crate) struct PycCode(pub(crate) Data);

impl ReadData for PycCode {
    fn read(&self) -> io::Result<Cow<'_, [u8]>> {
        let bytes = self.0.read()?;
        if pyc::code(&bytes).is_none() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the header of the .pyc file is damaged"));
        }
        Ok(match bytes {
            Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[pyc::HEADER_LEN..]),
            Cow::Owned(mut bytes) => Cow::Owned(bytes.split_off(pyc::HEADER_LEN)),
        })
    }
}

/// All bytes, with an error that names the file.
pub(crate) fn read(data: &Data, origin: &Path) -> Result<Vec<u8>, crate::Error> {
    match data.read() {
        Ok(bytes) => Ok(bytes.into_owned()),
        Err(source) => Err(crate::Error::Read { path: origin.to_owned(), source }),
    }
}

/// All bytes as text; what is not UTF-8 is replaced.
pub(crate) fn read_text(data: &Data, origin: &Path) -> Result<String, crate::Error> {
    let bytes = read(data, origin)?;
    Ok(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}
