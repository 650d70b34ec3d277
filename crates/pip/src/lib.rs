//! The pip of a Python, and what it installed, kept by content.
//!
//! [`Pip`] drives the pip of one Python, and makes an [`InstalledTree`] of a [`PipRequest`]; [`requirement_lines`] are
//! those of a requirements file.
#![forbid(unsafe_code)]

mod editable;
mod error;
mod files;
mod key;
mod lines;
mod run;
mod spec;
mod tree;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

pub use error::Error;
pub use lines::requirement_lines;
use pyox_build_cache::Scratch;
use pyox_distribution::Host;
use run::Run;
pub use tree::InstalledTree;

/// What to install.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct PipRequest {
    /// Requirements as pip understands them: `flask`, `flask[async]>=3`, `./project`, `wheels/x-1-py3-none-any.whl`.
    /// They are no place for options.
    pub requirements: Vec<String>,
    /// Requirements files (`pip install -r`).
    pub requirement_files: Vec<PathBuf>,
    /// Projects, wheels and source archives on disk.
    pub projects: Vec<PathBuf>,
    /// Further options of `pip install` that `pip wheel` has as well, such as `--no-deps` or `--index-url=...`.
    pub arguments: Vec<String>,
    /// Variables that pip and the build tools that it starts have in their environment, besides those of this process.
    pub environment: BTreeMap<String, String>,
    /// Directories that come before the others of `PATH`, for pip and the build tools that it starts.
    pub path: Vec<PathBuf>,
    /// Variables that tell build tools directories of the tree, which are made for them, by the names of these: what
    /// they write there is kept with what is installed.
    pub directories: BTreeMap<String, String>,
    /// Whether to install again even if the same was installed before, to get newer versions.
    pub refresh: bool,
}

impl PipRequest {
    /// Adds requirements.
    #[must_use]
    pub fn requirements<S: Into<String>>(mut self, requirements: impl IntoIterator<Item = S>) -> Self {
        self.requirements.extend(requirements.into_iter().map(Into::into));
        self
    }

    /// Adds requirements files.
    #[must_use]
    pub fn requirement_files<P: Into<PathBuf>>(mut self, files: impl IntoIterator<Item = P>) -> Self {
        self.requirement_files.extend(files.into_iter().map(Into::into));
        self
    }

    /// Adds projects, wheels and source archives on disk.
    #[must_use]
    pub fn projects<P: Into<PathBuf>>(mut self, projects: impl IntoIterator<Item = P>) -> Self {
        self.projects.extend(projects.into_iter().map(Into::into));
        self
    }

    /// Adds options of pip.
    #[must_use]
    pub fn arguments<S: Into<String>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets variables of the environment of pip.
    #[must_use]
    pub fn environment(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        self.environment.extend(variables);
        self
    }

    /// Adds directories in front of `PATH`.
    #[must_use]
    pub fn path<P: Into<PathBuf>>(mut self, directories: impl IntoIterator<Item = P>) -> Self {
        self.path.extend(directories.into_iter().map(Into::into));
        self
    }

    /// Adds a directory of the tree for build tools to write into, and the variable that tells them where it is.
    #[must_use]
    pub fn directory(mut self, variable: impl Into<String>, name: impl Into<String>) -> Self {
        self.directories.insert(variable.into(), name.into());
        self
    }

    /// Sets whether to install again what was installed before.
    #[must_use]
    pub fn refresh(mut self, refresh: bool) -> Self {
        self.refresh = refresh;
        self
    }
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
    /// The pip of `host`. Installed trees are kept in `cache_dir`, which several processes may share.
    #[must_use]
    pub fn new(host: &dyn Host, cache_dir: impl Into<PathBuf>) -> Self {
        Self { executable: host.executable().into(), identity: host.identity(), cache: cache_dir.into() }
    }

    /// Installs what is requested, or finds it in the cache. `progress` is given pip's output line by line. Where
    /// another process installs the same at this moment, its outcome is waited for. What
    /// requirements files ask for as editable (`-e`) is installed as well, and not referred to.
    ///
    /// # Errors
    /// [`Error::Failed`] with pip's own words, [`Error::NoPip`], [`Error::Option`], [`Error::Editable`], or
    /// [`Error::Io`].
    pub fn install(&self, request: &PipRequest, progress: &mut dyn FnMut(&str)) -> Result<InstalledTree, Error> {
        if let Some(text) = request.requirements.iter().find(|text| text.trim_start().starts_with('-')) {
            return Err(Error::Option { text: text.clone() });
        }
        let key = key::digest(&self.identity, request)?;
        self.kept(&key, request.refresh, |tree| {
            let wanted = wanted(request)?;
            // Pip refuses to install nothing.
            match wanted.is_empty() {
                true => Ok(()),
                false => self.fill(tree, request, &wanted, progress),
            }
        })
    }

    /// Makes a wheel of a project, without what it requires, or finds it in the cache: the one file of the tree.
    /// `arguments` are as those of a [`PipRequest`].
    ///
    /// # Errors
    /// As [`Pip::install`].
    pub fn build(
        &self,
        project: &Path,
        arguments: &[String],
        refresh: bool,
        progress: &mut dyn FnMut(&str),
    ) -> Result<InstalledTree, Error> {
        let request = PipRequest::default().projects([project]).arguments(arguments);
        let key = key::digest(&format!("{} wheel", self.identity), &request)?;
        self.kept(&key, refresh, |tree| {
            let mut words: Vec<OsString> = ["wheel", "--no-deps", "--wheel-dir"].map(OsString::from).into();
            words.push(tree.into());
            words.extend(arguments.iter().map(OsString::from));
            words.extend(wanted(&request)?);
            Run::new(&self.executable).isolated().without_requirements().pip(words, progress)
        })
    }

    /// A tree that was installed or built before, by its [`InstalledTree::key`]; nothing if it is not there any more,
    /// or damaged.
    #[must_use]
    pub fn reopen(&self, key: &str) -> Option<InstalledTree> {
        InstalledTree::open(&self.cache, key).ok().flatten()
    }

    /// The tree of a key, or what `fill` makes in an empty directory.
    fn kept(
        &self,
        key: &str,
        refresh: bool,
        fill: impl FnOnce(&Path) -> Result<(), Error>,
    ) -> Result<InstalledTree, Error> {
        let known = || InstalledTree::open(&self.cache, key);
        if !refresh && let Ok(Some(tree)) = known() {
            return Ok(tree);
        }
        fs::create_dir_all(&self.cache).map_err(Error::io("create", &self.cache))?;
        let lock_path = self.cache.join(format!("{key}.lock"));
        let lock = File::create(&lock_path).map_err(Error::io("create", &lock_path))?;
        lock.lock().map_err(Error::io("lock", &lock_path))?;
        let damaged = match known() {
            Ok(Some(tree)) if !refresh => return Ok(tree),
            Ok(_) => None,
            Err(damaged) => Some(damaged),
        };
        let scratch = Scratch::new(&self.cache).map_err(Error::io("create a directory in", &self.cache))?;
        fill(scratch.path())?;
        let tree = InstalledTree::publish(scratch, &self.cache, key, damaged);
        tree.map_err(Error::io("keep a tree in", &self.cache))
    }

    /// Installs into an empty directory.
    fn fill(
        &self,
        tree: &Path,
        request: &PipRequest,
        wanted: &[OsString],
        progress: &mut dyn FnMut(&str),
    ) -> Result<(), Error> {
        let scratch = Scratch::new(&self.cache).map_err(Error::io("create a directory in", &self.cache))?;
        let scratch = scratch.path();
        let (arguments, environment) = (&request.arguments, environment(request, tree)?);
        let run = Run::new(&self.executable).with(&environment);
        let mut words: Vec<OsString> =
            ["install", "--no-compile", "--no-warn-script-location"].map(OsString::from).into();
        // Not into the working directory, where pip puts sources of editable requirements otherwise.
        words.extend(["--src".into(), scratch.join("sources").into()]);
        words.extend(prefix(tree));
        words.extend(arguments.iter().map(OsString::from));
        words.extend_from_slice(wanted);
        run.pip(words, progress)?;
        editable::replace(&run, tree, arguments, wanted, scratch, progress)
    }
}

/// The variables of a request, for a tree that is to be filled.
fn environment(request: &PipRequest, tree: &Path) -> Result<BTreeMap<String, OsString>, Error> {
    let given = request.environment.iter().map(|(name, value)| (name.clone(), value.into()));
    let mut environment: BTreeMap<String, OsString> = given.collect();
    for (variable, name) in &request.directories {
        let directory = tree.join(name);
        fs::create_dir_all(&directory).map_err(Error::io("create", &directory))?;
        environment.insert(variable.clone(), directory.into());
    }
    if !request.path.is_empty() {
        let others = std::env::var_os("PATH").unwrap_or_default();
        let all = request.path.iter().cloned().chain(std::env::split_paths(&others));
        let no_path = |error: std::env::JoinPathsError| std::io::Error::other(error);
        let all = std::env::join_paths(all).map_err(no_path).map_err(Error::io("search", "PATH"))?;
        environment.insert("PATH".into(), all);
    }
    Ok(environment)
}

/// The arguments of pip for an installation of its own, that has all that belongs to it.
pub(crate) fn prefix(tree: &Path) -> [OsString; 3] {
    ["--ignore-installed".into(), "--prefix".into(), tree.into()]
}

/// Every file and directory of a project that may count for what is built of it, by its path with `/`, with what tells
/// its content: of a file its SHA-256, hexadecimal. What building leaves and what belongs to other tools is left out.
///
/// # Errors
/// [`Error::Io`]
pub fn project_files(project: &Path) -> Result<BTreeMap<String, String>, Error> {
    let mut found = BTreeMap::new();
    key::files(project, project, &mut found)?;
    Ok(found)
}

/// The arguments of pip that say what to install: what comes after `--` is no option.
fn wanted(request: &PipRequest) -> Result<Vec<OsString>, Error> {
    let mut arguments: Vec<OsString> = Vec::new();
    for file in &request.requirement_files {
        arguments.extend(["-r".into(), spec::absolute(file)?.into()]);
    }
    let names_any = !(request.projects.is_empty() && request.requirements.is_empty());
    arguments.extend(names_any.then(|| OsString::from("--")));
    for project in &request.projects {
        arguments.push(spec::absolute(project)?.into());
    }
    for requirement in &request.requirements {
        arguments.push(match spec::local(requirement) {
            Some(local) => local.argument(),
            None => requirement.trim().into(),
        });
    }
    Ok(arguments)
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
