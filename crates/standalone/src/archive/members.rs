//! The members of a tar file, checked one by one.

use std::cell::Cell;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::rc::Rc;

use tar::EntryType;

use super::{Limits, ROOT};
use crate::python_json::is_inside;
use crate::{Error, MemberFault};

/// What a member is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Directory,
    File {
        executable: bool,
    },
    /// A symbolic link, which is relative and leads to something in the archive.
    Symlink(String),
    /// Another name of a file, by the path of that file in the archive.
    HardLink(String),
}

/// What is done with a member: its path, what it is, its content.
pub(super) type Visit<'v> = dyn FnMut(&str, Kind, &mut dyn Read) -> Result<ControlFlow<()>, Error> + 'v;

/// Reads members; the path is for errors.
pub(super) struct Members<'a> {
    path: &'a Path,
    limits: Limits,
    /// How long it may become.
    bytes: u64,
}

impl<'a> Members<'a> {
    pub(super) fn new(path: &'a Path, limits: Limits, bytes: u64) -> Self {
        Self { path, limits, bytes }
    }

    /// Calls `visit` with the path and the content of every member, until it breaks or fails.
    pub(super) fn of(&self, decoded: impl Read, visit: &mut Visit<'_>) -> Result<(), Error> {
        let exceeded = Rc::new(Cell::new(false));
        let counted = Counted { inner: decoded, left: self.bytes, exceeded: Rc::clone(&exceeded) };
        let outcome = self.walk(counted, visit);
        match outcome {
            Err(Error::Io { .. }) if exceeded.get() => {
                Err(Error::TooLong { path: self.path.to_owned(), limit: self.bytes })
            }
            other => other,
        }
    }

    fn walk(&self, counted: impl Read, visit: &mut Visit<'_>) -> Result<(), Error> {
        let read = |source| Error::io("read", self.path)(source);
        let mut archive = tar::Archive::new(counted);
        for (index, entry) in archive.entries().map_err(read)?.enumerate() {
            let mut entry = entry.map_err(read)?;
            if index >= self.limits.members {
                return Err(Error::TooMany { path: self.path.to_owned(), limit: self.limits.members });
            }
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let fault = |fault| Error::Member { path: self.path.to_owned(), member: name.clone(), fault };
            if entry.header().entry_type() == EntryType::XGlobalHeader {
                continue;
            }
            let place = place(&entry.path_bytes()).map_err(fault)?;
            let kind = match entry.header().entry_type() {
                EntryType::Directory => Kind::Directory,
                EntryType::Regular | EntryType::Continuous => {
                    Kind::File { executable: entry.header().mode().map_err(read)? & 0o111 != 0 }
                }
                EntryType::Symlink => Kind::Symlink(symlink(&place, &link_name(&entry)).map_err(fault)?),
                EntryType::Link => Kind::HardLink(hard_link(&link_name(&entry)).map_err(fault)?),
                _ => return Err(fault(MemberFault::Special)),
            };
            if visit(&place, kind, &mut entry)?.is_break() {
                return Ok(());
            }
        }
        // What follows the end has checksums in it, and is missing in a file that was cut.
        io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(read)?;
        Ok(())
    }
}

fn link_name<R: Read>(entry: &tar::Entry<'_, R>) -> Vec<u8> {
    entry.link_name_bytes().unwrap_or_default().into_owned()
}

/// The path of a member, with `/` and without a slash at the end.
fn place(path: &[u8]) -> Result<String, MemberFault> {
    let text = std::str::from_utf8(path).map_err(|_| MemberFault::Path)?;
    let text = text.strip_prefix("./").unwrap_or(text);
    let text = text.strip_suffix('/').unwrap_or(text);
    if !is_inside(text) {
        return Err(MemberFault::Path);
    }
    match text.split('/').next() {
        Some(ROOT) => Ok(text.to_owned()),
        _ => Err(MemberFault::Outside),
    }
}

/// Where a symbolic link leads to, if that is in the archive: it may go up from its own directory, and then only down.
/// Going up again, it could go up from where another link leads to.
fn symlink(place: &str, target: &[u8]) -> Result<String, MemberFault> {
    let fault = || MemberFault::Link { target: String::from_utf8_lossy(target).into_owned() };
    let text = std::str::from_utf8(target).map_err(|_| fault())?;
    let (mut rest, mut up) = (text, 0);
    while let Some(above) = rest.strip_prefix("../") {
        (rest, up) = (above, up + 1);
    }
    // The directories between the root and the link.
    let depth = place.split('/').count().saturating_sub(2);
    if up > depth || !is_inside(rest) { Err(fault()) } else { Ok(text.to_owned()) }
}

/// The file that a hard link stands for.
fn hard_link(target: &[u8]) -> Result<String, MemberFault> {
    place(target).map_err(|_| MemberFault::Link { target: String::from_utf8_lossy(target).into_owned() })
}

/// Fails once too much is read.
struct Counted<R> {
    inner: R,
    left: u64,
    exceeded: Rc<Cell<bool>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => self.left = left,
            None => {
                self.exceeded.set(true);
                return Err(io::Error::other("too long"));
            }
        }
        Ok(count)
    }
}
