//! A CPython that is installed on this machine.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use pyox_licenses::{Component, bundled, cpython};
use pyox_packed_resources::PartsDigest;
use pyox_scanner::{Directory, ResourceSource, allows_python};

use crate::layout::OwnLayout;
use crate::run::{Description, Paths};
use crate::search::{self, Spec};
use crate::{
    Error, ExtensionForm, ExtensionModule, ExtensionVariant, Host, Libpython, LibpythonKind, LinkSettings, Python,
    PythonInfo, Target, Tcl, extension,
};

/// A CPython 3.9 or later that is installed on this machine.
#[derive(Debug, Clone)]
pub struct Installed {
    info: PythonInfo,
    paths: Paths,
    libpython: Option<LibpythonKind>,
}

impl Installed {
    /// Finds the interpreter for `spec`:
    ///
    /// * `None`: the first usable `python3`, then `python`, on `PATH`;
    /// * `3`, `3.12`, `3.12.1`, `3.13t` (free-threaded), also after `cpython-`: on `PATH`, then what pyenv, uv, asdf,
    ///   mise and conda have (the newest that fits), then the usual directories;
    /// * `>=3.10, !=3.12.*` and the like: the newest of this machine that fits, of those that programs can be linked
    ///   with if there are any, and no debug, free-threaded or preliminary one if there are others;
    /// * another name: that program on `PATH`, and for `python3.12` also among those of managers;
    /// * a path: an interpreter, or the directory of an installation or of a virtual environment.
    ///
    /// # Errors
    /// [`Error::NotFound`], or why the interpreter that was found cannot be used.
    pub fn locate(spec: Option<&str>) -> Result<Self, Error> {
        let parsed = Spec::parse(spec);
        if let Spec::Specifiers(text) = &parsed {
            return Self::newest(text);
        }
        let mut searched = Vec::new();
        let mut unusable = None;
        for candidate in parsed.candidates() {
            match Description::of(&candidate) {
                Ok(Description { info, paths }) if parsed.accepts(&info) => return Ok(Self::new(info, paths)),
                Ok(_) => {}
                Err(error) if parsed.is_path() => return Err(error),
                // A pyenv shim of a version that is not active, a store alias, a broken installation: look on, but a
                // Python that works and is of the wrong sort is worth telling if there is no other.
                Err(error) if parsed.is_refused_by(&error) => {
                    unusable.get_or_insert(error);
                }
                Err(_) => {}
            }
            searched.push(candidate);
        }
        if let Some(error) = unusable {
            return Err(error);
        }
        let mut available: Vec<String> = Self::discover().into_iter().map(|found| found.info.version).collect();
        available.dedup();
        if searched.is_empty() {
            searched = parsed.places();
        }
        Err(Error::NotFound { spec: spec.map(Into::into), searched, available })
    }

    fn new(info: PythonInfo, paths: Paths) -> Self {
        Self { info, paths, libpython: None }
    }

    /// Says in which form programs are to have its libpython; by default as a part of the launcher if there is a static
    /// library, and in a library of its own if there is only that.
    #[must_use]
    pub fn with_libpython(self, kind: LibpythonKind) -> Self {
        Self { libpython: Some(kind), ..self }
    }

    /// The one that does the work for programs of this one: itself, or if it can load no extension modules, which pip
    /// needs, another one on this machine with the same bytecode.
    #[must_use]
    pub fn worker(&self) -> Self {
        let can_work = |other: &Self| other.info.loads_extensions && other.info.magic == self.info.magic;
        if can_work(self) {
            return self.clone();
        }
        let (major, minor) = (self.info.major, self.info.minor);
        let other = Self::locate(Some(&format!("{major}.{minor}"))).ok().filter(can_work);
        other.or_else(|| Self::discover().into_iter().find(can_work)).unwrap_or_else(|| self.clone())
    }

    /// Whether [`Installed::locate`] takes a text for versions to choose from, such as `>=3.12`.
    #[must_use]
    pub fn are_specifiers(text: &str) -> bool {
        search::are_specifiers(text)
    }

    /// The newest that is among some versions.
    fn newest(specifiers: &str) -> Result<Self, Error> {
        if let Err(message) = allows_python(specifiers, [3, 0, 0]) {
            return Err(Error::Specifiers { text: specifiers.into(), message });
        }
        let (spec, all) = (Spec::parse(Some(specifiers)), Self::discover());
        let is_preferred = |python: &&Self| {
            let info = &python.info;
            let is_plain = !info.gil_disabled && !info.debug && info.releaselevel == "final";
            (python.library().is_some(), is_plain, info.major, info.minor, info.micro)
        };
        let fitting = all.iter().filter(|python| spec.accepts(&python.info));
        match fitting.max_by_key(is_preferred) {
            Some(python) => Ok(python.clone()),
            None => {
                let mut available: Vec<String> = all.into_iter().map(|found| found.info.version).collect();
                available.dedup();
                Err(Error::NotFound { spec: Some(specifiers.into()), searched: spec.places(), available })
            }
        }
    }

    /// Every CPython 3.9 or later on `PATH`, among those of pyenv, uv, asdf, mise and conda, and in the usual
    /// directories: one per distinct executable, sorted by version.
    #[must_use]
    pub fn discover() -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for candidate in search::everywhere() {
            if let Ok(Description { info, paths }) = Description::of(&candidate)
                && !found.iter().any(|other| other.paths.executable == paths.executable)
            {
                found.push(Self::new(info, paths));
            }
        }
        found.sort_by(|a, b| {
            let key = |python: &Self| {
                let info = &python.info;
                (info.major, info.minor, info.micro, info.gil_disabled, info.debug, python.paths.executable.clone())
            };
            key(a).cmp(&key(b))
        });
        found
    }

    /// The prefix of the installation.
    #[must_use]
    pub fn prefix(&self) -> &Path {
        &self.paths.base_prefix
    }

    /// The text of CPython's licence: where CPython installs it, or where Debian does.
    fn license_text(&self) -> Option<String> {
        let (major, minor) = (self.info.major, self.info.minor);
        let debian = format!("share/doc/python{major}.{minor}/copyright");
        let places = [self.stdlib_dir().join("LICENSE.txt"), self.prefix().join(debian)];
        let text = places.iter().find_map(|path| std::fs::read(path).ok())?;
        Some(String::from_utf8_lossy(&text).into_owned())
    }

    /// The directory of the standard library.
    #[must_use]
    pub fn stdlib_dir(&self) -> &Path {
        &self.paths.stdlib
    }

    /// The directory of the standard library's extension modules, if it has one.
    #[must_use]
    pub fn extension_dir(&self) -> Option<&Path> {
        self.paths.extension_dir.as_deref()
    }

    /// Where packages are installed: of the virtual environment, if that was asked for.
    #[must_use]
    pub fn site_packages(&self) -> &Path {
        &self.paths.purelib
    }

    /// The library, the static one if there is one, whatever is wanted: what else is made of this Python is the same.
    fn library(&self) -> Option<PathBuf> {
        let find = |kind| LinkSettings::find(&self.info, &self.paths, Some(kind));
        let found = find(LibpythonKind::Static).or_else(|_| find(LibpythonKind::Shared)).ok()?;
        match found.libpython {
            Libpython::Static(path) | Libpython::Shared(path) => Some(path),
        }
    }
}

impl Python for Installed {
    fn info(&self) -> &PythonInfo {
        &self.info
    }

    fn identity(&self) -> String {
        let info = &self.info;
        let mut fields = PartsDigest::default()
            .with("python 1")
            .with(&info.version)
            .with(&info.releaselevel)
            .with([info.serial])
            .with(info.soabi.as_deref().unwrap_or_default())
            .with(&info.magic)
            .with(self.executable().as_os_str().as_encoded_bytes());
        for path in self.library().iter().chain([&self.paths.executable]) {
            fields.push(path.as_os_str().as_encoded_bytes());
            if let Ok(metadata) = path.metadata() {
                let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
                fields.push(metadata.len().to_le_bytes());
                fields.push(modified.map_or(0, |time| time.as_nanos()).to_le_bytes());
            }
        }
        fields.hex()[..24].to_owned()
    }
}

impl Host for Installed {
    fn executable(&self) -> &Path {
        &self.paths.executable
    }
}

impl Target for Installed {
    fn standard_library(&self) -> Result<Box<dyn ResourceSource + '_>, Error> {
        let suffixes = self.info.extension_suffixes.iter();
        Ok(Box::new(OwnLayout(Directory::standard_library(self.stdlib_dir()).extension_suffixes(suffixes))))
    }

    fn extension_modules(&self) -> Result<Vec<ExtensionModule>, Error> {
        let built_in = || vec![ExtensionVariant::new(ExtensionForm::BuiltIn)];
        let names = self.info.builtin_modules.iter();
        let mut modules: Vec<ExtensionModule> = names.map(|name| ExtensionModule::new(name, built_in())).collect();
        if let Some(directory) = self.extension_dir() {
            let found = extension::in_directory(directory, &self.info.extension_suffixes);
            modules.extend(found.map_err(|source| Error::Read { path: directory.to_owned(), source })?);
        }
        modules.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(modules)
    }

    fn link(&self) -> Result<LinkSettings, Error> {
        LinkSettings::find(&self.info, &self.paths, self.libpython)
    }

    fn shared_library(&self) -> Result<PathBuf, Error> {
        match LinkSettings::find(&self.info, &self.paths, Some(LibpythonKind::Shared))?.libpython {
            Libpython::Shared(path) | Libpython::Static(path) => Ok(path),
        }
    }

    fn tcl(&self) -> Result<Option<Tcl>, Error> {
        Tcl::of(&self.paths.executable)
    }

    fn components(&self, names: &BTreeSet<String>) -> Vec<Component> {
        let interpreter = cpython(&self.info.version, self.license_text());
        [interpreter].into_iter().chain(bundled(self.info.minor, names)).collect()
    }

    fn files(&self) -> Vec<PathBuf> {
        let directories = [Some(self.stdlib_dir()), self.extension_dir()].into_iter().flatten().map(Path::to_owned);
        directories.chain([self.paths.executable.clone()]).chain(self.library()).collect()
    }
}
