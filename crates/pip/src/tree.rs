//! Trees that pip has installed. A tree is never changed: a newer one gets another directory, and an old one stays as
//! long as a process reads it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pyox_build_cache::{self as kept, Kept, Scratch, file_digest};
use pyox_packed_resources::{PartsDigest, hex};
use pyox_scanner::SitePackages;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What pip has installed below a prefix of its own: `lib/python3.X/site-packages`, `bin` and whatever else. It belongs
/// to the cache: it is to be read and not changed. It stays as long as this lives.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct InstalledTree {
    /// The directory.
    pub path: PathBuf,
    /// What it is kept by.
    pub key: String,
    /// Whether it was there already, so that pip did not run.
    pub cached: bool,
    /// What the cache had in its place and was damaged, so that pip ran again.
    pub damaged: Option<PathBuf>,
    files: Arc<BTreeMap<String, Content>>,
    /// Held shared.
    _lock: Arc<File>,
}

/// What is kept of a tree beside it.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    /// The name of its directory.
    directory: String,
    files: BTreeMap<String, Content>,
}

/// What a path of a tree is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Content {
    Directory,
    /// Where it leads to.
    Link(PathBuf),
    File {
        /// Hexadecimal.
        sha256: String,
        executable: bool,
    },
}

impl InstalledTree {
    /// The tree of a key, if it is whole as far as can be seen without reading it. Damage is an error with its path.
    pub(super) fn open(cache: &Path, key: &str) -> Result<Option<Self>, PathBuf> {
        loop {
            let manifest_path = manifest_path(cache, key);
            let manifest: Manifest = match kept::read(&manifest_path) {
                Kept::Intact(bytes) => serde_json::from_slice(&bytes).map_err(|_| manifest_path)?,
                Kept::Damaged => return Err(manifest_path),
                Kept::Absent => return Ok(None),
            };
            let path = cache.join(&manifest.directory);
            let lock = File::open(&path).map_err(|_| path.clone())?;
            // Where there are no locks, nothing is ever removed.
            let _ = lock.lock_shared();
            // Another process may have replaced and removed it meanwhile.
            if kept::is_same(&lock, &path).is_ok_and(|same| same) {
                let (files, lock) = (Arc::new(manifest.files), Arc::new(lock));
                let key = key.to_owned();
                return Ok(Some(Self { path, key, cached: true, damaged: None, files, _lock: lock }));
            }
        }
    }

    /// Puts what was installed into `scratch` in the place of what the key had before, which may have been damaged.
    pub(super) fn publish(scratch: Scratch, cache: &Path, key: &str, damaged: Option<PathBuf>) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        read_directory(scratch.path(), "", &mut files)?;
        let prefix = format!("{key}-");
        let (path, lock) = scratch.keep(|random| format!("{prefix}{random}"))?;
        let directory = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let manifest = Manifest { directory, files };
        kept::write(&manifest_path(cache, key), &[&serde_json::to_vec(&manifest)?])?;
        let _ = lock.lock_shared();
        for entry in fs::read_dir(cache)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(&prefix) && entry.path() != path {
                kept::remove_unused(&entry.path());
            }
        }
        let (files, lock) = (Arc::new(manifest.files), Arc::new(lock));
        let key = key.to_owned();
        Ok(Self { path, key, cached: false, damaged, files, _lock: lock })
    }

    /// The directories of modules, of which there is one, or two where those with native code are apart.
    ///
    /// # Errors
    ///
    /// A directory that cannot be read.
    pub fn site_packages(&self) -> Result<Vec<PathBuf>, pyox_scanner::Error> {
        let no_suffixes: [&str; 0] = [];
        Ok(SitePackages::below(&self.path, no_suffixes)?.directories().to_vec())
    }

    /// The paths of all files, with `/`, sorted.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().filter(|(_, content)| matches!(content, Content::File { .. })).map(|(path, _)| &**path)
    }

    /// A file as pip installed it; nothing if there is none or it is damaged.
    #[must_use]
    pub fn read(&self, file: &str) -> Option<Vec<u8>> {
        let Some(Content::File { sha256, .. }) = self.files.get(file) else { return None };
        fs::read(self.path.join(file)).ok().filter(|content| hex(&Sha256::digest(content)) == *sha256)
    }

    /// A digest of all that is in it.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut fields = PartsDigest::default().with("tree 1");
        for (path, content) in &*self.files {
            fields.push(path);
            match content {
                Content::Directory => fields.push("directory"),
                Content::Link(target) => fields.push(target.as_os_str().as_encoded_bytes()),
                Content::File { sha256, executable } => {
                    fields.push(sha256);
                    fields.push([u8::from(*executable)]);
                }
            }
        }
        fields.hex()
    }

    /// Whether everything is as pip installed it, with nothing missing and nothing added. Reads it all.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        let mut found = BTreeMap::new();
        read_directory(&self.path, "", &mut found).is_ok() && found == *self.files
    }
}

fn manifest_path(cache: &Path, key: &str) -> PathBuf {
    cache.join(format!("{key}.tree"))
}

fn read_directory(root: &Path, below: &str, found: &mut BTreeMap<String, Content>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let name = entry.file_name();
        // What is not UTF-8 has no place in a program.
        let name = name.to_string_lossy();
        let path = if below.is_empty() { name.into_owned() } else { format!("{below}/{name}") };
        let kind = entry.file_type()?;
        let content = if kind.is_dir() {
            read_directory(root, &path, found)?;
            Content::Directory
        } else if kind.is_symlink() {
            Content::Link(fs::read_link(entry.path())?)
        } else {
            let sha256 = file_digest(&entry.path())?;
            Content::File { sha256, executable: is_executable(&entry.metadata()?) }
        };
        found.insert(path, content);
    }
    Ok(())
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_metadata: &fs::Metadata) -> bool {
    false
}
