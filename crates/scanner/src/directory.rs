use std::fmt;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pyox_packed_resources::{Data, pyc};
use walkdir::{DirEntry, WalkDir};

use crate::candidate::Candidate;
use crate::classify::{Classifier, is_ignored_directory};
use crate::data::FileContent;
use crate::error::Error;
use crate::scan::{Scan, SkipReason, Skipped};
use crate::select::select;
use crate::source::ResourceSource;

type Predicate = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// A directory of `sys.path`: `site-packages`, what `pip install --target` makes, a source tree, a standard library.
///
/// [`Classifier`] has the rules. Symbolic links are followed. `bin` and `Scripts` at the root are skipped unless they
/// are packages. Content is read when it is needed, and an error then names the file.
#[derive(Clone)]
pub struct Directory {
    path: PathBuf,
    classifier: Classifier,
    excluded: Vec<String>,
    predicate: Option<Predicate>,
    only: Option<Vec<String>>,
    standard_library: bool,
}

impl Directory {
    /// The directory at `path`. Until [`Directory::extension_suffixes`] is called, `.abi3.so`, `.so` and `.pyd` are
    /// the suffixes of extension modules, and one for a particular version is an error.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            classifier: Classifier::default(),
            excluded: Vec::new(),
            predicate: None,
            only: None,
            standard_library: false,
        }
    }

    /// The standard library at `path`, for example `lib/python3.11`.
    ///
    /// Like [`Directory::new`], except that `lib-dynload` is a directory of `sys.path` too, and that `site-packages`,
    /// `dist-packages` and the `config-...` directory of the C API are excluded.
    pub fn standard_library(path: impl Into<PathBuf>) -> Self {
        Self { standard_library: true, ..Self::new(path) }.exclude(["site-packages", "dist-packages"])
    }

    /// The interpreter's `importlib.machinery.EXTENSION_SUFFIXES`, in the same order.
    #[must_use]
    pub fn extension_suffixes<S: Into<String>>(mut self, suffixes: impl IntoIterator<Item = S>) -> Self {
        self.classifier = self.classifier.extension_suffixes(suffixes);
        self
    }

    /// Passes over extension modules for other interpreters, which no suffix names: they are in [`Scan::skipped`].
    #[must_use]
    pub fn skip_foreign_extensions(mut self) -> Self {
        self.classifier = self.classifier.skip_foreign_extensions();
        self
    }

    /// Finds bytecode in `__pycache__` too: see [`Classifier::cache_tag`].
    #[must_use]
    pub fn cache_tag(mut self, tag: impl Into<String>) -> Self {
        self.classifier = self.classifier.cache_tag(tag);
        self
    }

    /// Leaves out files and directories, given by their relative paths with `/`, in addition to earlier ones.
    #[must_use]
    pub fn exclude<S: Into<String>>(mut self, paths: impl IntoIterator<Item = S>) -> Self {
        self.excluded.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Leaves out files and directories for whose relative path (with `/`) `predicate` is true.
    #[must_use]
    pub fn exclude_if(mut self, predicate: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.predicate = Some(match self.predicate.take() {
            Some(earlier) => Arc::new(move |path| earlier(path) || predicate(path)),
            None => Arc::new(predicate),
        });
        self
    }

    /// Selects some packages or modules by their dotted names: each name stands for itself, for everything below it,
    /// and for the distributions that have its name or have installed one of its files, with their private libraries.
    ///
    /// A name that selects nothing is an [`Error::PackageNotFound`].
    #[must_use]
    pub fn only<S: Into<String>>(mut self, packages: impl IntoIterator<Item = S>) -> Self {
        self.only = Some(packages.into_iter().map(Into::into).collect());
        self
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the top-level module or package of this name is left out, as a file and as a directory.
    pub fn excludes(&self, module: &str) -> bool {
        self.is_excluded(&format!("{module}.py"), false) && self.is_excluded(module, true)
    }

    fn is_excluded(&self, relative: &str, is_dir: bool) -> bool {
        let name = relative.rsplit('/').next().unwrap_or(relative);
        let is_ignored =
            is_ignored_directory(name) && !(name == pyc::CACHE_DIRECTORY && self.classifier.takes_cached_bytecode());
        (is_dir && is_ignored)
            || (self.standard_library && is_dir && relative.starts_with("config-"))
            || self.excluded.iter().any(|excluded| excluded.trim_end_matches('/') == relative)
            || self.predicate.as_ref().is_some_and(|predicate| predicate(relative))
    }

    /// The files in it, none of which is where installers put commands.
    pub(crate) fn files(&self, skipped: &mut Vec<Skipped>) -> Result<Vec<Candidate>, Error> {
        self.walk(skipped, |_, _| false)
    }

    fn walk(
        &self,
        skipped: &mut Vec<Skipped>,
        is_scripts: impl Fn(&str, &DirEntry) -> bool,
    ) -> Result<Vec<Candidate>, Error> {
        let mut candidates = Vec::new();
        let mut entries = WalkDir::new(&self.path).follow_links(true).min_depth(1).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.tolerate(error, skipped)?;
                    continue;
                }
            };
            let is_dir = entry.file_type().is_dir();
            let Some(relative) = relative_path(&self.path, entry.path()) else {
                skipped.push(Skipped { path: lossy(&self.path, entry.path()), reason: SkipReason::NotUtf8 });
                if is_dir {
                    entries.skip_current_dir();
                }
                continue;
            };
            let excluded = self.is_excluded(&relative, is_dir);
            let scripts = is_dir && is_scripts(&relative, &entry);
            if is_dir && (excluded || scripts) {
                if scripts && !excluded {
                    skipped.push(Skipped { path: relative, reason: SkipReason::Scripts });
                }
                entries.skip_current_dir();
            } else if !is_dir && !excluded && entry.file_type().is_file() {
                candidates.push(self.candidate(relative, &entry));
            }
        }
        Ok(candidates)
    }

    fn candidate(&self, relative: String, entry: &DirEntry) -> Candidate {
        let path = match relative.strip_prefix("lib-dynload/") {
            Some(path) if self.standard_library => path.to_owned(),
            _ => relative,
        };
        Candidate {
            path,
            origin: entry.path().to_owned(),
            data: Data::lazy(FileContent(entry.path().to_owned())),
            executable: entry.metadata().is_ok_and(|metadata| is_executable(&metadata)),
        }
    }

    /// Broken and circular links are noted, anything else is an error.
    fn tolerate(&self, error: walkdir::Error, skipped: &mut Vec<Skipped>) -> Result<(), Error> {
        let path = error.path().unwrap_or(&self.path).to_owned();
        let relative = lossy(&self.path, &path);
        let broken_link =
            path.is_symlink() && error.io_error().is_some_and(|e| e.kind() == std::io::ErrorKind::NotFound);
        if self.is_excluded(&relative, false) {
            return Ok(());
        }
        if error.loop_ancestor().is_some() {
            skipped.push(Skipped { path: relative, reason: SkipReason::LinkLoop });
        } else if broken_link {
            skipped.push(Skipped { path: relative, reason: SkipReason::BrokenLink });
        } else {
            return Err(Error::Read { path, source: error.into() });
        }
        Ok(())
    }
}

impl ResourceSource for Directory {
    fn scan(&self) -> Result<Scan, Error> {
        if !self.path.is_dir() {
            return Err(Error::NotADirectory { path: self.path.clone() });
        }
        let mut skipped = Vec::new();
        let candidates = self.walk(&mut skipped, is_scripts_directory)?;
        let mut scan = self.classifier.classify(candidates)?;
        scan.skipped.extend(skipped);
        scan.sort();
        scan.set_owners()?;
        match &self.only {
            Some(packages) => select(scan, packages, &self.path),
            None => Ok(scan),
        }
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory").field("path", &self.path).field("only", &self.only).finish_non_exhaustive()
    }
}

/// The path below `root` with `/`, if it is UTF-8.
fn relative_path(root: &Path, path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> =
        path.strip_prefix(root).ok()?.components().map(|part| part.as_os_str().to_str()).collect();
    parts.map(|parts| parts.join("/"))
}

fn lossy(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}

/// Where installers put commands: neither package nor data.
fn is_scripts_directory(relative: &str, entry: &DirEntry) -> bool {
    matches!(relative, "bin" | "Scripts") && !entry.path().join("__init__.py").exists()
}

#[cfg(unix)]
pub(crate) fn is_executable(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
pub(crate) fn is_executable(_metadata: &Metadata) -> bool {
    false
}

pub(crate) fn canonical(path: &Path) -> Result<PathBuf, Error> {
    path.canonicalize().map_err(|source| Error::Read { path: path.to_owned(), source })
}
