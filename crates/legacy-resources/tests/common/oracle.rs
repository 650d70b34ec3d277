//! Packed resources version 3 as `python-packed-resources` sees them, in a form that compares with entries. Shared with
//! the tests of the linker.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use pyox_packed_resources::{Encoding, Entry, EntryFlags, Error, FieldKind, Index};
use python_packed_resources::{Resource, load_resources};

/// Everything that is to be equal, by name.
pub type Described = BTreeMap<String, Description>;

/// What one resource is.
#[derive(Debug, Default, PartialEq, Eq, Clone)]
pub struct Description {
    pub flags: u32,
    pub executable: bool,
    /// Values by kind, key and whether they are the path of a file.
    pub values: BTreeMap<(FieldKind, String, bool), Vec<u8>>,
}

/// All entries of an index.
///
/// # Errors
///
/// Damage.
pub fn describe(index: &dyn Index) -> Result<Described, Error> {
    index
        .entries()
        .map(|entry| entry.and_then(|entry| Ok((entry.name().to_owned(), describe_entry(&entry)?))))
        .collect()
}

fn describe_entry(entry: &Entry<'_>) -> Result<Description, Error> {
    let mut description = Description { flags: entry.flags().0, ..Description::default() };
    for field in entry.fields() {
        let field = field?;
        let in_file = field.encoding()? == Encoding::File;
        description.executable |= field.kind() == FieldKind::File && field.mode() == 0o755;
        let replaced =
            description.values.insert((field.kind(), field.key().to_owned(), in_file), field.stored()?.to_vec());
        assert_eq!(replaced, None, "{field:?}");
        assert_eq!(entry.keyed(field.kind(), field.key())?.map(|found| found.key()), Some(field.key()));
    }
    Ok(description)
}

/// All resources of a blob, as the other crate reads them.
///
/// # Panics
///
/// If it cannot.
pub fn loaded(bytes: &[u8]) -> Described {
    let resources: Vec<_> = load_resources(bytes).unwrap().map(Result::unwrap).collect();
    let described: Described = described(&resources);
    assert_eq!(described.len(), resources.len());
    described
}

/// Resources of the other crate.
pub fn described(resources: &[Resource<'_, u8>]) -> Described {
    resources.iter().map(|resource| (resource.name.to_string(), describe_resource(resource))).collect()
}

fn describe_resource(resource: &Resource<'_, u8>) -> Description {
    let flags = [
        (resource.is_python_module, EntryFlags::MODULE),
        (resource.is_python_package, EntryFlags::PACKAGE),
        (resource.is_python_namespace_package, EntryFlags::NAMESPACE),
        (resource.is_python_extension_module, EntryFlags::EXTENSION),
        (resource.is_shared_library, EntryFlags::SHARED_LIBRARY),
        (resource.is_python_builtin_extension_module, EntryFlags::BUILTIN),
        (resource.is_python_frozen_module, EntryFlags::FROZEN),
        (resource.is_utf8_filename_data, EntryFlags::FILE),
    ];
    let set = flags.into_iter().filter(|(set, _)| *set).map(|(_, flag)| flag.0);
    let mut description = Description { flags: set.sum(), executable: resource.file_executable, ..Default::default() };
    for (kind, value) in [
        (FieldKind::Source, &resource.in_memory_source),
        (FieldKind::Bytecode, &resource.in_memory_bytecode),
        (FieldKind::BytecodeOpt1, &resource.in_memory_bytecode_opt1),
        (FieldKind::BytecodeOpt2, &resource.in_memory_bytecode_opt2),
        (FieldKind::Extension, &resource.in_memory_extension_module_shared_library),
        (FieldKind::SharedLibrary, &resource.in_memory_shared_library),
        (FieldKind::File, &resource.file_data_embedded),
    ] {
        description.add(kind, "", false, value.as_deref());
    }
    for (kind, path) in [
        (FieldKind::Source, &resource.relative_path_module_source),
        (FieldKind::Bytecode, &resource.relative_path_module_bytecode),
        (FieldKind::BytecodeOpt1, &resource.relative_path_module_bytecode_opt1),
        (FieldKind::BytecodeOpt2, &resource.relative_path_module_bytecode_opt2),
        (FieldKind::Extension, &resource.relative_path_extension_module_shared_library),
    ] {
        description.add(kind, "", true, path.as_deref().map(path_bytes));
    }
    let path = resource.file_data_utf8_relative_path.as_deref();
    description.add(FieldKind::File, "", true, path.map(str::as_bytes));
    for name in resource.shared_library_dependency_names.iter().flatten() {
        description.add(FieldKind::Dependency, name, false, Some(b""));
    }
    type InMemory<'a> = Option<HashMap<Cow<'a, str>, Cow<'a, [u8]>>>;
    let mut in_memory = |kind, files: &InMemory<'_>| {
        for (name, value) in files.iter().flatten() {
            description.add(kind, name, false, Some(value));
        }
    };
    in_memory(FieldKind::PackageResource, &resource.in_memory_package_resources);
    in_memory(FieldKind::DistributionResource, &resource.in_memory_distribution_resources);
    type InFiles<'a> = Option<HashMap<Cow<'a, str>, Cow<'a, Path>>>;
    let mut in_files = |kind, files: &InFiles<'_>| {
        for (name, path) in files.iter().flatten() {
            description.add(kind, name, true, Some(path_bytes(path)));
        }
    };
    in_files(FieldKind::PackageResource, &resource.relative_path_package_resources);
    in_files(FieldKind::DistributionResource, &resource.relative_path_distribution_resources);
    if description.values.keys().any(|(kind, _, _)| *kind == FieldKind::DistributionResource) {
        description.flags |= EntryFlags::DISTRIBUTION.0;
    }
    description
}

impl Description {
    fn add(&mut self, kind: FieldKind, key: &str, in_file: bool, value: Option<&[u8]>) {
        if let Some(value) = value {
            self.values.insert((kind, key.to_owned(), in_file), value.to_vec());
        }
    }
}

fn path_bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}
