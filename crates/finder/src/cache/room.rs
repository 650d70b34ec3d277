//! Keeping the cache from growing: what has not been used for longest goes first.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::directory::{Lock, open_locked};

/// The size of the cache in MiB, instead of [`DEFAULT_LIMIT`].
const VARIABLE: &str = "PYOXIDIZER_PACKAGE_CACHE_SIZE";
/// In bytes.
const DEFAULT_LIMIT: u64 = 4 << 30;

/// Removes what processes that were killed have left behind, and directories that nobody uses until the rest is small enough.
/// Nothing depends on whether it succeeds.
pub(super) fn make(root: &Path) {
    let limit = std::env::var(VARIABLE).ok().and_then(|mib| mib.parse::<u64>().ok());
    let _ = make_room(root, limit.map_or(DEFAULT_LIMIT, |mib| mib.saturating_mul(1 << 20)));
}

struct Candidate {
    path: PathBuf,
    used: SystemTime,
    size: u64,
}

fn make_room(root: &Path, limit: u64) -> io::Result<()> {
    let mut candidates = Vec::new();
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with('.') {
            let _ = remove(root, &entry.path());
        } else {
            let facts = entry.metadata()?;
            candidates.push(Candidate { path: entry.path(), used: facts.modified()?, size: size(&entry.path()) });
        }
    }
    let mut total: u64 = candidates.iter().map(|candidate| candidate.size).sum();
    candidates.sort_by_key(|candidate| candidate.used);
    for candidate in candidates {
        if total <= limit {
            break;
        }
        if remove(root, &candidate.path).is_ok() {
            total -= candidate.size;
        }
    }
    Ok(())
}

/// Removes a directory unless it is in use. It loses its name first, so that no process finds it half empty.
fn remove(root: &Path, path: &Path) -> io::Result<()> {
    let Some(_lock) = open_locked(path, Lock::Alone)? else { return Ok(()) };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let nameless = root.join(format!(".{}.removed.{}", name.trim_start_matches('.'), std::process::id()));
    fs::rename(path, &nameless)?;
    fs::remove_dir_all(&nameless)
}

/// The bytes of all files below a directory.
fn size(directory: &Path) -> u64 {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(facts) if facts.is_dir() => size(&entry.path()),
        Ok(facts) => facts.len(),
        Err(_) => 0,
    });
    sizes.sum()
}
