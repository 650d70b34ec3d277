//! Streams over packed directories, for `readdir`: names only, nothing is made.

use std::sync::atomic::{AtomicU32, Ordering};

use pyox_native_loader::PathBuffer;
use rustix::io::Errno;

use crate::index::Node;
use crate::tree::Tree;

/// How many packed directories a process can list at once.
const STREAMS: usize = 512;

/// A stream. C has its address, and gives it back.
#[repr(C)]
pub(crate) struct Stream {
    entry: libc::dirent64,
    path: PathBuffer,
    /// How many entries were read; the first two are `.` and `..`.
    position: i64,
    /// The number of the first file that was not looked at yet.
    next: usize,
    /// What `dirfd` has opened, or -1.
    pub(crate) descriptor: libc::c_int,
}

/// Memory for all streams. It is not touched before it is used.
#[repr(C)]
pub(crate) struct Streams {
    used: [AtomicU32; STREAMS],
    streams: [std::mem::MaybeUninit<Stream>; STREAMS],
}

/// Where they are; C compares addresses with it.
#[unsafe(no_mangle)]
pub(crate) static mut pyox_virtual_files_streams: Streams = Streams {
    used: [const { AtomicU32::new(0) }; STREAMS],
    streams: [const { std::mem::MaybeUninit::uninit() }; STREAMS],
};

/// The length of that, in bytes.
#[unsafe(no_mangle)]
pub(crate) static pyox_virtual_files_streams_length: usize = size_of::<Streams>();

impl Stream {
    /// Starts to list a directory.
    ///
    /// # Errors
    ///
    /// `EMFILE` if too many are being listed.
    pub(crate) fn open(path: &PathBuffer) -> Result<*mut Self, Errno> {
        let streams = &raw mut pyox_virtual_files_streams;
        for i in 0..STREAMS {
            // SAFETY: the counter is atomic, and there are so many.
            let used = unsafe { &(*streams).used[i] };
            if used.compare_exchange(0, 1, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                // SAFETY: who has set the counter has the place.
                unsafe {
                    let stream = (&raw mut (*streams).streams[i]).cast::<Self>();
                    (&raw mut (*stream).entry).write_bytes(0, 1);
                    (&raw mut (*stream).path).write(path.clone());
                    (*stream).position = 0;
                    (*stream).next = 0;
                    (*stream).descriptor = -1;
                    return Ok(stream);
                }
            }
        }
        Err(Errno::MFILE)
    }

    /// Ends it.
    ///
    /// # Safety
    ///
    /// `open` has given it, and it is not used any more.
    pub(crate) unsafe fn close(stream: *mut Self) {
        let streams = &raw mut pyox_virtual_files_streams;
        // SAFETY: it is in the array.
        unsafe {
            let first = (&raw mut (*streams).streams).cast::<Self>();
            let place = usize::try_from(stream.offset_from(first)).unwrap_or_default();
            if let Some(used) = (*streams).used.get(place) {
                used.store(0, Ordering::Release);
            }
        }
    }

    pub(crate) fn path(&self) -> &PathBuffer {
        &self.path
    }

    /// The next entry.
    pub(crate) fn read(&mut self, tree: &Tree) -> Option<*mut libc::dirent64> {
        let index = tree.index().ok()?;
        let mut path = self.path.clone();
        let (name, node, next): (&[u8], _, _) = match self.position {
            0 => (b".", Node::Directory, 0),
            1 => {
                path.pop_name();
                (b"..", Node::Directory, 0)
            }
            _ => {
                let (name, file, next) = index.child(self.path.as_bytes(), self.next)?;
                if !path.as_bytes().is_empty() {
                    path.push(b"/").ok()?;
                }
                path.push(name).ok()?;
                (name, file.map_or(Node::Directory, Node::File), next)
            }
        };
        let mut facts = std::mem::MaybeUninit::<libc::stat>::zeroed();
        // SAFETY: zeros are numbers.
        let facts = unsafe { facts.assume_init_mut() };
        tree.facts(path.as_bytes(), node).ok()?.fill(facts);
        let room = self.entry.d_name.len();
        let length = name.len().min(room - 1);
        for (place, byte) in self.entry.d_name.iter_mut().zip(&name[..length]) {
            *place = *byte as libc::c_char;
        }
        self.entry.d_name[length] = 0;
        self.entry.d_ino = facts.st_ino;
        self.entry.d_type = if node == Node::Directory { libc::DT_DIR } else { libc::DT_REG };
        self.entry.d_reclen = size_of::<libc::dirent64>() as u16;
        self.next = next;
        self.position += 1;
        self.entry.d_off = self.position;
        Some(&raw mut self.entry)
    }

    pub(crate) fn position(&self) -> i64 {
        self.position
    }

    /// Goes to where the stream was after so many entries.
    pub(crate) fn seek(&mut self, tree: &Tree, position: i64) {
        (self.position, self.next) = (0, 0);
        while self.position < position && self.read(tree).is_some() {}
    }
}
