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

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{FileType, Mode, OFlags, Stat, fstat, mkdirat, open, openat, readlinkat};
use rustix::io::Errno;

/// The user id of the superuser.
const ROOT: u32 = 0;

/// How many symbolic links a path may have, as for the kernel (`path_resolution(7)`).
const LINKS: usize = 40;

/// What is done about directories that are not there.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Missing {
    /// They are made, for this user alone.
    Make,
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

/// Opens the directory that an absolute path leads to, and gives the path to it that has no symbolic links.
///
/// # Errors
///
/// [`Distrust`] about any directory or link on the way, and what the system says.
pub(super) fn directory(path: &Path, missing: Missing) -> io::Result<(File, PathBuf)> {
    let mut way = Way::from_root()?;
    let mut rest = Vec::new();
    put_before(&mut rest, path);
    let mut links = 0;
    while let Some(name) = rest.pop() {
        if name == ".." {
            way.up();
        } else if let Some(target) = way.step(name, missing)? {
            links += 1;
            if links > LINKS {
                return Err(Errno::LOOP.into());
            }
            if target.is_absolute() {
                way = Way::from_root()?;
            }
            put_before(&mut rest, &target);
        }
    }
    let directory = openat(way.end(), c".", OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    check(&fstat(&directory)?, &way.path)?;
    Ok((directory.into(), way.path))
}

/// Puts the parts of a path before those that are yet to be gone, the next of which is the last.
fn put_before(rest: &mut Vec<OsString>, path: &Path) {
    rest.extend(path.components().rev().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    }));
}

/// Directories from `/` on, all of them trusted.
struct Way {
    root: OwnedFd,
    /// Those below `/`.
    steps: Vec<OwnedFd>,
    path: PathBuf,
}

impl Way {
    fn from_root() -> io::Result<Self> {
        let (root, path) = (open(c"/", STEP, Mode::empty())?, PathBuf::from("/"));
        check_ancestor(&fstat(&root)?, &path)?;
        Ok(Self { root, steps: Vec::new(), path })
    }

    fn end(&self) -> &OwnedFd {
        self.steps.last().unwrap_or(&self.root)
    }

    fn up(&mut self) {
        self.steps.pop();
        self.path.pop();
    }

    /// Goes into a directory. If the name is that of a symbolic link it stays, and the result is where the link leads.
    fn step(&mut self, name: OsString, missing: Missing) -> io::Result<Option<PathBuf>> {
        let path = self.path.join(&name);
        match open_step(self.end(), &name, missing) {
            Ok(directory) => {
                check_ancestor(&fstat(&directory)?, &path)?;
                self.steps.push(directory);
                self.path = path;
                Ok(None)
            }
            Err(Errno::NOTDIR | Errno::LOOP) => {
                let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                let link = openat(self.end(), &*name, flags, Mode::empty())?;
                let facts = fstat(&link)?;
                if FileType::from_raw_mode(facts.st_mode) != FileType::Symlink {
                    return Err(io::ErrorKind::NotADirectory.into());
                }
                check_owner(&facts, &path)?;
                Ok(Some(OsString::from_vec(readlinkat(&link, c"", Vec::new())?.into_bytes()).into()))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// `DIRECTORY` makes file systems appear that are mounted on demand.
const STEP: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

fn open_step(above: &OwnedFd, name: &OsStr, missing: Missing) -> Result<OwnedFd, Errno> {
    let step = || openat(above, name, STEP, Mode::empty());
    match step() {
        Err(Errno::NOENT) if missing == Missing::Make => make(above, name).and_then(|()| step()),
        done => done,
    }
}

/// Makes a directory for this user alone, unless it is there.
pub(super) fn make(above: impl AsFd, name: &OsStr) -> Result<(), Errno> {
    match mkdirat(above, name, Mode::RWXU) {
        Err(Errno::EXIST) => Ok(()),
        done => done,
    }
}

/// A file or directory is trusted if it belongs to this user or to root, and no one else may write to it.
pub(super) fn check(facts: &Stat, path: &Path) -> Result<(), Distrust> {
    check_owner(facts, path)?;
    if is_writable(facts) {
        return Err(Distrust::Writable { path: path.to_owned() });
    }
    Ok(())
}

/// On the way to a directory, the sticky bit is as good.
fn check_ancestor(facts: &Stat, path: &Path) -> Result<(), Distrust> {
    check_owner(facts, path)?;
    if is_writable(facts) && !Mode::from_raw_mode(facts.st_mode).contains(Mode::SVTX) {
        return Err(Distrust::Writable { path: path.to_owned() });
    }
    Ok(())
}

fn check_owner(facts: &Stat, path: &Path) -> Result<(), Distrust> {
    // SAFETY: has no preconditions and cannot fail.
    if facts.st_uid != ROOT && facts.st_uid != unsafe { libc::geteuid() } {
        return Err(Distrust::Owner { path: path.to_owned(), owner: facts.st_uid });
    }
    Ok(())
}

fn is_writable(facts: &Stat) -> bool {
    Mode::from_raw_mode(facts.st_mode).intersects(Mode::WGRP | Mode::WOTH)
}

#[cfg(test)]
mod tests;
