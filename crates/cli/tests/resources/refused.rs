//! Files that are no resources or damaged ones, and trees that are not to be written.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use pyox_packed_resources::{Blob, EntryFlags, FieldKind, Value, Writer};
use pyox_program_format::Trailer;
use pyox_test_support::place::{Place, launcher};

use super::blobs::everything;
use super::program;

/// Fails with these words, says what can be done, and changes nothing.
fn fails(place: &Place, arguments: &[&str], words: &[&str]) {
    place.command_fails(&mut place.command(["resources"].iter().chain(arguments)), words);
}

fn blob(place: &Place, name: &str, entry: &str, fill: impl FnOnce(&mut pyox_packed_resources::EntryWriter)) {
    let mut writer = Writer::new();
    fill(writer.entry(entry));
    place.write(name, writer.to_vec().expect("a blob"));
}

#[test]
fn files_without_resources() {
    let place = Place::with(&[("text", "#!/bin/sh\n"), ("empty", "")]);
    std::fs::create_dir(place.path("directory")).expect("a directory");
    fails(&place, &["list", "text"], &["no packed resources in text", "`pyembed`", "ELF"]);
    fails(&place, &["verify", "empty"], &["no packed resources in empty: it is empty"]);
    fails(&place, &["list", "absent"], &["cannot read absent", "No such file"]);
    fails(&place, &["list", "directory"], &["cannot read directory", "Is a directory"]);
    fails(&place, &["list", "/bin/sh"], &["cannot find the packed resources of /bin/sh", "no trailer"]);
    fails(&place, &["list", launcher()], &["the executable is a launcher without a payload", "pyoxidizer pack"]);
    place.write("later", b"pyembed\x07 and something new");
    fails(&place, &["extract", "later", "-o", "tree"], &["later has packed resources of version 7", "versions 1 to 4"]);
    place.write("short", b"pyembed\x04\0\0\0\0");
    fails(&place, &["list", "short"], &["cannot open the packed resources in short", "truncated"]);
}

#[test]
fn damaged_programs() {
    let (place, bytes) = (Place::new(), program().read("app"));
    place.write("cut", &bytes[..bytes.len() - 1000]);
    fails(&place, &["verify", "cut"], &["cannot find the packed resources of cut", "cut off"]);
    let mut other = bytes.clone();
    let trailer = other.len() - Trailer::LEN;
    other[trailer + 10] ^= 1;
    place.write("trailer", other);
    fails(&place, &["verify", "trailer"], &["damaged payload trailer"]);
    place.write("stripped", &bytes);
    assert!(Command::new("strip").arg(place.path("stripped")).status().expect("strip starts").success());
    fails(&place, &["list", "stripped"], &["the payload was removed", "strip", "pack it again"]);
}

#[test]
fn tools_refuse_a_program_that_runs_something_else_than_they_show() {
    let place = Place::new();
    let (bytes, other) = (program().read("app"), everything().to_vec().expect("a blob"));
    let write = |name: &str, bytes: &[u8]| {
        std::fs::set_permissions(place.write(name, bytes), std::fs::Permissions::from_mode(0o755)).expect("a mode");
    };
    let trailer = Trailer::new(bytes.len() as u64, other.len() as u64).to_bytes();
    // It runs as before: the kernel maps what it mapped.
    write("two", &[&bytes[..], &other, &trailer].concat());
    write("signed", &[&bytes[..], b"a signature"].concat());
    for (name, words) in [("two", "what runs and what the trailer names differ"), ("signed", "belong to nothing")] {
        place.program(name, &[]).succeeds();
        for command in [
            &["verify", name][..],
            &["list", name],
            &["extract", name, "-o", "tree"],
            &["convert", name, "-o", "converted"],
            &["diff", name, name],
        ] {
            let outcome = place.run(["resources"].iter().chain(command));
            assert!(outcome.status != Some(0) && outcome.stdout.is_empty(), "{outcome:?}");
            assert!(
                outcome.stderr.contains(words) && outcome.stderr.contains("hint: the program was changed"),
                "{outcome:?}"
            );
        }
        let outcome = place.run(["analyze", name]);
        assert!(outcome.status == Some(1) && outcome.stdout.contains(words), "{outcome:?}");
    }
}

#[test]
fn a_changed_launcher_is_noticed() {
    let (place, bytes) = (Place::new(), program().read("app"));
    let payload = pyox_program_format::payload_range(&bytes).expect("a program").start;
    place.write("app", &bytes);
    let verified = place.run(["resources", "verify", "app"]).succeeds().stdout;
    assert!(verified.contains("\nlauncher sha-256 "), "{verified}");
    // Code, constants, tables; but for what says that it is a program at all.
    for part in 1..16 {
        let mut changed = bytes.clone();
        changed[payload / 16 * part] ^= 1;
        place.write("changed", changed);
        fails(&place, &["verify", "changed"], &["the launcher in changed does not match its digest", "pack it again"]);
    }
}

#[test]
fn names_in_errors_do_not_steer_the_terminal() {
    let place = Place::new();
    let name = "a\x1b[31m\u{202e}b\nerror: c";
    blob(&place, "blob", "pkg", |entry| {
        entry.keyed(FieldKind::CacheFile, name, b"x".to_vec());
    });
    place.write(&format!("tree/{name}"), "there");
    let outcome = place.run(["resources", "extract", "blob", "-o", "tree"]);
    let words = "error: tree/a\\u{1b}[31m\\u{202e}b\n  error: c exists\n";
    assert!(outcome.status == Some(1) && outcome.stderr.starts_with(words), "{outcome:?}");
    place.write(name, "text");
    let outcome = place.run(["resources", "list", name]);
    assert!(outcome.status == Some(1) && !outcome.stderr.contains(['\x1b', '\u{202e}']), "{outcome:?}");
    let outcome = place.run(["resources", "extract", "blob", "-o", "new\x1b[31m"]).succeeds();
    assert!(outcome.stderr.contains("new\\u{1b}[31m"), "{outcome:?}");
}

#[test]
fn the_first_damage_has_a_name_and_an_offset() {
    let (place, bytes) = (Place::new(), everything().to_vec().expect("a blob"));
    let blob = Blob::open(&bytes).expect("opens");
    let source = blob.entry("pkg").expect("reads").expect("is there").field(FieldKind::Source).expect("reads");
    let at = source.expect("has a source").offset() as usize;
    let damaged = |at: usize| {
        let mut bytes = bytes.clone();
        bytes[at] ^= 0x20;
        place.write("damaged", bytes);
    };
    damaged(at + 9);
    let offset = format!("entry pkg: the value of source at offset {at} does not match");
    fails(&place, &["verify", "damaged"], &["damaged is damaged", &offset]);
    fails(&place, &["extract", "damaged", "-o", "tree"], &["cannot read entry pkg", "resources verify"]);
    damaged(30);
    fails(&place, &["verify", "damaged"], &["cannot open the packed resources", "header"]);
    // No checksum covers the bytes between sections, but the digest does.
    let ends: Vec<u64> = blob.sections().map(|section| section.offset + section.length).collect();
    let padding = ends.into_iter().find(|end| end % 8 != 0).expect("padding") as usize;
    assert_eq!(bytes[padding], 0);
    damaged(padding);
    fails(&place, &["verify", "damaged"], &["does not match its digest"]);
    place.write("cut", &bytes[..bytes.len() - 1]);
    fails(&place, &["verify", "cut"], &["truncated"]);
}

#[test]
fn paths_that_lead_elsewhere() {
    let place = Place::new();
    for key in ["../up", "/etc/x", "a/../../x", "a\\b", "C:x", "a//b", "nul\0"] {
        blob(&place, "evil", "pkg", |entry| {
            entry.keyed(FieldKind::CacheFile, key, b"x".to_vec());
        });
        fails(&place, &["extract", "evil", "-o", "tree"], &["which leads elsewhere", "\"pkg\""]);
        blob(&place, "evil", "pkg", |entry| {
            entry.keyed(FieldKind::PackageResource, "x", Value::file(key));
        });
        fails(&place, &["extract", "evil", "-o", "tree"], &["which leads elsewhere"]);
    }
    for name in ["..", "a..b", "/etc"] {
        blob(&place, "evil", name, |entry| {
            entry.flag(EntryFlags::MODULE).field(FieldKind::Source, b"x".to_vec());
        });
        fails(&place, &["extract", "evil", "-o", "tree"], &["which leads elsewhere"]);
    }
    blob(&place, "link", "pkg", |entry| {
        entry.field(FieldKind::Extension, b"x".to_vec()).field(FieldKind::RelativePath, b"../x.so".to_vec());
    });
    fails(&place, &["extract", "link", "-o", "tree"], &["which leads elsewhere"]);
}

#[test]
fn directories_with_something_in_them() {
    let place = Place::new();
    blob(&place, "blob", "pkg", |entry| {
        entry.flag(EntryFlags::MODULE.union(EntryFlags::PACKAGE)).field(FieldKind::Source, b"new".to_vec());
        entry.keyed(FieldKind::PackageResource, "a.txt", b"new".to_vec());
    });
    let extract = ["extract", "blob", "-o", "tree"];
    place.write("tree/pkg/a.txt", "old");
    fails(&place, &extract, &["tree/pkg/a.txt exists", "--force"]);
    place.run(["resources"].iter().chain(&extract).chain(&["--force"])).succeeds();
    assert_eq!((place.read("tree/pkg/a.txt"), place.read("tree/pkg/__init__.py")), (b"new".to_vec(), b"new".to_vec()));
    assert_eq!(std::fs::read_dir(place.path("tree")).expect("a directory").count(), 1, "nothing is left");

    let force = ["extract", "blob", "--force", "-o", "links"];
    place.write("outside/a.txt", "kept");
    std::fs::create_dir_all(place.path("links/pkg")).expect("a directory");
    symlink(place.path("outside/a.txt"), place.path("links/pkg/a.txt")).expect("a link");
    fails(&place, &force, &["links/pkg/a.txt is a symbolic link"]);
    std::fs::remove_dir_all(place.path("links/pkg")).expect("removed");
    symlink(place.path("outside"), place.path("links/pkg")).expect("a link");
    fails(&place, &force, &["links/pkg is a symbolic link"]);
    assert_eq!(place.read("outside/a.txt"), b"kept");
    std::fs::remove_file(place.path("links/pkg")).expect("removed");
    std::fs::create_dir_all(place.path("links/pkg/a.txt")).expect("a directory");
    fails(&place, &force, &["links/pkg/a.txt is in the way"]);

    fails(&place, &["extract", "blob", "-o", "blob"], &["blob is in the way"]);
    fails(&place, &["extract", "blob", "-o", "no/such/tree"], &["no/such", "No such file"]);
    fails(&place, &["extract", "blob", "pkg", "pgk", "-o", "new"], &["nothing in blob is named pgk", "resources list"]);
}

#[test]
fn files_that_cannot_all_be_written() {
    let place = Place::new();
    let mut writer = Writer::new();
    writer.entry("a").flag(EntryFlags::MODULE).field(FieldKind::Source, b"one".to_vec());
    writer.entry("cache").keyed(FieldKind::CacheFile, "a.py", b"two".to_vec());
    place.write("twice", writer.to_vec().expect("a blob"));
    fails(&place, &["extract", "twice", "-o", "tree"], &["a.py comes with different content from a and from cache"]);
    blob(&place, "nested", "cache", |entry| {
        entry.keyed(FieldKind::CacheFile, "a", b"".to_vec()).keyed(FieldKind::CacheFile, "a/b", b"".to_vec());
    });
    fails(&place, &["extract", "nested", "-o", "tree"], &["cannot write a/b"]);
    blob(&place, "absent", "pkg", |entry| {
        entry.keyed(FieldKind::PackageResource, "x", Value::file("not/there"));
    });
    fails(&place, &["extract", "absent", "-o", "tree"], &["cannot read not/there"]);
}
