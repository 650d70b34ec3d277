//! Virtual paths: where modules and data would be if the executable were a directory.

use std::borrow::Cow;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use pyo3_ffi as ffi;
use pyox_packed_resources::{EntryFlags, Field, FieldKind, OptimizeLevel, Place, pyc, top_level};
use pyox_python_objects::{Gil, Object, Result};

use crate::catalogue::{Catalogue, Found, damaged, dotted};
use crate::import::is_namespace;
use crate::state::State;

impl State {
    /// The directory that stands for an entry of `sys.path`: the cache directory of the module's top-level package
    /// if it was placed in files, else that of its place.
    pub(crate) fn base(&self, gil: Gil, catalogue: &Catalogue, name: &str) -> Result<Cow<'_, Path>> {
        if let Some(directory) = self.cache_directory(gil, catalogue, top_level(name))? {
            return Ok(Cow::Owned(directory));
        }
        // A directory without modules is no entry: it lies where the package around it does.
        let mut name = name;
        loop {
            if let Some(entry) = catalogue.entry(name)? {
                return Ok(Cow::Borrowed(self.root_of(&entry)));
            }
            match name.rsplit_once('.') {
                Some((package, _)) => name = package,
                None => return Ok(Cow::Borrowed(self.roots.of(Place::Application))),
            }
        }
    }

    /// The directory that a module is in, or the package that it belongs to.
    fn root_of(&self, entry: &Found<'_>) -> &Path {
        self.roots.of(entry.flags().place())
    }

    /// The file that the code of a module says it is from: the source file, wherever that is.
    pub(crate) fn source_file(&self, gil: Gil, entry: &Found<'_>) -> Result<PathBuf> {
        let file = self.module_file(gil, entry)?.unwrap_or_default();
        let is_bytecode = file.extension().is_some_and(|extension| extension == "pyc");
        Ok(if is_bytecode { file.with_extension("py") } else { file })
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
        // An extension module that is in the cache since it is large is a virtual file like others.
        let is_single = entry.is(EntryFlags::EXTENSION) && !entry.is(EntryFlags::PACKAGE);
        let directory = if entry.name().contains('.') {
            self.cache_directory(gil, entry.catalogue, top_level(entry.name()))?
        } else if self.loaded.is_some() && is_single {
            None
        } else {
            self.cache_directory_of(gil, entry)?
        };
        let base = directory.as_deref().unwrap_or(self.root_of(entry)).as_os_str().as_bytes();
        let mut path = Vec::with_capacity(base.len() + entry.name().len() + "//__init__.py".len());
        path.extend_from_slice(base);
        path.push(b'/');
        self.append_file(gil, &mut path, entry)?;
        // Its directory has the bytecode of a module without source text.
        if directory.is_some() && kind == FieldKind::Source && !entry.has(kind) {
            path.push(b'c');
        }
        Ok(Some(OsString::from_vec(path).into()))
    }

    /// The path of a module's bytecode: `__cached__`.
    pub(crate) fn cached_file_of(&self, gil: Gil, entry: &Found<'_>, file: &Path) -> Result<PathBuf> {
        for kind in self.bytecode_kinds {
            if let Some(path) = entry.file(kind)? {
                return Ok(entry.catalogue.origin().join(&*path));
            }
        }
        if file.extension().is_some_and(|extension| extension == "pyc") {
            return Ok(file.to_owned());
        }
        let level = OptimizeLevel::from_number(self.optimize).unwrap_or_default();
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        Ok(file.with_file_name(pyc::cached_path(&stem, &self.python(gil).cache_tag, level)))
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

    /// The directory of a package, the first item of its `__path__`.
    pub(crate) fn package_directory(&self, gil: Gil, catalogue: &Catalogue, name: &str) -> Result<PathBuf> {
        Ok(append(&self.base(gil, catalogue, name)?, &name.replace('.', "/")))
    }

    /// The directories of a package without code, as its `__path__` has them: the application and what is installed may
    /// each have a part of it.
    pub(crate) fn namespace_directories(&self, gil: Gil, catalogue: &Catalogue, name: &str) -> Result<Vec<PathBuf>> {
        let places = catalogue.namespace_places(name)?;
        let roots = self.roots.search_path().iter();
        let parts = roots.filter(|root| places.iter().any(|place| self.roots.of(*place) == **root));
        let mut directories: Vec<_> = parts.map(|root| append(root, &name.replace('.', "/"))).collect();
        directories.dedup();
        let first = self.package_directory(gil, catalogue, name)?;
        Ok(if directories.contains(&first) { directories } else { vec![first] })
    }

    /// Whether an item of `sys.path` or of a package's `__path__` is the program, a directory of top-level modules, or
    /// a package directory below one: then that directory, `None` for the program, and the name of the package, empty
    /// for the others.
    pub(crate) fn path_entry(&self, path: &Path) -> Result<Option<(Option<PathBuf>, String)>> {
        if path == self.roots.program() {
            return Ok(Some((None, String::new())));
        }
        let Some((root, relative)) = self.roots.split(path) else { return Ok(None) };
        let Some(relative) = relative.to_str() else { return Ok(None) };
        let found = |name| Ok(Some((Some(root.to_owned()), name)));
        if relative.is_empty() {
            return found(String::new());
        }
        let Some(name) = dotted(relative.trim_end_matches('/')) else { return Ok(None) };
        match self.catalogue().entry(&name)? {
            Some(entry) if is_namespace(&entry) => {
                let places = self.catalogue().namespace_places(&name)?;
                if places.iter().any(|place| self.roots.of(*place) == root) { found(name) } else { Ok(None) }
            }
            Some(entry) if entry.is(EntryFlags::PACKAGE) && self.root_of(&entry) == root => found(name),
            _ => Ok(None),
        }
    }

    /// The name of the module that has this virtual source file.
    pub(crate) fn module_of_file(&self, path: &Path) -> Option<String> {
        let (root, relative) = self.roots.split(path)?;
        let name = self.module_at(root, relative.to_str()?)?;
        let is_elsewhere = |entry: Found<'_>| self.root_of(&entry) != root;
        (!self.catalogue().entry(&name).ok().flatten().is_some_and(is_elsewhere)).then_some(name)
    }

    fn module_at(&self, root: &Path, relative: &str) -> Option<String> {
        if Some(relative) == self.script.as_deref() && root == self.roots.of(Place::Application) {
            return Some("__main__".to_owned());
        }
        let name = relative.strip_suffix(".py")?;
        dotted(name.strip_suffix("/__init__").unwrap_or(name))
    }

    /// The content at a virtual path, if it is in memory: a module's source or, if it has none, its bytecode, a
    /// data file, a metadata file.
    pub(crate) fn content_of_file<'c>(
        &self,
        gil: Gil,
        catalogue: &'c Catalogue,
        path: &Path,
    ) -> Result<Option<Cow<'c, [u8]>>> {
        let Some((entry, field)) = self.field_of_file(catalogue, path)? else { return Ok(None) };
        let content = entry.read(&field)?;
        Ok(Some(if field.kind().is_bytecode() { with_header(gil, &content).into() } else { content }))
    }

    /// Whether there is something in memory at a virtual path.
    pub(crate) fn is_file(&self, catalogue: &Catalogue, path: &Path) -> Result<bool> {
        Ok(self.field_of_file(catalogue, path)?.is_some())
    }

    fn field_of_file<'c>(&self, catalogue: &'c Catalogue, path: &Path) -> Result<Option<(Found<'c>, Field<'c>)>> {
        let Some((root, relative)) = self.roots.split(path) else { return Ok(None) };
        // One slash between the names.
        let names: Option<Vec<&str>> = relative.iter().map(|name| name.to_str()).collect();
        let Some(names) = names else { return Ok(None) };
        let found = self.field_at(catalogue, root, &names.join("/"))?;
        Ok(found.filter(|(_, field)| matches!(field.file(), Ok(None))))
    }

    /// The value that is the content of a file below a directory of top-level modules.
    fn field_at<'c>(
        &self,
        catalogue: &'c Catalogue,
        root: &Path,
        relative: &str,
    ) -> Result<Option<(Found<'c>, Field<'c>)>> {
        if let Some(name) = self.module_at(root, relative)
            && let Some(entry) = catalogue.entry(&name)?
            && self.root_of(&entry) == root
            && let Some(source) = entry.field_with_key(FieldKind::Source, "")?
        {
            return Ok(Some((entry, source)));
        }
        if let Some(source) = relative.strip_suffix('c')
            && let Some(name) = self.module_at(root, source)
            && let Some(entry) = catalogue.entry(&name)?
            && self.root_of(&entry) == root
            && !entry.has(FieldKind::Source)
            && let Some(kind) = FieldKind::BYTECODE.into_iter().find(|kind| entry.has(*kind))
            && let Some(code) = entry.field_with_key(kind, "")?
        {
            return Ok(Some((entry, code)));
        }
        if let Some(found) = catalogue.package_resource(relative)?
            && self.root_of(&found.0) == root
        {
            return Ok(Some(found));
        }
        let Some((directory, file)) = relative.split_once('/') else { return Ok(None) };
        let Some(entry) = catalogue.distribution_in(directory)? else { return Ok(None) };
        if self.roots.of(entry.flags().metadata_place()) != root {
            return Ok(None);
        }
        let field = entry.field_with_key(FieldKind::DistributionResource, file)?;
        Ok(field.map(|field| (entry, field)))
    }

    /// Where a file is whose path is relative to the directory in which a distribution has its metadata directory:
    /// below the origin, in a cache directory, or else below that directory.
    pub(crate) fn locate(
        &self,
        gil: Gil,
        catalogue: &Catalogue,
        distribution: &str,
        relative: &str,
    ) -> Result<PathBuf> {
        let place = catalogue.entry(distribution)?.map(|entry| entry.flags().metadata_place()).unwrap_or_default();
        let root = self.roots.of(place);
        if let Some((entry, field)) = self.field_at(catalogue, root, relative)?
            && let Some(path) = field.file().map_err(|error| damaged(&error, entry.name()))?
        {
            return Ok(catalogue.origin().join(&*path));
        }
        let directory = relative.split('/').next().unwrap_or_default();
        let cached = self.cache_directory(gil, catalogue, directory)?;
        Ok(append(cached.as_deref().unwrap_or(root), relative))
    }
}

/// A `.pyc` file that is never compared with a source (PEP 552).
pub(crate) fn with_header(_gil: Gil, code: &[u8]) -> Vec<u8> {
    // SAFETY: the token says that Python runs.
    let magic = unsafe { ffi::PyImport_GetMagicNumber() } as u32;
    [&pyc::header(magic.to_le_bytes())[..], code].concat()
}

/// Appends a relative path with `/`.
pub(crate) fn append(base: &Path, relative: &str) -> PathBuf {
    joined(&[base.as_os_str().as_bytes(), b"/", relative.as_bytes()])
}

fn joined(parts: &[&[u8]]) -> PathBuf {
    OsString::from_vec(parts.concat()).into()
}
