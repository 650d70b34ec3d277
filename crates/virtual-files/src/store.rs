//! Packed files as real ones: in a directory of the cache that only this user can write to, made when they are first
//! needed.
//!
//! A file gets its name when it is complete and on the disk, and a time of its last change that no other file has: what
//! has that time and the right length is as it was written. Nothing is allocated.

use std::mem::forget;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use pyox_native_loader::{Missing, PathBuffer, STAMP, check_facts, walk};
use rustix::fs::{
    AtFlags, CWD, FileType, FlockOperation, Mode, OFlags, Stat, StatVfsMountFlags, Timespec, Timestamps, fchmod, flock,
    fstat, fstatvfs, fsync, futimens, lstat, mkdirat, open, openat, rename, statat, unlinkat,
};
use rustix::io::Errno;

use crate::content::Content;
use crate::mapped::{Boxed, published};
use crate::place::push_number;
use crate::tree::Tree;

/// The directory of this program's files in the cache.
pub(crate) struct Store {
    /// Where files are: without symbolic links, and it ends with the name of the program.
    pub(crate) path: PathBuffer,
    /// Where files are in the making.
    top: PathBuffer,
    /// Device and number of that directory.
    identity: (u64, u64),
    /// Whether this process has made it.
    is_new: bool,
}

static STORE: AtomicPtr<Store> = AtomicPtr::new(std::ptr::null_mut());

/// The time that files have, as the C library has it.
pub(crate) const TIME: Timespec = Timespec { tv_sec: STAMP.as_secs() as i64, tv_nsec: 0 };

/// How long a directory counts as used, in seconds: a start that comes sooner writes nothing.
const A_DAY: u64 = 24 * 60 * 60;

/// The directory, if this process has used it.
pub(crate) fn known() -> Option<&'static Store> {
    published(&STORE)
}

/// What a process does that has used packed files and ends: if it has added to the cache, that is kept below its size.
/// Allocates, and is not for signal handlers.
pub fn finish() {
    if known().is_some_and(|store| store.is_new) {
        pyox_native_loader::enforce_limit();
    }
}

/// The directory. It is made if it is not there.
///
/// # Errors
///
/// `ENOENT` if the environment names no cache, `EACCES` if others can write to it, and what the system says.
pub(crate) fn store(tree: &Tree) -> Result<&'static Store, Errno> {
    if let Some(store) = known() {
        return Ok(store);
    }
    let mut top = PathBuffer::new();
    let cache = walk(tree.cache.as_ref().ok_or(Errno::NOENT)?.as_bytes(), Missing::Make, &mut top);
    let cache = cache.map_err(refused)?;
    let is_new = statat(&cache, tree.name.as_bytes(), AtFlags::SYMLINK_NOFOLLOW).is_err();
    let directory = locked(&cache, tree.name.as_bytes())?;
    top.push_name(tree.name.as_bytes())?;
    let facts = fstat(&directory)?;
    let identity = (facts.st_dev, facts.st_ino);
    let program = tree.root.as_bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    subdirectory(&directory, program)?;
    let mut path = top.clone();
    path.push_name(program)?;
    match Boxed::new(Store { path, top, identity, is_new })?.publish(&STORE) {
        Ok(store) => {
            keep_open(directory);
            Ok(store)
        }
        Err(_) => known().ok_or(Errno::NOMEM),
    }
}

fn refused(refusal: pyox_native_loader::Refusal) -> Errno {
    match refusal {
        pyox_native_loader::Refusal::System(error) => error,
        _ => Errno::ACCESS,
    }
}

/// A directory in another one, with the lock of those who use it. Those who remove it rename it first.
fn locked(above: &OwnedFd, name: &[u8]) -> Result<OwnedFd, Errno> {
    for _ in 0..3 {
        let directory = subdirectory(above, name)?;
        loop {
            match flock(&directory, FlockOperation::LockShared) {
                Err(Errno::INTR) => {}
                // Some network file systems know no locks: there, nothing is removed.
                Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOLCK | Errno::NOSYS) => break,
                Err(error) => return Err(error),
            }
        }
        let (facts, there) = (fstat(&directory)?, statat(above, name, AtFlags::SYMLINK_NOFOLLOW));
        if there.is_ok_and(|there| (there.st_dev, there.st_ino) == (facts.st_dev, facts.st_ino)) {
            mark_used(&directory, &facts);
            return Ok(directory);
        }
    }
    Err(Errno::AGAIN)
}

/// A directory that only this user and root can write to; it is made if it is not there.
fn subdirectory(above: &OwnedFd, name: &[u8]) -> Result<OwnedFd, Errno> {
    match mkdirat(above, name, Mode::RWXU) {
        Ok(()) | Err(Errno::EXIST) => {}
        Err(error) => {
            // It may be there in a file system that is mounted read-only.
            if !matches!(error, Errno::ROFS | Errno::ACCESS) {
                return Err(error);
            }
        }
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let directory = openat(above, name, flags, Mode::empty())?;
    check_facts(&fstat(&directory)?).map_err(refused)?;
    Ok(directory)
}

/// Its time says when a directory was used last, to a day.
fn mark_used(directory: &OwnedFd, facts: &Stat) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    if now.saturating_sub(u64::try_from(facts.st_mtime).unwrap_or_default()) > A_DAY {
        let now = Timespec { tv_sec: now as i64, tv_nsec: 0 };
        // It only is removed sooner.
        let _ = futimens(directory, &Timestamps { last_access: now, last_modification: now });
    }
}

/// Keeps a lock for the life of the process, with a number that programs do not expect to get.
fn keep_open(directory: OwnedFd) {
    const HIGH: i32 = 700;
    match rustix::io::fcntl_dupfd_cloexec(&directory, HIGH) {
        Ok(high) => forget(high),
        Err(_) => forget(directory),
    }
}

impl Store {
    /// The path of a packed file; the file is made if it is not there.
    ///
    /// # Errors
    ///
    /// As [`Content::copy`], and what the system says.
    pub(crate) fn file(&self, path: &[u8], content: &Content) -> Result<PathBuffer, Errno> {
        self.files(std::iter::once((path, content)))?;
        self.place(path)
    }

    /// Whether native code can be taken from there: the directory still is where it was, no one else can exchange
    /// anything on the way, and its file system allows it.
    pub(crate) fn is_for_code(&self) -> bool {
        let mut resolved = PathBuffer::new();
        walk(self.top.as_bytes(), Missing::Fail, &mut resolved).is_ok_and(|directory| {
            let is_same = fstat(&directory).is_ok_and(|facts| (facts.st_dev, facts.st_ino) == self.identity);
            is_same && fstatvfs(&directory).is_ok_and(|facts| !facts.f_flag.contains(StatVfsMountFlags::NOEXEC))
        })
    }

    /// Makes packed files that are not there. All are written before the first is waited for: a file system writes them
    /// to the disk together then.
    ///
    /// # Errors
    ///
    /// As [`Store::file`].
    pub(crate) fn files<'f>(&self, files: impl Iterator<Item = (&'f [u8], &'f Content)> + Clone) -> Result<(), Errno> {
        let unfinished = Unfinished::new(self)?;
        let write = |(number, (path, content))| match is_intact(&self.place(path)?, content) {
            true => Ok(()),
            false => unfinished.write(number, content),
        };
        let name = |(number, (path, _))| self.name(&unfinished.path(number)?, &self.place(path)?);
        let done = files.clone().enumerate().try_for_each(write);
        let done = done.and_then(|()| files.clone().enumerate().try_for_each(name));
        if done.is_err() {
            for (number, _) in files.enumerate() {
                let _ = unfinished.path(number).and_then(|path| unlinkat(CWD, path.as_c_str(), AtFlags::empty()));
            }
        }
        done
    }

    fn place(&self, path: &[u8]) -> Result<PathBuffer, Errno> {
        let mut place = self.path.clone();
        place.push_name(path)?;
        Ok(place)
    }

    /// Gives a file its name once it is on the disk; one that is not there has it already.
    fn name(&self, unfinished: &PathBuffer, place: &PathBuffer) -> Result<(), Errno> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match open(unfinished.as_c_str(), flags, Mode::empty()) {
            Ok(file) => match fsync(file) {
                // Some file systems cannot be asked.
                Ok(()) | Err(Errno::INVAL | Errno::OPNOTSUPP | Errno::NOSYS) => {}
                Err(error) => return Err(error),
            },
            Err(Errno::NOENT) => return Ok(()),
            Err(error) => return Err(error),
        }
        match rename(unfinished.as_c_str(), place.as_c_str()) {
            Err(Errno::NOENT) => {
                self.directory(place, false)?;
                rename(unfinished.as_c_str(), place.as_c_str())
            }
            done => done,
        }
    }

    /// Makes the directories above a path below this one, and that at the path if `whole`.
    pub(crate) fn directory(&self, place: &PathBuffer, whole: bool) -> Result<(), Errno> {
        let mut path = place.clone();
        let bytes = place.as_bytes();
        for at in self.path.as_bytes().len() + 1..bytes.len() + usize::from(whole) {
            if at == bytes.len() || bytes[at] == b'/' {
                path.clone_from(place);
                path.truncate(at);
                match mkdirat(CWD, path.as_c_str(), Mode::RWXU) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }
}

/// Files in the making: the start of their paths, which no others have.
struct Unfinished(PathBuffer);

impl Unfinished {
    fn new(store: &Store) -> Result<Self, Errno> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut path = store.top.clone();
        path.push(b"/.new")?;
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        for number in [std::process::id().into(), now.as_secs(), now.subsec_nanos().into(), count.into()] {
            path.push(b"-")?;
            push_number(&mut path, number)?;
        }
        Ok(Self(path))
    }

    fn path(&self, number: usize) -> Result<PathBuffer, Errno> {
        let mut path = self.0.clone();
        path.push(b"-")?;
        push_number(&mut path, number as u64)?;
        Ok(path)
    }

    fn write(&self, number: usize, content: &Content) -> Result<(), Errno> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = open(self.path(number)?.as_c_str(), flags, Mode::RUSR | Mode::WUSR)?;
        fill(&file, content)?;
        fchmod(&file, mode(content))
    }
}

/// Whether a file has the length and the time that it was given. What is written to later has another time.
fn is_intact(place: &PathBuffer, content: &Content) -> bool {
    lstat(place.as_c_str()).is_ok_and(|facts| {
        FileType::from_raw_mode(facts.st_mode) == FileType::RegularFile
            && u64::try_from(facts.st_size) == Ok(content.len())
            && has_time(&facts)
            && check_facts(&facts).is_ok()
    })
}

/// Whether something has the time that packed files have.
pub(crate) fn has_time(facts: &Stat) -> bool {
    facts.st_mtime as u64 == STAMP.as_secs() && facts.st_mtime_nsec == 0
}

/// Writes what a file has, and its time.
pub(crate) fn fill(file: &OwnedFd, content: &Content) -> Result<(), Errno> {
    content.copy(&mut |mut part| {
        while !part.is_empty() {
            match rustix::io::write(file.as_fd(), part) {
                Ok(0) => return Err(Errno::NOSPC),
                Ok(written) => part = &part[written..],
                Err(Errno::INTR) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    })?;
    futimens(file, &Timestamps { last_access: TIME, last_modification: TIME })
}

/// The permissions of a packed file: nobody writes to it.
pub(crate) fn mode(content: &Content) -> Mode {
    Mode::from_raw_mode(if content.is_executable() { 0o555 } else { 0o444 })
}
