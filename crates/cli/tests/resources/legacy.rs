//! Files of version 3 as the original crate writes them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use pyox_test_support::place::Place;
use python_packed_resources::{Resource, write_packed_resources_v3};

use super::oracle::loaded;

fn files<T>(files: impl IntoIterator<Item = (&'static str, T)>) -> Option<HashMap<Cow<'static, str>, T>> {
    Some(files.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

fn memory(value: &'static str) -> Cow<'static, [u8]> {
    value.as_bytes().into()
}

fn path(path: &'static str) -> Cow<'static, Path> {
    Path::new(path).into()
}

fn resources() -> Vec<Resource<'static, u8>> {
    let package = Resource {
        name: "pkg".into(),
        is_python_module: true,
        is_python_package: true,
        in_memory_source: Some(memory("NAME = 'pkg'\n")),
        in_memory_bytecode: Some(memory("code")),
        in_memory_package_resources: files([("a.txt", memory("a"))]),
        relative_path_package_resources: files([("large.bin", path("beside/large.bin"))]),
        ..Resource::default()
    };
    let beside = Resource {
        name: "pkg.beside".into(),
        is_python_module: true,
        relative_path_module_source: Some(path("beside/beside.py")),
        ..Resource::default()
    };
    let native = Resource {
        name: "pkg._native".into(),
        is_python_extension_module: true,
        in_memory_extension_module_shared_library: Some(memory("\x7fELF")),
        shared_library_dependency_names: Some(vec!["libz.so.1".into()]),
        ..Resource::default()
    };
    let distribution = Resource {
        name: "Pkg_Dist".into(),
        is_python_package: true,
        in_memory_distribution_resources: files([("METADATA", memory("Name: Pkg_Dist\nVersion: 1.0\n\n"))]),
        ..Resource::default()
    };
    let tool = Resource {
        name: "bin/tool".into(),
        is_utf8_filename_data: true,
        file_executable: true,
        file_data_embedded: Some(memory("#!/bin/sh\n")),
        ..Resource::default()
    };
    vec![package, beside, native, distribution, tool]
}

fn written(resources: &[Resource<'_, u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_packed_resources_v3(resources, &mut bytes, None).expect("writes");
    bytes
}

/// Some of everything.
pub fn sample() -> Vec<u8> {
    written(&resources())
}

fn place() -> Place {
    let place = Place::with(&[("dir/beside/large.bin", "large"), ("dir/beside/beside.py", "BESIDE = 1\n")]);
    place.write("dir/v3", sample());
    place
}

#[test]
fn it_is_listed() {
    let place = place();
    let list = place.run(["resources", "list", "dir/v3"]).succeeds().stdout;
    for line in [
        "        13         13  raw          -     memory  source                 pkg\n",
        "file         -     file    package-resource       pkg:large.bin\n",
        "raw          -     memory  dependency             pkg._native:libz.so.1\n",
        "raw          0755  memory  file                   bin/tool\n",
        "raw          -     memory  distribution-resource  Pkg_Dist:METADATA\n",
    ] {
        assert!(list.contains(line), "{line:?} is not in {list}");
    }
    let sections = format!("{} bytes, version 3, without checksums\n", sample().len());
    assert!(list.ends_with(&sections), "{list}");
    place.run(["resources", "list", "dir/v3", "--sections"]).prints(&sections);
    place.run(["resources", "list", "dir/v3", "--sections", "-q"]).prints("");
    let json = place.run(["resources", "list", "dir/v3", "--json", "pkg.*"]).succeeds().stdout;
    let document: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&document["version"], &document["sections"]), (&3.into(), &serde_json::json!([])));
    assert_eq!(document["entries"][1]["fields"][0]["path"], "beside/beside.py");
}

#[test]
fn it_is_verified_as_far_as_it_can_be() {
    let place = place();
    let verified = place.run(["resources", "verify", "dir/v3"]).succeeds().stdout;
    let expected = "dir/v3 is complete: 5 entries, 7 values with 61 bytes\n\
                    not looked at: 2 values in files\n\
                    no checksums in version 3: a changed value is not noticed\n";
    assert_eq!(verified, expected);
    let bytes = sample();
    for end in [7, 8, 20, 60, bytes.len() - 1] {
        place.write("cut", &bytes[..end]);
        let words = &["cannot open the packed resources in cut"];
        place.command_fails(&mut place.command(["resources", "verify", "cut"]), words);
    }
}

#[test]
fn it_is_extracted() {
    let place = place();
    place.run(["resources", "extract", "dir/v3", "-o", "tree"]).succeeds();
    let tree = place.path("tree");
    for (file, content) in [
        ("pkg/__init__.py", "NAME = 'pkg'\n"),
        ("pkg/beside.py", "BESIDE = 1\n"),
        ("pkg/a.txt", "a"),
        ("pkg/large.bin", "large"),
        ("pkg/_native.so", "\x7fELF"),
        ("Pkg_Dist-1.0.dist-info/METADATA", "Name: Pkg_Dist\nVersion: 1.0\n\n"),
        ("bin/tool", "#!/bin/sh\n"),
    ] {
        assert_eq!(std::fs::read(tree.join(file)).expect(file), content.as_bytes(), "{file}");
    }
    assert_eq!(tree.join("bin/tool").metadata().expect("a file").permissions().mode() & 0o777, 0o755);
    place.run(["resources", "extract", "dir/v3", "pkg.beside", "--stdout"]).prints("BESIDE = 1\n");
    // What is in memory needs no file.
    let both = Resource { in_memory_source: Some(memory("HERE = 1\n")), ..resources().swap_remove(1) };
    place.write("both", written(&[both]));
    place.run(["resources", "extract", "both", "pkg.beside", "--stdout"]).prints("HERE = 1\n");
}

#[test]
fn it_is_converted_and_compared() {
    let place = place();
    let outcome = place.run(["resources", "convert", "dir/v3", "-o", "dir/v4"]).succeeds();
    assert!(
        outcome.stderr.contains("(version 3, ") && outcome.stderr.contains("note: 2 values stay in their files"),
        "{outcome:?}"
    );
    place.run(["resources", "verify", "dir/v4"]).succeeds();
    // Only the distribution has another name, and a name for its directory.
    let outcome = place.run(["resources", "diff", "dir/v3", "dir/v4"]);
    let expected = "< entry Pkg_Dist: package,distribution\n> entry pkg-dist: distribution\n";
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(1), expected));
    place.run(["resources", "extract", "dir/v4", "-q", "-o", "dir/four"]).succeeds();
    place.run(["resources", "extract", "dir/v3", "-q", "-o", "dir/three"]).succeeds();
    let tree = |name: &str| {
        let directory = place.path(name);
        let inside = place.snapshot().into_iter();
        inside
            .filter_map(|(path, content)| Some((path.strip_prefix(&directory).ok()?.to_owned(), content)))
            .collect::<Vec<_>>()
    };
    assert_eq!(tree("dir/four"), tree("dir/three"));
    place.run(["resources", "convert", "dir/v4", "-o", "dir/again"]).succeeds();
    assert_eq!(loaded(&place.read("dir/again")), loaded(&sample()));
    place.run(["resources", "diff", "dir/v3", "dir/again"]).prints("");
    let mut others = resources();
    others[0].in_memory_source = Some(memory("NAME = 'new'\n"));
    place.write("dir/other", written(&others));
    let outcome = place.run(["resources", "diff", "dir/other", "dir/again"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(1), "! source pkg: 13 bytes each\n"));
}

#[test]
fn versions_1_and_2_are_read() {
    let place = Place::new();
    // A built-in module with one name, and nothing else.
    for (version, flag) in [(1_u8, &[2, 2][..]), (2, &[0x17][..])] {
        let sections = [&[1, 2, 3, 3][..], &3_u64.to_le_bytes(), &[0xff, 0]].concat();
        let resources = [&[1, 3, 3, 0][..], flag, &[0xff, 0]].concat();
        let mut bytes = [b"pyembed".as_slice(), &[version, 1]].concat();
        for number in [sections.len() as u32, 1, resources.len() as u32] {
            bytes.extend(number.to_le_bytes());
        }
        place.write("old", [&bytes[..], &sections, &resources, b"_io"].concat());
        let outcome = place.run(["resources", "convert", "old", "-o", "new"]).succeeds();
        assert!(outcome.stderr.contains(&format!("(version {version}, ")), "{outcome:?}");
        let list = place.run(["resources", "list", "new", "-q"]).succeeds().stdout;
        assert!(list.ends_with("builtin                _io\n"), "{list:?}");
        place.run(["resources", "diff", "old", "new"]).prints("");
    }
}

#[test]
fn what_version_4_cannot_hold() {
    let place = Place::new();
    let fails = |resource: Resource<'_, u8>, words: &[&str]| {
        place.write("v3", written(&[resource]));
        place.command_fails(&mut place.command(["resources", "convert", "v3", "-o", "v4"]), words);
    };
    let module = || Resource { name: "m".into(), is_python_module: true, ..Resource::default() };
    let both =
        Resource { in_memory_source: Some(memory("x")), relative_path_module_source: Some(path("m.py")), ..module() };
    fails(both, &["cannot convert v3 to version 4", "Source \"\" of \"m\", both in memory and in a file"]);
    let latin = Path::new(OsStr::from_bytes(b"\xe4.py"));
    let latin = Resource { relative_path_module_source: Some(latin.into()), ..module() };
    fails(latin, &["cannot convert v3 to version 4", "not UTF-8"]);
}
