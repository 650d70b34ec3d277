//! `OxidizedResource`: everything that a finder knows under one name.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::CStr;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use pyo3_ffi as ffi;
use pyox_packed_resources::{Data, EntryFlags, EntryWriter, FieldKind, ReadData, Value, Writer};
use pyox_python_objects::{Gil, Object, Result, value_error};

use crate::arguments::{Arguments, Static};
use crate::catalogue::{Catalogue, Found};
use crate::class::Class;
use crate::property::{Shared, property_table};

/// The properties of an `OxidizedResource`, and what else the entry has. What is not there counts as `false` and
/// `None`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resource {
    pub(crate) name: String,
    flags: BTreeMap<Flag, bool>,
    memory: BTreeMap<FieldKind, Option<Data>>,
    paths: BTreeMap<FieldKind, Option<PathBuf>>,
    memory_files: BTreeMap<FieldKind, Option<BTreeMap<String, Data>>>,
    path_files: BTreeMap<FieldKind, Option<BTreeMap<String, PathBuf>>>,
    dependencies: Option<Vec<String>>,
    /// Bits that are no property.
    other_flags: EntryFlags,
}

/// The bits of `EntryFlags` that are properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Flag {
    Module,
    Package,
    Namespace,
    Extension,
    SharedLibrary,
    Builtin,
    Frozen,
}

const FLAGS: [(Flag, EntryFlags); 7] = [
    (Flag::Module, EntryFlags::MODULE),
    (Flag::Package, EntryFlags::PACKAGE),
    (Flag::Namespace, EntryFlags::NAMESPACE),
    (Flag::Extension, EntryFlags::EXTENSION),
    (Flag::SharedLibrary, EntryFlags::SHARED_LIBRARY),
    (Flag::Builtin, EntryFlags::BUILTIN),
    (Flag::Frozen, EntryFlags::FROZEN),
];

impl Resource {
    /// What a finder knows under a name. Values are read when they are needed.
    pub(crate) fn of(catalogue: &Arc<Catalogue>, entry: &Found<'_>) -> Result<Self> {
        let mut resource = Self { name: entry.name().to_owned(), other_flags: entry.flags(), ..Self::default() };
        for (flag, bit) in FLAGS {
            resource.flags.insert(flag, entry.is(bit));
            resource.other_flags = resource.other_flags.difference(bit);
        }
        for field in entry.fields() {
            let field = field.map_err(|error| crate::catalogue::damaged(&error, entry.name()))?;
            let (kind, key) = (field.kind(), field.key());
            let path = field.file().map_err(|error| crate::catalogue::damaged(&error, entry.name()))?;
            let value = || {
                Data::lazy(InCatalogue {
                    catalogue: catalogue.clone(),
                    entry: entry.name().into(),
                    kind,
                    key: key.into(),
                })
            };
            match (kind, path) {
                (FieldKind::Dependency, _) => resource.dependencies.get_or_insert_default().push(key.to_owned()),
                (_, None) if is_file(kind) => {
                    let files = resource.memory_files.entry(kind).or_default().get_or_insert_default();
                    files.insert(key.to_owned(), value());
                }
                (_, Some(path)) if is_file(kind) => {
                    let files = resource.path_files.entry(kind).or_default().get_or_insert_default();
                    files.insert(key.to_owned(), PathBuf::from(&*path));
                }
                (_, None) => {
                    resource.memory.insert(kind, Some(value()));
                }
                (_, Some(path)) => {
                    resource.paths.insert(kind, Some(PathBuf::from(&*path)));
                }
            }
        }
        Ok(resource)
    }

    /// The resource as an entry of packed resources.
    ///
    /// Packed resources have one place for a value: it is in memory or in a file, else this is a `ValueError`.
    pub(crate) fn write(&self, writer: &mut Writer) -> Result<()> {
        let entry = writer.entry(&*self.name).flag(self.other_flags);
        for (flag, bit) in FLAGS {
            if self.flags.get(&flag) == Some(&true) {
                entry.flag(bit);
            }
        }
        for soname in self.dependencies.iter().flatten() {
            entry.keyed(FieldKind::Dependency, soname, Vec::new());
        }
        let memory = self.memory.iter().filter_map(|(kind, data)| Some((*kind, "", data.as_ref()?)));
        for (kind, key, data) in memory.chain(keyed(&self.memory_files)) {
            entry.keyed(kind, key, Value::raw(data.clone()));
        }
        let paths = self.paths.iter().filter_map(|(kind, path)| Some((*kind, "", path.as_ref()?)));
        for (kind, key, path) in paths.chain(keyed(&self.path_files)) {
            self.write_path(entry, kind, key, path)?;
        }
        Ok(())
    }

    fn write_path(&self, entry: &mut EntryWriter, kind: FieldKind, key: &str, path: &std::path::Path) -> Result<()> {
        let in_memory = if key.is_empty() {
            self.memory.get(&kind).is_some_and(Option::is_some)
        } else {
            self.memory_files.get(&kind).and_then(Option::as_ref).is_some_and(|files| files.contains_key(key))
        };
        if in_memory {
            let what = format!("the {kind:?} {key:?} of resource {:?} is both in memory and in a file", self.name);
            return Err(value_error(&what));
        }
        let Some(path) = path.to_str() else {
            return Err(value_error(&format!("the path {path:?} of resource {:?} is not UTF-8", self.name)));
        };
        entry.keyed(kind, key, Value::file(path));
        Ok(())
    }
}

/// Whether values of a kind are files, with their paths for keys.
fn is_file(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::PackageResource | FieldKind::DistributionResource | FieldKind::CacheFile)
}

type Files<T> = BTreeMap<FieldKind, Option<BTreeMap<String, T>>>;

fn keyed<T>(kinds: &Files<T>) -> impl Iterator<Item = (FieldKind, &str, &T)> {
    kinds.iter().flat_map(|(kind, files)| files.iter().flatten().map(|(key, value)| (*kind, &**key, value)))
}

/// A value of a finder, which stays where it is until it is read.
struct InCatalogue {
    catalogue: Arc<Catalogue>,
    entry: Box<str>,
    kind: FieldKind,
    key: Box<str>,
}

impl ReadData for InCatalogue {
    fn read(&self) -> io::Result<Cow<'_, [u8]>> {
        let find = || -> Result<Option<Cow<'_, [u8]>>> {
            self.catalogue.entry(&self.entry)?.map_or(Ok(None), |entry| entry.keyed_value(self.kind, &self.key))
        };
        find().map(Option::unwrap_or_default).map_err(|error| io::Error::other(error.to_string()))
    }
}

impl Class for Shared<Resource> {
    const NAME: &'static CStr = c"oxidized_importer.OxidizedResource";
    const DOC: &'static CStr = c"OxidizedResource()\n--\n\n\
        Everything that is known under one name: a module, an extension module, a shared library, files of a package \
        or of a distribution's metadata, or several of these.\n\n\
        A new one has the name \"\", and every other property is False or None. A finder has copies: what \
        add_resource() was given and what indexed_resources() gives can be changed without an effect on it.";

    fn new(_gil: Gil, _arguments: &Arguments) -> Option<Result<Self>> {
        Some(Ok(Self::default()))
    }

    fn repr(&self) -> Option<Result<String>> {
        Some(Ok(self.with(|resource| format!("<OxidizedResource name=\"{}\">", resource.name))))
    }

    fn properties() -> *const ffi::PyGetSetDef {
        PROPERTIES.0.as_ptr()
    }
}

static PROPERTIES: Static<[ffi::PyGetSetDef; 25]> = property_table![Resource;
    (c"name", |r| &mut r.name, c"str: name of the module, the shared library, or the distribution's project."),
    (c"is_module", |r| r.flags.entry(Flag::Module).or_default(), c"bool: a module with source or bytecode."),
    (c"is_builtin_extension_module", |r| r.flags.entry(Flag::Builtin).or_default(),
        c"bool: a module that the interpreter has built in."),
    (c"is_frozen_module", |r| r.flags.entry(Flag::Frozen).or_default(), c"bool: a module frozen into the interpreter."),
    (c"is_extension_module", |r| r.flags.entry(Flag::Extension).or_default(), c"bool: an extension module."),
    (c"is_shared_library", |r| r.flags.entry(Flag::SharedLibrary).or_default(), c"bool: a shared library."),
    (c"is_package", |r| r.flags.entry(Flag::Package).or_default(), c"bool: the module is a package."),
    (c"is_namespace_package", |r| r.flags.entry(Flag::Namespace).or_default(), c"bool: a namespace package."),
    (c"in_memory_source", |r| r.memory.entry(FieldKind::Source).or_default(), c"bytes or None: source text."),
    (c"in_memory_bytecode", |r| r.memory.entry(FieldKind::Bytecode).or_default(),
        c"bytes or None: marshalled code, without the header of a .pyc file."),
    (c"in_memory_bytecode_opt1", |r| r.memory.entry(FieldKind::BytecodeOpt1).or_default(),
        c"bytes or None: marshalled code of optimisation level 1."),
    (c"in_memory_bytecode_opt2", |r| r.memory.entry(FieldKind::BytecodeOpt2).or_default(),
        c"bytes or None: marshalled code of optimisation level 2."),
    (c"in_memory_extension_module_shared_library", |r| r.memory.entry(FieldKind::Extension).or_default(),
        c"bytes or None: the dynamic library of an extension module."),
    (c"in_memory_package_resources", |r| r.memory_files.entry(FieldKind::PackageResource).or_default(),
        c"dict of str to bytes, or None: data files of the package; paths have '/'."),
    (c"in_memory_distribution_resources", |r| r.memory_files.entry(FieldKind::DistributionResource).or_default(),
        c"dict of str to bytes, or None: files of the distribution's metadata directory."),
    (c"in_memory_shared_library", |r| r.memory.entry(FieldKind::SharedLibrary).or_default(),
        c"bytes or None: a shared library."),
    (c"shared_library_dependency_names", |r| &mut r.dependencies,
        c"list of str, or None: shared libraries that this one needs."),
    (c"relative_path_module_source", |r| r.paths.entry(FieldKind::Source).or_default(),
        c"pathlib.Path or None: file with the source text. Paths are relative to the finder's origin."),
    (c"relative_path_module_bytecode", |r| r.paths.entry(FieldKind::Bytecode).or_default(),
        c"pathlib.Path or None: .pyc file."),
    (c"relative_path_module_bytecode_opt1", |r| r.paths.entry(FieldKind::BytecodeOpt1).or_default(),
        c"pathlib.Path or None: .pyc file of optimisation level 1."),
    (c"relative_path_module_bytecode_opt2", |r| r.paths.entry(FieldKind::BytecodeOpt2).or_default(),
        c"pathlib.Path or None: .pyc file of optimisation level 2."),
    (c"relative_path_extension_module_shared_library", |r| r.paths.entry(FieldKind::Extension).or_default(),
        c"pathlib.Path or None: file of an extension module."),
    (c"relative_path_package_resources", |r| r.path_files.entry(FieldKind::PackageResource).or_default(),
        c"dict of str to pathlib.Path, or None: data files of the package that are files."),
    (c"relative_path_distribution_resources", |r| r.path_files.entry(FieldKind::DistributionResource).or_default(),
        c"dict of str to pathlib.Path, or None: metadata of the distribution that is in files."),
];
