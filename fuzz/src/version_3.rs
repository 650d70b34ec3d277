//! Version 3 of any resources: what `python-packed-resources` writes we read, and what we write it reads.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use arbitrary::{Arbitrary, Unstructured};
use pyox_legacy_resources::{NativePaths, Resources, Writer};
use python_packed_resources::{Resource, write_packed_resources_v3};

use crate::oracle;

#[derive(Arbitrary, Debug)]
struct Input {
    flags: u16,
    values: [Option<Vec<u8>>; 7],
    paths: [Option<Vec<u8>>; 5],
    path: Option<String>,
    files: [Option<HashMap<String, Vec<u8>>>; 4],
    names: Option<Vec<String>>,
}

fn path(bytes: Vec<u8>) -> Cow<'static, Path> {
    PathBuf::from(OsString::from_vec(bytes)).into()
}

fn resource(name: String, input: Input) -> Resource<'static, u8> {
    let flag = |bit: u16| input.flags & 1 << bit != 0;
    let [source, bytecode, opt1, opt2, extension, library, file] = input.values.map(|value| value.map(Cow::Owned));
    let [source_path, bytecode_path, opt1_path, opt2_path, extension_path] = input.paths.map(|bytes| bytes.map(path));
    let in_memory = |files: Option<HashMap<String, Vec<u8>>>| {
        files.map(|files| files.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    };
    let in_files = |files: Option<HashMap<String, Vec<u8>>>| {
        files.map(|files| files.into_iter().map(|(name, value)| (name.into(), path(value))).collect())
    };
    let [packaged, distributed, packaged_paths, distributed_paths] = input.files;
    Resource {
        name: name.into(),
        is_python_module: flag(0),
        is_python_builtin_extension_module: flag(1),
        is_python_frozen_module: flag(2),
        is_python_extension_module: flag(3),
        is_shared_library: flag(4),
        is_utf8_filename_data: flag(5),
        is_python_package: flag(6),
        is_python_namespace_package: flag(7),
        // Nothing that is not there can be executed.
        file_executable: flag(8) && (file.is_some() || input.path.is_some()),
        in_memory_source: source,
        in_memory_bytecode: bytecode,
        in_memory_bytecode_opt1: opt1,
        in_memory_bytecode_opt2: opt2,
        in_memory_extension_module_shared_library: extension,
        in_memory_shared_library: library,
        file_data_embedded: file,
        in_memory_package_resources: in_memory(packaged),
        in_memory_distribution_resources: in_memory(distributed),
        shared_library_dependency_names: input.names.map(|names| names.into_iter().map(Cow::Owned).collect()),
        relative_path_module_source: source_path,
        relative_path_module_bytecode: bytecode_path,
        relative_path_module_bytecode_opt1: opt1_path,
        relative_path_module_bytecode_opt2: opt2_path,
        relative_path_extension_module_shared_library: extension_path,
        relative_path_package_resources: in_files(packaged_paths),
        relative_path_distribution_resources: in_files(distributed_paths),
        file_data_utf8_relative_path: input.path.map(Cow::Owned),
    }
}

/// Tries an input.
pub fn run(bytes: &[u8]) {
    let Ok(input) = BTreeMap::<String, Input>::arbitrary_take_rest(Unstructured::new(bytes)) else { return };
    let theirs: Vec<_> = input.into_iter().map(|(name, input)| resource(name, input)).collect();
    let expected = oracle::described(&theirs);
    let mut written = Vec::new();
    write_packed_resources_v3(&theirs, &mut written, None).expect("lengths are small");
    let read = Resources::open_with(&written, NativePaths::Unix).expect("was written right");
    assert_eq!(oracle::describe(&read).expect("no damage"), expected);
    let mut writer = Writer::new(NativePaths::Unix);
    for entry in read.entries() {
        writer.add(&entry, |loss| panic!("{loss}")).expect("is of version 3");
    }
    assert_eq!(oracle::loaded(&writer.to_vec().expect("lengths are small")), expected);
}
