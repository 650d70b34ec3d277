//! Libraries that are loaded, and how the dynamic loader finds them for what needs them.
//!
//! That of glibc finds a library that is loaded by its name (`DT_SONAME`). That of musl finds it by its file only, so
//! that what needs it has to name that (`DT_NEEDED`): its number in [`DESCRIPTORS`], which is shorter than any name,
//! and is found because programs have this directory as their search path (`DT_RUNPATH`). The file has to stay open.

use std::fs::File;
use std::os::fd::IntoRawFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::registry::Registry;

/// Whether the dynamic loader finds a library that is loaded by its name.
pub(crate) const IS_FOUND_BY_NAME: bool = cfg!(not(target_env = "musl"));

/// The directory of what a process has open.
pub(crate) const DESCRIPTORS: &str = "/proc/self/fd/";

/// Libraries by SONAME that are loaded, or about to be, in this process.
static LIBRARIES: Registry<String, Known> = Registry::new();

/// A library that is loaded from a path. Who finds it here before it is loaded opens the same, which makes no second
/// copy.
pub(crate) struct Known {
    path: PathBuf,
    is_loaded: AtomicBool,
}

impl Known {
    /// What is known of a library: its path is the one that was named first.
    pub(crate) fn of(name: &str, path: impl Into<PathBuf>) -> &'static Self {
        LIBRARIES.add(name.to_owned(), Self { path: path.into(), is_loaded: AtomicBool::new(false) })
    }

    /// A library that was loaded from a file, which stays there.
    pub(crate) fn add_file(name: &str, path: PathBuf) {
        let path = if IS_FOUND_BY_NAME { path } else { by_descriptor(&path).unwrap_or(path) };
        Self::of(name, path).set_loaded();
    }

    /// A library that is loaded.
    pub(crate) fn get(name: &str) -> Option<&'static Self> {
        LIBRARIES.get(|known| known == name).filter(|known| known.is_loaded.load(Ordering::Acquire))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Has content name the library as it is found.
    pub(crate) fn name_in(&self, content: &mut [u8], name: &str) -> bool {
        self.path.to_str().is_some_and(|path| rename(content, name, found_as(path)))
    }

    pub(crate) fn set_loaded(&self) {
        self.is_loaded.store(true, Ordering::Release);
    }
}

/// A path to a file that leads to it by what the process has open.
fn by_descriptor(path: &Path) -> Option<PathBuf> {
    let file = File::open(path).ok()?;
    Some(format!("{DESCRIPTORS}{}", file.into_raw_fd()).into())
}

/// What names a file of this process that is loaded from a path.
pub(crate) fn found_as(path: &str) -> &str {
    let number = if IS_FOUND_BY_NAME { None } else { path.strip_prefix(DESCRIPTORS) };
    number.unwrap_or(path)
}

/// Overwrites a string by a shorter one, wherever it is: what mentions a library by its name means to load it. Whether
/// that was possible.
pub(crate) fn rename(content: &mut [u8], old: &str, new: &str) -> bool {
    let whole = [b"\0", old.as_bytes(), b"\0"].concat();
    let mut is_renamed = false;
    let mut rest = content;
    while let Some(found) = find(rest, &whole)
        && new.len() <= old.len()
    {
        let (place, after) = rest[found + 1..].split_at_mut(old.len());
        place.fill(0);
        place[..new.len()].copy_from_slice(new.as_bytes());
        rest = after;
        is_renamed = true;
    }
    is_renamed
}

fn find(content: &[u8], part: &[u8]) -> Option<usize> {
    // SAFETY: two live slices with their lengths; the result points into the first or is null.
    let found = unsafe { libc::memmem(content.as_ptr().cast(), content.len(), part.as_ptr().cast(), part.len()) };
    (!found.is_null()).then(|| found.addr() - content.as_ptr().addr())
}

#[cfg(test)]
mod tests {
    use super::rename;

    #[test]
    fn whole_names_are_overwritten() {
        let mut table = b"\0xlibb.so.1\0libb.so.1.2.3\0liba.so.1.2.3\0libb.so.1.2.3\0".to_vec();
        assert!(rename(&mut table, "libb.so.1.2.3", "/fd/3"));
        assert_eq!(table, b"\0xlibb.so.1\0/fd/3\0\0\0\0\0\0\0\0\0liba.so.1.2.3\0/fd/3\0\0\0\0\0\0\0\0\0");
        assert!(!rename(&mut table, "libb.so.1", "/fd/3"), "part of a name");
        assert!(!rename(&mut table, "liba.so.1.2.3", "/proc/self/fd/300"), "too long");
    }
}
