//! Merging typed resources into packed entries.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Error;
use crate::layered::Visible;
use crate::layout::{EntryFlags, FieldKind};
use crate::names::{normalize_project_name, top_level};
use crate::place::Place;
use crate::resource::Resource;
use crate::value::Value;
use crate::write::{EntryWriter, Writer};

/// Takes resources with their values and locations, and makes the entries of a [`Writer`] of them.
///
/// The first resource of a kind and name wins, as the first directory of `sys.path` does.
#[derive(Default)]
pub struct Collector {
    writer: Writer,
    taken: BTreeSet<(String, FieldKind, String)>,
    metadata_directories: BTreeMap<String, String>,
    hidden: BTreeSet<String>,
    hidden_packages: BTreeSet<String>,
    /// Of these what is hidden stays as files, below a directory.
    spread_packages: BTreeSet<String>,
    directory: String,
    place: Place,
    /// Names of entries that no blob adds.
    left_out: BTreeSet<String>,
}

/// What became of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Placed {
    /// It is in.
    Added,
    /// A resource of the same kind and name was there before, or another metadata directory of the same project.
    Shadowed,
}

impl Collector {
    /// Nothing in it yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says where the resources are that are added from now on, one by one. The path of a
    /// [`Resource::File`] says it by itself.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// Adds a resource that is in another place.
    pub fn add_at(&mut self, place: Place, resource: &Resource, value: Value) -> Placed {
        let usual = std::mem::replace(&mut self.place, place);
        let placed = self.add(resource, value);
        self.place = usual;
        placed
    }

    /// Adds a resource whose content is `value`.
    pub fn add(&mut self, resource: &Resource, value: Value) -> Placed {
        let (name, flags, kind, key) = describe(resource);
        if let Resource::DistributionResource(file) = resource
            && *self.metadata_directories.entry(name.clone()).or_insert_with(|| file.directory.clone())
                != file.directory
        {
            return Placed::Shadowed;
        }
        let first = match resource {
            // All that there is of it is its name.
            Resource::BuiltinModule(_) => self.claim(&name, kind, &key),
            _ => self.set(&name, kind, &key, || value),
        };
        if !first {
            return Placed::Shadowed;
        }
        let place = self.place_of(resource);
        let entry = self.writer.entry(&*name);
        let visible = Visible::after(entry.flags(), flags.union(place)).flags;
        entry.flag(flags).flag(visible.intersection(place));
        match resource {
            Resource::ExtensionModule(module) => {
                self.set(&name, FieldKind::RelativePath, "", || module.relative_path.as_bytes().into());
            }
            Resource::SharedLibrary(library) => {
                if let Some(path) = &library.relative_path {
                    self.set(&name, FieldKind::RelativePath, "", || path.as_bytes().into());
                }
            }
            Resource::DistributionResource(file) => {
                self.set(&name, FieldKind::MetadataDirectory, "", || file.directory.as_bytes().into());
            }
            _ => {}
        }
        Placed::Added
    }

    /// The bits that say where a resource is.
    fn place_of(&self, resource: &Resource) -> EntryFlags {
        match resource {
            Resource::File(_) => EntryFlags::default(),
            Resource::DistributionResource(_) if self.place == Place::SitePackages => {
                EntryFlags::INSTALLED_DISTRIBUTION
            }
            Resource::DistributionResource(_) => EntryFlags::default(),
            _ => EntryFlags::at(self.place),
        }
    }

    /// Says that a file, with its path below `sys.path`, belongs into a cache directory.
    pub fn cache_file(&mut self, directory: &str, path: &str, value: Value) {
        self.set(directory, FieldKind::CacheFile, path, || value);
    }

    /// Says that the files of a top-level module or package are in a cache directory.
    pub fn cache_directory(&mut self, top_level: &str, directory: &str) {
        self.set(top_level, FieldKind::CacheDirectory, "", || directory.as_bytes().into());
    }

    /// Says that an extension module or shared library is also the file at `path` in a cache directory.
    pub fn cache_library(&mut self, name: &str, directory: &str, path: &str) {
        self.set(name, FieldKind::CacheDirectory, "", || directory.as_bytes().into());
        self.set(name, FieldKind::RelativePath, "", || path.as_bytes().into());
    }

    /// Whether nothing has had this place yet; it is taken from now on.
    fn claim(&mut self, name: &str, kind: FieldKind, key: &str) -> bool {
        self.taken.insert((name.to_owned(), kind, key.to_owned()))
    }

    /// Sets a field that nothing has set yet.
    fn set(&mut self, name: &str, kind: FieldKind, key: &str, value: impl FnOnce() -> Value) -> bool {
        let first = self.claim(name, kind, key);
        if first {
            self.writer.entry(name).keyed(kind, key, value());
        }
        first
    }

    /// Says that the extension module or shared library `name` needs the shared library `soname`.
    pub fn depends(&mut self, name: &str, soname: &str) {
        self.writer.entry(name).keyed(FieldKind::Dependency, soname, Vec::new());
    }

    /// Says that the modules of a blob that is not added come before those of the blobs that are added from now on.
    ///
    /// # Errors
    ///
    /// Any damage of the blob that is met.
    pub fn hide_modules(&mut self, blob: &crate::Blob<'_>) -> Result<(), Error> {
        for entry in blob.entries() {
            let entry = entry?;
            if entry.is(EntryFlags::MODULE.union(EntryFlags::EXTENSION)) {
                self.hidden.insert(entry.name().to_owned());
            }
        }
        Ok(())
    }

    /// Says that blobs which are added from now on have no modules and no data of these top-level packages to offer:
    /// what is there is imported instead, and knows nothing of them. It replaces what was said before.
    pub fn hide_packages(&mut self, names: BTreeSet<String>) {
        self.hidden_packages = names;
    }

    /// Says which entries of blobs that are added from now on are left out. It replaces what was said before.
    pub fn leave_out(&mut self, names: BTreeSet<String>) {
        self.left_out = names;
    }

    /// The same for packages without code of their own, whose files stay where they are: below `directory`, relative to
    /// the root of all files. Replaces what was said before.
    pub fn hide_spread_packages(&mut self, names: BTreeSet<String>, directory: String) {
        (self.spread_packages, self.directory) = (names, directory);
    }

    /// Adds the files of an entry that is hidden.
    fn add_files<'a>(
        &mut self,
        entry: &crate::Entry<'a>,
        value: &mut dyn FnMut(&crate::Entry<'a>, &crate::Field<'a>) -> Result<Value, Error>,
    ) -> Result<(), Error> {
        let module = entry.name().replace('.', "/");
        for field in entry.fields() {
            let field = field?;
            let path = match field.kind() {
                FieldKind::Source if entry.is(EntryFlags::PACKAGE) => {
                    format!("{}/{module}/__init__.py", self.directory)
                }
                FieldKind::Source => format!("{}/{module}.py", self.directory),
                FieldKind::PackageResource => format!("{}/{module}/{}", self.directory, field.key()),
                _ => continue,
            };
            if self.claim(&path, FieldKind::File, "") {
                let value = value(entry, &field)?;
                self.writer.entry(path).flag(EntryFlags::FILE).field(FieldKind::File, value);
            }
        }
        Ok(())
    }

    /// Takes over all entries of a blob without decoding a value; `value` makes each from its entry and field. What is
    /// there already hides the same in the blob, as in [`crate::Layered`].
    ///
    /// # Errors
    ///
    /// Any damage of the blob that is met.
    pub fn add_blob<'a>(
        &mut self,
        blob: &crate::Blob<'a>,
        mut value: impl FnMut(&crate::Entry<'a>, &crate::Field<'a>) -> Result<Value, Error>,
    ) -> Result<(), Error> {
        for entry in blob.entries() {
            let entry = entry?;
            if self.left_out.contains(entry.name()) {
                continue;
            }
            let is_other = entry.is(EntryFlags::SHARED_LIBRARY.union(EntryFlags::DISTRIBUTION).union(EntryFlags::FILE));
            let is_hideable = entry.is(EntryFlags::IMPORTABLE.union(EntryFlags::PACKAGE)) && !is_other;
            if is_hideable && self.spread_packages.contains(top_level(entry.name())) {
                self.add_files(&entry, &mut value)?;
                continue;
            }
            if entry.is(EntryFlags::IMPORTABLE) && !is_other && self.hidden_packages.contains(top_level(entry.name())) {
                continue;
            }
            let present = self.writer.entry(entry.name());
            let hidden = if self.hidden.contains(entry.name()) { EntryFlags::MODULE } else { EntryFlags::default() };
            let visible = Visible::after(present.flags().union(hidden), entry.flags());
            present.flag(visible.flags);
            for field in entry.fields() {
                let field = field?;
                if visible.field(field.kind()) && self.claim(entry.name(), field.kind(), field.key()) {
                    let value = value(&entry, &field)?;
                    self.writer.entry(entry.name()).keyed(field.kind(), field.key(), value);
                }
            }
        }
        Ok(())
    }

    /// The entry with this name, to set what resources do not express.
    pub fn entry(&mut self, name: &str) -> &mut EntryWriter {
        self.writer.entry(name)
    }

    /// The writer, with the namespace packages that the names imply.
    pub fn finish(mut self) -> Writer {
        let mut implied = BTreeSet::new();
        for (name, kind, _) in &self.taken {
            // Names of libraries have dots too, and may carry fields of any other kind.
            if kind.is_code() || *kind == FieldKind::PackageResource {
                let own = (*kind == FieldKind::PackageResource).then(|| name.clone());
                implied.extend(own.into_iter().chain(parents(name).map(str::to_owned)));
            }
        }
        for name in implied {
            let entry = self.writer.entry(name);
            if !entry.is(EntryFlags::MODULE.union(EntryFlags::EXTENSION)) {
                let flags = EntryFlags::NAMESPACE.union(EntryFlags::PACKAGE);
                let visible = Visible::after(entry.flags(), flags.union(EntryFlags::at(self.place)));
                entry.flag(visible.flags);
            }
        }
        self.writer
    }
}

fn describe(resource: &Resource) -> (String, EntryFlags, FieldKind, String) {
    let module = |name: &str, is_package: bool, flags: EntryFlags, kind| {
        let flags = if is_package { flags.union(EntryFlags::PACKAGE) } else { flags };
        (name.to_owned(), flags, kind, String::new())
    };
    match resource {
        Resource::ModuleSource(m) => module(&m.name, m.is_package, EntryFlags::MODULE, FieldKind::Source),
        Resource::ModuleBytecode(m) => {
            module(&m.name, m.is_package, EntryFlags::MODULE, FieldKind::bytecode(m.optimize))
        }
        Resource::ExtensionModule(m) => module(&m.name, m.is_package, EntryFlags::EXTENSION, FieldKind::Extension),
        Resource::BuiltinModule(m) => module(&m.name, false, EntryFlags::BUILTIN, FieldKind::Extension),
        Resource::PackageResource(file) => {
            (file.package.clone(), EntryFlags::PACKAGE, FieldKind::PackageResource, file.name.clone())
        }
        Resource::DistributionResource(file) => {
            let name = normalize_project_name(&file.project);
            (name, EntryFlags::DISTRIBUTION, FieldKind::DistributionResource, file.name.clone())
        }
        Resource::SharedLibrary(library) => {
            (library.name.clone(), EntryFlags::SHARED_LIBRARY, FieldKind::SharedLibrary, String::new())
        }
        Resource::File(file) => (file.path.clone(), EntryFlags::FILE, FieldKind::File, String::new()),
    }
}

/// `a.b`, `a` for `a.b.c`.
fn parents(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(name.rsplit_once('.'), |(parent, _)| parent.rsplit_once('.')).map(|(parent, _)| parent)
}
