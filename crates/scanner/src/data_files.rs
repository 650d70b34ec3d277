//! Files that are data, whatever they are called.

use std::path::{Path, PathBuf};

use pyox_packed_resources::{Data, FileData, Resource};

use crate::candidate::Candidate;
use crate::data::FileContent;
use crate::directory::{Directory, is_executable};
use crate::error::Error;
use crate::scan::{Found, Scan};
use crate::source::ResourceSource;

/// Files and directories, each with its path below `sys.path`: everything in them is a [`Resource::File`], also what is
/// Python code.
///
/// Symbolic links are followed. As in a [`Directory`], caches and the directories of version control are passed over.
///
/// ```
/// use pyox_scanner::{DataFiles, ResourceSource};
///
/// # let place = tempfile::tempdir()?;
/// # std::fs::create_dir(place.path().join("images"))?;
/// # std::fs::write(place.path().join("images/one.png"), "")?;
/// # std::fs::write(place.path().join("settings.toml"), "")?;
/// let files = DataFiles::new().add(place.path().join("images"), "img").add(place.path().join("settings.toml"),
/// "s.toml"); let paths: Vec<_> = files.scan()?.resources.iter().map(|found| found.resource.relative_path()).collect();
/// assert_eq!(paths, ["img/one.png", "s.toml"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct DataFiles {
    places: Vec<(PathBuf, String)>,
}

impl DataFiles {
    /// No files yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file with its path, with `/`, or a directory with that below which its files are: empty if they are at
    /// the root.
    #[must_use]
    pub fn add(mut self, source: impl Into<PathBuf>, path: impl Into<String>) -> Self {
        self.places.push((source.into(), path.into()));
        self
    }
}

impl ResourceSource for DataFiles {
    /// Of a path that is there twice, both are found.
    fn scan(&self) -> Result<Scan, Error> {
        let mut scan = Scan::default();
        for (source, path) in &self.places {
            let candidates = match source.is_dir() {
                true => Directory::new(source).files(&mut scan.skipped)?,
                false => vec![file(source)?],
            };
            for candidate in candidates {
                let path = [path.as_str(), &candidate.path].into_iter().filter(|part| !part.is_empty());
                let path = path.collect::<Vec<_>>().join("/");
                let resource = FileData { path, data: candidate.data, executable: candidate.executable };
                let found = Found::new(Resource::File(resource), candidate.origin);
                scan.resources.push(found.executable(candidate.executable));
            }
        }
        scan.sort();
        Ok(scan)
    }
}

fn file(path: &Path) -> Result<Candidate, Error> {
    let metadata = path.metadata().map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let data = Data::lazy(FileContent(path.to_owned()));
    Ok(Candidate::new("", path, data).executable(is_executable(&metadata)))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn everything_is_a_file() -> Result<(), Box<dyn std::error::Error>> {
        let place = tempfile::tempdir()?;
        for name in ["bin/tool", "code.py", "__pycache__/x.pyc", "text.txt"] {
            let path = place.path().join("all").join(name);
            std::fs::create_dir_all(path.parent().ok_or("no parent")?)?;
            std::fs::write(path, name)?;
        }
        std::fs::set_permissions(place.path().join("all/bin/tool"), PermissionsExt::from_mode(0o755))?;
        symlink("text.txt", place.path().join("all/link"))?;
        symlink("nowhere", place.path().join("all/broken"))?;
        let scan =
            DataFiles::new().add(place.path().join("all"), "").add(place.path().join("all/bin"), "a/b").scan()?;
        let found = scan.resources.iter().map(|found| (found.resource.relative_path(), found.executable));
        let expected =
            [("a/b/tool", true), ("bin/tool", true), ("code.py", false), ("link", false), ("text.txt", false)];
        assert_eq!(Vec::from_iter(found), expected.map(|(path, executable)| (path.to_owned(), executable)));
        assert_eq!(scan.skipped.len(), 1, "{:?}", scan.skipped);
        assert!(scan.resources.iter().all(|found| matches!(found.resource, Resource::File(_))));
        Ok(())
    }
}
