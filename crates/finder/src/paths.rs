//! Virtual paths: where modules and data would be if the executable were a directory.

use std::borrow::Cow;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use pyo3_ffi as ffi;
use pyox_packed_resources::{EntryFlags, Field, FieldKind, OptimizeLevel, pyc, top_level};

use crate::catalogue::{Catalogue, Found, damaged, dotted};
use crate::state::State;
use pyox_python_objects::{Gil, Object, Result};

impl State {
    /// The directory that stands for an entry of `sys.path`: the cache directory of the module's top-level package
    /// if it was placed in files, else the executable.
    pub(crate) fn base(&self, gil: Gil, catalogue: &Catalogue, name: &str) -> Result<Cow<'_, Path>> {
        Ok(self.cache_directory(gil, catalogue, top_level(name))?.map_or(Cow::Borrowed(&*self.root), Cow::Owned))
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
        let base = directory.as_ref().unwrap_or(&self.root).as_os_str().as_bytes();
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

    /// The directory of a package, the only item of its `__path__`.
    pub(crate) fn package_directory(&self, gil: Gil, catalogue: &Catalogue, name: &str) -> Result<PathBuf> {
        Ok(append(&self.base(gil, catalogue, name)?, &name.replace('.', "/")))
    }

    /// A path below the root, relative to it; `None` for other paths.
    pub(crate) fn below_root<'p>(&self, path: &'p Path) -> Option<&'p Path> {
        path.strip_prefix(&self.root).ok()
    }

    /// Whether an item of `sys.path` or of a package's `__path__` is the root, or a package directory below it: then
    /// the name of that package, empty for the root.
    pub(crate) fn path_entry(&self, path: &Path) -> Result<Option<String>> {
        let Some(relative) = self.below_root(path).and_then(Path::to_str) else { return Ok(None) };
        if relative.is_empty() {
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

    /// The content at a path below the root, if it is in memory: a module's source or, if it has none, its bytecode, a
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

    /// Whether there is something in memory at a path below the root.
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
        if let Some(source) = relative.strip_suffix('c')
            && let Some(name) = self.module_at(source)
            && let Some(entry) = catalogue.entry(&name)?
            && !entry.has(FieldKind::Source)
            && let Some(kind) = FieldKind::BYTECODE.into_iter().find(|kind| entry.has(*kind))
            && let Some(code) = entry.field_with_key(kind, "")?
        {
            return Ok(Some((entry, code)));
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
        let directory = relative.split('/').next().unwrap_or_default();
        Ok(self.base(gil, catalogue, directory)?.join(relative))
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
