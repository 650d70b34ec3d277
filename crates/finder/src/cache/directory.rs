//! One directory of the cache: written, opened, and checked.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, FileTimes, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use pyox_packed_resources::{Field, FieldKind};

use super::root::{check_private, check_space};
use crate::catalogue::Found;

/// When all files of the cache and their directories were changed last: what says otherwise has been changed since. In 1980,
/// and a number of seconds that archives and file systems can keep.
const STAMP: Duration = Duration::from_secs(315_532_800 + 4_242);

/// How exactly the time of a directory says when it was used last: a start that comes sooner writes nothing.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How a directory is locked.
#[derive(Clone, Copy)]
pub(super) enum Lock {
    /// By those who use it. Waits for those who remove it.
    InUse = libc::LOCK_SH as isize,
    /// By one who removes it; fails if somebody uses it.
    Alone = (libc::LOCK_EX | libc::LOCK_NB) as isize,
}

/// Opens a directory and locks it; `None` if it is not there, or not any more.
pub(super) fn open(path: &Path) -> io::Result<Option<File>> {
    let Some(directory) = open_locked(path, Lock::InUse)? else { return Ok(None) };
    let facts = directory.metadata()?;
    check_private(&facts)?;
    if facts.modified()?.elapsed().is_ok_and(|age| age > A_DAY) {
        let _ = directory.set_times(FileTimes::new().set_modified(SystemTime::now()));
    }
    Ok(Some(directory))
}

/// The same for any directory and lock.
pub(super) fn open_locked(path: &Path, lock: Lock) -> io::Result<Option<File>> {
    let flags = libc::O_DIRECTORY | libc::O_NOFOLLOW;
    let directory = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(directory) => directory,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if let Err(error) = flock(&directory, lock) {
        // Some network file systems know no locks: there, nothing is removed.
        let unsupported = matches!(error.raw_os_error(), Some(libc::EOPNOTSUPP | libc::ENOLCK | libc::ENOSYS));
        return if unsupported && matches!(lock, Lock::InUse) { Ok(Some(directory)) } else { Err(error) };
    }
    // Whoever removes it renames it first.
    let (held, there) = (directory.metadata()?, path.symlink_metadata());
    Ok(there.is_ok_and(|there| (there.dev(), there.ino()) == (held.dev(), held.ino())).then_some(directory))
}

fn flock(file: &File, lock: Lock) -> io::Result<()> {
    loop {
        // SAFETY: an open descriptor.
        if unsafe { libc::flock(file.as_raw_fd(), lock as libc::c_int) } == 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// Text that no other name of a file in the making ends in, whichever machine or container makes it.
pub(super) fn unique() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    format!("{}-{:x}-{}", std::process::id(), now.as_nanos(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Writes a directory that is not there. Another process may be faster: what it has written is the same.
pub(super) fn write(root: &Path, name: &str, files: &Found<'_>) -> io::Result<()> {
    let mut size = 0;
    each_file(files, |_, field| {
        size += field.len();
        Ok(())
    })?;
    check_space(root, size)?;
    let unfinished = root.join(format!(".{name}.{}", unique()));
    let written = write_all(&unfinished, files).and_then(|()| fs::rename(&unfinished, root.join(name)));
    if written.is_err() {
        let _ = fs::remove_dir_all(&unfinished);
    }
    if root.join(name).is_dir() { Ok(()) } else { written }
}

fn write_all(directory: &Path, files: &Found<'_>) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(directory)?;
    // As long as it is locked, nobody takes it for left over.
    let _lock = open_locked(directory, Lock::InUse)?.ok_or(io::ErrorKind::NotFound)?;
    let mut parents = HashSet::new();
    each_file(files, |path, field| {
        let parent = subdirectory(path).map(|parent| directory.join(parent));
        if let Some(parent) = &parent
            && !parents.contains(parent)
        {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
        }
        parents.extend(parent);
        write_file(&directory.join(path), field, &content(files, field)?)
    })?;
    parents.iter().try_for_each(|parent| stamp(&File::open(parent)?))
}

/// Writes files anew that are missing or damaged. Looks at all of them, except at source code in a directory that nothing
/// has been added to or removed from: what is executed comes from memory.
pub(super) fn mend(directory: &Path, files: &Found<'_>) -> io::Result<()> {
    let mut unchanged: HashMap<PathBuf, bool> = HashMap::new();
    each_file(files, |path, field| {
        if let Some(parent) = subdirectory(path).filter(|_| is_source(path)) {
            let look =
                || directory.join(parent).symlink_metadata().is_ok_and(|facts| facts.is_dir() && is_stamped(&facts));
            if *unchanged.entry(parent.to_owned()).or_insert_with(look) {
                return Ok(());
            }
        }
        let path = directory.join(path);
        match path.symlink_metadata() {
            Ok(there) if is_as_written(&there, field) => Ok(()),
            _ => mend_file(&path, field, &content(files, field)?),
        }
    })?;
    for (changed, _) in unchanged.iter().filter(|(_, unchanged)| !**unchanged) {
        // Where it cannot be marked its files are looked at again next time.
        let _ = File::open(directory.join(changed)).and_then(|directory| stamp(&directory));
    }
    Ok(())
}

/// The directory of a file, unless that is the one whose time says when it was used last.
fn subdirectory(path: &Path) -> Option<&Path> {
    path.parent().filter(|parent| !parent.as_os_str().is_empty())
}

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py" || extension == "pyi")
}

/// Whether a file has the length and the time that it was given. What is written to later has another time.
fn is_as_written(file: &Metadata, field: &Field<'_>) -> bool {
    file.is_file() && file.len() == field.len() && is_stamped(file)
}

fn is_stamped(facts: &Metadata) -> bool {
    (facts.mtime(), facts.mtime_nsec()) == (STAMP.as_secs() as i64, i64::from(STAMP.subsec_nanos()))
}

/// A file that was touched is compared, and replaced if it is another.
fn mend_file(path: &Path, field: &Field<'_>, content: &[u8]) -> io::Result<()> {
    let is_file = path.symlink_metadata().is_ok_and(|there| there.is_file());
    if is_file && fs::read(path).is_ok_and(|there| there == content) {
        // Where it cannot be marked it is compared again next time.
        let _ = OpenOptions::new().write(true).open(path).and_then(|file| stamp(&file));
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
    }
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(format!(".{}", unique()));
    let unfinished = PathBuf::from(unfinished);
    let written = write_file(&unfinished, field, content).and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}

fn write_file(path: &Path, field: &Field<'_>, content: &[u8]) -> io::Result<()> {
    let mode = if field.mode() & 0o111 == 0 { 0o600 } else { 0o700 };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(content)?;
    stamp(&file)
}

fn stamp(file: &File) -> io::Result<()> {
    file.set_times(FileTimes::new().set_modified(SystemTime::UNIX_EPOCH + STAMP))
}

fn each_file<'f>(files: &Found<'f>, mut visit: impl FnMut(&Path, &Field<'f>) -> io::Result<()>) -> io::Result<()> {
    for field in files.fields_of(FieldKind::CacheFile) {
        let field = field.map_err(io::Error::other)?;
        let relative = Path::new(field.key());
        if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "path leaves the cache directory"));
        }
        visit(relative, &field)?;
    }
    Ok(())
}

fn content<'f>(files: &Found<'f>, field: &Field<'f>) -> io::Result<std::borrow::Cow<'f, [u8]>> {
    files.read(field).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))
}
