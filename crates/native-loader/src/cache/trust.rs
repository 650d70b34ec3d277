//! Directories in which no one but this user and root can exchange anything.
//!
//! A directory is reached from `/` step by step, each through the descriptor of the one above, and each has to belong
//! to this user or to root. No one else may write to it, unless it has the sticky bit, as `/tmp` has: what lies in such
//! a directory is exchanged only by its own owner, who is looked at next, and by that of the directory. Symbolic links
//! are followed here, not by the kernel, with the same demands. So the path that comes of it leads to the same
//! directory until this user or root changes that.
//!
//! The bits of the group are the mask of an access control list, too: where a list gives others the right to write,
//! they say so.

use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Mode, OFlags, Stat, fstat, mkdirat, open, openat, readlinkat_raw};
use rustix::io::Errno;

use crate::path_buffer::PathBuffer;

/// The user id of the superuser.
const ROOT: u32 = 0;

/// How many symbolic links a path may have, as for the kernel (`path_resolution(7)`).
const LINKS: usize = 40;

/// What is done about directories that are not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// They are made, for this user alone.
    Make,
    /// That is an error.
    Fail,
}

/// Why a file or directory is not used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Distrust {
    /// It belongs to another user than this one and root.
    #[error("{} belongs to another user, whose id is {owner}", .path.display())]
    Owner {
        /// The file or directory.
        path: PathBuf,
        /// The id of the user.
        owner: u32,
    },
    /// Its mode or access control list lets other users write.
    #[error("other users may write to {}", .path.display())]
    Writable {
        /// The file or directory.
        path: PathBuf,
    },
}

impl From<Distrust> for io::Error {
    fn from(distrust: Distrust) -> Self {
        Self::new(io::ErrorKind::PermissionDenied, distrust)
    }
}

/// Why a directory is not opened; the path that [`walk`] has come to says where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// What the system says.
    System(Errno),
    /// It belongs to another user, with this id, than this one and root.
    Owner(u32),
    /// Its mode or access control list lets other users write.
    Writable,
}

impl Refusal {
    fn at(self, path: &Path) -> io::Error {
        let path = path.to_owned();
        match self {
            Self::System(error) => error.into(),
            Self::Owner(owner) => Distrust::Owner { path, owner }.into(),
            Self::Writable => Distrust::Writable { path }.into(),
        }
    }
}

impl From<Errno> for Refusal {
    fn from(error: Errno) -> Self {
        Self::System(error)
    }
}

/// Opens the directory that an absolute path leads to, and gives the path to it that has no symbolic links.
///
/// # Errors
///
/// [`Distrust`] about any directory or link on the way, and what the system says.
pub(super) fn directory(path: &Path, missing: Missing) -> io::Result<(File, PathBuf)> {
    let mut resolved = PathBuffer::new();
    let opened = walk(path.as_os_str().as_bytes(), missing, &mut resolved);
    let directory = opened.map_err(|refusal| refusal.at(resolved.as_path()))?;
    let path = if resolved.as_bytes().is_empty() { Path::new("/") } else { resolved.as_path() };
    Ok((directory.into(), path.to_owned()))
}

/// Opens the directory that an absolute path leads to, if no one but this user and root can exchange anything on the
/// way. `resolved` becomes the path to it that has no symbolic links, empty for `/`; or the path at fault.
///
/// Nothing is allocated and no lock is taken: a signal handler may do this.
///
/// # Errors
///
/// [`Refusal`]
pub fn walk(path: &[u8], missing: Missing, resolved: &mut PathBuffer) -> Result<OwnedFd, Refusal> {
    let (mut way, mut target) = (PathBuffer::of(path)?, PathBuffer::new());
    let mut links = 0;
    // A symbolic link and `..` change the way; then it is gone from its start.
    loop {
        target.truncate(0);
        let (is_link, rest) = match follow(&way, missing, resolved, &mut target)? {
            Stop::There(end) => {
                let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
                let directory = openat(end, c".", flags, Mode::empty())?;
                check_facts(&fstat(&directory)?)?;
                return Ok(directory);
            }
            Stop::Up(rest) => (false, rest),
            Stop::Link(rest) => (true, rest),
        };
        links += usize::from(is_link);
        if links > LINKS {
            return Err(Errno::LOOP.into());
        }
        // The name of the link, or that of the directory which `..` leaves.
        resolved.pop_name();
        if target.as_bytes().starts_with(b"/") {
            resolved.truncate(0);
        }
        target.push_name(&way.as_bytes()[rest..])?;
        way = resolved.clone();
        way.push_name(target.as_bytes())?;
    }
}

/// Where a way ends or goes on otherwise than down, and how many of its bytes lead there.
enum Stop {
    There(OwnedFd),
    Up(usize),
    Link(usize),
}

/// Goes a way as far as it leads down through directories, all of them trusted. `target` becomes that of a link.
fn follow(
    way: &PathBuffer,
    missing: Missing,
    resolved: &mut PathBuffer,
    target: &mut PathBuffer,
) -> Result<Stop, Refusal> {
    resolved.truncate(0);
    let mut end = open(c"/", STEP, Mode::empty())?;
    check_ancestor(&fstat(&end)?)?;
    let mut at = 0;
    for name in way.as_bytes().split(|byte| *byte == b'/') {
        at = way.as_bytes().len().min(at + name.len() + 1);
        match name {
            b"" | b"." => continue,
            b".." => return Ok(Stop::Up(at)),
            name => resolved.push_name(name)?,
        }
        match open_step(&end, name, missing) {
            Ok(directory) => {
                check_ancestor(&fstat(&directory)?)?;
                end = directory;
            }
            Err(Errno::NOTDIR | Errno::LOOP) => {
                read_link(&end, name, target)?;
                return Ok(Stop::Link(at));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Stop::There(end))
}

/// Where a symbolic link leads.
fn read_link(above: &OwnedFd, name: &[u8], target: &mut PathBuffer) -> Result<(), Refusal> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let link = openat(above, name, flags, Mode::empty())?;
    let facts = fstat(&link)?;
    if FileType::from_raw_mode(facts.st_mode) != FileType::Symlink {
        return Err(Errno::NOTDIR.into());
    }
    check_owner(&facts)?;
    let mut bytes = [MaybeUninit::uninit(); 4096];
    let (bytes, _) = readlinkat_raw(&link, c"", &mut bytes)?;
    Ok(target.push(bytes)?)
}

/// `DIRECTORY` makes file systems appear that are mounted on demand.
const STEP: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

fn open_step(above: &OwnedFd, name: &[u8], missing: Missing) -> Result<OwnedFd, Errno> {
    let step = || openat(above, name, STEP, Mode::empty());
    match step() {
        Err(Errno::NOENT) if missing == Missing::Make => make(above, name).and_then(|()| step()),
        done => done,
    }
}

/// Makes a directory for this user alone, unless it is there.
pub(super) fn make(above: impl AsFd, name: &[u8]) -> Result<(), Errno> {
    match mkdirat(above, name, Mode::RWXU) {
        Err(Errno::EXIST) => Ok(()),
        done => done,
    }
}

/// A file or directory is trusted if it belongs to this user or to root, and no one else may write to it.
pub(super) fn check(facts: &Stat, path: &Path) -> io::Result<()> {
    check_facts(facts).map_err(|refusal| refusal.at(path))
}

/// The same.
///
/// # Errors
///
/// [`Refusal::Owner`], [`Refusal::Writable`]
pub fn check_facts(facts: &Stat) -> Result<(), Refusal> {
    check_owner(facts)?;
    if is_writable(facts) { Err(Refusal::Writable) } else { Ok(()) }
}

/// On the way to a directory, the sticky bit is as good.
fn check_ancestor(facts: &Stat) -> Result<(), Refusal> {
    check_owner(facts)?;
    let is_sticky = Mode::from_raw_mode(facts.st_mode).contains(Mode::SVTX);
    if is_writable(facts) && !is_sticky { Err(Refusal::Writable) } else { Ok(()) }
}

fn check_owner(facts: &Stat) -> Result<(), Refusal> {
    // SAFETY: has no preconditions and cannot fail.
    let is_own = facts.st_uid == unsafe { libc::geteuid() };
    if facts.st_uid == ROOT || is_own { Ok(()) } else { Err(Refusal::Owner(facts.st_uid)) }
}

fn is_writable(facts: &Stat) -> bool {
    Mode::from_raw_mode(facts.st_mode).intersects(Mode::WGRP | Mode::WOTH)
}

#[cfg(test)]
mod tests;
