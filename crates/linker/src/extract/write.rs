//! Writing files such that they are all there or none is.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{ExtractError, Tree};
use crate::output::{parent, set_mode};

/// What [`Tree::write`] has written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Written {
    /// Number of files.
    pub files: usize,
    /// Their lengths together, in bytes.
    pub bytes: u64,
}

impl Tree<'_> {
    /// Writes the files below `directory`, which is made if it is not there.
    ///
    /// All files are written aside first, on the same file system. Then they are moved into place: a new directory with one
    /// rename, files of a directory that is there with one for each. A failure before that leaves everything as it was. Files
    /// that are there are an error, or replaced if `overwrite` says so. Symbolic links below `directory` are not followed, as
    /// long as nobody else puts new ones there meanwhile. Files get the permission bits that are known, without those for
    /// set-user-ID, set-group-ID and sticky.
    ///
    /// # Errors
    ///
    /// [`ExtractError::Exists`], [`ExtractError::Symlink`] and [`ExtractError::InTheWay`] if something is there already, those of
    /// [`Tree::content`], and [`ExtractError::Io`].
    pub fn write(&self, directory: &Path, overwrite: bool) -> Result<Written, ExtractError> {
        let is_there = match directory.metadata() {
            Ok(metadata) if metadata.is_dir() => true,
            Ok(_) => return Err(ExtractError::InTheWay { path: directory.to_owned() }),
            // A link that leads nowhere.
            Err(_) if directory.is_symlink() => return Err(ExtractError::Symlink { path: directory.to_owned() }),
            Err(error) if error.kind() == ErrorKind::NotFound => false,
            Err(error) => return Err(ExtractError::io("read", directory)(error)),
        };
        if is_there {
            self.files().try_for_each(|(path, _)| check_place(directory, path, overwrite))?;
        }
        let beside = if is_there { directory } else { parent(directory) };
        let aside = tempfile::Builder::new().prefix(".pyoxidizer-").tempdir_in(beside);
        let aside = aside.map_err(ExtractError::io("write into", beside))?;
        let stage = aside.path().join("tree");
        let written = self.write_into(&stage)?;
        if is_there {
            for (path, _) in self.files() {
                move_file(&stage.join(path), &directory.join(path))?;
            }
        } else {
            fs::rename(&stage, directory).map_err(ExtractError::io("write", directory))?;
        }
        Ok(written)
    }

    /// Writes into a directory of our own.
    fn write_into(&self, stage: &Path) -> Result<Written, ExtractError> {
        fs::create_dir(stage).map_err(ExtractError::io("create", stage))?;
        let mut written = Written::default();
        let mut made = BTreeSet::<PathBuf>::new();
        for (relative, file) in self.files() {
            let path = stage.join(relative);
            let io = || ExtractError::io("write", relative);
            if !made.contains(parent(&path)) {
                fs::create_dir_all(parent(&path)).map_err(io())?;
                made.insert(parent(&path).to_owned());
            }
            let content = self.content(file)?;
            fs::write(&path, &content).map_err(io())?;
            if file.field.mode() != 0 {
                let opened = fs::File::open(&path).map_err(io())?;
                set_mode(&opened, file.field.mode() & 0o777).map_err(io())?;
            }
            written.files += 1;
            written.bytes += content.len() as u64;
        }
        Ok(written)
    }
}

/// Whether a file can be put there without following a link and without replacing what should stay.
fn check_place(directory: &Path, relative: &str, overwrite: bool) -> Result<(), ExtractError> {
    let mut path = directory.to_owned();
    let mut parts = relative.split('/').peekable();
    while let Some(part) = parts.next() {
        path.push(part);
        let metadata = match path.symlink_metadata() {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(ExtractError::io("read", &path)(error)),
        };
        let is_last = parts.peek().is_none();
        let is_expected = if is_last { metadata.is_file() } else { metadata.is_dir() };
        if metadata.is_symlink() {
            return Err(ExtractError::Symlink { path });
        }
        if !is_expected {
            return Err(ExtractError::InTheWay { path });
        }
        if is_last && !overwrite {
            return Err(ExtractError::Exists { path });
        }
    }
    Ok(())
}

fn move_file(from: &Path, to: &Path) -> Result<(), ExtractError> {
    let made = fs::create_dir_all(parent(to));
    made.and_then(|()| fs::rename(from, to)).map_err(ExtractError::io("write", to))
}
