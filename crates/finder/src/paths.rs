//! Virtual paths: where modules and data would be if the executable were a directory.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use pyo3_ffi as ffi;
use pyox_packed_resources::{EntryFlags, Error, Field, FieldKind, legacy};

use crate::catalogue::{Catalogue, Found, damaged};
use crate::object::{Gil, Object, Result};
use crate::state::State;

/// The top-level name of a dotted one.
pub(crate) fn top_level(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

impl State {
    /// The directory that stands for an entry of `sys.path`: the cache directory of the module's top-level package
    /// if it was placed in files, else the executable.
    pub(crate) fn base(&self, gil: Gil, catalogue: &Catalogue, name: &str) -> Result<Cow<'_, Path>> {
        Ok(self.cache_directory(gil, catalogue, top_level(name))?.map_or(Cow::Borrowed(&*self.root), Cow::Owned))
    }

    /// `__file__` of a module; `None` for namespace packages.
    pub(crate) fn module_file(&self, gil: Gil, entry: &Found<'_>) -> Result<Option<PathBuf>> {
        if !entry.is(EntryFlags::MODULE.union(EntryFlags::EXTENSION)) {
            return Ok(None);
        }
        let kind = if entry.is(EntryFlags::EXTENSION) { FieldKind::Extension } else { FieldKind::Source };
        let mut file = entry.file(kind)?;
        if file.is_none() && kind == FieldKind::Source && !entry.has(kind) {
            for kind in self.bytecode_kinds {
                file = file.or(entry.file(kind)?);
            }
        }
        if let Some(path) = file {
            return Ok(Some(entry.catalogue.origin().join(&*path)));
        }
        let directory = if entry.name().contains('.') {
            self.cache_directory(gil, entry.catalogue, top_level(entry.name()))?
        } else {
            self.cache_directory_of(gil, entry)?
        };
        let base = directory.as_ref().unwrap_or(&self.root).as_os_str().as_bytes();
        let mut path = Vec::with_capacity(base.len() + entry.name().len() + "//__init__.py".len());
        path.extend_from_slice(base);
        path.push(b'/');
        self.append_file(gil, &mut path, entry)?;
        Ok(Some(OsString::from_vec(path).into()))
    }

    /// The path of a module's bytecode: `__cached__`.
    pub(crate) fn cached_file_of(&self, gil: Gil, entry: &Found<'_>, file: &Path) -> Result<PathBuf> {
        for kind in self.bytecode_kinds {
            if let Some(path) = entry.file(kind)? {
                return Ok(entry.catalogue.origin().join(&*path));
            }
        }
        Ok(cached_path(file, &self.python(gil).cache_tag, self.optimize))
    }

    /// Appends the path of a module below `sys.path`.
    fn append_file(&self, gil: Gil, path: &mut Vec<u8>, entry: &Found<'_>) -> Result<()> {
        let name = entry.name();
        if name == "__main__"
            && let Some(script) = &self.script
        {
            path.extend_from_slice(script.as_bytes());
            return Ok(());
        }
        let is_extension = entry.is(EntryFlags::EXTENSION);
        if is_extension && let Some(known) = entry.value(FieldKind::RelativePath)? {
            path.extend_from_slice(&known);
            return Ok(());
        }
        path.extend(name.bytes().map(|byte| if byte == b'.' { b'/' } else { byte }));
        if entry.is(EntryFlags::PACKAGE) {
            path.extend_from_slice(b"/__init__");
        }
        if is_extension {
            path.extend_from_slice(self.extension_suffix(gil)?.as_bytes());
        } else {
            path.extend_from_slice(b".py");
        }
        Ok(())
    }

    /// The suffix of extension modules for this Python alone.
    fn extension_suffix(&self, gil: Gil) -> Result<String> {
        let suffixes = self.python(gil).imp.call_method(c"extension_suffixes", &[])?;
        // SAFETY: the C API checks that it is a sequence with an item.
        unsafe { Object::owned(ffi::PySequence_GetItem(suffixes.as_ptr(), 0)) }?.to_str().map(str::to_owned)
    }

    /// The directory of a package, the only item of its `__path__`.
    pub(crate) fn package_directory(&self, gil: Gil, catalogue: &Catalogue, name: &str) -> Result<PathBuf> {
        Ok(append(&self.base(gil, catalogue, name)?, &name.replace('.', "/")))
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
        self.module_at(self.below_root(path)?.to_str()?)
    }

    fn module_at(&self, relative: &str) -> Option<String> {
        if Some(relative) == self.script.as_deref() {
            return Some("__main__".to_owned());
        }
        let name = relative.strip_suffix(".py")?;
        dotted(name.strip_suffix("/__init__").unwrap_or(name))
    }

    /// The content behind a path below the root, if it is in memory: a module's source, a data file, a metadata file.
    pub(crate) fn content_of_file<'c>(&self, catalogue: &'c Catalogue, path: &Path) -> Result<Option<Cow<'c, [u8]>>> {
        self.field_of_file(catalogue, path)?.map(|(entry, field)| entry.read(&field)).transpose()
    }

    /// Whether there is something in memory behind a path below the root.
    pub(crate) fn is_file(&self, catalogue: &Catalogue, path: &Path) -> Result<bool> {
        Ok(self.field_of_file(catalogue, path)?.is_some())
    }

    fn field_of_file<'c>(&self, catalogue: &'c Catalogue, path: &Path) -> Result<Option<(Found<'c>, Field<'c>)>> {
        let Some(relative) = self.below_root(path) else { return Ok(None) };
        // One slash between the names.
        let names: Option<Vec<&str>> = relative.iter().map(|name| name.to_str()).collect();
        let Some(names) = names else { return Ok(None) };
        let found = self.field_at(catalogue, &names.join("/"))?;
        Ok(found.filter(|(_, field)| matches!(field.file(), Ok(None))))
    }

    /// The value that is the content of a file below an item of `sys.path`.
    fn field_at<'c>(&self, catalogue: &'c Catalogue, relative: &str) -> Result<Option<(Found<'c>, Field<'c>)>> {
        if let Some(name) = self.module_at(relative)
            && let Some(entry) = catalogue.entry(&name)?
            && let Some(source) = entry.field_with_key(FieldKind::Source, "")?
        {
            return Ok(Some((entry, source)));
        }
        if let Some(found) = catalogue.package_resource(relative)? {
            return Ok(Some(found));
        }
        let Some((directory, file)) = relative.split_once('/') else { return Ok(None) };
        let Some(entry) = catalogue.distribution_in(directory)? else { return Ok(None) };
        let field = entry.field_with_key(FieldKind::DistributionResource, file)?;
        Ok(field.map(|field| (entry, field)))
    }

    /// Where a file below an item of `sys.path` is: below the origin, in a cache directory, or else below the root.
    pub(crate) fn locate(&self, gil: Gil, catalogue: &Catalogue, relative: &str) -> Result<PathBuf> {
        if let Some((entry, field)) = self.field_at(catalogue, relative)?
            && let Some(path) = field.file().map_err(|error| damaged(&error, entry.name()))?
        {
            return Ok(catalogue.origin().join(&*path));
        }
        let top_level = relative.split('/').next().unwrap_or_default();
        Ok(self.base(gil, catalogue, top_level)?.join(relative))
    }
}

impl Catalogue {
    /// The data file at a path below an item of `sys.path`. The innermost package around it decides: if that does not
    /// have it, it is not there. Namespace packages do not count, as others may own the files in their directories.
    fn package_resource(&self, relative: &str) -> Result<Option<(Found<'_>, Field<'_>)>> {
        for (slash, _) in relative.rmatch_indices('/') {
            let Some(package) = dotted(&relative[..slash]) else { continue };
            let Some(entry) = self.entry(&package)? else { continue };
            if let Some(found) = entry.field_with_key(FieldKind::PackageResource, &relative[slash + 1..])? {
                return Ok(Some((entry, found)));
            }
            if entry.is(EntryFlags::MODULE) && entry.is(EntryFlags::PACKAGE) {
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// The distributions and their metadata directories. Resources of version 3 do not have the directory: it follows
    /// from the metadata.
    pub(crate) fn distributions(&self) -> impl Iterator<Item = Result<(Found<'_>, String)>> {
        self.entries("").filter_map(|entry| match entry {
            Ok(entry) => metadata_directory(&entry).transpose().map(|directory| Ok((entry, directory?))),
            Err(raised) => Some(Err(raised)),
        })
    }

    /// The distribution with this metadata directory.
    fn distribution_in(&self, directory: &str) -> Result<Option<Found<'_>>> {
        let of_all =
            || self.distributions().map(|found| found.map(|(entry, place)| (place.into(), entry.name().into())));
        let distribution = self.metadata_directories.distribution(directory, of_all)?;
        distribution.map_or(Ok(None), |name| self.entry(name))
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
            let files = entry.with_prefix(FieldKind::PackageResource, &prefix);
            let has = files.map_err(|error| damaged(&error, entry.name()))?.flatten().next().is_some();
            return Ok(has.then_some((entry, prefix)));
        }
        Ok(None)
    }
}

/// Names of distributions by their metadata directories. That takes a look at every entry, and is done once, when it is first
/// needed: most paths that are asked for are in no such directory.
#[derive(Clone, Default)]
pub(crate) struct MetadataDirectories(OnceLock<BTreeMap<Box<str>, Box<str>>>);

impl MetadataDirectories {
    /// The distribution with a metadata directory; `of_all` are the directories and distributions of all entries.
    fn distribution<I>(&self, directory: &str, of_all: impl FnOnce() -> I) -> Result<Option<&str>>
    where
        I: Iterator<Item = Result<(Box<str>, Box<str>)>>,
    {
        if self.0.get().is_none() {
            let mut names = BTreeMap::new();
            for found in of_all() {
                let (directory, name) = found?;
                names.entry(directory).or_insert(name);
            }
            // Another thread may have been faster, with the same.
            let _ = self.0.set(names);
        }
        Ok(self.0.get().and_then(|names| names.get(directory)).map(|name| &**name))
    }
}

/// The metadata directory of an entry, if that is a distribution.
fn metadata_directory(entry: &Found<'_>) -> Result<Option<String>> {
    let is_distribution = entry.is(EntryFlags::DISTRIBUTION);
    if is_distribution && let Some(directory) = entry.text(FieldKind::MetadataDirectory)? {
        return Ok(Some(directory));
    }
    if !is_distribution && !entry.has(FieldKind::DistributionResource) {
        return Ok(None);
    }
    match legacy::metadata_directory(entry) {
        Ok(directory) => Ok(Some(directory)),
        Err(Error::NotRepresentable { .. }) => Ok(None),
        Err(error) => Err(damaged(&error, entry.name())),
    }
}

/// The name of a module with this relative path, which has no suffix; no name has a dot in one of its parts.
fn dotted(relative: &str) -> Option<String> {
    (!relative.contains('.')).then(|| relative.replace('/', "."))
}

/// Appends a relative path with `/`.
pub(crate) fn append(base: &Path, relative: &str) -> PathBuf {
    joined(&[base.as_os_str().as_bytes(), b"/", relative.as_bytes()])
}

/// The path that `importlib` would cache bytecode at: `__cached__` (PEP 3147, PEP 488).
pub(crate) fn cached_path(file: &Path, tag: &str, optimize: u8) -> PathBuf {
    let file = file.as_os_str().as_bytes();
    let name = file.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
    let end = file.iter().rposition(|&byte| byte == b'.').filter(|&dot| dot > name).unwrap_or(file.len());
    let suffix: &[u8] = match optimize {
        0 => b".pyc",
        1 => b".opt-1.pyc",
        _ => b".opt-2.pyc",
    };
    joined(&[&file[..name], b"__pycache__/", &file[name..end], b".", tag.as_bytes(), suffix])
}

fn joined(parts: &[&[u8]]) -> PathBuf {
    OsString::from_vec(parts.concat()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_not_there_costs_no_look_at_all_entries() {
        let entries = [("a-1.dist-info", "a"), ("b-2.dist-info", "b")];
        let (directories, looks) = (MetadataDirectories::default(), std::cell::Cell::new(0));
        let find = |directory: &str| {
            let of_all = || entries.iter().map(|&(place, name)| Ok((place.into(), name.into())));
            let counted = || of_all().inspect(|_| looks.set(looks.get() + 1));
            directories.distribution(directory, counted).unwrap().map(str::to_owned)
        };
        for _ in 0..100 {
            assert_eq!(find("no.dist-info"), None);
        }
        assert_eq!(find("b-2.dist-info").as_deref(), Some("b"));
        assert_eq!(looks.get(), entries.len());
    }
}
