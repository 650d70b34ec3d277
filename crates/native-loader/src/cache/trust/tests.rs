use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown, symlink};
use std::path::{Path, PathBuf};

use super::{Missing, directory};

/// Another user than the one that runs the tests, and than root.
const OTHER: u32 = 65_534;

/// A directory for tests, and its path without symbolic links.
fn place() -> (tempfile::TempDir, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().canonicalize().unwrap();
    (place, path)
}

fn make(path: &Path, mode: u32) -> PathBuf {
    fs::create_dir(path).unwrap();
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    path.to_owned()
}

/// The path that a directory is known by.
fn trusted(path: &Path) -> PathBuf {
    directory(path, Missing::Make).unwrap_or_else(|error| panic!("{}: {error}", path.display())).1
}

/// What is said about the directory or link at fault, in which nothing has been made.
fn refused(path: &Path, culprit: &Path, why: &str) {
    let before = fs::read_dir(culprit).map_or(0, Iterator::count);
    let error = directory(path, Missing::Make).err().unwrap_or_else(|| panic!("{} is trusted", path.display()));
    assert_eq!(error.kind(), io::ErrorKind::PermissionDenied, "{error}");
    let said = error.to_string();
    assert!(said.contains(why) && said.contains(&culprit.display().to_string()), "{said}");
    assert_eq!(before, fs::read_dir(culprit).map_or(0, Iterator::count), "something was made");
}

fn is_root() -> bool {
    // SAFETY: has no preconditions.
    unsafe { libc::geteuid() == 0 }
}

#[test]
fn directories_are_made_for_this_user_alone() {
    let (_place, path) = place();
    assert_eq!(trusted(&path.join("a/./b/../b//c/")), path.join("a/b/c"));
    assert_eq!(fs::metadata(path.join("a/b")).unwrap().mode() & 0o777, 0o700);
    assert_eq!(directory(&path.join("d"), Missing::Fail).err().unwrap().kind(), io::ErrorKind::NotFound);
    fs::write(path.join("file"), "").unwrap();
    assert_eq!(directory(&path.join("file"), Missing::Make).err().unwrap().kind(), io::ErrorKind::NotADirectory);
    assert_eq!(directory(&path.join("file/x"), Missing::Make).err().unwrap().kind(), io::ErrorKind::NotADirectory);
}

#[test]
fn ancestors_that_others_write_to_are_refused() {
    let (_place, path) = place();
    for mode in [0o770, 0o702, 0o777, 0o2775] {
        let shared = make(&path.join(format!("{mode:o}")), mode);
        make(&shared.join("cache"), 0o700);
        for below in ["", "cache", "new", "cache/far/below"] {
            refused(&shared.join(below), &shared, "other users may write to");
        }
    }
}

#[test]
fn a_sticky_directory_is_passed_and_not_used() {
    let (_place, path) = place();
    let sticky = make(&path.join("sticky"), 0o1777);
    assert_eq!(trusted(&sticky.join("cache")), sticky.join("cache"));
    refused(&sticky, &sticky, "other users may write to");
}

#[test]
fn directories_and_links_of_other_users_are_refused() {
    if !is_root() {
        return;
    }
    let (_place, path) = place();
    let why = format!("belongs to another user, whose id is {OTHER}");
    for mode in [0o755, 0o1777] {
        let foreign = make(&path.join(format!("{mode:o}")), mode);
        make(&foreign.join("cache"), 0o700);
        chown(&foreign, Some(OTHER), None).unwrap();
        for below in ["", "cache", "new"] {
            refused(&foreign.join(below), &foreign, &why);
        }
        symlink(&foreign, path.join(format!("to-{mode:o}"))).unwrap();
        refused(&path.join(format!("to-{mode:o}/cache")), &foreign, &why);
    }
    // What another user has put into a sticky directory.
    let (sticky, own) = (make(&path.join("sticky"), 0o1777), make(&path.join("own"), 0o700));
    let link = sticky.join("link");
    symlink(&own, &link).unwrap();
    assert_eq!(trusted(&link.join("cache")), own.join("cache"));
    lchown(&link, Some(OTHER), None).unwrap();
    refused(&link.join("cache"), &link, &why);
}

#[test]
fn links_are_followed_and_looked_at() {
    let (_place, path) = place();
    let (real, shared) = (make(&path.join("real"), 0o700), make(&path.join("shared"), 0o777));
    symlink("../real", real.join("up")).unwrap();
    symlink(real.join("up"), path.join("twice")).unwrap();
    assert_eq!(trusted(&path.join("twice/cache")), real.join("cache"));
    symlink("/../..", path.join("top")).unwrap();
    assert_eq!(trusted(&path.join("top").join(real.strip_prefix("/").unwrap())), real);
    // Through a directory in which others may exchange the link, there and back.
    symlink(&real, shared.join("link")).unwrap();
    refused(&shared.join("link"), &shared, "other users may write to");
    symlink("shared/../real", path.join("detour")).unwrap();
    refused(&path.join("detour"), &shared, "other users may write to");
    symlink("loop", path.join("loop")).unwrap();
    assert_eq!(directory(&path.join("loop"), Missing::Make).err().unwrap().raw_os_error(), Some(libc::ELOOP));
}
