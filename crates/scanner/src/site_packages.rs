//! Directories in which an installer has put distributions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use pyox_packed_resources::{Data, FileData, Resource};

use crate::data::{FileContent, read_text};
use crate::directory::{Directory, canonical};
use crate::error::Error;
use crate::installed_files::installed_files;
use crate::scan::{Found, Scan, SkipReason};
use crate::source::ResourceSource;
use crate::{editable, pth};

/// The `site-packages` directories of an installation.
///
/// A scan finds what is in them, what the distributions have installed elsewhere below the prefix, the directories that
/// `.pth` files add, and the code of editable installations ([PEP 660](https://peps.python.org/pep-0660/)). Of `.pth`
/// files the lines stay that have their effect when the interpreter starts: code, and directories inside.
#[derive(Debug, Clone)]
pub struct SitePackages {
    directories: Vec<PathBuf>,
    suffixes: Vec<String>,
}

impl SitePackages {
    /// These directories, for the Python whose `importlib.machinery.EXTENSION_SUFFIXES` are given in the same order.
    pub fn new<P: Into<PathBuf>, S: Into<String>>(
        directories: impl IntoIterator<Item = P>,
        extension_suffixes: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            directories: directories.into_iter().map(Into::into).collect(),
            suffixes: extension_suffixes.into_iter().map(Into::into).collect(),
        }
    }

    /// Those of Python 3 that are below a prefix, whatever its minor version: `lib/python3.*/site-packages` and the
    /// places where Linux distributions have it.
    ///
    /// # Errors
    ///
    /// A directory that cannot be read.
    pub fn below<S: Into<String>>(
        prefix: &Path,
        extension_suffixes: impl IntoIterator<Item = S>,
    ) -> Result<Self, Error> {
        let mut directories = Vec::new();
        for library in ["lib", "lib64", "local/lib", "local/lib64"].map(|name| prefix.join(name)) {
            for version in names(&library)?.into_iter().filter(|name| name.starts_with("python3.")) {
                let places = ["site-packages", "dist-packages"].map(|name| library.join(&version).join(name));
                directories.extend(places.into_iter().filter(|place| place.is_dir()));
            }
        }
        Ok(Self::new(directories, extension_suffixes))
    }

    /// The directories.
    pub fn directories(&self) -> &[PathBuf] {
        &self.directories
    }
}

/// The names in a directory, sorted; none if it is not there.
fn names(directory: &Path) -> Result<BTreeSet<String>, Error> {
    let error = |source| Error::Read { path: directory.to_owned(), source };
    let entries = match std::fs::read_dir(directory) {
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        entries => entries.map_err(error)?,
    };
    let name = |entry: std::io::Result<std::fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
    entries.map(name).collect::<Result<_, _>>().map_err(error)
}

impl ResourceSource for SitePackages {
    /// [`Scan::path_lines`] is empty: the directories have been searched, or are searched by the program.
    fn scan(&self) -> Result<Scan, Error> {
        let mut merged = Scan::default();
        let mut seen = BTreeSet::new();
        for directory in &self.directories {
            if !seen.insert(canonical(directory)?) {
                continue;
            }
            let mut scan = Directory::new(directory).extension_suffixes(self.suffixes.iter().cloned()).scan()?;
            let inside = |line: &pth::PathLine| is_inside(&line.path) && directory.join(&line.path).is_dir();
            let (kept, added) = std::mem::take(&mut scan.path_lines).into_iter().partition(inside);
            scan.path_lines = added;
            let added = editable::scan_added(directory, &mut scan, &self.suffixes, &mut seen)?;
            let read = |file: &str| {
                let path = directory.join(file);
                let data = Data::lazy(FileContent(path.clone()));
                Ok((read_text(&data, &path)?, path))
            };
            keep_start_up_lines(&mut scan, kept, read)?;
            let files = installed_files(directory, &scan)?;
            merged.append(scan);
            merged.resources.extend(files);
            for scan in added {
                merged.append(scan);
            }
        }
        merged.path_lines.clear();
        merged.sort();
        Ok(merged)
    }
}

/// Whether a directory that a `.pth` file names is below that of the file.
pub(crate) fn is_inside(path: &str) -> bool {
    Path::new(path).components().all(|part| matches!(part, Component::Normal(_))) && !path.is_empty()
}

/// Makes files of the lines of `.pth` files that have their effect when the interpreter starts: those with code that
/// were skipped, and `directories`. `read` gives the text of a file, and where it is.
pub(crate) fn keep_start_up_lines(
    scan: &mut Scan,
    directories: Vec<pth::PathLine>,
    read: impl Fn(&str) -> Result<(String, PathBuf), Error>,
) -> Result<(), Error> {
    let mut lines: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for line in directories {
        lines.entry(line.file).or_default().insert(line.line);
    }
    scan.skipped.retain(|skipped| {
        let SkipReason::PthCode { line } = skipped.reason else { return true };
        lines.entry(skipped.path.clone()).or_default().insert(line);
        false
    });
    for (file, numbers) in lines {
        let (text, origin) = read(&file)?;
        let data = pth::only(&text, &numbers).into_bytes().into();
        scan.resources.push(Found::new(Resource::File(FileData { path: file, data, executable: false }), origin));
    }
    Ok(())
}
