//! One directory of the cache: written, opened, and checked.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, FileTimes};
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use rustix::fs::{FileType, FlockOperation, Mode, Stat};
use rustix::io::Errno;

use super::tree::{Directory, sync};
use super::trust::{self, Missing};
use super::{File, Files};

/// When all files of the cache and their directories were changed last: what says otherwise has been changed since. In
/// 1980, and a number of seconds that archives and file systems can keep.
pub const STAMP: Duration = Duration::from_secs(315_532_800 + 4_242);

/// How exactly the time of a directory says when it was used last: a start that comes sooner writes nothing.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How many files are waited for at once: a file system writes them with one commit then.
const SYNCED_AT_ONCE: usize = 16;

/// How often a directory is made anew that others have removed.
const ATTEMPTS: usize = 10;

/// How a directory is locked.
#[derive(Clone, Copy)]
pub(super) enum Lock {
    /// By those who use it. Waits for those who remove it.
    InUse,
    /// By one who removes it; fails if someone uses it.
    Alone,
}

/// Opens a directory and locks it; `None` if it is not there, or not any more.
pub(super) fn open(root: &Directory, name: &str) -> io::Result<Option<Directory>> {
    let Some(directory) = open_locked(root, name, Lock::InUse)? else { return Ok(None) };
    let facts = directory.facts()?;
    trust::check(&facts, directory.path())?;
    let used = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(facts.st_mtime).unwrap_or_default());
    if used.elapsed().is_ok_and(|age| age > A_DAY) {
        let _ = directory.set_modified(SystemTime::now());
    }
    Ok(Some(directory))
}

/// The same for any directory and lock.
pub(super) fn open_locked(root: &Directory, name: &str, lock: Lock) -> io::Result<Option<Directory>> {
    let name = OsStr::new(name);
    let directory = match root.entry(name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let locked = match lock {
        Lock::InUse => directory.lock(FlockOperation::LockShared),
        Lock::Alone => directory.lock(FlockOperation::NonBlockingLockExclusive),
    };
    match (locked, lock) {
        // Those who remove it rename it first.
        (Ok(()), _) => Ok(root.has(name, &directory).then_some(directory)),
        // Some network file systems know no locks: there, nothing is removed.
        (Err(Errno::OPNOTSUPP | Errno::NOLCK | Errno::NOSYS), Lock::InUse) => Ok(Some(directory)),
        (Err(error), _) => Err(error.into()),
    }
}

/// Text that no other name of a file in the making ends in, whichever machine or container makes it.
pub(super) fn unique() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    format!("{}-{:x}-{}", std::process::id(), now.as_nanos(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Writes a directory that is not there. Another process may be faster: what it has written is the same.
pub(super) fn write(root: &Directory, name: &str, files: &dyn Files) -> io::Result<()> {
    let mut size = 0;
    each_file(files, |file| {
        size += file.size;
        Ok(())
    })?;
    root.check_space(size)?;
    let (unfinished, directory) = unfinished(root, name)?;
    let name = OsStr::new(name);
    let written = write_all(&directory, files).and_then(|()| root.rename(&unfinished, name));
    if written.is_err() {
        let _ = root.remove(&unfinished);
    }
    match written {
        // It was there, if only for a moment.
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty || root.has_directory(name) => Ok(()),
        written => written,
    }
}

/// A directory for what will have a name, with that which it has until then. As long as it is open and locked, no one
/// takes it for left over.
pub(super) fn unfinished(root: &Directory, name: &str) -> io::Result<(OsString, Directory)> {
    // One that was seen before it was locked is gone by then.
    for _ in 0..ATTEMPTS {
        let unfinished = OsString::from(format!(".{name}.{}", unique()));
        let directory = match root.subdirectory(&unfinished, Missing::Make) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            made => made?,
        };
        let is_locked = directory.lock(FlockOperation::LockShared).is_ok();
        if !is_locked || root.has(&unfinished, &directory) {
            return Ok((unfinished, directory));
        }
    }
    Err(io::Error::other("what is made in the cache directory is removed at once"))
}

/// What has its name after a loss of power is on the disk, all of it.
fn write_all(directory: &Directory, files: &dyn Files) -> io::Result<()> {
    let mut walk = Walk::new(directory, Missing::Make);
    let mut written = Vec::new();
    let mut parents = BTreeSet::new();
    each_file(files, |file| {
        let (parent, name) = split(file.path)?;
        write_file(walk.to(parent)?, name, file, &files.content(file.path)?)?;
        written.push(file.path.to_owned());
        if !parents.contains(parent) {
            parents.extend(parent.ancestors().map(Path::to_owned));
        }
        Ok(())
    })?;
    for parent in &parents {
        mark_unchanged(&mut walk, parent)?;
        written.push(Path::new(".").join(parent));
    }
    sync_all(directory, &written)
}

/// Waits until files and directories are on the disk.
fn sync_all(directory: &Directory, paths: &[PathBuf]) -> io::Result<()> {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
            sync(directory.read(path.as_os_str())?)?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        // Where no more threads can be had, those that are there do it.
        let others = (1..SYNCED_AT_ONCE.min(paths.len()))
            .map_while(|_| thread::Builder::new().spawn_scoped(scope, work).ok())
            .collect::<Vec<_>>();
        let own = work();
        let failed = |_| Err(io::Error::other("a thread that writes files has failed"));
        others.into_iter().map(|other| other.join().unwrap_or_else(failed)).fold(own, Result::and)
    })
}

/// Writes files again that are missing or damaged. Looks at all of them, except at source code in a directory that
/// nothing has been added to or removed from: what is executed comes from memory.
pub(super) fn mend(directory: &Directory, files: &dyn Files) -> io::Result<()> {
    let mut walk = Walk::new(directory, Missing::Make);
    let mut changed = BTreeSet::new();
    each_file(files, |file| {
        let (parent, name) = split(file.path)?;
        walk.to(parent)?;
        let is_unchanged = walk.is_unchanged;
        if is_unchanged && is_source(file.path) {
            return Ok(());
        }
        let is_mended = mend_file(walk.here(), name, file, files)?;
        if (is_mended || !is_unchanged) && !changed.contains(parent) {
            changed.insert(parent.to_owned());
        }
        Ok(())
    })?;
    for parent in changed {
        // Where it cannot be marked its files are looked at again next time.
        let _ = mark_unchanged(&mut walk, &parent);
    }
    Ok(())
}

/// Checks that a file has what the program has, to be executed.
pub(super) fn check(directory: &Directory, file: &File<'_>, files: &dyn Files) -> io::Result<()> {
    let (parent, name) = split(file.path)?;
    let mut walk = Walk::new(directory, Missing::Fail);
    let parent = walk.to(parent)?;
    if is_as_written(&parent.facts_of(name)?, file) || with_content(parent, name, &files.content(file.path)?).is_some()
    {
        return Ok(());
    }
    Err(io::Error::other(format!("{} has been changed", parent.path().join(name).display())))
}

/// The way through the subdirectories of a directory, each of which is trusted. Files come sorted: few are opened
/// twice.
struct Walk<'d> {
    top: &'d Directory,
    way: Vec<Directory>,
    /// From the top.
    path: PathBuf,
    missing: Missing,
    /// Whether nothing has been added to the last one, or removed, since it was marked.
    is_unchanged: bool,
}

impl<'d> Walk<'d> {
    fn new(top: &'d Directory, missing: Missing) -> Self {
        Self { top, way: Vec::new(), path: PathBuf::new(), missing, is_unchanged: false }
    }

    fn to(&mut self, path: &Path) -> io::Result<&Directory> {
        if path != self.path {
            while !path.starts_with(&self.path) {
                self.path.pop();
                self.way.pop();
            }
            for name in path.strip_prefix(self.path.clone()).unwrap_or(path) {
                let next = self.here().subdirectory(name, self.missing)?;
                self.way.push(next);
                self.path.push(name);
            }
            self.is_unchanged =
                self.way.last().map_or(Ok(false), |last| last.facts().map(|facts| is_stamped(&facts)))?;
        }
        Ok(self.here())
    }

    fn here(&self) -> &Directory {
        self.way.last().unwrap_or(self.top)
    }
}

/// Directory and name of a file.
fn split(path: &Path) -> io::Result<(&Path, &OsStr)> {
    path.parent()
        .zip(path.file_name())
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not a path of a file"))
}

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py" || extension == "pyi")
}

/// Whether a file has the length and the time that it was given. What is written to later has another time.
fn is_as_written(there: &Stat, file: &File<'_>) -> bool {
    is_trusted_file(there) && u64::try_from(there.st_size) == Ok(file.size) && is_stamped(there)
}

fn is_trusted_file(file: &Stat) -> bool {
    FileType::from_raw_mode(file.st_mode) == FileType::RegularFile && trust::check(file, Path::new("")).is_ok()
}

fn is_stamped(facts: &Stat) -> bool {
    u64::try_from(facts.st_mtime) == Ok(STAMP.as_secs()) && facts.st_mtime_nsec == 0
}

/// A file that was touched is compared, and replaced if it is another. Whether it was.
fn mend_file(directory: &Directory, name: &OsStr, file: &File<'_>, files: &dyn Files) -> io::Result<bool> {
    if directory.facts_of(name).is_ok_and(|there| is_as_written(&there, file)) {
        return Ok(false);
    }
    let content = files.content(file.path)?;
    if let Some(there) = with_content(directory, name, &content) {
        // What was read may not be on the disk yet. Where the file cannot be marked it is compared again next time.
        let _ = sync(&there).and_then(|()| stamp(&there));
        return Ok(false);
    }
    let unfinished = format!("{}.{}", name.display(), unique());
    let unfinished = OsStr::new(&unfinished);
    let written = write_file(directory, unfinished, file, &content).and_then(|written| {
        sync(&written)?;
        if directory.has_directory(name) {
            directory.remove(name)?;
        }
        directory.rename(unfinished, name)
    });
    if written.is_err() {
        let _ = directory.remove(unfinished);
    }
    written.map(|()| true)
}

/// The file with a name, if it can be trusted to keep the content that it has.
fn with_content(directory: &Directory, name: &OsStr, content: &[u8]) -> Option<fs::File> {
    // A pipe would have to be waited for.
    directory.facts_of(name).ok().filter(is_trusted_file)?;
    let mut file = directory.read(name).ok()?;
    let mut there = Vec::new();
    file.read_to_end(&mut there).ok()?;
    (there == content).then_some(file)
}

fn write_file(directory: &Directory, name: &OsStr, file: &File<'_>, content: &[u8]) -> io::Result<fs::File> {
    let mode = if file.is_executable { Mode::RWXU } else { Mode::RUSR | Mode::WUSR };
    let mut written = directory.create(name, mode)?;
    written.write_all(content)?;
    stamp(&written)?;
    Ok(written)
}

fn stamp(file: &fs::File) -> io::Result<()> {
    file.set_times(FileTimes::new().set_modified(SystemTime::UNIX_EPOCH + STAMP))
}

/// Marks a directory, but for the topmost one: the time of that says when it was used last.
fn mark_unchanged(walk: &mut Walk<'_>, directory: &Path) -> io::Result<()> {
    if directory.as_os_str().is_empty() {
        return Ok(());
    }
    walk.to(directory)?.set_modified(SystemTime::UNIX_EPOCH + STAMP)
}

fn each_file(files: &dyn Files, mut visit: impl FnMut(&File<'_>) -> io::Result<()>) -> io::Result<()> {
    files.each(&mut |file| {
        if !file.path.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "path leaves the cache directory"));
        }
        visit(file)
    })
}
