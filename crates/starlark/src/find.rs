//! Looking for the configuration file (manual 4.1).

use std::path::{Path, PathBuf};

use crate::error::Error;

/// What configuration files are called.
pub const CONFIGURATION: &str = "pyoxidizer.bzl";

/// The file that is named; or else the one in a directory of the list, or the nearest one above it, of the first
/// directory that has one.
///
/// # Errors
///
/// [`Error::NoFile`] and [`Error::NotFound`].
pub fn find(named: Option<&Path>, directories: &[&Path]) -> Result<PathBuf, Error> {
    if let Some(path) = named {
        let name = path.file_name().filter(|_| path.is_file());
        let name = name.ok_or_else(|| Error::NoFile { path: path.to_owned() })?;
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        return Ok(resolved(directory)?.join(name));
    }
    let starts = directories.iter().map(|directory| resolved(directory)).collect::<Result<Vec<_>, _>>()?;
    let candidates = starts.iter().flat_map(|start| start.ancestors());
    let found = candidates.map(|directory| directory.join(CONFIGURATION)).find(|path| path.is_file());
    found.ok_or_else(|| Error::NotFound { directory: starts.last().cloned().unwrap_or_default() })
}

/// A directory by the one path that it always has: pip's outcome is found again by paths.
fn resolved(directory: &Path) -> Result<PathBuf, Error> {
    directory.canonicalize().map_err(|source| Error::Io { action: "find", path: directory.into(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_one_above_is_found() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().canonicalize().unwrap();
        let (below, other) = (root.join("a/b"), root.join("c"));
        std::fs::create_dir_all(&below).unwrap();
        std::fs::create_dir_all(&other).unwrap();
        assert!(matches!(find(None, &[&below]), Err(Error::NotFound { .. })));
        let file = other.join(CONFIGURATION);
        std::fs::write(&file, "").unwrap();
        assert_eq!(find(None, &[&below, &other]).unwrap(), file);
        let nearer = root.join("a").join(CONFIGURATION);
        std::fs::write(&nearer, "").unwrap();
        assert_eq!(find(None, &[&below, &other]).unwrap(), nearer);
        let around = below.join("../../c/../a/b");
        assert_eq!(find(None, &[&around]).unwrap(), nearer);
        assert_eq!(find(Some(&around.join("../").join(CONFIGURATION)), &[]).unwrap(), nearer);
        let missing = below.join("other.bzl");
        assert!(matches!(find(Some(&missing), &[&below]), Err(Error::NoFile { .. })));
    }
}
