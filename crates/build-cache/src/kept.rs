//! What is kept on disk from one run to the next: files that carry a digest, so that damage is noticed, and things in
//! the making, which are recognised as leftovers when whoever made them was killed.

use std::fs::{self, File};
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

/// Ends every file, after the digest of its name and of what is before.
const MAGIC: &[u8; 8] = b"pyoxkept";
const TRAILER: usize = 32 + MAGIC.len();

/// How the names of unfinished directories start.
const UNFINISHED_PREFIX: &str = ".new-";

/// What [`read`] or [`open`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept<T = Vec<u8>> {
    /// What was written.
    Intact(T),
    /// A file that is not as it was written, or cannot be read.
    Damaged,
    /// No file.
    Absent,
}

impl<T> Kept<T> {
    /// The same with something else made of what was written.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Kept<U> {
        match self {
            Self::Intact(content) => Kept::Intact(make(content)),
            Self::Damaged => Kept::Damaged,
            Self::Absent => Kept::Absent,
        }
    }
}

/// Reads a file that [`write()`] wrote under the same name.
pub fn read(path: &Path) -> Kept {
    let mut bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Kept::Absent,
        Err(_) => return Kept::Damaged,
    };
    let Some((content, trailer)) = bytes.split_last_chunk::<TRAILER>() else { return Kept::Damaged };
    let mut hashing = Hashing::new(path, io::sink());
    if hashing.write_all(content).is_err() || *trailer != hashing.trailer() {
        return Kept::Damaged;
    }
    bytes.truncate(bytes.len() - TRAILER);
    Kept::Intact(bytes)
}

/// The same for what is too long for memory: the file, checked, and how many bytes of it were written.
pub fn open(path: &Path) -> Kept<(File, u64)> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Kept::Absent,
        Err(_) => return Kept::Damaged,
    };
    let mut check = || -> io::Result<Option<u64>> {
        let Some(length) = file.metadata()?.len().checked_sub(TRAILER as u64) else { return Ok(None) };
        let mut hashing = Hashing::new(path, io::sink());
        let (copied, mut trailer) = (io::copy(&mut (&mut file).take(length), &mut hashing)?, [0; TRAILER]);
        file.read_exact(&mut trailer)?;
        Ok((copied == length && trailer == hashing.trailer()).then_some(length))
    };
    match check() {
        Ok(Some(length)) => Kept::Intact((file, length)),
        _ => Kept::Damaged,
    }
}

/// Writes a file of these parts with their digest, complete or not at all. Several processes may do so at a time: the
/// last one wins. Leftovers of killed ones in the directory are removed.
///
/// # Errors
/// The directory cannot be made, or the file not written.
pub fn write(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    write_with(path, |out| parts.iter().try_for_each(|part| out.write_all(part)))
}

/// The same for what `content` writes.
///
/// # Errors
/// As [`write()`], or what `content` returns.
pub fn write_with(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    sweep(directory);
    write_in(directory, path, content)
}

/// The same with the directory in which the file is made, which has to exist and is not swept.
pub fn write_in(
    directory: &Path,
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = loop {
        let file = tempfile::Builder::new().prefix(UNFINISHED_PREFIX).tempfile_in(directory)?;
        if lock_new(file.as_file(), file.path())? {
            break file;
        }
    };
    let mut hashing = Hashing::new(path, &mut file);
    content(&mut hashing)?;
    let trailer = hashing.trailer();
    file.write_all(&trailer)?;
    set_readable(file.as_file())?;
    file.persist(path)?;
    Ok(())
}

/// Passes on what is written, and computes its digest. That covers the name: an entry under the name of another one is
/// damage, too.
struct Hashing<W> {
    hash: Sha256,
    out: W,
}

impl<W> Hashing<W> {
    fn new(path: &Path, out: W) -> Self {
        let mut hash = Sha256::new();
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name);
        Self { hash, out }
    }

    fn trailer(self) -> [u8; TRAILER] {
        let mut trailer = [0; TRAILER];
        trailer[..32].copy_from_slice(&self.hash.finalize());
        trailer[32..].copy_from_slice(MAGIC);
        trailer
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.hash.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// An unfinished directory, removed when it is dropped. While its maker lives nothing else removes it.
#[derive(Debug)]
pub struct Scratch {
    directory: TempDir,
    lock: File,
}

impl Scratch {
    /// A new one in `parent`, which is made and swept.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new(parent: &Path) -> io::Result<Self> {
        fs::create_dir_all(parent)?;
        sweep(parent);
        loop {
            let directory = tempfile::Builder::new().prefix(UNFINISHED_PREFIX).tempdir_in(parent)?;
            // Before it is locked it may be taken for a leftover, and be removed.
            let Ok(lock) = File::open(directory.path()) else { continue };
            if lock_new(&lock, directory.path())? {
                return Ok(Self { directory, lock });
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Gives it a name that lasts; `name` is given what follows `.new-` in its present one. The lock is held on.
    pub fn keep(self, name: impl FnOnce(&str) -> String) -> io::Result<(PathBuf, File)> {
        let old = self.directory.path();
        let random =
            old.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix(UNFINISHED_PREFIX));
        let path = old.with_file_name(name(random.unwrap_or_default()));
        fs::rename(old, &path)?;
        // Nothing is there any more that it could remove.
        let _ = self.directory.keep();
        Ok((path, self.lock))
    }
}

/// Removes what was unfinished when its maker was killed.
pub fn sweep(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED_PREFIX) {
            remove_unused(&entry.path());
        }
    }
}

/// Removes a file or directory unless a living process holds it.
pub fn remove_unused(path: &Path) {
    let Ok(lock) = File::open(path) else { return };
    if lock.try_lock().is_ok() {
        // What is not removed now will be the next time.
        let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    }
}

/// Locks what was just made; says whether no one has removed it before. Where there are no locks, nothing is swept.
fn lock_new(file: &File, path: &Path) -> io::Result<bool> {
    let _ = file.lock();
    is_same(file, path)
}

/// Whether `file` is still what is at `path`.
#[cfg(unix)]
pub fn is_same(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let held = file.metadata()?;
    Ok(fs::symlink_metadata(path).is_ok_and(|found| (found.dev(), found.ino()) == (held.dev(), held.ino())))
}

#[cfg(not(unix))]
pub fn is_same(_file: &File, path: &Path) -> io::Result<bool> {
    Ok(path.exists())
}

#[cfg(unix)]
fn set_readable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_readable(_file: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What both ways of reading find.
    fn found(path: &Path) -> Kept {
        let opened = open(path).map(|(mut file, length)| {
            let mut content = Vec::new();
            io::Seek::rewind(&mut file).unwrap();
            file.take(length).read_to_end(&mut content).unwrap();
            content
        });
        let found = read(path);
        assert_eq!(opened, found);
        found
    }

    #[test]
    fn every_damage_of_a_kept_file_is_noticed() -> io::Result<()> {
        let directory = tempfile::tempdir()?;
        let (path, other) = (directory.path().join("deep/one"), directory.path().join("deep/other"));
        assert_eq!(found(&path), Kept::Absent);
        write(&path, &[b"con", b"tent"])?;
        assert_eq!(found(&path), Kept::Intact(b"content".to_vec()));
        let whole = fs::read(&path)?;
        for size in 0..whole.len() {
            fs::write(&path, &whole[..size])?;
            assert_eq!(found(&path), Kept::Damaged, "cut to {size}");
        }
        for bit in 0..whole.len() * 8 {
            let mut damaged = whole.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, damaged)?;
            assert_eq!(found(&path), Kept::Damaged, "bit {bit}");
        }
        for damaged in [[&whole[..], b"\0"].concat(), [b"\0", &whole[..]].concat(), vec![0; whole.len()]] {
            fs::write(&path, damaged)?;
            assert_eq!(found(&path), Kept::Damaged);
        }
        // Another entry under this name.
        write(&other, &[b"content"])?;
        fs::copy(&other, &path)?;
        assert_eq!(found(&path), Kept::Damaged);
        fs::remove_file(&path)?;
        fs::create_dir(&path)?;
        assert_eq!(found(&path), Kept::Damaged);
        Ok(())
    }

    #[test]
    fn leftovers_are_swept_and_what_a_living_process_makes_is_not() -> io::Result<()> {
        let directory = tempfile::tempdir()?;
        let place = |name: &str| directory.path().join(name);
        fs::create_dir_all(place(".new-killed/tree"))?;
        fs::write(place(".new-file"), "half")?;
        fs::write(place("kept"), "whole")?;
        let living = Scratch::new(directory.path())?;
        fs::write(living.path().join("file"), "")?;
        assert!(!place(".new-killed").exists() && !place(".new-file").exists() && place("kept").exists());
        write(&place("entry"), &[b""])?;
        let second = Scratch::new(directory.path())?;
        assert!(living.path().join("file").exists() && second.path() != living.path());
        let path = second.path().to_owned();
        drop(second);
        assert!(!path.exists());
        let (path, lock) = living.keep(|random| format!("tree-{random}"))?;
        assert!(path.join("file").exists());
        remove_unused(&path);
        assert!(path.exists(), "removed under its reader");
        drop(lock);
        remove_unused(&path);
        assert!(!path.exists());
        Ok(())
    }
}
