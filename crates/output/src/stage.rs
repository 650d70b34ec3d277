//! Several files that are put into place together, or none of them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::{ASIDE, create_new, parent};
use crate::Error;

/// Files that are written aside, each beside its place, and moved when all are complete.
///
/// A failure before or while they are moved leaves everything as it was. Only a process that is killed between two
/// moves leaves some of the files moved.
#[derive(Default)]
pub struct Stage {
    /// Directories of our own, by the directory that they are in.
    aside: BTreeMap<PathBuf, Aside>,
    moves: Vec<Move>,
}

struct Aside {
    directory: TempDir,
    /// Says to others that the directory is in use.
    _lock: Option<File>,
    names: usize,
}

struct Move {
    from: PathBuf,
    to: PathBuf,
    /// Where to keep what is in its place until all are moved; `None` if nothing may be there.
    backup: Option<PathBuf>,
}

/// What takes a step back.
enum Undo {
    RemoveDirectory(PathBuf),
    Rename { from: PathBuf, to: PathBuf },
}

impl Stage {
    /// Writes a file for `path`. The umask takes its part of `mode`.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], or what `write` returns.
    pub fn file<E: From<Error>>(
        &mut self,
        path: &Path,
        mode: u32,
        write: impl FnOnce(&mut BufWriter<&mut File>) -> Result<(), E>,
    ) -> Result<(), E> {
        let from = self.place(parent(path))?;
        let mut file = create_new(&from, mode).map_err(Error::io("write", path))?;
        let mut out = BufWriter::with_capacity(1 << 18, &mut file);
        write(&mut out)?;
        out.flush().map_err(Error::io("write", path))?;
        drop(out);
        Ok(self.put(from, path)?)
    }

    /// A path for something new that will be moved to a place in `directory`, or in one to be made there.
    pub fn place(&mut self, directory: &Path) -> Result<PathBuf, Error> {
        let there = directory.ancestors().find(|path| path.is_dir()).unwrap_or(Path::new("."));
        if !self.aside.contains_key(there) {
            let aside = Aside::new(there).map_err(Error::io("write into", there))?;
            self.aside.insert(there.to_owned(), aside);
        }
        let aside = self.aside.get_mut(there);
        Ok(aside.map(Aside::name).unwrap_or_default())
    }

    /// Moves what is at `from`, a path from [`Stage::place`] or below one, to `to` in the end, in place of what is
    /// there.
    pub fn put(&mut self, from: PathBuf, to: &Path) -> Result<(), Error> {
        let backup = Some(self.place(parent(to))?);
        self.moves.push(Move { from, to: to.to_owned(), backup });
        Ok(())
    }

    /// Says that nothing may be where the last file will be.
    pub fn must_be_new(&mut self) {
        if let Some(last) = self.moves.last_mut() {
            last.backup = None;
        }
    }

    /// Moves everything.
    ///
    /// # Errors
    ///
    /// [`Error::Io`]; then everything is as it was.
    pub fn put_in_place(mut self) -> Result<(), Error> {
        let mut undo = Vec::new();
        for step in std::mem::take(&mut self.moves) {
            if let Err(source) = step.take(&mut undo) {
                if !undo.into_iter().rev().all(|step| step.take().is_ok()) {
                    // What could not be moved back is in there.
                    self.aside.into_values().for_each(|aside| drop(aside.directory.keep()));
                }
                return Err(Error::io("write", step.to)(source));
            }
        }
        Ok(())
    }
}

impl Move {
    fn take(&self, undo: &mut Vec<Undo>) -> io::Result<()> {
        make_directory(parent(&self.to), undo)?;
        let Ok(there) = self.to.symlink_metadata() else {
            fs::rename(&self.from, &self.to)?;
            undo.push(Undo::Rename { from: self.to.clone(), to: self.from.clone() });
            return Ok(());
        };
        let backup = self.backup.as_ref().ok_or(ErrorKind::AlreadyExists)?;
        match (self.from.is_dir(), there.is_dir()) {
            (true, true) => self.merge(backup, undo),
            (false, true) => Err(ErrorKind::IsADirectory.into()),
            (true, false) => Err(ErrorKind::NotADirectory.into()),
            (false, false) => {
                // A second name keeps the place from ever being empty. Some file systems have none.
                fs::hard_link(&self.to, backup).or_else(|_| fs::rename(&self.to, backup))?;
                undo.push(Undo::Rename { from: backup.clone(), to: self.to.clone() });
                fs::rename(&self.from, &self.to)
            }
        }
    }

    /// Moves what is in a directory into one that is there, perhaps since an earlier move.
    fn merge(&self, backup: &Path, undo: &mut Vec<Undo>) -> io::Result<()> {
        fs::create_dir(backup)?;
        for entry in fs::read_dir(&self.from)? {
            let name = entry?.file_name();
            let (from, to, backup) = (self.from.join(&name), self.to.join(&name), Some(backup.join(&name)));
            Self { from, to, backup }.take(undo)?;
        }
        Ok(())
    }
}

impl Undo {
    fn take(self) -> io::Result<()> {
        match self {
            Self::RemoveDirectory(path) => fs::remove_dir(path),
            Self::Rename { from, to } => fs::rename(from, to),
        }
    }
}

fn make_directory(path: &Path, undo: &mut Vec<Undo>) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    make_directory(parent(path), undo)?;
    fs::create_dir(path)?;
    undo.push(Undo::RemoveDirectory(path.to_owned()));
    Ok(())
}

impl Aside {
    fn new(directory: &Path) -> io::Result<Self> {
        sweep(directory);
        let aside = tempfile::Builder::new().prefix(ASIDE).tempdir_in(directory)?;
        let lock = File::open(aside.path()).ok().filter(|opened| opened.try_lock().is_ok());
        Ok(Self { directory: aside, _lock: lock, names: 0 })
    }

    fn name(&mut self) -> PathBuf {
        self.names += 1;
        self.directory.path().join(self.names.to_string())
    }
}

/// Removes what processes that were killed have left in a directory.
fn sweep(directory: &Path) {
    /// How long after it was made a directory is certainly locked.
    const UNLOCKED: Duration = Duration::from_secs(60);
    let names = fs::read_dir(directory).into_iter().flatten().flatten();
    for entry in names.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(ASIDE.as_bytes())) {
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let age = entry.metadata().and_then(|metadata| metadata.modified()).map(|time| time.elapsed());
        let is_old = matches!(age, Ok(Ok(age)) if age > UNLOCKED);
        if is_directory && is_old && File::open(entry.path()).is_ok_and(|opened| opened.try_lock().is_ok()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(all(test, unix))]
#[path = "stage_tests.rs"]
mod tests;
