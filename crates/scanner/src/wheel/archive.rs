use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use pyox_packed_resources::{Content, ReadData};
use zip::ZipArchive;

use super::hash::{Hash, Hasher};
use crate::error::Error;
use crate::spool::{LONG, Spool};

/// How large a wheel may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct WheelLimits {
    /// Most bytes of all files together; 4 GiB by default.
    pub total_size: u64,
    /// Most bytes of all files together per byte of the wheel, once they exceed 256 MiB; 200 by default.
    pub ratio: u64,
    /// Most bytes of `RECORD`, and of each other file that is read to open the wheel, each line of which takes many
    /// times its length in memory; 16 MiB by default.
    pub text_size: u64,
}

impl Default for WheelLimits {
    fn default() -> Self {
        Self { total_size: 4 << 30, ratio: 200, text_size: 16 << 20 }
    }
}

/// What an archive can be read from.
pub(super) trait ReadSeek: Read + Seek + Send {}

impl<T: Read + Seek + Send> ReadSeek for T {}

/// A zip archive with safe and unique names of plain files.
pub(super) struct Archive {
    path: PathBuf,
    zip: Mutex<ZipArchive<BufReader<Box<dyn ReadSeek>>>>,
    members: Vec<Member>,
    text_size: u64,
}

/// A file in the archive.
pub(super) struct Member {
    pub(super) name: String,
    index: usize,
    pub(super) size: u64,
    pub(super) executable: bool,
}

impl Archive {
    pub(super) fn read(mut reader: Box<dyn ReadSeek>, path: &Path, limits: WheelLimits) -> Result<Self, Error> {
        let read_error = |source| Error::Read { path: path.to_owned(), source };
        let zip_error = |source: zip::result::ZipError| Error::Archive { path: path.to_owned(), source: source.into() };
        let length = reader.seek(SeekFrom::End(0)).map_err(read_error)?;
        let mut zip = ZipArchive::new(BufReader::new(reader)).map_err(zip_error)?;
        if zip.has_duplicate_names() {
            let start = zip.central_directory_start();
            let member = duplicate_name(&mut zip.into_inner(), start).map_err(read_error)?;
            return Err(Error::DuplicateMember { path: path.to_owned(), member });
        }
        let mut members = Vec::with_capacity(zip.len());
        let mut total = 0u64;
        for index in 0..zip.len() {
            let entry = zip.by_index_data(index).map_err(zip_error)?;
            let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
            let problem = match std::str::from_utf8(entry.name_raw()) {
                Err(_) => Some("its name is not UTF-8"),
                Ok(_) if entry.is_symlink() => Some("it is a symbolic link"),
                Ok(_) if entry.encrypted() => Some("it is encrypted"),
                Ok(name) => unsafe_name(name),
            };
            if let Some(problem) = problem {
                return Err(Error::UnsafeMember { path: path.to_owned(), member: name, problem });
            }
            total = total.saturating_add(entry.size());
            if !name.ends_with('/') {
                let executable = entry.unix_mode().is_some_and(|mode| mode & 0o111 != 0);
                members.push(Member { name, index, size: entry.size(), executable });
            }
        }
        let limit = limits.total_size.min(length.saturating_mul(limits.ratio).max(256 << 20));
        if total > limit {
            return Err(Error::TooLarge { path: path.to_owned(), size: total, limit });
        }
        zip.validate_header_consistency().map_err(zip_error)?;
        members.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { path: path.to_owned(), zip: Mutex::new(zip), members, text_size: limits.text_size })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// All files, sorted by name.
    pub(super) fn members(&self) -> &[Member] {
        &self.members
    }

    /// The text of a member, if it exists; what is not UTF-8 is replaced.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Error> {
        let Ok(position) = self.members.binary_search_by(|member| member.name.as_str().cmp(name)) else {
            return Ok(None);
        };
        let (member, limit) = (&self.members[position], self.text_size);
        if member.size > limit {
            return Err(Error::TooLarge { path: self.path.join(&member.name), size: member.size, limit });
        }
        let mut bytes = Vec::new();
        self.stream(member, |chunk| bytes.extend_from_slice(chunk))?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Hands the content of a member to `consume`, piece by piece, and checks its length.
    pub(super) fn stream(&self, member: &Member, mut consume: impl FnMut(&[u8])) -> Result<(), Error> {
        let mut zip = self.zip.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = zip
            .by_index(member.index)
            .map_err(|source| Error::Archive { path: self.path.clone(), source: source.into() })?;
        // One byte more than stated, to see whether there is one; without it, the checksum is verified at the end.
        let mut reader = entry.take(member.size.saturating_add(1));
        let mut buffer = vec![0; 64 << 10];
        let mut actual = 0u64;
        loop {
            let count = reader
                .read(&mut buffer)
                .map_err(|source| Error::Archive { path: self.path.clone(), source: source.into() })?;
            if count == 0 {
                break;
            }
            actual += count as u64;
            if actual > member.size {
                break;
            }
            consume(&buffer[..count]);
        }
        if actual == member.size {
            return Ok(());
        }
        let (path, member, expected) = (self.path.clone(), member.name.clone(), member.size);
        Err(Error::SizeMismatch { path, member, expected, actual })
    }
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Archive").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A member's content, checked against `RECORD` again when it is read. A long one is inflated into a temporary file,
/// once, and is there until it is dropped.
pub(super) struct MemberContent {
    archive: Arc<Archive>,
    /// Position in [`Archive::members`].
    position: usize,
    hash: Option<Hash>,
    spool: OnceLock<Spool>,
}

impl MemberContent {
    pub(super) fn new(archive: &Arc<Archive>, position: usize, hash: Option<Hash>) -> Self {
        Self { archive: Arc::clone(archive), position, hash, spool: OnceLock::new() }
    }

    /// Hands all of it to `consume`, piece by piece, and says at the end whether it was what it should be.
    fn inflate(&self, mut consume: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let member = self.archive.members.get(self.position).ok_or(io::ErrorKind::NotFound)?;
        let mut hasher = self.hash.as_ref().map(|hash| Hasher::new(hash.algorithm));
        let mut consumed = Ok(());
        let streamed = self.archive.stream(member, |piece| {
            if let Some(hasher) = &mut hasher {
                hasher.update(piece);
            }
            if consumed.is_ok() {
                consumed = consume(piece);
            }
        });
        streamed.map_err(io::Error::other)?;
        consumed?;
        match self.hash.as_ref().zip(hasher) {
            Some((hash, hasher)) => {
                hash.check(&self.archive.path, &member.name, hasher.finish()).map_err(io::Error::other)
            }
            None => Ok(()),
        }
    }
}

impl ReadData for MemberContent {
    fn read(&self) -> io::Result<Cow<'_, [u8]>> {
        let mut bytes = Vec::new();
        self.inflate(|piece| {
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(Cow::Owned(bytes))
    }

    fn open(&self) -> io::Result<Content<'_>> {
        if self.archive.members.get(self.position).is_none_or(|member| member.size < LONG) {
            return self.read().map(Content::Whole);
        }
        if self.spool.get().is_none() {
            let made = Spool::new(&std::env::temp_dir(), |out| self.inflate(|piece| out.write_all(piece)))?;
            // Another thread may have been faster.
            self.spool.get_or_init(|| made);
        }
        self.spool.get().ok_or(io::ErrorKind::NotFound)?.open()
    }
}

/// What makes a name dangerous or ambiguous, if anything does. The name of a directory ends with `/`.
fn unsafe_name(name: &str) -> Option<&'static str> {
    let plain = name.strip_suffix('/').unwrap_or(name);
    if name.starts_with('/') {
        Some("its path is absolute")
    } else if name.contains('\\') {
        Some("its name has a backslash")
    } else if name.chars().any(char::is_control) {
        Some("its name has a control character")
    } else if plain.get(1..2) == Some(":") {
        Some("its path has a drive letter")
    } else if plain.split('/').any(|part| part == "..") {
        Some("its path leads upwards")
    } else if plain.split('/').any(|part| part.is_empty() || part == ".") {
        Some("its path has an empty part")
    } else {
        None
    }
}

/// The first name that occurs twice in the central directory at `start`
/// ([APPNOTE 4.3.12](https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT)).
fn duplicate_name(reader: &mut (impl Read + Seek), start: u64) -> io::Result<String> {
    let mut seen = BTreeSet::new();
    reader.seek(SeekFrom::Start(start))?;
    let mut header = [0; 46];
    loop {
        reader.read_exact(&mut header)?;
        if header[..4] != *b"PK\x01\x02" {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let field = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
        let mut name = vec![0; field(28).into()];
        reader.read_exact(&mut name)?;
        reader.seek_relative(i64::from(field(30)) + i64::from(field(32)))?;
        if let Some(name) = seen.replace(name) {
            return Ok(String::from_utf8_lossy(&name).into_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::unsafe_name;

    #[test]
    fn names() {
        for good in ["a", "a/b.py", "a/", "a..b/c", "a b/ü"] {
            assert_eq!(unsafe_name(good), None, "{good}");
        }
        for bad in ["/a", "a/../b", "..", "a\\b", "C:/a", "c:a", "a//b", "./a", "a/.", "", "/", "a\0b", "a\nb"] {
            assert!(unsafe_name(bad).is_some(), "{bad:?}");
        }
    }
}
