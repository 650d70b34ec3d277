//! Version 3 against `python-packed-resources`: what one writes, the other reads, whatever it is.
#![cfg(unix)]

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use proptest::collection::{btree_map, hash_map, vec};
use proptest::option;
use proptest::prelude::*;
use pyox_legacy_resources::{NativePaths, Packed, Resources, Writer, convert};
use pyox_packed_resources::{Blob, Index};
use python_packed_resources::{Resource, write_packed_resources_v3};

use crate::oracle::{Described, describe, described, loaded};

type Bytes = Cow<'static, [u8]>;
type Text = Cow<'static, str>;
type File = Cow<'static, Path>;

fn bytes() -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..20).prop_map(Cow::Owned)
}

fn text() -> impl Strategy<Value = Text> {
    "[a-zA-Z0-9_. \u{e4}\u{1f40d}/-]{0,8}".prop_map(Cow::Owned)
}

/// Paths are bytes, except `/` at the end, which `Path` does not compare.
fn path() -> impl Strategy<Value = File> {
    prop_oneof![
        3 => "[a-z\u{e4}]{1,5}(/[a-z.]{1,5}){0,2}".prop_map(PathBuf::from),
        1 => vec(any::<u8>(), 0..8).prop_map(|bytes| PathBuf::from(OsString::from_vec(bytes))),
    ]
    .prop_map(Cow::Owned)
}

fn files<T: std::fmt::Debug>(content: impl Strategy<Value = T>) -> impl Strategy<Value = Option<HashMap<Text, T>>> {
    option::of(hash_map(text(), content, 0..4))
}

prop_compose! {
    fn in_memory()(
        values in proptest::array::uniform7(option::of(bytes())),
        package_resources in files(bytes()),
        distribution_resources in files(bytes()),
        names in option::of(vec(text(), 0..4)),
    ) -> Resource<'static, u8> {
        let [source, bytecode, opt1, opt2, extension, library, file] = values;
        Resource {
            in_memory_source: source,
            in_memory_bytecode: bytecode,
            in_memory_bytecode_opt1: opt1,
            in_memory_bytecode_opt2: opt2,
            in_memory_extension_module_shared_library: extension,
            in_memory_shared_library: library,
            in_memory_package_resources: package_resources,
            in_memory_distribution_resources: distribution_resources,
            shared_library_dependency_names: names,
            file_data_embedded: file,
            ..Resource::default()
        }
    }
}

prop_compose! {
    fn resource()(
        memory in in_memory(),
        paths in proptest::array::uniform5(option::of(path())),
        package_resources in files(path()),
        distribution_resources in files(path()),
        file in option::of(text()),
        flags in any::<[bool; 9]>(),
    ) -> Resource<'static, u8> {
        let [source, bytecode, opt1, opt2, extension] = paths;
        Resource {
            relative_path_module_source: source,
            relative_path_module_bytecode: bytecode,
            relative_path_module_bytecode_opt1: opt1,
            relative_path_module_bytecode_opt2: opt2,
            relative_path_extension_module_shared_library: extension,
            relative_path_package_resources: package_resources,
            relative_path_distribution_resources: distribution_resources,
            is_python_module: flags[0],
            is_python_builtin_extension_module: flags[1],
            is_python_frozen_module: flags[2],
            is_python_extension_module: flags[3],
            is_shared_library: flags[4],
            is_utf8_filename_data: flags[5],
            is_python_package: flags[6],
            is_python_namespace_package: flags[7],
            // Nothing that is not there can be executed.
            file_executable: flags[8] && (memory.file_data_embedded.is_some() || file.is_some()),
            file_data_utf8_relative_path: file,
            ..memory
        }
    }
}

fn resources() -> impl Strategy<Value = Vec<Resource<'static, u8>>> {
    btree_map(text(), resource(), 0..6)
        .prop_map(|named| named.into_iter().map(|(name, resource)| Resource { name, ..resource }).collect())
}

/// Resources that version 4 can hold as well: no value twice, paths and project names that are ones.
fn representable() -> impl Strategy<Value = Vec<Resource<'static, u8>>> {
    resources().prop_map(|mut resources| {
        let mut projects = BTreeSet::new();
        for resource in &mut resources {
            let named =
                resource.name.split(['-', '_', '.']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
            if resource.name.is_empty() || resource.name.contains('/') || !projects.insert(named.to_ascii_lowercase()) {
                resource.in_memory_distribution_resources = None;
                resource.relative_path_distribution_resources = None;
            }
            only_in_one(&mut resource.in_memory_package_resources, &mut resource.relative_path_package_resources);
            only_in_one(
                &mut resource.in_memory_distribution_resources,
                &mut resource.relative_path_distribution_resources,
            );
            let utf8 = |path: &mut Option<File>, taken: bool| {
                *path = path.take().filter(|path| !taken && path.to_str().is_some())
            };
            utf8(&mut resource.relative_path_module_source, resource.in_memory_source.is_some());
            utf8(&mut resource.relative_path_module_bytecode, resource.in_memory_bytecode.is_some());
            utf8(&mut resource.relative_path_module_bytecode_opt1, resource.in_memory_bytecode_opt1.is_some());
            utf8(&mut resource.relative_path_module_bytecode_opt2, resource.in_memory_bytecode_opt2.is_some());
            utf8(
                &mut resource.relative_path_extension_module_shared_library,
                resource.in_memory_extension_module_shared_library.is_some(),
            );
            if resource.file_data_embedded.is_some() {
                resource.file_data_utf8_relative_path = None;
            }
            // PyOxidizer finds the metadata of packages only.
            let in_memory = resource.in_memory_distribution_resources.iter().flatten().count();
            let in_files = resource.relative_path_distribution_resources.iter().flatten().count();
            resource.is_python_package |= in_memory + in_files > 0;
        }
        resources
    })
}

fn only_in_one(in_memory: &mut Option<HashMap<Text, Bytes>>, in_files: &mut Option<HashMap<Text, File>>) {
    let Some(files) = in_files else { return };
    files.retain(|name, path| {
        path.to_str().is_some() && in_memory.as_ref().is_none_or(|in_memory| !in_memory.contains_key(name))
    });
}

fn written(resources: &[Resource<'_, u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_packed_resources_v3(resources, &mut bytes, None).unwrap();
    bytes
}

fn rewritten(index: &dyn Index) -> Vec<u8> {
    let mut writer = Writer::new(NativePaths::Unix);
    for entry in index.entries() {
        writer.add(&entry.unwrap(), |loss| panic!("{loss}")).unwrap();
    }
    writer.to_vec().unwrap()
}

/// How many resources had each kind of value, to know that the properties are about something.
fn kinds(described: &Described) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for (kind, _, in_file) in described.values().flat_map(|description| description.values.keys()) {
        *kinds.entry(format!("{kind:?} {in_file}")).or_default() += 1;
    }
    kinds
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_it_writes_we_read(resources in resources()) {
        let bytes = written(&resources);
        let read = Resources::open_with(&bytes, NativePaths::Unix).unwrap();
        prop_assert_eq!(read.version(), 3);
        prop_assert_eq!(read.entry_count(), resources.len());
        prop_assert_eq!(describe(&read).unwrap(), described(&resources));
    }

    #[test]
    fn what_we_write_it_reads(resources in resources()) {
        let bytes = written(&resources);
        let ours = rewritten(&Packed::open(&bytes).unwrap());
        prop_assert_eq!(loaded(&ours), described(&resources));
        // Nothing is left to change.
        prop_assert_eq!(rewritten(&Packed::open(&ours).unwrap()), ours);
    }

    #[test]
    fn version_4_holds_it_and_gives_it_back(resources in representable()) {
        let bytes = written(&resources);
        let version_4 = convert::from_legacy(&Resources::open(&bytes).unwrap()).unwrap().to_vec().unwrap();
        let blob = Blob::open(&version_4).unwrap();
        prop_assert!(blob.verify().is_ok());
        let again = convert::to_legacy(&blob, NativePaths::HOST, |loss| panic!("{loss}")).unwrap();
        prop_assert_eq!(loaded(&again), described(&resources));
        let version_4_again = convert::from_legacy(&Resources::open(&again).unwrap()).unwrap().to_vec().unwrap();
        prop_assert_eq!(version_4_again, version_4);
    }
}

#[test]
fn every_field_is_generated() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = BTreeMap::new();
    for _ in 0..200 {
        for (kind, count) in kinds(&described(&representable().new_tree(&mut runner).unwrap().current())) {
            *seen.entry(kind).or_insert(0) += count;
        }
    }
    // Ten values in memory and seven in files, five of them beside those in memory.
    assert_eq!(seen.len(), 18, "{seen:?}");
    assert!(seen.values().all(|count| *count > 20), "{seen:?}");
}
