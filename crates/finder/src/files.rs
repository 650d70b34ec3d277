//! The files that packed resources stand for, by their paths below the root.

use std::sync::OnceLock;

use pyo3_ffi as ffi;
use pyox_packed_resources::{Blob, Encoding, Entry, EntryFlags, Field, FieldKind, Place, pyc};
use pyox_python_objects::Gil;

use crate::roots::Roots;

/// The files of a program.
pub struct PackedFiles {
    blobs: Vec<Blob<'static>>,
    roots: Roots,
    /// The path of the script that is the packed `__main__`, below the directory of the application.
    script: Option<String>,
    /// What comes before bytecode in a file.
    header: OnceLock<[u8; pyc::HEADER_LEN]>,
}

/// A file: its path in parts, the field that has its content, the blob of that, and whether [`PackedFiles::header`]
/// comes before the content.
pub type Visit<'v> = dyn FnMut(&[&[u8]], Field<'static>, Blob<'static>, bool) + 'v;

/// The same for the files of one entry.
type VisitOf<'v> = dyn FnMut(&[&[u8]], Field<'static>, bool) + 'v;

impl PackedFiles {
    /// Those of some blobs, of which the first that has a file counts. Their paths are relative to the program of
    /// `roots`.
    pub fn new(blobs: Vec<Blob<'static>>, roots: Roots, script: Option<String>) -> Self {
        Self { blobs, roots, script, header: OnceLock::new() }
    }

    /// Python runs: what comes before bytecode is known from now on.
    pub fn started(&self, _gil: Gil) {
        // SAFETY: the token says that Python runs.
        let magic = unsafe { ffi::PyImport_GetMagicNumber() } as u32;
        let _ = self.header.set(pyc::header(magic.to_le_bytes()));
    }

    /// What comes before bytecode in a file; zeros until Python runs.
    pub fn header(&self) -> [u8; pyc::HEADER_LEN] {
        self.header.get().copied().unwrap_or_default()
    }

    /// Calls `visit` with each file. Nothing is allocated, and no lock taken. Damaged entries have no files.
    pub fn each(&self, visit: &mut Visit<'_>) {
        for blob in &self.blobs {
            for position in 0..blob.entry_count() {
                if let Ok(entry) = blob.entry_at(position) {
                    self.each_of(&entry, &mut |path, field, has_header| visit(path, field, *blob, has_header));
                }
            }
        }
    }

    /// The content of the shared library with a name, and the blob that it is in.
    pub fn library(&self, name: &str) -> Option<(Field<'static>, Blob<'static>)> {
        self.blobs.iter().find_map(|blob| {
            let field = blob.entry(name).ok()??.field(FieldKind::SharedLibrary).ok()??;
            matches!(field.file(), Ok(None)).then_some((field, *blob))
        })
    }

    fn each_of(&self, entry: &Entry<'static>, visit: &mut VisitOf<'_>) {
        let root = |place| self.roots.relative(place).as_bytes();
        let module = Parts::of_module(root(entry.flags().place()), entry.name());
        let (known, directory) = (text(entry, FieldKind::RelativePath), text(entry, FieldKind::MetadataDirectory));
        let has_source = entry.field(FieldKind::Source).is_ok_and(|source| source.is_some());
        let mut has_bytecode = false;
        for field in entry.fields().flatten().filter(|field| matches!(field.file(), Ok(None))) {
            let key = field.key().as_bytes();
            match field.kind() {
                FieldKind::Source => self.module_file(entry, &module, b".py", &mut |path| visit(path, field, false)),
                kind if kind.is_bytecode() && !has_source && !has_bytecode => {
                    has_bytecode = true;
                    self.module_file(entry, &module, b".pyc", &mut |path| visit(path, field, true));
                }
                FieldKind::Extension | FieldKind::SharedLibrary => {
                    if let Some(path) = known {
                        below(root(entry.flags().place()), &[path], &mut |path| visit(path, field, false));
                    }
                }
                FieldKind::PackageResource => module.with(&[b"/", key], &mut |path| visit(path, field, false)),
                FieldKind::DistributionResource => {
                    if let Some(directory) = directory {
                        let path = [directory, b"/", key];
                        below(root(entry.flags().metadata_place()), &path, &mut |path| visit(path, field, false));
                    }
                }
                FieldKind::File => visit(&[entry.name().as_bytes()], field, false),
                _ => {}
            }
        }
    }

    fn module_file(&self, entry: &Entry<'static>, module: &Parts<'_>, suffix: &[u8], visit: &mut dyn FnMut(&[&[u8]])) {
        match &self.script {
            Some(script) if entry.name() == "__main__" => {
                below(self.roots.relative(Place::Application).as_bytes(), &[script.as_bytes()], visit);
            }
            _ if entry.is(EntryFlags::PACKAGE) => module.with(&[b"/__init__", suffix], visit),
            _ => module.with(&[suffix], visit),
        }
    }
}

/// A value that is a short text.
fn text(entry: &Entry<'static>, kind: FieldKind) -> Option<&'static [u8]> {
    let field = entry.field(kind).ok().flatten()?;
    matches!(field.encoding(), Ok(Encoding::Raw)).then(|| field.stored().ok()).flatten()
}

/// Calls `visit` with a path of at most three parts below a root.
fn below(root: &[u8], path: &[&[u8]], visit: &mut dyn FnMut(&[&[u8]])) {
    let mut parts: [&[u8]; 5] = [root, b"/", &[], &[], &[]];
    let path = &path[..path.len().min(3)];
    parts[2..2 + path.len()].copy_from_slice(path);
    visit(&parts[if root.is_empty() { 2 } else { 0 }..2 + path.len()]);
}

/// A path in parts.
struct Parts<'p> {
    parts: [&'p [u8]; 128],
    /// 0 if there are too many.
    count: usize,
}

impl<'p> Parts<'p> {
    /// The names of a module's path below a root, and slashes between them.
    fn of_module(root: &'p [u8], name: &'p str) -> Self {
        let mut path = Self { parts: [&[]; 128], count: 0 };
        if !root.is_empty() {
            path.parts[..2].copy_from_slice(&[root, b"/"]);
            path.count = 2;
        }
        for part in name.split('.') {
            let Some(place) = path.parts.get_mut(path.count..path.count + 2) else {
                path.count = 0;
                return path;
            };
            place.copy_from_slice(&[part.as_bytes(), b"/"]);
            path.count += 2;
        }
        path.count -= 1;
        path
    }

    /// Calls `visit` with the path and more.
    fn with(&self, more: &[&[u8]], visit: &mut dyn FnMut(&[&[u8]])) {
        let mut parts: [&[u8]; 130] = [&[]; 130];
        let end = self.count + more.len();
        if self.count > 0 && end <= parts.len() {
            parts[..self.count].copy_from_slice(&self.parts[..self.count]);
            parts[self.count..end].copy_from_slice(more);
            visit(&parts[..end]);
        }
    }
}
