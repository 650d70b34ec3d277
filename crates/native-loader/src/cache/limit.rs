//! Keeping the cache from growing: what has not been used for longest goes first.

use std::ffi::OsStr;
use std::io;

use rustix::fs::FileType;

use super::directory::{Lock, open_locked, unique};
use super::tree::Directory;

/// The size of the cache in MiB, instead of [`DEFAULT_LIMIT`].
const VARIABLE: &str = "PYOXIDIZER_PACKAGE_CACHE_SIZE";
/// In bytes.
const DEFAULT_LIMIT: u64 = 4 << 30;

/// Removes what processes that were killed have left behind, and directories that no one uses until
/// the rest is small enough.
/// Nothing depends on whether it succeeds.
pub(super) fn enforce(root: &Directory) {
    let limit = std::env::var(VARIABLE).ok().and_then(|mib| mib.parse::<u64>().ok());
    let _ = remove_unused(root, limit.map_or(DEFAULT_LIMIT, |mib| mib.saturating_mul(1 << 20)));
}

struct Candidate {
    name: String,
    /// In seconds.
    used: i64,
    size: u64,
}

fn remove_unused(root: &Directory, limit: u64) -> io::Result<()> {
    let mut candidates = Vec::new();
    for name in root.names()? {
        let Some(name) = name.to_str() else { continue };
        if entry_of_leftover(name).is_some() {
            let _ = remove(root, name);
        } else if is_entry(name)
            && let Ok(directory) = root.entry(name.as_ref())
            && let Ok(facts) = directory.facts()
        {
            candidates.push(Candidate { name: name.to_owned(), used: facts.st_mtime, size: size(&directory) });
        }
    }
    let mut total: u64 = candidates.iter().map(|candidate| candidate.size).sum();
    candidates.sort_by_key(|candidate| candidate.used);
    for candidate in candidates {
        if total <= limit {
            break;
        }
        if remove(root, &candidate.name).is_ok() {
            total -= candidate.size;
        }
    }
    Ok(())
}

/// Whether a name is that of a directory which programs place here: it ends in a digest. The directory may have been
/// chosen by a person who keeps other things in it.
fn is_entry(name: &str) -> bool {
    let digest = name.rsplit_once('-').map_or("", |(_, digest)| digest);
    !name.starts_with('.') && digest.len() == 32 && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The entry that a name such as `.ENTRY.UNIQUE` belongs to: one that is being written or removed.
fn entry_of_leftover(name: &str) -> Option<&str> {
    let (entry, _) = name.strip_prefix('.')?.rsplit_once('.')?;
    is_entry(entry).then_some(entry)
}

/// Removes a directory unless it is in use. It loses its name first, so that no process finds it half empty.
fn remove(root: &Directory, name: &str) -> io::Result<()> {
    let Some(_lock) = open_locked(root, name, Lock::Alone)? else { return Ok(()) };
    let entry = entry_of_leftover(name).unwrap_or(name);
    let nameless = format!(".{entry}.{}", unique());
    root.rename(name.as_ref(), nameless.as_ref())?;
    root.remove(nameless.as_ref())
}

/// The bytes of all files below a directory.
fn size(directory: &Directory) -> u64 {
    let size_of = |name: &OsStr| match directory.facts_of(name) {
        Ok(facts) if FileType::from_raw_mode(facts.st_mode) == FileType::Directory => {
            directory.entry(name).map_or(0, |below| size(&below))
        }
        Ok(facts) => u64::try_from(facts.st_size).unwrap_or_default(),
        Err(_) => 0,
    };
    directory.names().iter().flatten().map(|name| size_of(name)).sum()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::io;
    use std::path::Path;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::{entry_of_leftover, is_entry, remove_unused};
    use crate::cache::directory::write;
    use crate::cache::tree::Directory;
    use crate::cache::trust::Missing;
    use crate::cache::{File, Files};

    struct One;

    impl Files for One {
        fn name(&self) -> &str {
            "one-0123456789abcdef0123456789abcdef"
        }

        fn each(&self, visit: &mut dyn FnMut(&File<'_>) -> io::Result<()>) -> io::Result<()> {
            visit(&File::new(Path::new("below/file"), 1))
        }

        fn content(&self, _: &Path) -> io::Result<Cow<'_, [u8]>> {
            Ok(Cow::Borrowed(b"1"))
        }
    }

    #[test]
    fn what_is_in_the_making_is_not_left_over() -> io::Result<()> {
        let place = std::env::temp_dir().canonicalize()?.join(format!("pyox-limit-{}", std::process::id()));
        let (root, ended) = (Directory::open(&place, Missing::Make)?, AtomicBool::new(false));
        let written = std::thread::scope(|scope| {
            scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    let _ = remove_unused(&root, 0);
                }
            });
            let written = (0..300).try_for_each(|_| write(&root, One.name(), &One));
            ended.store(true, Ordering::Relaxed);
            written
        });
        std::fs::remove_dir_all(&place)?;
        written
    }

    #[test]
    fn what_programs_have_placed() {
        let entry = "libx.so.1-0123456789abcdef0123456789abcdef";
        assert!(is_entry(entry));
        assert_eq!(entry_of_leftover(&format!(".{entry}.17-ff-0")), Some(entry));
        for other in [
            ".git",
            ".config",
            "documents",
            "a-0123",
            ".ssh.old",
            "-",
            "",
            ".",
            "..",
            "x-0123456789ABCDEF0123456789ABCDEF",
        ] {
            assert!(!is_entry(other) && entry_of_leftover(other).is_none(), "{other}");
        }
    }
}
