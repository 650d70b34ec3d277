//! Requirements that name files.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use url::Url;

use crate::Error;

/// The endings of archives by which pip takes a name for that of a file.
const ARCHIVES: [&str; 12] =
    [".whl", ".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tar.lz", ".tlz", ".tar.lzma"];

/// A requirement that is a file or a directory, perhaps with extras and markers: `./project[extra]; os_name ==
/// "posix"`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Local {
    pub(super) path: PathBuf,
    /// Extras and markers.
    rest: String,
}

impl Local {
    /// What pip is given.
    pub(super) fn argument(&self) -> OsString {
        let mut argument = self.path.clone().into_os_string();
        argument.push(&self.rest);
        argument
    }
}

/// Understands a requirement as pip does: it is a directory if it has a separator or begins with a dot, and a file if
/// it has the ending of an archive; and if there is one. Otherwise a name stays a name, whatever lies in the working
/// directory.
pub(super) fn local(requirement: &str) -> Option<Local> {
    let requirement = requirement.trim();
    if is_url(requirement) {
        return None;
    }
    let end = requirement.find(';').unwrap_or(requirement.len());
    let (location, markers) = requirement.split_at(end);
    let location = location.trim_end();
    let (name, extras) = match location.rfind('[') {
        Some(start @ 1..) if location.ends_with(']') => location.split_at(start),
        _ => (location, ""),
    };
    let looks_like_path = location.starts_with('.') || location.contains(std::path::is_separator);
    let lower = name.to_lowercase();
    let path = std::path::absolute(name).ok()?;
    let is_directory = looks_like_path && path.is_dir();
    let is_archive = ARCHIVES.iter().any(|ending| lower.ends_with(ending)) && path.is_file();
    (is_directory || is_archive).then(|| Local { path, rest: format!("{extras}{markers}") })
}

/// Whether pip takes it for a URL: by its scheme.
fn is_url(requirement: &str) -> bool {
    let scheme = requirement.split(':').next().filter(|scheme| scheme.len() < requirement.len()).unwrap_or_default();
    let scheme = scheme.to_lowercase();
    ["http", "https", "file", "ftp"].contains(&&*scheme)
        || ["git+", "hg+", "svn+", "bzr+"].iter().any(|system| scheme.starts_with(system))
}

/// The file that a requirement names by a `file:` URL, if it exists. Such a requirement is given to pip as it is.
pub(super) fn file_url(requirement: &str) -> Option<PathBuf> {
    let url = &requirement[requirement.find("file://")?..];
    let url = url.split(|c: char| c.is_whitespace() || c == ';').next()?;
    let path = Url::parse(url).ok()?.to_file_path().ok()?;
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
        for file in ["x-1-py3-none-any.whl", "Y.ZIP", "z.tlz", "program", "a b.zip"] {
            std::fs::write(base.join(file), "")?;
        }
        let below = |text: &str| format!("{}/{text}", base.display());
        for (text, path, rest) in [
            ("flask", "flask", ""),
            (" flask[async] ", "flask", "[async]"),
            ("flask ; os_name == 'a[b]'", "flask", "; os_name == 'a[b]'"),
            ("x-1-py3-none-any.whl", "x-1-py3-none-any.whl", ""),
            ("x-1-py3-none-any.whl[a]", "x-1-py3-none-any.whl", "[a]"),
            ("Y.ZIP", "Y.ZIP", ""),
            ("z.tlz", "z.tlz", ""),
            ("a b.zip", "a b.zip", ""),
        ] {
            let found = local(&below(text.trim_start()));
            assert_eq!(found, Some(Local { path: base.join(path), rest: rest.into() }), "{text}");
        }
        for text in ["missing.whl", "missing", "program", "flask>=3"] {
            assert_eq!(local(&below(text)), None, "{text}");
        }
        assert_eq!(local(&format!("x @ file://{}", below("Y.ZIP"))), None);
        assert_eq!(local(&format!("file://{}", below("flask"))), None);
        Ok(())
    }

    #[test]
    fn a_name_stays_a_name_whatever_lies_in_the_working_directory() {
        // The tests run in the directory of the crate.
        assert!(Path::new("src").is_dir() && Path::new("Cargo.toml").is_file());
        for name in ["src", "Cargo.toml", "src[extra]", "src; os_name == 'posix'", "src>=1"] {
            assert_eq!(local(name), None, "{name}");
        }
        let found = local("./src[extra]").map(|local| local.argument());
        assert_eq!(found, Some(format!("{}[extra]", std::path::absolute("src").unwrap_or_default().display()).into()));
        assert!(local("src/../src").is_some());
    }

    #[test]
    fn files_of_urls() -> std::io::Result<()> {
        let directory = tempfile::tempdir()?;
        let path = directory.path().join("a b");
        std::fs::create_dir(&path)?;
        let url = Url::from_file_path(&path).expect("absolute");
        for text in
            [format!("{url}"), format!("x @ {url}"), format!("git+{url}#egg=x"), format!("x @ {url} ; extra == 'x'")]
        {
            assert_eq!(file_url(&text), Some(path.clone()), "{text}");
        }
        assert_eq!(file_url("x @ file:///missing"), None);
        assert_eq!(file_url("x"), None);
        Ok(())
    }
}
