//! Requirements that name files.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::Error;

/// A requirement that is a file or a directory, perhaps with extras: `./project[extra]`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Local {
    pub(super) path: PathBuf,
    extras: String,
}

impl Local {
    /// What pip is given.
    pub(super) fn argument(&self) -> OsString {
        let mut argument = self.path.clone().into_os_string();
        argument.push(&self.extras);
        argument
    }
}

/// Understands a requirement as pip does: it is a path if it exists and looks like one, with a separator, a dot at its
/// start, or the ending of an archive. Otherwise a name stays a name, whatever lies in the directory.
pub(super) fn local(requirement: &str, base: &Path) -> Option<Local> {
    let requirement = requirement.trim();
    let (name, extras) = match requirement.find('[') {
        Some(start) if requirement.ends_with(']') => requirement.split_at(start),
        _ => (requirement, ""),
    };
    let archive = [".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar"];
    let looks_like_path = name.starts_with('.')
        || name.contains(std::path::is_separator)
        || archive.iter().any(|ending| name.ends_with(ending));
    let path = base.join(name);
    if !looks_like_path || !path.exists() {
        return None;
    }
    Some(Local { path: std::path::absolute(path).ok()?, extras: extras.into() })
}

/// The file that a requirement names by a `file:` URL, if it exists. Such a requirement is given to pip as it is.
pub(super) fn file_url(requirement: &str) -> Option<PathBuf> {
    let (_, url) = requirement.split_once("file://")?;
    let path = PathBuf::from(url.split(['#', ';', ' ']).next().unwrap_or_default());
    path.exists().then_some(path)
}

pub(super) fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(Error::io("find", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_names_as_pip_does() -> std::io::Result<()> {
        let directory = tempfile::tempdir()?;
        let base = directory.path();
        std::fs::create_dir(base.join("flask"))?;
        std::fs::write(base.join("x-1-py3-none-any.whl"), "")?;
        assert_eq!(local("flask", base), None);
        assert_eq!(local("missing.whl", base), None);
        assert_eq!(local("x-1-py3-none-any.whl", base).map(|l| l.path), Some(base.join("x-1-py3-none-any.whl")));
        let found = local("./flask[async]", base).map(|l| l.argument());
        assert_eq!(found, Some(format!("{}[async]", base.join("flask").display()).into()));
        Ok(())
    }
}
