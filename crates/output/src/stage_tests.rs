use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::Stage;
use crate::Error;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn add(stage: &mut Stage, path: &Path, content: &[u8]) -> Result<(), Error> {
    stage.file(path, 0o666, |out| out.write_all(content).map_err(Error::io("write", path)))
}

/// Inode and content of a path.
type Entry = (u64, Option<Vec<u8>>);

/// Everything that is there.
fn snapshot(root: &Path) -> std::io::Result<BTreeMap<PathBuf, Entry>> {
    let mut found = BTreeMap::new();
    let mut todo = vec![root.to_owned()];
    while let Some(directory) = todo.pop() {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            let content = if path.is_dir() { None } else { Some(fs::read(&path)?) };
            if path.is_dir() {
                todo.push(path.clone());
            }
            found.insert(path.clone(), (path.symlink_metadata()?.ino(), content));
        }
    }
    Ok(found)
}

#[test]
fn nothing_is_in_place_before_all_is() -> Outcome {
    let place = tempfile::tempdir()?;
    fs::write(place.path().join("program"), "old")?;
    let mut stage = Stage::default();
    add(&mut stage, &place.path().join("program"), b"new")?;
    add(&mut stage, &place.path().join("lib/pkg/file"), b"file")?;
    assert_eq!(fs::read(place.path().join("program"))?, b"old");
    assert!(!place.path().join("lib").exists());
    stage.put_in_place()?;
    assert_eq!(fs::read(place.path().join("program"))?, b"new");
    assert_eq!(fs::read(place.path().join("lib/pkg/file"))?, b"file");
    assert_eq!(fs::read_dir(place.path())?.count(), 2, "nothing is left");
    Ok(())
}

#[test]
fn a_move_that_fails_takes_the_others_back() -> Outcome {
    let place = tempfile::tempdir()?;
    let at = |name: &str| place.path().join(name);
    fs::write(at("program"), "old")?;
    fs::create_dir(at("lib"))?;
    fs::write(at("lib/kept"), "old")?;
    std::os::unix::fs::symlink("program", at("link"))?;
    // Nothing can be moved in place of a directory with something in it.
    fs::create_dir_all(at("last/full"))?;
    let before = snapshot(place.path())?;
    let mut stage = Stage::default();
    for name in ["program", "lib/kept", "lib/new/deep/file", "link", "fresh", "last"] {
        add(&mut stage, &at(name), b"new")?;
    }
    assert!(matches!(stage.put_in_place(), Err(Error::Io { path, .. }) if path == at("last")));
    assert_eq!(snapshot(place.path())?, before);
    Ok(())
}

#[test]
fn directories_of_one_name_become_one() -> Outcome {
    let place = tempfile::tempdir()?;
    let mut stage = Stage::default();
    for name in ["one", "two"] {
        let from = stage.place(place.path())?;
        fs::create_dir_all(from.join("pkg"))?;
        fs::write(from.join("pkg").join(name), name)?;
        stage.put(from, &place.path().join("lib"))?;
    }
    stage.put_in_place()?;
    assert_eq!(fs::read_dir(place.path().join("lib/pkg"))?.count(), 2);
    assert_eq!(fs::read_dir(place.path())?.count(), 1, "nothing is left");
    Ok(())
}

#[test]
fn what_must_be_new_replaces_nothing() -> Outcome {
    let place = tempfile::tempdir()?;
    let (first, shared) = (place.path().join("first"), place.path().join("shared"));
    let mut stage = Stage::default();
    add(&mut stage, &first, b"new")?;
    add(&mut stage, &shared, b"new")?;
    stage.must_be_new();
    fs::write(&shared, "of another process")?;
    assert!(stage.put_in_place().is_err());
    assert_eq!((fs::read(&shared)?, first.exists()), (b"of another process".to_vec(), false));
    Ok(())
}

#[test]
fn what_a_killed_process_has_left_is_removed_and_nothing_else() -> Outcome {
    let place = tempfile::tempdir()?;
    let old = |name: &str| -> std::io::Result<PathBuf> {
        let path = place.path().join(name);
        fs::create_dir(&path)?;
        fs::write(path.join("1"), "half")?;
        fs::File::open(&path)?.set_modified(SystemTime::now() - Duration::from_secs(3600))?;
        Ok(path)
    };
    let (left, used, other) = (old(".pyoxidizer-left")?, old(".pyoxidizer-used")?, old(".other")?);
    let new = place.path().join(".pyoxidizer-new");
    fs::create_dir(&new)?;
    let lock = fs::File::open(&used)?;
    lock.lock()?;
    add(&mut Stage::default(), &place.path().join("program"), b"")?;
    assert_eq!([left.exists(), used.exists(), other.exists(), new.exists()], [false, true, true, true]);
    Ok(())
}

#[test]
fn the_umask_has_its_effect() -> Outcome {
    let place = tempfile::tempdir()?;
    let umask = fs::read_to_string("/proc/self/status")?;
    let umask = umask.lines().find_map(|line| line.strip_prefix("Umask:")).ok_or("no umask")?;
    let umask = u32::from_str_radix(umask.trim(), 8)?;
    for (name, mode) in [("program", 0o777), ("file", 0o666)] {
        let path = place.path().join(name);
        let mut stage = Stage::default();
        stage.file(&path, mode, |_| Ok::<_, Error>(()))?;
        stage.put_in_place()?;
        assert_eq!(fs::metadata(path)?.permissions().mode() & 0o7777, mode & !umask, "{name}");
    }
    Ok(())
}
