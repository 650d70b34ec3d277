//! What `stat` says about packed files: the same before and after a file was made, and of one that is open.

use std::sync::atomic::{AtomicU64, Ordering};

use pyox_native_loader::{PathBuffer, STAMP};
use rustix::fs::stat;
use rustix::io::Errno;

use crate::index::Node;
use crate::open::MEMORY_NAME;
use crate::place::descriptor_path;
use crate::store::{known, mode};
use crate::tree::Tree;

/// Numbers of packed files start here, those of directories at twice that: files of the disk have lower ones.
const FIRST_NUMBER: u64 = 1 << 61;

/// What is said about a file or directory.
pub(crate) struct Facts {
    device: u64,
    number: u64,
    mode: u32,
    links: u64,
    owner: u32,
    group: u32,
    size: u64,
}

impl Tree {
    /// What is at a path below the root.
    ///
    /// # Errors
    ///
    /// `ENOENT`, `ENOTDIR`, `ENOMEM`
    pub(crate) fn facts(&self, path: &[u8], node: Node) -> Result<Facts, Errno> {
        let index = self.index()?;
        let (number, mode, links, size) = match node {
            Node::Missing => return Err(Errno::NOENT),
            Node::NotDirectory => return Err(Errno::NOTDIR),
            Node::Directory => (2 * FIRST_NUMBER + hash(path), libc::S_IFDIR | 0o555, 2, 4096),
            Node::File(file) => {
                let content = index.content(file).ok_or(Errno::NOENT)?;
                (FIRST_NUMBER + file as u64, libc::S_IFREG | mode(content).as_raw_mode(), 1, content.len())
            }
        };
        let (device, owner, group) = self.program;
        Ok(Facts { device, number, mode, links, owner, group, size })
    }

    /// What is open, if that is a packed file or directory; `found` is what the kernel says about it.
    pub(crate) fn facts_of_open(&self, descriptor: libc::c_int, found: &libc::stat) -> Option<Facts> {
        if !may_be_packed(found) {
            return None;
        }
        let mut path = PathBuffer::new();
        descriptor_path(descriptor, &mut path).ok()?;
        let memory = path.as_bytes().strip_prefix(b"/memfd:").and_then(|rest| rest.strip_prefix(MEMORY_NAME));
        if let Some(rest) = memory {
            let digits = rest.split(|byte| *byte == b' ').next()?;
            let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
            return self.facts(&[], Node::File(number)).ok().filter(|facts| facts.size == found.st_size as u64);
        }
        self.facts_in_cache(path.as_bytes())
    }

    /// What is at a path of the cache, if that is packed.
    pub(crate) fn facts_in_cache(&self, path: &[u8]) -> Option<Facts> {
        let relative = path.strip_prefix(known()?.path.as_bytes())?;
        let relative = if relative.is_empty() { relative } else { relative.strip_prefix(b"/")? };
        self.facts(relative, self.index().ok()?.node(relative)).ok()
    }
}

/// Whether something can be a packed file or directory: files have a time, directories one of the devices of the cache.
fn may_be_packed(found: &libc::stat) -> bool {
    static DEVICE: AtomicU64 = AtomicU64::new(0);
    match found.st_mode & libc::S_IFMT {
        libc::S_IFREG => found.st_mtime as u64 == STAMP.as_secs() && found.st_mtime_nsec == 0,
        libc::S_IFDIR => {
            let Some(store) = known() else { return false };
            let mut device = DEVICE.load(Ordering::Relaxed);
            if device == 0 {
                device = stat(store.path.as_c_str()).map_or(0, |facts| facts.st_dev);
                DEVICE.store(device, Ordering::Relaxed);
            }
            found.st_dev == device && found.st_mode & 0o7777 == 0o700
        }
        _ => false,
    }
}

/// FNV-1a, as far as numbers of directories go.
fn hash(path: &[u8]) -> u64 {
    let hash = path
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    hash % FIRST_NUMBER
}

impl Facts {
    /// As `stat` has it.
    pub(crate) fn fill(&self, found: &mut libc::stat) {
        found.st_dev = self.device;
        found.st_ino = self.number;
        found.st_mode = self.mode;
        found.st_nlink = self.links as _;
        found.st_uid = self.owner;
        found.st_gid = self.group;
        found.st_rdev = 0;
        found.st_size = self.size as _;
        found.st_blksize = 4096;
        found.st_blocks = self.size.div_ceil(512) as _;
        let time = STAMP.as_secs() as _;
        (found.st_atime, found.st_mtime, found.st_ctime) = (time, time, time);
        (found.st_atime_nsec, found.st_mtime_nsec, found.st_ctime_nsec) = (0, 0, 0);
    }

    /// As `statx` has it.
    pub(crate) fn fill_extended(&self, found: &mut libc::statx) {
        let known = libc::STATX_BASIC_STATS;
        found.stx_mask = known;
        found.stx_blksize = 4096;
        (found.stx_attributes, found.stx_attributes_mask) = (0, 0);
        found.stx_nlink = self.links as u32;
        found.stx_uid = self.owner;
        found.stx_gid = self.group;
        found.stx_mode = self.mode as u16;
        found.stx_ino = self.number;
        found.stx_size = self.size;
        found.stx_blocks = self.size.div_ceil(512);
        for time in [&mut found.stx_atime, &mut found.stx_mtime, &mut found.stx_ctime] {
            (time.tv_sec, time.tv_nsec) = (STAMP.as_secs() as i64, 0);
        }
        (found.stx_dev_major, found.stx_dev_minor) = (libc::major(self.device), libc::minor(self.device));
        (found.stx_rdev_major, found.stx_rdev_minor) = (0, 0);
    }
}
