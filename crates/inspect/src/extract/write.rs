//! Writing files such that they are all there or none is.

use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use pyox_output::{PLAIN, Stage, create_new, parent};

use super::{ExtractError, Tree};
use crate::Error;

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
    /// All files are written aside first, on the same file system. Then they are moved into place: a new directory with
    /// one rename, files of a directory that is there with one for each. A failure leaves everything as it was. Files
    /// that are there are an error, or replaced if `overwrite` says so, but not those that the tree is made of.
    /// Symbolic links below `directory` are not followed, as long as no one else puts new ones there meanwhile. Files
    /// get the permission bits that are known and that the umask allows, without those for set-user-ID, set-group-ID
    /// and sticky.
    ///
    /// # Errors
    ///
    /// [`ExtractError::Exists`], [`ExtractError::Symlink`] and [`ExtractError::InTheWay`] if something is there
    /// already, [`pyox_output::Error::IsInput`] if that is what the tree is made of, those of [`Tree::copy`], and
    /// [`Error::Io`].
    pub fn write(&self, directory: &Path, overwrite: bool) -> Result<Written, Error> {
        let above = parent(directory);
        above.metadata().map_err(ExtractError::io("write into", above))?;
        let mut stage = Stage::default();
        let written = self.stage(directory, overwrite, &mut stage)?;
        stage.put_in_place()?;
        Ok(written)
    }

    /// The same, but what is written has yet to be put into place.
    pub fn stage(&self, directory: &Path, overwrite: bool, stage: &mut Stage) -> Result<Written, Error> {
        let is_there = match directory.metadata() {
            Ok(metadata) if metadata.is_dir() => true,
            Ok(_) => return Err(ExtractError::InTheWay { path: directory.to_owned() }.into()),
            // A link that leads nowhere.
            Err(_) if directory.is_symlink() => {
                return Err(ExtractError::Symlink { path: directory.to_owned() }.into());
            }
            Err(error) if error.kind() == ErrorKind::NotFound => false,
            Err(error) => return Err(ExtractError::io("read", directory)(error).into()),
        };
        if is_there {
            for (path, _) in self.files() {
                check_place(directory, path, overwrite)?;
                self.inputs.check_file("a file", &directory.join(path))?;
            }
        }
        let root = stage.place(if is_there { directory } else { parent(directory) })?;
        let written = self.write_into(&root)?;
        if is_there {
            for (path, _) in self.files() {
                stage.put(root.join(path), &directory.join(path))?;
            }
        } else {
            stage.put(root, directory)?;
        }
        Ok(written)
    }

    /// Writes into a directory of our own.
    fn write_into(&self, root: &Path) -> Result<Written, ExtractError> {
        fs::create_dir(root).map_err(ExtractError::io("create", root))?;
        let mut written = Written::default();
        let mut made = BTreeSet::<PathBuf>::new();
        for (relative, file) in self.files() {
            let path = root.join(relative);
            let io = || ExtractError::io("write", relative);
            if !made.contains(parent(&path)) {
                fs::create_dir_all(parent(&path)).map_err(io())?;
                made.insert(parent(&path).to_owned());
            }
            let mode = if file.field.mode() == 0 { PLAIN } else { file.field.mode() & 0o777 };
            let mut out = create_new(&path, mode).map_err(io())?;
            written.bytes += self.copy(file, |part| out.write_all(part).map_err(io()))?;
            written.files += 1;
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
