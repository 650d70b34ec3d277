//! The pip of a Python, and what it installed, kept by content.

mod key;
mod run;
mod spec;

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::{Distribution, Error};

/// What to install.
#[derive(Debug, Clone, Default)]
pub struct PipRequest {
    /// Requirements as pip understands them: `flask`, `flask[async]>=3`, `./project`, `wheels/x-1-py3-none-any.whl`.
    pub requirements: Vec<String>,
    /// Requirements files (`pip install -r`).
    pub requirement_files: Vec<PathBuf>,
    /// Projects, wheels and source archives on disk.
    pub projects: Vec<PathBuf>,
    /// Further arguments of `pip install`, such as `--no-deps` or `--index-url=...`.
    pub arguments: Vec<String>,
    /// Whether to install again even if the same was installed before, to get newer versions.
    pub refresh: bool,
}

/// A directory like `site-packages`. It belongs to the cache: it is to be read and not changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InstalledTree {
    /// The directory.
    pub path: PathBuf,
    /// Whether it was there already, so that pip did not run.
    pub cached: bool,
}

/// Drives the pip of one Python.
///
/// The configuration of the user (`pip.conf`, `PIP_*` variables) has its effect. What is installed is kept in the cache
/// directory and found again by the Python, the requirements and the content of all files that they name.
#[derive(Debug, Clone)]
pub struct Pip {
    executable: PathBuf,
    identity: String,
    cache: PathBuf,
}

impl Pip {
    /// The pip of `python`. Installed trees are kept in `cache_dir`, which several processes may share.
    #[must_use]
    pub fn new(python: &dyn Distribution, cache_dir: impl Into<PathBuf>) -> Self {
        Self { executable: python.executable().into(), identity: python.identity(), cache: cache_dir.into() }
    }

    /// Installs what is requested, or finds it in the cache. `progress` is given pip's output line by line.
    ///
    /// # Errors
    /// [`Error::PipFailed`] with pip's own words, [`Error::NoPip`], or [`Error::Io`].
    pub fn install(&self, request: &PipRequest, progress: &mut dyn FnMut(&str)) -> Result<InstalledTree, Error> {
        let key = key::digest(&self.identity, request)?;
        let path = self.cache.join(&key);
        if path.is_dir() && !request.refresh {
            return Ok(InstalledTree { path, cached: true });
        }
        fs::create_dir_all(&self.cache).map_err(Error::io("create", &self.cache))?;
        let scratch = tempfile::Builder::new().prefix(".new-").tempdir_in(&self.cache);
        let scratch = scratch.map_err(Error::io("create a directory in", &self.cache))?;
        let fresh = scratch.path().join("tree");
        fs::create_dir(&fresh).map_err(Error::io("create", &fresh))?;
        let wanted = wanted(request)?;
        // Pip refuses to install nothing.
        if !wanted.is_empty() {
            run::install(&self.executable, &fresh, &request.arguments, wanted, progress)?;
        }
        publish(&fresh, &path, scratch.path(), request.refresh).map_err(Error::io("move a new tree to", &path))?;
        Ok(InstalledTree { path, cached: false })
    }
}

/// The arguments of pip that say what to install.
fn wanted(request: &PipRequest) -> Result<Vec<OsString>, Error> {
    let mut arguments: Vec<OsString> = Vec::new();
    for file in &request.requirement_files {
        arguments.extend(["-r".into(), spec::absolute(file)?.into()]);
    }
    for project in &request.projects {
        arguments.push(spec::absolute(project)?.into());
    }
    for requirement in &request.requirements {
        arguments.push(match spec::local(requirement, Path::new("")) {
            Some(local) => local.argument(),
            None => requirement.into(),
        });
    }
    Ok(arguments)
}

/// Moves a finished tree to its place. If another packer was faster, its tree is as good, unless ours is to be newer.
fn publish(fresh: &Path, path: &Path, scratch: &Path, refresh: bool) -> io::Result<()> {
    match fs::rename(fresh, path) {
        Err(_) if path.is_dir() && refresh => {
            // Another packer may do the same at any moment between these two; its tree is as new as ours.
            let _ = fs::rename(path, scratch.join("old"));
            fs::rename(fresh, path).or_else(|error| if path.is_dir() { Ok(()) } else { Err(error) })
        }
        Err(_) if path.is_dir() => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_race_is_no_error_and_a_refresh_replaces() -> io::Result<()> {
        let directory = tempfile::tempdir()?;
        let place = directory.path().join("place");
        for (name, refresh, expected) in
            [("first", false, "first"), ("second", false, "first"), ("third", true, "third")]
        {
            let scratch = directory.path().join(name);
            fs::create_dir_all(scratch.join("tree"))?;
            fs::write(scratch.join("tree/who"), name)?;
            publish(&scratch.join("tree"), &place, &scratch, refresh)?;
            assert_eq!(fs::read_to_string(place.join("who"))?, expected);
        }
        Ok(())
    }
}
