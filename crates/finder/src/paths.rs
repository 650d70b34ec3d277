//! Virtual paths: where modules and data would be if the executable were a directory.

use std::borrow::Cow;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use pyox_packed_resources::{EntryFlags, FieldKind};

use crate::catalogue::{Catalogue, Found};
use crate::object::Result;
use crate::state::State;

/// The top-level name of a dotted one.
pub(crate) fn top_level(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

impl State {
    /// The directory that stands for an entry of `sys.path`: the cache directory of the module's top-level package
    /// if it was placed in files, else the executable.
    pub(crate) fn base(&self, catalogue: &Catalogue, name: &str) -> Result<PathBuf> {
        Ok(self.cache_directory(catalogue, top_level(name))?.unwrap_or_else(|| self.root.clone()))
    }

    /// `__file__` of a module; `None` for namespace packages.
    pub(crate) fn module_file(&self, entry: &Found<'_>) -> Result<Option<PathBuf>> {
        if !entry.is(EntryFlags::MODULE.union(EntryFlags::EXTENSION)) {
            return Ok(None);
        }
        for kind in [FieldKind::Extension, FieldKind::Source] {
            if let Some(path) = entry.file(kind)? {
                return Ok(Some(entry.catalogue.origin().join(&*path)));
            }
        }
        Ok(Some(append(self.base(entry.catalogue, entry.name())?, &self.relative_file(entry)?)))
    }

    /// The path of a module's bytecode: `__cached__`.
    pub(crate) fn cached_file_of(&self, entry: &Found<'_>, file: &Path) -> Result<PathBuf> {
        for kind in self.bytecode_kinds {
            if let Some(path) = entry.file(kind)? {
                return Ok(entry.catalogue.origin().join(&*path));
            }
        }
        Ok(cached_path(file, &self.python.cache_tag))
    }

    /// The path of a module below `sys.path`.
    fn relative_file(&self, entry: &Found<'_>) -> Result<String> {
        let name = entry.name();
        if name == "__main__"
            && let Some(script) = &self.script
        {
            return Ok(script.clone());
        }
        if entry.is(EntryFlags::EXTENSION)
            && let Some(path) = entry.text(FieldKind::RelativePath)?
        {
            return Ok(path);
        }
        let mut path = name.replace('.', "/");
        path.push_str(if entry.is(EntryFlags::PACKAGE) { "/__init__.py" } else { ".py" });
        Ok(path)
    }

    /// The directory of a package, the only item of its `__path__`.
    pub(crate) fn package_directory(&self, catalogue: &Catalogue, name: &str) -> Result<PathBuf> {
        Ok(append(self.base(catalogue, name)?, &name.replace('.', "/")))
    }

    /// A path below the root, relative to it; `None` for other paths.
    pub(crate) fn below_root<'p>(&self, path: &'p Path) -> Option<&'p Path> {
        path.strip_prefix(&self.root).ok()
    }

    /// Whether an item of `sys.path` or of a package's `__path__` is the root, a package directory below it, or the
    /// script: then the name of that package, empty for the root and the script.
    pub(crate) fn path_entry(&self, path: &Path) -> Result<Option<String>> {
        let Some(relative) = self.below_root(path).and_then(Path::to_str) else { return Ok(None) };
        if relative.is_empty() || Some(relative) == self.script.as_deref() {
            return Ok(Some(String::new()));
        }
        let Some(name) = dotted(relative.trim_end_matches('/')) else { return Ok(None) };
        let is_package = self.catalogue().entry(&name)?.is_some_and(|entry| entry.is(EntryFlags::PACKAGE));
        Ok(is_package.then_some(name))
    }

    /// The name of the module that has this virtual source file.
    pub(crate) fn module_of_file(&self, path: &Path) -> Option<String> {
        let relative = self.below_root(path)?.to_str()?;
        if Some(relative) == self.script.as_deref() {
            return Some("__main__".to_owned());
        }
        let name = relative.strip_suffix(".py")?;
        dotted(name.strip_suffix("/__init__").unwrap_or(name))
    }

    /// The content behind a path below the root: a module's source, a data file, a metadata file.
    pub(crate) fn content_of_file<'c>(&self, catalogue: &'c Catalogue, path: &Path) -> Result<Option<Cow<'c, [u8]>>> {
        if let Some(name) = self.module_of_file(path)
            && let Some(entry) = catalogue.entry(&name)?
            && let Some(source) = entry.value(FieldKind::Source)?
        {
            return Ok(Some(source));
        }
        let Some(relative) = self.below_root(path).and_then(Path::to_str) else { return Ok(None) };
        if let Some(found) = catalogue.package_resource(relative)? {
            return Ok(Some(found));
        }
        let Some((directory, file)) = relative.split_once('/') else { return Ok(None) };
        match catalogue.distribution_in(directory)? {
            Some(entry) => entry.keyed_value(FieldKind::DistributionResource, file),
            None => Ok(None),
        }
    }
}

impl Catalogue {
    /// The data file at a path below the root: the innermost package above it that has it.
    fn package_resource(&self, relative: &str) -> Result<Option<Cow<'_, [u8]>>> {
        for (slash, _) in relative.rmatch_indices('/') {
            if let Some(package) = dotted(&relative[..slash])
                && let Some(entry) = self.entry(&package)?
                && let Some(found) = entry.keyed_value(FieldKind::PackageResource, &relative[slash + 1..])?
            {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The distribution with this metadata directory.
    fn distribution_in(&self, directory: &str) -> Result<Option<Found<'_>>> {
        for entry in self.entries("") {
            let entry = entry?;
            if entry.is(EntryFlags::DISTRIBUTION)
                && entry.text(FieldKind::MetadataDirectory)?.as_deref() == Some(directory)
            {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// The package that owns a directory without modules, and the directory's path inside it with a trailing `/`:
    /// `a.data` in the package `a` becomes (`a`, `data/`). Such a directory is a namespace package to `import`.
    pub(crate) fn data_directory(&self, name: &str) -> Result<Option<(Found<'_>, String)>> {
        for (dot, _) in name.rmatch_indices('.') {
            let Some(entry) = self.entry(&name[..dot])? else { continue };
            if !entry.is(EntryFlags::PACKAGE) {
                return Ok(None);
            }
            let prefix = format!("{}/", name[dot + 1..].replace('.', "/"));
            let has =
                entry.fields_of(FieldKind::PackageResource).flatten().any(|field| field.key().starts_with(&prefix));
            return Ok(has.then_some((entry, prefix)));
        }
        Ok(None)
    }
}

/// The name of a module with this relative path, which has no suffix; no name has a dot in one of its parts.
fn dotted(relative: &str) -> Option<String> {
    (!relative.contains('.')).then(|| relative.replace('/', "."))
}

/// Appends a relative path with `/`.
pub(crate) fn append(base: PathBuf, relative: &str) -> PathBuf {
    let mut path: OsString = base.into_os_string();
    path.push("/");
    path.push(relative);
    path.into()
}

/// The path that `importlib` would cache bytecode at: `__cached__`.
pub(crate) fn cached_path(file: &Path, tag: &str) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().as_bytes();
    let mut name = stem.to_vec();
    name.extend_from_slice(b".");
    name.extend_from_slice(tag.as_bytes());
    name.extend_from_slice(b".pyc");
    let directory = file.parent().unwrap_or(Path::new("")).join("__pycache__");
    directory.join(std::ffi::OsStr::from_bytes(&name))
}
