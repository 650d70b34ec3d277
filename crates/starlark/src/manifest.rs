//! Files with their paths, to be written into a directory (manual 4.9).

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::{fmt, fs};

use pyox_output::{EXECUTABLE, PLAIN, create_new};
use pyox_packed_resources::{Content as DataContent, Data};

use crate::executable::Executable;
use crate::fault::Fault;

/// What a file has in it.
#[derive(Clone)]
pub(crate) enum Content {
    /// These bytes.
    Data { data: Data, executable: bool },
    /// A program, which is made when it is written.
    Program(Arc<Executable>),
}

impl Content {
    /// The file at a path, as it is when it is written.
    pub(crate) fn of_file(path: &Path) -> Result<Self, Fault> {
        let metadata = fs::metadata(path).map_err(Fault::io("read", path))?;
        Ok(Self::Data { data: Data::lazy(FileOnDisk(path.to_owned())), executable: is_executable(&metadata) })
    }

    pub(crate) fn is_executable(&self) -> bool {
        match self {
            Self::Data { executable, .. } => *executable,
            Self::Program(_) => true,
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_executable() { "executable file" } else { "file" })
    }
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

struct FileOnDisk(PathBuf);

impl pyox_packed_resources::ReadData for FileOnDisk {
    fn read(&self) -> std::io::Result<std::borrow::Cow<'_, [u8]>> {
        fs::read(&self.0).map(std::borrow::Cow::Owned)
    }
}

/// The data of a `FileManifest`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Manifest {
    files: BTreeMap<String, Content>,
    /// The program that was added last.
    program: Option<String>,
}

impl Manifest {
    /// Adds a file, in place of what has its path.
    pub(crate) fn add(&mut self, path: &str, content: Content) -> Result<(), Fault> {
        let path = plain(path)?;
        if let Content::Program(_) = &content {
            self.program = Some(path.clone());
        }
        self.files.insert(path, content);
        Ok(())
    }

    /// Adds what another one has.
    pub(crate) fn overlay(&mut self, other: &Self) {
        self.files.extend(other.files.iter().map(|(path, content)| (path.clone(), content.clone())));
        self.program = other.program.clone().or(self.program.take());
    }

    pub(crate) fn remove(&mut self, path: &str) {
        self.files.remove(path);
    }

    pub(crate) fn files(&self) -> &BTreeMap<String, Content> {
        &self.files
    }

    /// What running it starts: the program that was added last, or the only file that is meant to be executed.
    pub(crate) fn runnable(&self) -> Option<&str> {
        let mut executables = self.files.iter().filter(|(_, content)| content.is_executable());
        match (&self.program, executables.next(), executables.next()) {
            (Some(program), ..) => Some(program),
            (None, Some((path, _)), None) => Some(path),
            _ => None,
        }
    }

    /// Writes all files into a directory that `pack` can write programs into, too.
    pub(crate) fn write(
        &self,
        directory: &Path,
        mut pack: impl FnMut(&Executable, &Path) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        fs::create_dir_all(directory).map_err(Fault::io("create", directory))?;
        for (path, content) in &self.files {
            let place = directory.join(path);
            let parent = place.parent().unwrap_or(directory);
            fs::create_dir_all(parent).map_err(Fault::io("create", parent))?;
            match content {
                Content::Program(executable) => pack(executable, &place)?,
                Content::Data { data, executable } => {
                    write(&place, data, *executable).map_err(Fault::io("write", &place))?;
                }
            }
        }
        Ok(())
    }
}

fn write(place: &Path, data: &Data, executable: bool) -> std::io::Result<()> {
    // What a program has put beside itself is there already.
    if place.exists() {
        fs::remove_file(place)?;
    }
    let mut file = create_new(place, if executable { EXECUTABLE } else { PLAIN })?;
    let content: DataContent<'_> = data.open()?;
    content.copy(|piece| std::io::Write::write_all(&mut file, piece))
}

/// A path below a directory, without `.` in it.
pub(crate) fn plain(path: &str) -> Result<String, Fault> {
    let mut parts = Vec::new();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(part) => parts.push(part.to_string_lossy().into_owned()),
            Component::CurDir => {}
            _ => return Err(Fault::Outside { path: path.into() }),
        }
    }
    match parts.is_empty() {
        true => Err(Fault::Outside { path: path.into() }),
        false => Ok(parts.join("/")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(text: &str, executable: bool) -> Content {
        Content::Data { data: text.into(), executable }
    }

    #[test]
    fn the_later_file_counts_and_a_single_executable_is_run() {
        let place = tempfile::tempdir().unwrap();
        let (mut one, mut other) = (Manifest::default(), Manifest::default());
        one.add("./bin/tool", data("first", true)).unwrap();
        one.add("a.txt", data("a", false)).unwrap();
        other.add("bin/tool", data("second", true)).unwrap();
        one.overlay(&other);
        assert_eq!(one.runnable(), Some("bin/tool"));
        one.write(place.path(), |_, _| Ok(())).unwrap();
        assert_eq!(fs::read_to_string(place.path().join("bin/tool")).unwrap(), "second");
        assert!(is_executable(&fs::metadata(place.path().join("bin/tool")).unwrap()));
        assert!(!is_executable(&fs::metadata(place.path().join("a.txt")).unwrap()));
        one.add("bin/other", data("", true)).unwrap();
        assert_eq!(one.runnable(), None);
        for path in ["/a", "../a", ".", ""] {
            assert!(matches!(one.add(path, data("", false)), Err(Fault::Outside { .. })), "{path}");
        }
    }
}
