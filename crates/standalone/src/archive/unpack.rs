//! Writing the members of an archive to files.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::{Archive, Kind};
use crate::{Error, MemberFault};

/// The files that were written, by their path in the archive, with their length in bytes.
pub(crate) type Unpacked = BTreeMap<String, u64>;

impl Archive {
    /// Unpacks it into a new directory, or an empty one. What is in the archive's directory `python` is then in
    /// `destination/python`. Files are writable, whatever the archive says.
    ///
    /// # Errors
    ///
    /// [`Error::Occupied`] if something is there, and as [`Archive::python_json`]. Then nothing is left.
    pub fn extract(&self, destination: &Path) -> Result<(), Error> {
        let occupied = || Error::Occupied { path: destination.to_owned() };
        match fs::read_dir(destination) {
            Ok(mut entries) => entries.next().map_or(Ok(()), |_| Err(occupied()))?,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) if error.kind() == ErrorKind::NotADirectory => return Err(occupied()),
            Err(error) => return Err(Error::io("read", destination)(error)),
        }
        let parent = pyox_output::parent(destination);
        fs::create_dir_all(parent).map_err(Error::io("create", parent))?;
        let scratch = tempfile::Builder::new().prefix(".pyoxidizer-").tempdir_in(parent);
        let scratch = scratch.map_err(Error::io("create a directory in", parent))?;
        // Inside, so that the permissions of the directory are those of a new one.
        let tree = scratch.path().join("tree");
        fs::create_dir(&tree).map_err(Error::io("create", &tree))?;
        self.unpack(&tree)?;
        // An empty directory is replaced.
        fs::rename(&tree, destination).map_err(Error::io("write", destination))
    }

    /// Unpacks it into an empty directory.
    pub(crate) fn unpack(&self, into: &Path) -> Result<Unpacked, Error> {
        let mut files = Unpacked::new();
        // Symbolic links come last: nothing is written through them.
        let mut links: Vec<(String, String)> = Vec::new();
        self.members(&mut |name, kind, content| {
            let path = into.join(name);
            let twice = || self.fault(name, MemberFault::Twice);
            match kind {
                Kind::Directory => self.directory(into, name)?,
                Kind::File { executable } => {
                    self.parent(into, name)?;
                    let mut file = create(&path, executable).map_err(|error| match error.kind() {
                        ErrorKind::AlreadyExists => twice(),
                        _ => Error::io("write", &path)(error),
                    })?;
                    let length = copy(content, &mut file, &self.path, &path)?;
                    files.insert(name.to_owned(), length);
                }
                Kind::Symlink(target) => {
                    self.parent(into, name)?;
                    links.push((name.to_owned(), target));
                }
                Kind::HardLink(target) => {
                    self.parent(into, name)?;
                    let Some(length) = files.get(&target).copied() else {
                        return Err(self.fault(name, MemberFault::Link { target }));
                    };
                    fs::hard_link(into.join(&target), &path).map_err(|_| twice())?;
                    files.insert(name.to_owned(), length);
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        for (name, target) in links {
            let path = into.join(&name);
            symlink(&target, &path).map_err(|error| match error.kind() {
                ErrorKind::AlreadyExists => self.fault(&name, MemberFault::Twice),
                _ => Error::io("write", &path)(error),
            })?;
        }
        Ok(files)
    }

    fn parent(&self, into: &Path, name: &str) -> Result<(), Error> {
        name.rsplit_once('/').map_or(Ok(()), |(parent, _)| self.directory(into, parent))
    }

    fn directory(&self, into: &Path, name: &str) -> Result<(), Error> {
        let path = into.join(name);
        if path.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(&path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists | ErrorKind::NotADirectory => self.fault(name, MemberFault::Twice),
            _ => Error::io("create", &path)(error),
        })
    }

    fn fault(&self, member: &str, fault: MemberFault) -> Error {
        Error::Member { path: self.path.clone(), member: member.to_owned(), fault }
    }
}

/// Tells what cannot be read from what cannot be written.
fn copy(content: &mut dyn io::Read, file: &mut fs::File, archive: &Path, path: &Path) -> Result<u64, Error> {
    let (mut buffer, mut length) = (vec![0; 1 << 16], 0);
    loop {
        let count = content.read(&mut buffer).map_err(Error::io("read", archive))?;
        if count == 0 {
            return Ok(length);
        }
        io::Write::write_all(file, &buffer[..count]).map_err(Error::io("write", path))?;
        length += count as u64;
    }
}

/// A new file that its owner can write. The umask takes its part.
fn create(path: &PathBuf, executable: bool) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if executable { 0o777 } else { 0o666 });
    #[cfg(not(unix))]
    let _ = executable;
    options.open(path)
}

#[cfg(unix)]
fn symlink(target: &str, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn symlink(target: &str, path: &Path) -> io::Result<()> {
    // Links need a privilege there; archives for Windows have none.
    let _ = (target, path);
    Err(io::Error::from(ErrorKind::Unsupported))
}
