//! Replacing a directory by another one.

use std::fs;
use std::path::Path;

use crate::fault::Fault;

/// How the names of directories start that are written aside, as in `pyox-output`.
const ASIDE: &str = ".pyoxidizer-";

/// Writes a directory aside and puts it into the place of another one, of which nothing remains. If that fails, it
/// stays as it was.
pub(crate) fn replace(directory: &Path, write: impl FnOnce(&Path) -> Result<(), Fault>) -> Result<(), Fault> {
    let parent = directory.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent).map_err(Fault::io("create", parent))?;
    let aside = tempfile::Builder::new().prefix(ASIDE).tempdir_in(parent).map_err(Fault::io("write into", parent))?;
    let (new, old) = (aside.path().join("new"), aside.path().join("old"));
    write(&new)?;
    let was_there = directory.symlink_metadata().is_ok();
    if was_there {
        fs::rename(directory, &old).map_err(Fault::io("replace", directory))?;
    }
    if let Err(source) = fs::rename(&new, directory) {
        if was_there {
            // The error that is told is the first one.
            let _ = fs::rename(&old, directory);
        }
        return Err(Fault::Io { action: "write", path: directory.to_owned(), source });
    }
    Ok(())
}

/// Whether everything in a directory is something that is written, so that nothing else is lost if it is replaced.
pub(crate) fn check(directory: &Path, is_written: &dyn Fn(&Path) -> bool) -> Result<(), Fault> {
    let mut open = vec![directory.to_owned()];
    while let Some(current) = open.pop() {
        let entries = match fs::read_dir(&current) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(Fault::io("read", current)(error)),
        };
        for entry in entries {
            let entry = entry.map_err(Fault::io("read", &current))?;
            let path = entry.path();
            let below = path.strip_prefix(directory).unwrap_or(&path);
            if entry.file_type().map_err(Fault::io("read", &path))?.is_dir() {
                open.push(path);
            } else if !is_written(below) {
                return Err(Fault::Foreign { directory: directory.to_owned(), foreign: path });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_remains_of_the_earlier_directory_and_a_failure_changes_nothing() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("a/b");
        let write = |name: &'static str| {
            move |new: &Path| {
                fs::create_dir(new).unwrap();
                fs::write(new.join(name), name).map_err(Fault::io("write", new))
            }
        };
        replace(&directory, write("one")).unwrap();
        replace(&directory, write("two")).unwrap();
        assert!(directory.join("two").is_file() && !directory.join("one").exists());
        let failed = replace(&directory, |new| Err(Fault::Outside { path: new.to_owned() }));
        assert!(failed.is_err() && directory.join("two").is_file());
        assert_eq!(fs::read_dir(directory.parent().unwrap()).unwrap().count(), 1);
        assert!(check(&directory, &|path| path == Path::new("two")).is_ok());
        assert!(matches!(check(&directory, &|_| false), Err(Fault::Foreign { .. })));
        assert!(check(&place.path().join("none"), &|_| false).is_ok());
    }
}
