//! Opening packed files.

use std::os::fd::{AsRawFd, IntoRawFd, OwnedFd};

use pyox_native_loader::PathBuffer;
use rustix::fs::{MemfdFlags, Mode, OFlags, memfd_create, open};
use rustix::io::Errno;

use crate::content::Content;
use crate::index::Node;
use crate::place::push_number;
use crate::store::{fill, store};
use crate::tree::Tree;

/// What the names of memory files with packed files start with; the number of the file follows.
pub(crate) const MEMORY_NAME: &[u8] = b"packed-file-";

/// From this length on, in bytes, a file is made in the cache when it is opened: processes share its memory. What is
/// shorter is copied to memory, and leaves nothing behind.
const LONG: u64 = 1 << 20;

/// Flags of `open` that say that something is changed.
const CHANGES: OFlags = OFlags::WRONLY.union(OFlags::RDWR).union(OFlags::TRUNC).union(OFlags::CREATE);

impl Tree {
    /// Opens what is at a path below the root.
    ///
    /// # Errors
    ///
    /// `ENOENT`, `ENOTDIR`, `EEXIST`; `EROFS` if it is to be changed; what the system says.
    pub(crate) fn open(&self, path: &[u8], node: Node, flags: OFlags) -> Result<OwnedFd, Errno> {
        let number = match node {
            Node::NotDirectory => return Err(Errno::NOTDIR),
            Node::Missing if flags.contains(OFlags::CREATE) => return Err(Errno::ROFS),
            Node::Missing => return Err(Errno::NOENT),
            _ if flags.contains(OFlags::CREATE | OFlags::EXCL) => return Err(Errno::EXIST),
            Node::Directory if flags.intersects(CHANGES) => return Err(Errno::ISDIR),
            Node::Directory => {
                let place = self.directory(path)?;
                return open(place.as_c_str(), flags, Mode::empty());
            }
            Node::File(_) if flags.contains(OFlags::DIRECTORY) => return Err(Errno::NOTDIR),
            Node::File(number) => number,
        };
        if flags.intersects(OFlags::WRONLY | OFlags::RDWR | OFlags::TRUNC) {
            return Err(Errno::ROFS);
        }
        let flags = flags.difference(OFlags::CREATE | OFlags::EXCL);
        let content = self.index()?.content(number).ok_or(Errno::NOENT)?;
        let in_memory = || in_memory(number, content, flags);
        if content.len() < LONG
            && !flags.contains(OFlags::PATH)
            && let Ok(file) = in_memory()
        {
            return Ok(file);
        }
        match self.file(number).and_then(|place| open(place.as_c_str(), flags, Mode::empty())) {
            Err(error) if error != Errno::IO => in_memory().map_err(|_| error),
            opened => opened,
        }
    }

    /// The path of a memory file, which stays for the life of the process.
    pub(crate) fn memory_path(&self, number: usize) -> Result<PathBuffer, Errno> {
        let content = self.index()?.content(number).ok_or(Errno::NOENT)?;
        let file = in_memory(number, content, OFlags::RDONLY | OFlags::CLOEXEC)?;
        let mut path = PathBuffer::of(b"/proc/self/fd/")?;
        push_number(&mut path, file.into_raw_fd() as u64)?;
        Ok(path)
    }

    /// The file of the cache with what a packed file has.
    pub(crate) fn file(&self, number: usize) -> Result<PathBuffer, Errno> {
        let index = self.index()?;
        store(self)?.file(index.path(number), index.content(number).ok_or(Errno::NOENT)?)
    }

    /// The directory of the cache that has all that is packed below a path.
    pub(crate) fn directory(&self, path: &[u8]) -> Result<PathBuffer, Errno> {
        self.directory_without(path, b"\0")
    }

    /// The same without what has a path below that which begins so.
    pub(crate) fn directory_without(&self, path: &[u8], excluded: &[u8]) -> Result<PathBuffer, Errno> {
        let store = store(self)?;
        let mut place = store.path.clone();
        if !path.is_empty() {
            place.push_name(path)?;
        }
        store.directory(&place, true)?;
        let index = self.index()?;
        let start = if path.is_empty() { 0 } else { path.len() + 1 };
        let wanted = |number: &usize| !index.path(*number)[start..].starts_with(excluded);
        let files = index.below(path).filter(wanted);
        let files = files.filter_map(|number| Some((index.path(number), index.content(number)?)));
        store.files(files)?;
        Ok(place)
    }

    /// The same for a file or a directory.
    pub(crate) fn real(&self, path: &[u8], node: Node) -> Result<PathBuffer, Errno> {
        match node {
            Node::Missing => Err(Errno::NOENT),
            Node::NotDirectory => Err(Errno::NOTDIR),
            Node::File(number) => self.file(number),
            Node::Directory => self.directory(path),
        }
    }
}

/// A file in memory that can only be read.
fn in_memory(number: usize, content: &Content, flags: OFlags) -> Result<OwnedFd, Errno> {
    let mut name = PathBuffer::of(MEMORY_NAME)?;
    push_number(&mut name, number as u64)?;
    let file = memory_file(&name)?;
    fill(&file, content)?;
    let mut path = PathBuffer::of(b"/proc/self/fd/")?;
    push_number(&mut path, file.as_raw_fd() as u64)?;
    open(path.as_c_str(), flags, Mode::empty())
}

fn memory_file(name: &PathBuffer) -> Result<OwnedFd, Errno> {
    match memfd_create(name.as_c_str(), MemfdFlags::CLOEXEC | MemfdFlags::NOEXEC_SEAL) {
        Err(Errno::INVAL) => memfd_create(name.as_c_str(), MemfdFlags::CLOEXEC),
        made => made,
    }
}
