//! Files that have to be real: a content-addressed directory of the cache for each set of them, made on first use.
//!
//! A directory is written next to its final place and renamed, so that what has the name is complete. It is named by
//! the digest of its content. A process holds a shared lock on what it uses, so that no one removes it.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

mod directory;
mod limit;
mod root;
mod temporary;
mod tree;
mod trust;

pub use directory::STAMP;
pub use root::{VARIABLE, path as cache_path};
pub(crate) use temporary::Temporary;
use tree::{Directory, Identity};
pub use trust::{Distrust, Missing, Refusal, check_facts, walk};

/// One file of a [`Files`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct File<'f> {
    /// Where it is, relative to the directory.
    pub path: &'f Path,
    /// In bytes.
    pub size: u64,
    /// Whether it may be executed as a program.
    pub is_executable: bool,
}

impl<'f> File<'f> {
    /// A file that is no program.
    pub fn new(path: &'f Path, size: u64) -> Self {
        Self { path, size, is_executable: false }
    }

    /// Whether it may be executed as a program.
    #[must_use]
    pub fn executable(self, is_executable: bool) -> Self {
        Self { is_executable, ..self }
    }
}

/// The files of one directory, and their content.
pub trait Files {
    /// The name of the directory. It ends in `-` and 32 hexadecimal digits, the digest of all content.
    fn name(&self) -> &str;

    /// Calls `visit` with each file, sorted by path, until it fails.
    ///
    /// # Errors
    ///
    /// That of `visit`, or the files are not known.
    fn each(&self, visit: &mut dyn FnMut(&File<'_>) -> io::Result<()>) -> io::Result<()>;

    /// The content of a file.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    fn content(&self, path: &Path) -> io::Result<Cow<'_, [u8]>>;
}

/// A directory of the cache that this process uses. It stays locked as long as this lives.
pub struct Placed {
    name: String,
    /// Locked while it is open.
    directory: Directory,
    /// The program may close all its descriptors, and open others.
    identity: Identity,
}

impl Placed {
    /// Finds the directory with these files in the cache, or makes it. Files in it that are missing or damaged are
    /// written anew.
    ///
    /// # Errors
    ///
    /// There is no directory that can be trusted ([`Distrust`]), or one that has the files can neither be found nor be
    /// made.
    pub fn new(files: &dyn Files) -> io::Result<Self> {
        let root = root::directory()?;
        let name = plain_name(files.name())?;
        let mut is_new = false;
        // Twice, in case another process removes it meanwhile.
        for _ in 0..2 {
            if let Some(directory) = directory::open(&root, name)? {
                directory::mend(&directory, files)?;
                if is_new {
                    limit::enforce(&root);
                }
                return Ok(Self { name: name.to_owned(), identity: directory.identity()?, directory });
            }
            directory::write(&root, name, files)?;
            is_new = true;
        }
        Err(io::Error::other("the cache directory is removed as soon as it is made"))
    }

    /// The name of its [`Files`].
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path of the directory, without symbolic links.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The path of one of the files, to load native code from; `None` if the file system forbids that.
    ///
    /// # Errors
    ///
    /// Something on the way to the file was exchanged since the directory was opened, or the file has another content.
    pub fn library(&self, file: &File<'_>, files: &dyn Files) -> io::Result<Option<PathBuf>> {
        let directory = self.reopen()?;
        directory::check(&directory, file, files)?;
        Ok(directory.may_execute().then(|| directory.path().join(file.path)))
    }

    /// The directory that the path leads to now, if it is this one.
    fn reopen(&self) -> io::Result<Directory> {
        let path = self.directory.path();
        let there = Directory::open(path, Missing::Fail)?;
        if there.identity()? != self.identity {
            return Err(io::Error::other(format!("another directory is at {}", path.display())));
        }
        Ok(there)
    }
}

/// Keeps the cache below its size: what was not used for longest goes, if no process uses it. That is done for every
/// [`Placed`] which is made; who makes directories otherwise, with [`walk`], has to call this.
pub fn enforce_limit() {
    if let Ok(root) = root::directory() {
        limit::enforce(&root);
    }
}

fn plain_name(name: &str) -> io::Result<&str> {
    let plain = !name.starts_with('.')
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    plain.then_some(name).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not a directory name"))
}
