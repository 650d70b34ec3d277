//! The bytes of a layer. Of a long one only the start is in memory: what is before its native code and data.

use std::borrow::Cow;
use std::io::{self, Read as _, Write};
use std::path::Path;
use std::sync::Arc;

use pyox_packed_resources::{Content, Data, Error, Layout, PartsDigest, ReadData, SectionKind, hex};
use pyox_scanner::{LONG, Spool};

/// From this length on a layer is not held whole, in bytes.
pub(super) const LONG_LAYER: u64 = 64 << 20;

/// A blob in memory, or in a file.
pub(super) struct Stored {
    start: Arc<Vec<u8>>,
    /// What starts with the whole blob.
    file: Option<Arc<Spool>>,
    length: u64,
}

impl Stored {
    pub(super) fn whole(blob: Vec<u8>) -> Self {
        Self { length: blob.len() as u64, start: Arc::new(blob), file: None }
    }

    /// Writes a blob, into a file in `directory` if it is long.
    pub(super) fn write(layout: &Layout<'_>, directory: &Path) -> Result<Self, Error> {
        if layout.len() < LONG_LAYER {
            let mut blob = Vec::with_capacity(layout.len() as usize);
            layout.write_to(&mut blob)?;
            return Ok(Self::whole(blob));
        }
        std::fs::create_dir_all(directory).map_err(Error::Write)?;
        let mut failed = None;
        let spool = Spool::new(directory, |out| {
            layout.write_to(out).map_err(|error| {
                failed = Some(error);
                io::ErrorKind::Other.into()
            })
        });
        match (spool, failed) {
            (_, Some(error)) => Err(error),
            (Err(error), None) => Err(Error::Write(error)),
            (Ok(spool), None) => Self::in_file(spool, layout.len(), start_of(layout)).map_err(Error::Write),
        }
    }

    /// A blob of `length` bytes at the beginning of a file, whose first `start` bytes are to be in memory.
    pub(super) fn in_file(file: Spool, length: u64, start: u64) -> io::Result<Self> {
        let mut bytes = Vec::new();
        file.range(0, start).read_to_end(&mut bytes)?;
        Ok(Self { start: Arc::new(bytes), file: Some(Arc::new(file)), length })
    }

    pub(super) fn len(&self) -> u64 {
        self.length
    }

    /// All of it or its start, for [`Blob::open_index`](pyox_packed_resources::Blob::open_index).
    pub(super) fn start(&self) -> &[u8] {
        &self.start
    }

    /// A part of the blob.
    pub(super) fn part(&self, offset: u64, length: u64) -> Result<Data, Error> {
        let limit = self.length;
        let end = offset.checked_add(length).filter(|&end| end <= limit);
        let end = end.ok_or(Error::OutOfBounds { what: "value", offset, length, limit })?;
        Ok(match &self.file {
            Some(file) if end > self.start.len() as u64 => {
                Data::lazy(InFile { file: Arc::clone(file), offset, length })
            }
            _ => Data::lazy(InMemory { bytes: Arc::clone(&self.start), range: offset as usize..end as usize }),
        })
    }

    /// Digest of all of it, as that of one part.
    pub(super) fn digest(&self) -> io::Result<String> {
        let mut digest = PartsDigest::default();
        digest.begin_part(self.length);
        self.copy(&mut digest)?;
        Ok(hex(&digest.bytes()[..16]))
    }

    /// Writes all of it.
    pub(super) fn copy(&self, out: &mut dyn Write) -> io::Result<()> {
        match &self.file {
            Some(file) => io::copy(&mut file.range(0, self.length), out).map(drop),
            None => out.write_all(&self.start),
        }
    }
}

/// How many bytes of a blob are before its native code and its data.
pub(super) fn start_of(layout: &Layout<'_>) -> u64 {
    let sections = layout.sections();
    let is_rest = |kind| matches!(kind, SectionKind::Native | SectionKind::Resources);
    sections.filter(|section| is_rest(section.kind)).map(|section| section.offset).min().unwrap_or(layout.len())
}

/// A part of bytes that others hold too.
struct InMemory {
    bytes: Arc<Vec<u8>>,
    range: std::ops::Range<usize>,
}

impl ReadData for InMemory {
    fn read(&self) -> io::Result<Cow<'_, [u8]>> {
        Ok(Cow::Borrowed(&self.bytes[self.range.clone()]))
    }
}

/// A part of a file.
struct InFile {
    file: Arc<Spool>,
    offset: u64,
    length: u64,
}

impl ReadData for InFile {
    fn read(&self) -> io::Result<Cow<'_, [u8]>> {
        let mut bytes = vec![0; self.length as usize];
        self.file.range(self.offset, self.length).read_exact(&mut bytes)?;
        Ok(Cow::Owned(bytes))
    }

    fn open(&self) -> io::Result<Content<'_>> {
        match self.length < LONG {
            true => self.read().map(Content::Whole),
            false => Ok(Content::Stream(self.length, Box::new(self.file.range(self.offset, self.length)))),
        }
    }
}

#[cfg(test)]
mod tests {
    use pyox_packed_resources::{Blob, FieldKind, Value, Writer};

    use super::*;

    #[test]
    fn of_a_long_layer_the_start_is_in_memory_and_the_rest_in_a_file() {
        let long: Vec<u8> = (0..LONG_LAYER as u32).map(|number| (number >> 3) as u8).collect();
        let mut writer = Writer::new();
        writer.entry("a").field(FieldKind::Source, b"pass".to_vec()).field(FieldKind::Extension, b"native".to_vec());
        writer.entry("a").keyed(FieldKind::PackageResource, "long", Value::raw(long));
        let directory = tempfile::tempdir().unwrap();
        let layout = writer.lay_out().unwrap();
        let stored = Stored::write(&layout, directory.path()).unwrap();
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "the file has no name");
        let blob = writer.to_vec().unwrap();
        assert!(stored.start().len() < 8192 && blob.starts_with(stored.start()));
        let opened = Blob::open_index(stored.start()).unwrap();
        let entry = opened.entry("a").unwrap().unwrap();
        for field in entry.fields() {
            let field = field.unwrap();
            let (offset, length) = (field.offset() as usize, field.stored_len() as usize);
            let part = stored.part(field.offset(), field.stored_len()).unwrap();
            assert!(*part.read().unwrap() == blob[offset..offset + length], "{field:?}");
            assert_eq!(matches!(part.open().unwrap(), Content::Stream(..)), field.stored_len() >= LONG);
            assert_eq!(field.read().is_ok(), field.kind() == FieldKind::Source, "{field:?}");
        }
        let beyond = stored.part(blob.len() as u64 - 1, 2);
        assert!(matches!(beyond, Err(Error::OutOfBounds { .. })));
        let mut copy = Vec::new();
        stored.copy(&mut copy).unwrap();
        assert!(copy == blob);
        assert_eq!(stored.digest().unwrap(), pyox_build_cache::digest([&*blob]));
        assert_eq!(Stored::whole(blob).digest().unwrap(), stored.digest().unwrap());
    }
}
