//! Packages that need real files: placed in a content-addressed cache directory on first use.
//!
//! A directory is written beside its final place and renamed, so that what has the name is complete. It is named by
//! the digest of its content. A directory that belongs to somebody else, or that others may write to, is not used.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};

use pyox_packed_resources::FieldKind;

use crate::catalogue::{Catalogue, Found};
use crate::object::{Raised, Result, clear};
use crate::state::State;

/// Names the cache directory, instead of `$XDG_CACHE_HOME/pyoxidizer/packages`.
const VARIABLE: &std::ffi::CStr = c"PYOXIDIZER_PACKAGE_CACHE";

impl State {
    /// The directory that holds the files of a top-level module; `None` when it is not placed in files, or when no
    /// cache directory can be used. The files are written if they are not there.
    pub(crate) fn cache_directory(&self, catalogue: &Catalogue, package: &str) -> Result<Option<PathBuf>> {
        catalogue.entry(package)?.map_or(Ok(None), |entry| self.cache_directory_of(&entry))
    }

    /// The same for the entry of a top-level module.
    pub(crate) fn cache_directory_of(&self, entry: &Found<'_>) -> Result<Option<PathBuf>> {
        let Some(name) = entry.text(FieldKind::CacheDirectory)? else { return Ok(None) };
        if let Some(known) = self.cached.lock().ok().and_then(|cached| cached.get(&name).cloned()) {
            return Ok(known);
        }
        let Some(files) = entry.catalogue.entry(&name)? else { return Ok(None) };
        let directory = cache_root().and_then(|root| self.place(&root, &files)).ok();
        if let Ok(mut cached) = self.cached.lock() {
            cached.insert(name, directory.clone());
        }
        Ok(directory)
    }

    fn place(&self, root: &Path, files: &Found<'_>) -> io::Result<PathBuf> {
        let name = plain_name(files.name())?;
        let directory = root.join(name);
        if directory.symlink_metadata().is_ok() {
            check_owned(&directory)?;
            return Ok(directory);
        }
        private_directory(root)?;
        let unfinished = root.join(format!(".{name}.{}", std::process::id()));
        let _ = fs::remove_dir_all(&unfinished);
        let written = self.write_files(&unfinished, files).and_then(|()| fs::rename(&unfinished, &directory));
        if written.is_err() {
            let _ = fs::remove_dir_all(&unfinished);
        }
        // Another process may have been faster; what it renamed into place is the same.
        if directory.is_dir() { check_owned(&directory).map(|()| directory) } else { written.map(|()| directory) }
    }

    fn write_files(&self, directory: &Path, files: &Found<'_>) -> io::Result<()> {
        private_directory(directory)?;
        for field in files.fields_of(FieldKind::CacheFile) {
            let field = field.map_err(io::Error::other)?;
            let relative = Path::new(field.key());
            if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "path leaves the cache directory"));
            }
            let path = directory.join(relative);
            if let Some(parent) = path.parent() {
                fs::DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
            }
            fs::write(&path, files.read(&field).map_err(|Raised| unreadable())?)?;
            if field.mode() & 0o111 != 0 {
                fs::set_permissions(&path, fs::Permissions::from_mode(0o700))?;
            }
        }
        Ok(())
    }
}

fn plain_name(name: &str) -> io::Result<&str> {
    let plain = !name.starts_with('.')
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    plain.then_some(name).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not a directory name"))
}

/// The directory of all cached packages of this user.
fn cache_root() -> io::Result<PathBuf> {
    if let Some(path) = variable(VARIABLE) {
        return Ok(path);
    }
    let base = variable(c"XDG_CACHE_HOME").or_else(|| Some(variable(c"HOME")?.join(".cache")));
    let base = base.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no home directory"))?;
    Ok(base.join("pyoxidizer").join("packages"))
}

/// A variable of the environment as an absolute path.
fn variable(name: &std::ffi::CStr) -> Option<PathBuf> {
    let value = std::env::var_os(OsStr::from_bytes(name.to_bytes()))?;
    let path = PathBuf::from(value);
    path.is_absolute().then_some(path)
}

fn private_directory(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    check_owned(path)
}

/// A directory is trusted if it is ours, and nobody else may write to it.
fn check_owned(path: &Path) -> io::Result<()> {
    let metadata = path.symlink_metadata()?;
    // SAFETY: has no preconditions and cannot fail.
    let user = unsafe { libc::geteuid() };
    if metadata.is_dir() && metadata.uid() == user && metadata.mode() & 0o022 == 0 {
        Ok(())
    } else {
        Err(io::Error::new(io::ErrorKind::PermissionDenied, "cache directory is not private to this user"))
    }
}

/// The exception that says so is not of use: the package is imported from memory instead.
fn unreadable() -> io::Error {
    clear();
    io::Error::new(io::ErrorKind::InvalidData, "packed file cannot be read")
}
