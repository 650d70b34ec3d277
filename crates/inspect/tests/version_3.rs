//! Packed resources version 3 of the standard library of every Python on this machine, against
//! `python-packed-resources`.
#![cfg(unix)]

#[path = "../../legacy-resources/tests/common/oracle.rs"]
mod oracle;

use std::borrow::Cow;
use std::collections::BTreeMap;

use oracle::{Described, describe, described, loaded};
use pyox_bytecode::{BytecodeCompiler, CompileBytecode as _, CompileJob};
use pyox_distribution::{Host as _, Installed, Python as _};
use pyox_legacy_resources::{Loss, NativePaths, Resources, convert};
use pyox_packed_resources::{Blob, Collector, FieldKind, ModuleBytecode, OptimizeLevel, Resource, Value};
use pyox_scanner::{Directory, ResourceSource as _};
use python_packed_resources::{Resource as Theirs, write_packed_resources_v3};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// The standard library with its extension modules, and the bytecode of some modules.
fn standard_library(python: &Installed) -> Result<Vec<Resource>, Box<dyn std::error::Error>> {
    let directory = Directory::standard_library(python.stdlib_dir());
    let scan = directory.extension_suffixes(python.info().extension_suffixes.iter()).scan()?;
    let mut resources: Vec<_> = scan.resources.into_iter().map(|found| found.resource).collect();
    let sources: Vec<_> = resources
        .iter()
        .filter_map(|resource| match resource {
            Resource::ModuleSource(module) if module.name.starts_with("json") => Some(module.clone()),
            _ => None,
        })
        .collect();
    for level in 0..3 {
        let jobs = sources.iter().map(|module| {
            let source = module.source.read()?.into_owned();
            Ok(CompileJob::new(module.name.clone(), source, level))
        });
        let jobs = jobs.collect::<std::io::Result<Vec<_>>>()?;
        let compiled = BytecodeCompiler::new(python, None).compile_all(jobs, &mut |_, _| {});
        for (module, compiled) in sources.iter().zip(compiled) {
            resources.push(Resource::ModuleBytecode(ModuleBytecode {
                name: module.name.clone(),
                is_package: module.is_package,
                optimize: OptimizeLevel::from_number(level).unwrap_or_default(),
                bytecode: compiled?.code.into(),
            }));
        }
    }
    Ok(resources)
}

/// The same for the other crate.
fn theirs(resources: &[Resource]) -> std::io::Result<Vec<Theirs<'_, u8>>> {
    let mut named: BTreeMap<String, Theirs<'_, u8>> = BTreeMap::new();
    for resource in resources {
        let data: Cow<'_, [u8]> = resource.data().read()?.into_owned().into();
        let mut module = |name: &str, is_package: bool, extension: bool| {
            let module = named.entry(name.to_owned()).or_default();
            module.is_python_package |= is_package;
            module.is_python_module |= !extension;
            module.is_python_extension_module |= extension;
        };
        match resource {
            Resource::ModuleSource(source) => module(&source.name, source.is_package, false),
            Resource::ModuleBytecode(code) => module(&code.name, code.is_package, false),
            Resource::ExtensionModule(extension) => module(&extension.name, extension.is_package, true),
            _ => {}
        }
        match resource {
            Resource::ModuleSource(source) => named.get_mut(&source.name).unwrap().in_memory_source = Some(data),
            Resource::ModuleBytecode(code) => {
                let module = named.get_mut(&code.name).unwrap();
                *match code.optimize.number() {
                    0 => &mut module.in_memory_bytecode,
                    1 => &mut module.in_memory_bytecode_opt1,
                    _ => &mut module.in_memory_bytecode_opt2,
                } = Some(data);
            }
            Resource::ExtensionModule(extension) => {
                named.get_mut(&extension.name).unwrap().in_memory_extension_module_shared_library = Some(data);
            }
            Resource::PackageResource(file) => {
                let package = named.entry(file.package.clone()).or_default();
                package.is_python_package = true;
                let files = package.in_memory_package_resources.get_or_insert_default();
                files.insert(Cow::Borrowed(&*file.name), data);
            }
            _ => {}
        }
    }
    Ok(named.into_iter().map(|(name, resource)| Theirs { name: name.into(), ..resource }).collect())
}

fn values(described: &Described, kind: FieldKind) -> usize {
    described.values().flat_map(|description| description.values.keys()).filter(|(found, ..)| *found == kind).count()
}

#[test]
fn standard_libraries_are_equal_both_ways() -> Outcome {
    let pythons = pyox_test_support::pythons::owned();
    assert!(!pythons.is_empty(), "no CPython 3.9 or later on this machine");
    for python in pythons {
        let resources = standard_library(&python)?;
        let theirs = theirs(&resources)?;
        let expected = described(&theirs);
        assert!(values(&expected, FieldKind::Source) > 400, "{}", python.executable().display());
        assert!(values(&expected, FieldKind::Extension) > 20, "{}", python.executable().display());
        assert!(values(&expected, FieldKind::PackageResource) > 0, "{}", python.executable().display());
        assert!(values(&expected, FieldKind::BytecodeOpt2) > 3, "{}", python.executable().display());

        // What it writes we read; through version 4 and back, it reads the same.
        let mut written = Vec::new();
        write_packed_resources_v3(&theirs, &mut written, None)?;
        let read = Resources::open(&written)?;
        assert!(describe(&read)? == expected, "{}", python.executable().display());
        let version_4 = convert::from_legacy(&read)?.to_vec()?;
        let again = convert::to_legacy(&Blob::open(&version_4)?, NativePaths::HOST, |_| false)?;
        assert!(loaded(&again) == expected, "{}", python.executable().display());

        // What we collect and write it reads, except where extension modules were.
        let mut collector = Collector::new();
        // The oracle has been given no files outside of packages.
        for resource in resources.iter().filter(|resource| !matches!(resource, Resource::File(_))) {
            collector.add(resource, Value::raw(resource.data().clone()));
        }
        let collected = collector.finish().to_vec()?;
        let ours = convert::to_legacy(&Blob::open(&collected)?, NativePaths::HOST, |loss| {
            matches!(loss, Loss::Field { kind: FieldKind::RelativePath, .. })
        })?;
        let mut ours = loaded(&ours);
        // A scan has no resource for a namespace package, a collector has an entry.
        ours.retain(|name, entry| expected.contains_key(name) || !entry.values.is_empty());
        for (name, found) in &ours {
            let namespace = found.flags & pyox_packed_resources::EntryFlags::NAMESPACE.0;
            let found = oracle::Description { flags: found.flags & !namespace, ..found.clone() };
            assert!(expected.get(name) == Some(&found), "{name} of {}", python.executable().display());
        }
        assert_eq!(ours.len(), expected.len());
    }
    Ok(())
}
