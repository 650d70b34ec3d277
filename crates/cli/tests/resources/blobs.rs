//! Files of packed resources with everything the format can say.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use pyox_packed_resources::{Compressor, Dictionary, EntryFlags, FieldKind, SectionKind, Value, Writer};
use pyox_test_support::place::Place;

/// Every kind of field, encoding and location, modes, and a digest.
pub fn everything() -> Writer {
    let mut writer = Writer::new();
    let dictionary = Dictionary::new(&b"PRICE = 1\n".repeat(20)).expect("a dictionary");
    let mut compressor = Compressor::with_dictionary(3, Arc::new(dictionary)).expect("zstd");
    let compressed = compressor.compress(&b"PRICE = 1\n".repeat(30)).expect("compresses");
    let package = writer.entry("pkg").flag(EntryFlags::MODULE.union(EntryFlags::PACKAGE));
    package.field(FieldKind::Source, compressed).field(FieldKind::CacheDirectory, b"pkg-0123".to_vec());
    package.field(FieldKind::BytecodeOpt1, b"code".to_vec());
    package.keyed(FieldKind::PackageResource, "bin/tool", Value::raw(b"#!/bin/sh\n".to_vec()).with_mode(0o4751));
    package.keyed(FieldKind::PackageResource, "large.bin", Value::file("beside/large.bin"));
    let native = writer.entry("pkg._native").flag(EntryFlags::EXTENSION);
    native
        .field(FieldKind::Extension, b"\x7fELF".to_vec())
        .field(FieldKind::RelativePath, b"pkg/_native.abi3.so".to_vec());
    native.keyed(FieldKind::Dependency, "libz.so.1", Vec::new());
    let library = writer.entry("libz.so.1").flag(EntryFlags::SHARED_LIBRARY);
    library.field(FieldKind::SharedLibrary, b"\x7fELF lib".to_vec());
    let distribution = writer.entry("pkg-dist").flag(EntryFlags::DISTRIBUTION);
    distribution.field(FieldKind::MetadataDirectory, b"Pkg_Dist-1.dist-info".to_vec());
    distribution.keyed(FieldKind::DistributionResource, "METADATA", b"Name: Pkg.Dist\n".to_vec());
    writer.entry("pkg-0123").keyed(FieldKind::CacheFile, "pkg/bin/tool", b"#!/bin/sh\n".to_vec());
    writer.entry("share/doc.txt").flag(EntryFlags::FILE).field(FieldKind::File, b"doc".to_vec());
    writer.entry("space").flag(EntryFlags::NAMESPACE.union(EntryFlags::PACKAGE));
    writer.section(SectionKind::Other(4096), b"opaque".to_vec()).digest();
    writer
}

fn place() -> Place {
    let place = Place::with(&[("dir/beside/large.bin", "large")]);
    place.write("dir/blob", everything().to_vec().expect("a blob"));
    place
}

fn mode(path: &Path) -> u32 {
    path.metadata().expect("a file").permissions().mode() & 0o7777
}

#[test]
fn everything_is_extracted() {
    let place = place();
    place.run(["resources", "extract", "dir/blob", "-o", "tree", "--bytecode", "--python", "3.12"]).succeeds();
    let tree = place.path("tree");
    let mut files: Vec<_> = place
        .snapshot()
        .into_iter()
        .filter_map(|(path, content)| Some((path.strip_prefix(&tree).ok()?.display().to_string(), content?)))
        .collect();
    files.sort();
    let header = b"\xcb\x0d\r\n\x01\0\0\0\0\0\0\0\0\0\0\0";
    let expected: [(&str, &[u8]); 8] = [
        ("Pkg_Dist-1.dist-info/METADATA", b"Name: Pkg.Dist\n"),
        ("libz.so.1", b"\x7fELF lib"),
        ("pkg/__init__.py", &b"PRICE = 1\n".repeat(30)),
        ("pkg/__pycache__/__init__.cpython-312.opt-1.pyc", &[&header[..], b"code"].concat()),
        ("pkg/_native.abi3.so", b"\x7fELF"),
        ("pkg/bin/tool", b"#!/bin/sh\n"),
        ("pkg/large.bin", b"large"),
        ("share/doc.txt", b"doc"),
    ];
    let expected: Vec<_> = expected.iter().map(|(path, content)| ((*path).to_owned(), content.to_vec())).collect();
    assert_eq!(files, expected);
    assert_eq!(mode(&tree.join("pkg/bin/tool")), 0o751);
    assert_eq!(mode(&tree) & 0o700, 0o700);
}

#[test]
fn everything_is_listed() {
    let place = place();
    let list = place.run(["resources", "list", "dir/blob"]).succeeds().stdout;
    for line in [
        "dictionary-0 -     cache   source                 pkg\n",
        "raw          4751  cache   package-resource       pkg:bin/tool\n",
        "file         -     file    package-resource       pkg:large.bin\n",
        "raw          -     cache   cache-file             pkg-0123:pkg/bin/tool\n",
        "raw          -     memory  dependency             pkg._native:libz.so.1\n",
        "package,namespace-package  space\n",
    ] {
        assert!(list.contains(line), "{line:?} is not in {list}");
    }
    assert!(list.contains("1 dictionary") && list.contains("section-4096") && list.contains("\nsha-256 "), "{list}");
    let verified = place.run(["resources", "verify", "dir/blob"]).succeeds().stdout;
    assert!(verified.contains("7 entries") && verified.contains("1 value in files"), "{verified}");
    assert_eq!(verified.lines().last(), list.lines().last(), "the digest");
}

#[test]
fn bytecode_of_nobody_knows_which_python_is_left_out() {
    let place = place();
    let outcome = place.run(["resources", "extract", "dir/blob", "pkg", "-o", "tree", "--bytecode"]).succeeds();
    assert!(
        outcome.stderr.contains("note: bytecode is left out") && outcome.stderr.contains("--python"),
        "{outcome:?}"
    );
    assert!(!place.path("tree/pkg/__pycache__").exists());
    let outcome = place.run(["resources", "extract", "dir/blob", "-o", "other", "--bytecode", "--python", "3.99"]);
    assert!(outcome.status == Some(1) && outcome.stderr.contains("Python 3.99"), "{outcome:?}");
}

#[test]
fn names_do_not_steer_the_terminal() {
    let place = Place::new();
    let mut writer = Writer::new();
    writer.entry("a\x1b[31mb\nc").flag(EntryFlags::MODULE).field(FieldKind::Source, b"".to_vec());
    place.write("blob", writer.to_vec().expect("a blob"));
    let list = place.run(["resources", "list", "blob"]).succeeds().stdout;
    assert!(list.contains("a\\u{1b}[31mb\\nc\n") && !list.contains('\x1b'), "{list:?}");
}
