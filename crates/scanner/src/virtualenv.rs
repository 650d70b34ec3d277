use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use pyox_packed_resources::{Resource, normalize_project_name};

use crate::error::Error;
use crate::scan::{Scan, SkipReason, Skipped};
use crate::site_packages::SitePackages;
use crate::source::ResourceSource;

/// A virtualenv ([PEP 405](https://peps.python.org/pep-0405/)).
///
/// A scan finds all of its `site-packages` directories, the directories that `.pth` files add, and the code of editable
/// installations ([PEP 660](https://peps.python.org/pep-0660/)). pip, setuptools and wheel are skipped unless something
/// else in the virtualenv requires them.
#[derive(Debug, Clone)]
pub struct Virtualenv {
    path: PathBuf,
    home: PathBuf,
    version: Version,
    site_packages: Vec<PathBuf>,
    system_site_packages: bool,
    suffixes: Vec<String>,
    kept: BTreeSet<String>,
}

/// Major and minor version.
type Version = (u8, u8);

impl Virtualenv {
    /// The virtualenv at `path`, for the Python whose `importlib.machinery.EXTENSION_SUFFIXES` are given in the same
    /// order.
    ///
    /// # Errors
    ///
    /// No `pyvenv.cfg`, no `site-packages`, or no version of Python stated anywhere.
    pub fn open<S: Into<String>>(
        path: impl Into<PathBuf>,
        extension_suffixes: impl IntoIterator<Item = S>,
    ) -> Result<Self, Error> {
        let path = path.into();
        let file = path.join("pyvenv.cfg");
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(Error::NotAVirtualenv { path }),
            Err(source) => return Err(Error::Read { path: file, source }),
        };
        let settings = settings(&text);
        let stated = ["version", "version_info"].iter().find_map(|key| parse_version(settings.get(*key)?));
        let candidates = site_packages_directories(&path)?;
        if candidates.is_empty() {
            return Err(Error::NoSitePackages { path });
        }
        let Some(version) = stated.or_else(|| candidates.iter().find_map(|(version, _)| *version)) else {
            return Err(Error::UnknownPythonVersion { path });
        };
        let site_packages: Vec<PathBuf> = candidates
            .into_iter()
            .filter(|(of, _)| of.is_none_or(|of| of == version))
            .map(|(_, directory)| directory)
            .collect();
        if site_packages.is_empty() {
            return Err(Error::NoSitePackages { path });
        }
        Ok(Self {
            home: settings.get("home").map(PathBuf::from).unwrap_or_default(),
            system_site_packages: settings
                .get("include-system-site-packages")
                .is_some_and(|v| v.eq_ignore_ascii_case("true")),
            version,
            site_packages,
            suffixes: extension_suffixes.into_iter().map(Into::into).collect(),
            kept: BTreeSet::new(),
            path,
        })
    }

    /// Keeps installation tools, by the names of their top-level modules, even if nothing in the virtualenv requires
    /// them.
    #[must_use]
    pub fn keep<S: Into<String>>(mut self, modules: impl IntoIterator<Item = S>) -> Self {
        self.kept.extend(modules.into_iter().map(Into::into));
        self
    }

    /// The virtualenv's directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The directory of the Python executable it was made from; empty if `pyvenv.cfg` has no `home`.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Major and minor version of its Python.
    pub fn python_version(&self) -> (u8, u8) {
        self.version
    }

    /// Its `site-packages` directories.
    pub fn site_packages(&self) -> &[PathBuf] {
        &self.site_packages
    }
}

impl ResourceSource for Virtualenv {
    /// [`Scan::path_lines`] is empty: the directories have been searched.
    fn scan(&self) -> Result<Scan, Error> {
        let mut merged = SitePackages::new(&self.site_packages, &self.suffixes).scan()?;
        if self.system_site_packages {
            let reason = SkipReason::SystemSitePackages;
            merged.skipped.push(Skipped { path: "pyvenv.cfg".to_owned(), reason });
        }
        drop_bootstrap_tools(&mut merged, &self.kept)?;
        merged.sort();
        Ok(merged)
    }
}

/// The key-value pairs of `pyvenv.cfg`, with keys in lower case.
fn settings(text: &str) -> BTreeMap<String, String> {
    text.trim_start_matches('\u{feff}')
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.trim().to_lowercase(), value.trim().to_owned()))
        .collect()
}

/// Major and minor version at the start of `3.11.7`, `3.11.7.final.0` or `3.13t`.
fn parse_version(text: &str) -> Option<Version> {
    let mut parts = text.split('.');
    let major = parts.next()?.parse().ok()?;
    let minor = parts.next()?;
    let end = minor.find(|c: char| !c.is_ascii_digit()).unwrap_or(minor.len());
    Some((major, minor[..end].parse().ok()?))
}

/// All `site-packages` directories, with the version that the name of the directory around them states.
fn site_packages_directories(path: &Path) -> Result<Vec<(Option<Version>, PathBuf)>, Error> {
    let mut found = Vec::new();
    for lib in ["lib", "lib64"].map(|name| path.join(name)) {
        if !lib.is_dir() {
            continue;
        }
        let read_error = |source| Error::Read { path: lib.clone(), source };
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&lib).map_err(read_error)? {
            names.push(entry.map_err(read_error)?.file_name());
        }
        names.sort();
        for name in names {
            let directory = lib.join(&name).join("site-packages");
            let name = name.to_string_lossy();
            if let Some(version) = ["python", "pypy"].iter().find_map(|start| name.strip_prefix(start))
                && directory.is_dir()
            {
                found.push((parse_version(version), directory));
            }
        }
    }
    let windows = path.join("Lib").join("site-packages");
    if windows.is_dir() {
        found.push((None, windows));
    }
    Ok(found)
}

/// Projects that are there to install others, and their modules.
const TOOLS: [(&str, &[&str]); 3] =
    [("pip", &["pip"]), ("setuptools", &["setuptools", "pkg_resources", "_distutils_hack"]), ("wheel", &["wheel"])];

fn drop_bootstrap_tools(scan: &mut Scan, kept: &BTreeSet<String>) -> Result<(), Error> {
    let mut required_by: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for found in &scan.resources {
        if let Resource::DistributionResource(file) = &found.resource
            && matches!(file.name.as_str(), "METADATA" | "PKG-INFO")
        {
            let metadata = crate::Metadata::parse(&crate::data::read_text(&file.data, &found.origin)?);
            let project = normalize_project_name(&file.project);
            required_by.entry(project).or_default().extend(metadata.required_projects());
        }
    }
    let is_tool = |project: &str| TOOLS.iter().any(|(tool, _)| *tool == project);
    let mut wanted: BTreeSet<&str> =
        required_by.keys().map(String::as_str).filter(|project| !is_tool(project)).collect();
    let is_kept = |(_, tops): &&(&str, &[&str])| tops.iter().any(|top| kept.contains(*top));
    wanted.extend(TOOLS.iter().filter(is_kept).map(|(tool, _)| *tool));
    loop {
        let more: Vec<&str> = wanted
            .iter()
            .filter_map(|project| required_by.get(*project))
            .flatten()
            .map(String::as_str)
            .filter(|project| is_tool(project) && !wanted.contains(project))
            .collect();
        if more.is_empty() {
            break;
        }
        wanted.extend(more);
    }
    let mut modules = vec!["_virtualenv"];
    let mut projects = Vec::new();
    for (project, tops) in TOOLS {
        if required_by.contains_key(project) && !wanted.contains(project) {
            projects.push(project);
            modules.extend(tops);
            scan.skipped.push(Skipped { path: project.to_owned(), reason: SkipReason::BootstrapTool });
        }
    }
    let dropped = |path: &str| {
        let top = path.split('/').next().unwrap_or("");
        modules.contains(&top.strip_suffix(".py").unwrap_or(top))
    };
    scan.resources.retain(|found| match &found.resource {
        Resource::DistributionResource(file) => !projects.contains(&normalize_project_name(&file.project).as_str()),
        Resource::File(file) => match (&found.owner, &*file.path) {
            (Some(owner), _) => !projects.contains(&&**owner),
            (None, "_virtualenv.pth") => false,
            (None, "distutils-precedence.pth") => !projects.contains(&"setuptools"),
            (None, path) => !dropped(path),
        },
        resource => !dropped(&resource.relative_path()),
    });
    Ok(())
}
