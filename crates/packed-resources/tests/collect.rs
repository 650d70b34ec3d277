//! What becomes of typed resources.

use pyox_packed_resources::{
    Blob, BuiltinModule, Collector, DistributionResource, EntryFlags, Error, ExtensionModule, FieldKind, FileData,
    ModuleBytecode, ModuleSource, OptimizeLevel, PackageResource, Placed, Resource, SharedLibrary, Value,
};

use crate::common::TestResult;

fn source(name: &str, is_package: bool) -> Resource {
    Resource::ModuleSource(ModuleSource { name: name.into(), is_package, source: b""[..].into() })
}

fn data(package: &str, name: &str) -> Resource {
    Resource::PackageResource(PackageResource { package: package.into(), name: name.into(), data: b""[..].into() })
}

fn metadata(project: &str, directory: &str, name: &str) -> Resource {
    let (project, directory, name) = (project.into(), directory.into(), name.into());
    Resource::DistributionResource(DistributionResource { project, directory, name, data: b""[..].into() })
}

fn extension(name: &str, path: &str) -> Resource {
    let (name, relative_path) = (name.into(), path.into());
    Resource::ExtensionModule(ExtensionModule { name, is_package: false, relative_path, library: b""[..].into() })
}

fn value(bytes: &[u8], entry: &str, kind: FieldKind, key: &str) -> Result<Option<String>, Error> {
    let blob = Blob::open(bytes)?;
    let Some(entry) = blob.entry(entry)? else { return Ok(None) };
    let Some(field) = entry.keyed(kind, key)? else { return Ok(None) };
    Ok(Some(String::from_utf8_lossy(&field.read()?).into_owned()))
}

fn flags(bytes: &[u8], entry: &str) -> Result<Option<EntryFlags>, Error> {
    Ok(Blob::open(bytes)?.entry(entry)?.map(|entry| entry.flags()))
}

fn names(bytes: &[u8]) -> Result<Vec<String>, Error> {
    Blob::open(bytes)?.entries().map(|entry| entry.map(|entry| entry.name().to_owned())).collect()
}

const PACKAGE: EntryFlags = EntryFlags::MODULE.union(EntryFlags::PACKAGE);
const NAMESPACE: EntryFlags = EntryFlags::NAMESPACE.union(EntryFlags::PACKAGE);

#[test]
fn the_first_wins() -> TestResult {
    let mut collector = Collector::new();
    assert_eq!(collector.add(&source("a", true), b"1"[..].into()), Placed::Added);
    assert_eq!(collector.add(&source("a", false), b"2"[..].into()), Placed::Shadowed);
    assert_eq!(collector.add(&data("a", "x"), b"3"[..].into()), Placed::Added);
    assert_eq!(collector.add(&data("a", "x"), b"4"[..].into()), Placed::Shadowed);
    for (optimize, kind) in [(OptimizeLevel::Zero, Placed::Added), (OptimizeLevel::Two, Placed::Added)] {
        let (name, bytecode) = ("a".to_owned(), b""[..].into());
        let module = Resource::ModuleBytecode(ModuleBytecode { name, is_package: true, optimize, bytecode });
        assert_eq!(collector.add(&module, [optimize.number()][..].into()), kind);
        assert_eq!(collector.add(&module, b"again"[..].into()), Placed::Shadowed);
    }
    let bytes = collector.finish().to_vec()?;
    assert_eq!(value(&bytes, "a", FieldKind::Source, "")?.as_deref(), Some("1"));
    assert_eq!(value(&bytes, "a", FieldKind::PackageResource, "x")?.as_deref(), Some("3"));
    assert_eq!(value(&bytes, "a", FieldKind::Bytecode, "")?.as_deref(), Some("\0"));
    assert_eq!(value(&bytes, "a", FieldKind::BytecodeOpt1, "")?, None);
    assert_eq!(value(&bytes, "a", FieldKind::BytecodeOpt2, "")?.as_deref(), Some("\u{2}"));
    assert_eq!(value(&bytes, "a", FieldKind::CacheFile, "a.py")?, None);
    assert_eq!(flags(&bytes, "a")?, Some(PACKAGE));
    Ok(())
}

#[test]
fn names_imply_namespace_packages() -> TestResult {
    let mut collector = Collector::new();
    collector.add(&source("ns.sub.module", false), b""[..].into());
    collector.add(&source("real", true), b""[..].into());
    collector.add(&extension("real.deep._ext", "real/deep/_ext.so"), b""[..].into());
    collector.add(&data("onlydata.inner", "x"), b""[..].into());
    collector.add(&metadata("zope.interface", "zope.interface-1.dist-info", "x"), b""[..].into());
    let library = SharedLibrary { name: "libssl.so.3".into(), relative_path: None, library: b""[..].into() };
    collector.add(&Resource::SharedLibrary(library), b""[..].into());
    collector.depends("libssl.so.3", "libcrypto.so.3");
    let bytes = collector.finish().to_vec()?;
    let expected = ["libssl.so.3", "ns", "ns.sub", "ns.sub.module", "onlydata", "onlydata.inner"];
    let expected = [&expected[..], &["real", "real.deep", "real.deep._ext", "zope-interface"]].concat();
    assert_eq!(names(&bytes)?, expected);
    for name in ["ns", "ns.sub", "onlydata", "onlydata.inner", "real.deep"] {
        assert_eq!(flags(&bytes, name)?, Some(NAMESPACE), "{name}");
    }
    assert_eq!(flags(&bytes, "real")?, Some(PACKAGE));
    assert_eq!(flags(&bytes, "ns.sub.module")?, Some(EntryFlags::MODULE));
    assert_eq!(flags(&bytes, "real.deep._ext")?, Some(EntryFlags::EXTENSION));
    assert_eq!(value(&bytes, "real.deep._ext", FieldKind::RelativePath, "")?.as_deref(), Some("real/deep/_ext.so"));
    assert_eq!(flags(&bytes, "libssl.so.3")?, Some(EntryFlags::SHARED_LIBRARY));

    // Once more through a blob: the dots in names of libraries still say nothing.
    let mut again = Collector::new();
    again.add_blob(&Blob::open(&bytes)?, |_, field| Value::from_field(field, field.stored()?, &[]))?;
    assert!(again.finish().to_vec()? == bytes);
    Ok(())
}

#[test]
fn a_module_that_is_linked_in_is_its_name() -> TestResult {
    let module = |name: &str| {
        let (name, relative_path) = (name.to_owned(), "pkg/_core.so".into());
        Resource::BuiltinModule(BuiltinModule { name, relative_path })
    };
    assert!(module("pkg._core").data().read()?.is_empty());
    let mut collector = Collector::new();
    assert_eq!(collector.add(&module("pkg._core"), b""[..].into()), Placed::Added);
    assert_eq!(collector.add(&extension("pkg._core", "pkg/_core.so"), b"1"[..].into()), Placed::Shadowed);
    assert_eq!(collector.add(&extension("other._core", "other/_core.so"), b"2"[..].into()), Placed::Added);
    assert_eq!(collector.add(&module("other._core"), b""[..].into()), Placed::Shadowed);
    let bytes = collector.finish().to_vec()?;
    assert_eq!(flags(&bytes, "pkg._core")?, Some(EntryFlags::BUILTIN));
    assert_eq!(flags(&bytes, "pkg")?, Some(NAMESPACE));
    assert_eq!(flags(&bytes, "other._core")?, Some(EntryFlags::EXTENSION));
    assert_eq!(value(&bytes, "pkg._core", FieldKind::Extension, "")?, None);
    Blob::open(&bytes)?.verify()?;
    // A later blob has the module as a library.
    let mut later = Collector::new();
    later.add(&extension("pkg._core", "pkg/_core.so"), b"3"[..].into());
    let later = later.finish().to_vec()?;
    let mut merged = Collector::new();
    for blob in [&bytes, &later] {
        merged.add_blob(&Blob::open(blob)?, |_, field| Ok(Value::raw(field.read()?.into_owned())))?;
    }
    let bytes = merged.finish().to_vec()?;
    assert_eq!(flags(&bytes, "pkg._core")?, Some(EntryFlags::BUILTIN));
    assert_eq!(value(&bytes, "pkg._core", FieldKind::Extension, "")?, None);
    Ok(())
}

#[test]
fn cache_files_are_listed_by_their_directory() -> TestResult {
    let mut collector = Collector::new();
    collector.add(&source("pkg", true), b"1"[..].into());
    collector.add(&source("single", false), b"2"[..].into());
    for (path, content) in [("pkg/__init__.py", b"1"), ("pkg.libs/libz.so", b"3"), ("pkg/__init__.py", b"4")] {
        collector.cache_file("project-00ff", path, content[..].into());
    }
    collector.cache_directory("pkg", "project-00ff");
    collector.cache_directory("single", "project-00ff");
    let file = Resource::File(FileData { path: "man/x.1".into(), data: b""[..].into(), executable: false });
    assert_eq!(collector.add(&file, b"5"[..].into()), Placed::Added);
    assert_eq!(collector.add(&file, b"6"[..].into()), Placed::Shadowed);
    let bytes = collector.finish().to_vec()?;

    let blob = Blob::open(&bytes)?;
    let file = blob.entry("man/x.1")?.expect("is there");
    assert!(file.is(EntryFlags::FILE) && file.field(FieldKind::File)?.expect("its content").read()?[..] == *b"5");
    let directory = blob.entry("project-00ff")?.expect("is there");
    assert_eq!(directory.flags(), EntryFlags::default());
    let files: Vec<&str> = directory
        .fields_of(FieldKind::CacheFile)
        .map(|field| field.map(|field| field.key()))
        .collect::<Result<_, _>>()?;
    assert_eq!(files, ["pkg.libs/libz.so", "pkg/__init__.py"]);
    // The first of two files with one path is the one on disk.
    assert_eq!(value(&bytes, "project-00ff", FieldKind::CacheFile, "pkg/__init__.py")?.as_deref(), Some("1"));
    assert_eq!(value(&bytes, "pkg", FieldKind::CacheDirectory, "")?.as_deref(), Some("project-00ff"));
    assert_eq!(names(&bytes)?, ["man/x.1", "pkg", "project-00ff", "single"]);
    Ok(())
}

#[test]
fn a_module_of_a_later_blob_is_shadowed_as_a_whole() -> TestResult {
    let mut base = Collector::new();
    base.add(&extension("a", "a.so"), b"extension"[..].into());
    let base = base.finish().to_vec()?;
    let blob = Blob::open(&base)?;
    let mut collector = Collector::new();
    collector.add(&source("a", false), b"mine"[..].into());
    collector.add_blob(&blob, |_, field| Value::from_field(field, field.stored()?, &[]))?;
    let bytes = collector.finish().to_vec()?;
    assert_eq!(value(&bytes, "a", FieldKind::Extension, "")?, None);
    assert_eq!(flags(&bytes, "a")?, Some(EntryFlags::MODULE));
    Ok(())
}

#[test]
fn project_names_are_normalised() -> TestResult {
    let mut collector = Collector::new();
    let mut add = |project: &str, directory: &str, name: &str, content: &[u8]| {
        collector.add(&metadata(project, directory, name), content.into())
    };
    assert_eq!(add("Zope.-_Interface", "Zope.Interface-1.dist-info", "METADATA", b"1"), Placed::Added);
    assert_eq!(add("zope-interface", "Zope.Interface-1.dist-info", "METADATA", b"2"), Placed::Shadowed);
    assert_eq!(add("zope_interface", "Zope.Interface-1.dist-info", "RECORD", b"3"), Placed::Added);
    // Another version further down sys.path is shadowed as a whole.
    assert_eq!(add("zope.interface", "zope_interface-2.dist-info", "entry_points.txt", b"4"), Placed::Shadowed);
    let bytes = collector.finish().to_vec()?;
    assert_eq!(names(&bytes)?, ["zope-interface"]);
    let directory = value(&bytes, "zope-interface", FieldKind::MetadataDirectory, "")?;
    assert_eq!(directory.as_deref(), Some("Zope.Interface-1.dist-info"));
    assert_eq!(value(&bytes, "zope-interface", FieldKind::DistributionResource, "METADATA")?.as_deref(), Some("1"));
    assert_eq!(value(&bytes, "zope-interface", FieldKind::DistributionResource, "entry_points.txt")?, None);
    assert_eq!(flags(&bytes, "zope-interface")?, Some(EntryFlags::DISTRIBUTION));
    Ok(())
}

#[test]
fn a_blob_comes_after_what_is_there() -> TestResult {
    let mut base = Collector::new();
    base.add(&source("a", true), b"base"[..].into());
    base.add(&extension("a.e", "a/e.so"), b"base"[..].into());
    base.add(&source("b", false), b"base"[..].into());
    let base = base.finish().to_vec()?;
    let blob = Blob::open(&base)?;

    let mut collector = Collector::new();
    collector.add(&source("a", true), b"mine"[..].into());
    collector.add(&extension("a.e", "a/e.abi3.so"), b"mine"[..].into());
    let mut taken = 0;
    collector.add_blob(&blob, |_, field| {
        taken += 1;
        Value::from_field(field, field.stored()?, &[])
    })?;
    assert_eq!(collector.add(&source("b", true), b"late"[..].into()), Placed::Shadowed);
    let bytes = collector.finish().to_vec()?;
    assert_eq!(taken, 1);
    assert_eq!(value(&bytes, "a", FieldKind::Source, "")?.as_deref(), Some("mine"));
    assert_eq!(value(&bytes, "a.e", FieldKind::RelativePath, "")?.as_deref(), Some("a/e.abi3.so"));
    assert_eq!(value(&bytes, "b", FieldKind::Source, "")?.as_deref(), Some("base"));
    assert_eq!(flags(&bytes, "b")?, Some(EntryFlags::MODULE));
    Ok(())
}
