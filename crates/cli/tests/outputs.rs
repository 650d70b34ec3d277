//! Where programs cannot be written, and what a program says that is not as it was written.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use pyox_program_format::{Trailer, payload_range};
use pyox_test_support::mount::Mount;
use pyox_test_support::place::{Outcome, Place};

const SCRIPT: (&str, &str) = ("hello.py", "print('hello')\n");
const TRAILER_LEN: usize = Trailer::LEN;

#[test]
fn outputs_that_cannot_be_written() {
    let place = Place::with(&[SCRIPT, ("directory/note", ""), ("script", "#!/usr/bin/env python3\nprint('hello')\n")]);
    place.fails(["hello.py", "-o", "directory"], &["directory is a directory", "-o"]);
    place.fails(["hello.py", "-o", "missing/hello"], &["there is no directory missing", "mkdir -p missing"]);
    place.fails(["hello.py", "-o", "hello.py/x"], &["there is no directory hello.py"]);
    place.fails(["hello.py", "-o", "./hello.py"], &["refusing to overwrite the input"]);
    place.fails(["script", "-o", "script"], &["refusing to overwrite the input"]);
    place.fails(["hello.py", "-o", "/dev/null"], &["/dev/null is not an ordinary file"]);
    place.fails(["hello.py", "--report", "missing/report"], &["there is no directory missing"]);
    if let Some(_mount) = Mount::tmpfs(&place.path("read-only"), "ro") {
        place.fails(["hello.py", "-o", "read-only/hello"], &["cannot write into read-only", "Read-only file system"]);
    }
}

#[test]
fn a_full_disk_leaves_what_was_there() {
    let place = Place::with(&[SCRIPT]);
    let Some(_mount) = Mount::tmpfs(&place.path("small"), "size=4m") else { return };
    place.fails(["hello.py", "-o", "small/hello"], &["cannot write small/hello", "No space left", "free some space"]);
    place.write("small/hello", "earlier");
    place.fails(["hello.py", "-o", "small/hello"], &["No space left"]);
    assert_eq!(place.read("small/hello"), b"earlier");
}

#[test]
fn a_failure_keeps_the_earlier_program() {
    let place = Place::with(&[SCRIPT]);
    place.pack(["hello.py"]).succeeds();
    place.write("hello.py", "def f(:\n");
    place.fails(["hello.py"], &["SyntaxError"]);
    place.program("hello", &[]).prints("hello\n");
}

/// A packed program, and where its payload starts.
fn packed() -> (Place, Vec<u8>, usize) {
    let place = Place::with(&[SCRIPT]);
    place.pack(["hello.py"]).succeeds();
    let bytes = place.read("hello");
    let payload = payload_range(&bytes).expect("a payload").start;
    (place, bytes, payload)
}

/// What a changed program comes to.
fn changed(place: &Place, bytes: &[u8]) -> Outcome {
    let path = place.write("changed", bytes);
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).expect("a mode");
    place.program("changed", &[])
}

#[test]
fn a_truncated_program_says_so() {
    let (place, bytes, payload) = packed();
    let all = bytes.len();
    let cuts = [payload + 1, payload + 4096, (payload + all) / 2, all - TRAILER_LEN - 1, all - TRAILER_LEN, all - 1];
    for cut in cuts {
        let outcome = changed(&place, &bytes[..cut]);
        let words = format!("this program is damaged: its file has {cut} bytes and should have {all}");
        assert!(outcome.status == Some(1) && outcome.stderr.contains(&words), "{cut}: {outcome:?}");
        assert_eq!(outcome.stdout, "");
    }
    changed(&place, &bytes).prints("hello\n");
}

#[test]
fn a_changed_header_is_noticed() {
    let (place, mut bytes, payload) = packed();
    for at in (payload..payload + 64).step_by(3) {
        bytes[at] ^= 0x10;
        let outcome = changed(&place, &bytes);
        bytes[at] ^= 0x10;
        let is_told = outcome.stderr.contains("this program is damaged") || outcome.stderr.contains("no application");
        assert!(outcome.status == Some(1) && is_told, "{}: {outcome:?}", at - payload);
    }
}

#[test]
fn a_changed_payload_never_crashes_the_program() {
    let (place, bytes, payload) = packed();
    let length = bytes.len() - payload;
    for part in 1..40 {
        let mut bytes = bytes.clone();
        let at = payload + length / 40 * part;
        bytes[at..at + 64].fill(0xa5);
        let outcome = changed(&place, &bytes);
        // What it does not need it does not look at.
        let is_well = outcome.status == Some(0) && outcome.stdout == "hello\n";
        let is_told = outcome.status == Some(1) && !outcome.stderr.is_empty();
        assert!(is_well || is_told, "{part}: {outcome:?}");
    }
}

#[test]
fn a_stripped_program_says_what_happened() {
    let (place, bytes, _) = packed();
    changed(&place, &bytes).prints("hello\n");
    assert!(Command::new("strip").arg(place.path("changed")).status().expect("strip starts").success());
    let outcome = place.program("changed", &[]);
    assert!(outcome.status == Some(1) && outcome.stderr.contains("strip"), "{outcome:?}");
}
