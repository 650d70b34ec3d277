//! Directories and what is in them, through descriptors: what is done to a directory is done to that one, whatever has
//! its name.

use std::ffi::{OsStr, OsString};
use std::fs::{File, FileTimes};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::{
    AtFlags, Dir, FileType, FlockOperation, Mode, OFlags, Stat, StatVfsMountFlags, flock, fstat, fstatvfs, openat,
    renameat, statat, unlinkat,
};
use rustix::io::Errno;

use super::trust::{self, Missing};

/// An open directory.
pub(super) struct Directory {
    file: File,
    path: PathBuf,
}

/// Device and number of a file: no two files have the same at one time.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Identity(u64, u64);

impl Identity {
    fn of(facts: &Stat) -> Self {
        Self(facts.st_dev, facts.st_ino)
    }
}

impl Directory {
    /// The trusted directory that an absolute path leads to; its own path has no symbolic links.
    pub(super) fn open(path: &Path, missing: Missing) -> io::Result<Self> {
        let (file, path) = trust::directory(path, missing)?;
        Ok(Self { file, path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn facts(&self) -> io::Result<Stat> {
        Ok(fstat(&self.file)?)
    }

    pub(super) fn identity(&self) -> io::Result<Identity> {
        Ok(Identity::of(&self.facts()?))
    }

    /// A directory in this one, trusted or not.
    pub(super) fn entry(&self, name: &OsStr) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&self.file, name, flags, Mode::empty())?.into();
        Ok(Self { file, path: self.path.join(name) })
    }

    /// A directory in this one that is trusted. If it is to be made, anything else with its name is removed.
    pub(super) fn subdirectory(&self, name: &OsStr, missing: Missing) -> io::Result<Self> {
        let directory = match (self.entry(name), missing) {
            (Err(error), Missing::Make) => {
                if matches!(Errno::from_io_error(&error), Some(Errno::NOTDIR | Errno::LOOP)) {
                    self.remove(name)?;
                }
                trust::make(&self.file, name.as_bytes())?;
                self.entry(name)?
            }
            (found, _) => found?,
        };
        trust::check(&directory.facts()?, &directory.path)?;
        Ok(directory)
    }

    /// What is there under a name; a symbolic link is not followed.
    pub(super) fn facts_of(&self, name: &OsStr) -> io::Result<Stat> {
        Ok(statat(&self.file, name, AtFlags::SYMLINK_NOFOLLOW)?)
    }

    /// Whether a name is that of a directory that was opened.
    pub(super) fn has(&self, name: &OsStr, directory: &Self) -> bool {
        let (there, held) = (self.facts_of(name), directory.identity());
        there.is_ok_and(|there| held.is_ok_and(|held| held == Identity::of(&there)))
    }

    pub(super) fn has_directory(&self, name: &OsStr) -> bool {
        self.facts_of(name).is_ok_and(|facts| FileType::from_raw_mode(facts.st_mode) == FileType::Directory)
    }

    pub(super) fn read(&self, name: &OsStr) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(openat(&self.file, name, flags, Mode::empty())?.into())
    }

    /// Makes a file.
    pub(super) fn create(&self, name: &OsStr, mode: Mode) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(openat(&self.file, name, flags, mode)?.into())
    }

    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(renameat(&self.file, from, &self.file, to)?)
    }

    /// Removes a file, or a directory with all that is in it.
    pub(super) fn remove(&self, name: &OsStr) -> io::Result<()> {
        match unlinkat(&self.file, name, AtFlags::empty()) {
            Err(Errno::ISDIR) => {}
            done => return Ok(done?),
        }
        let directory = self.entry(name)?;
        directory.names()?.iter().try_for_each(|name| directory.remove(name))?;
        Ok(unlinkat(&self.file, name, AtFlags::REMOVEDIR)?)
    }

    /// The names in it.
    pub(super) fn names(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.file)? {
            let name = OsStr::from_bytes(entry?.file_name().to_bytes()).to_owned();
            if name != "." && name != ".." {
                names.push(name);
            }
        }
        Ok(names)
    }

    pub(super) fn set_modified(&self, time: SystemTime) -> io::Result<()> {
        self.file.set_times(FileTimes::new().set_modified(time))
    }

    pub(super) fn lock(&self, operation: FlockOperation) -> Result<(), Errno> {
        loop {
            match flock(&self.file, operation) {
                Err(Errno::INTR) => {}
                done => return done,
            }
        }
    }

    /// Whether so many bytes fit into its file system.
    pub(super) fn check_space(&self, bytes: u64) -> io::Result<()> {
        let facts = fstatvfs(&self.file)?;
        // Some network file systems do not say how large they are.
        if facts.f_blocks > 0 && facts.f_bavail.saturating_mul(facts.f_frsize) < bytes {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    /// Whether code can be loaded from its files: the file system is not mounted `noexec`.
    pub(super) fn may_execute(&self) -> bool {
        fstatvfs(&self.file).is_ok_and(|facts| !facts.f_flag.contains(StatVfsMountFlags::NOEXEC))
    }
}

/// Waits until a file, or the names in a directory, are on the disk.
pub(super) fn sync(file: impl AsFd) -> io::Result<()> {
    match rustix::fs::fsync(file) {
        // Some file systems cannot be asked.
        Err(Errno::INVAL | Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
        done => Ok(done?),
    }
}
