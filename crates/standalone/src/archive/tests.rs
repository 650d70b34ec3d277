//! Archives that are made to do harm.

use std::io::Write as _;

use tar::{Builder, EntryType, Header};

use super::*;
use crate::MemberFault;

/// A member: type, path, where it links to, content.
type Row<'a> = (EntryType, &'a str, &'a str, &'a [u8]);

const FILE: EntryType = EntryType::Regular;

fn tar(rows: &[Row<'_>]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (kind, path, target, content) in rows {
        let mut header = Header::new_old();
        header.set_entry_type(*kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o4444);
        // As they are: the crate refuses to write such paths.
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
        header.set_cksum();
        builder.append(&header, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

struct Case {
    place: tempfile::TempDir,
}

impl Case {
    fn new() -> Self {
        Self { place: tempfile::tempdir().unwrap() }
    }

    fn archive(&self, bytes: &[u8]) -> Archive {
        let path = self.place.path().join("archive");
        std::fs::write(&path, bytes).unwrap();
        Archive::open(path).unwrap().unwrap()
    }

    /// Unpacks, which must fail and leave nothing.
    fn fails(&self, archive: &Archive) -> Error {
        let error = archive.extract(&self.place.path().join("out/tree")).unwrap_err();
        let left: Vec<_> = std::fs::read_dir(self.place.path().join("out")).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
        assert_eq!(std::fs::read_dir(self.place.path()).unwrap().count(), 2);
        error
    }
}

fn compressed(tar: &[u8]) -> [Vec<u8>; 2] {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(tar).unwrap();
    let mut zstandard = zstd::Encoder::new(Vec::new(), 1).unwrap();
    zstandard.include_checksum(true).unwrap();
    zstandard.write_all(tar).unwrap();
    [gzip.finish().unwrap(), zstandard.finish().unwrap()]
}

#[test]
fn members_that_lead_out_are_refused() {
    let link = |target: &str| MemberFault::Link { target: target.to_owned() };
    for (rows, expected) in [
        (&[(FILE, "/etc/evil", "", &b"1"[..])][..], MemberFault::Path),
        (&[(FILE, "python/../../evil", "", b"1")], MemberFault::Path),
        (&[(FILE, "../evil", "", b"1")], MemberFault::Path),
        (&[(FILE, "evil", "", b"1")], MemberFault::Outside),
        (&[(EntryType::Symlink, "python/l", "/etc", b"")], link("/etc")),
        (&[(EntryType::Symlink, "python/l", "../evil", b"")], link("../evil")),
        (&[(EntryType::Symlink, "python/a/b/l", "../x/../../..", b"")], link("../x/../../..")),
        (&[(EntryType::Link, "python/l", "/etc/passwd", b"")], link("/etc/passwd")),
        (&[(EntryType::Link, "python/l", "python/none", b"")], link("python/none")),
        (&[(EntryType::Char, "python/null", "", b"")], MemberFault::Special),
        (&[(EntryType::Fifo, "python/pipe", "", b"")], MemberFault::Special),
        (&[(FILE, "python/a", "", b"1"), (FILE, "python/a", "", b"2")], MemberFault::Twice),
        (&[(FILE, "python/a", "", b"1"), (FILE, "python/a/b", "", b"2")], MemberFault::Twice),
        (&[(EntryType::Symlink, "python/d", "x", b""), (FILE, "python/d/evil", "", b"1")], MemberFault::Twice),
    ] {
        for bytes in compressed(&tar(rows)) {
            let case = Case::new();
            match case.fails(&case.archive(&bytes)) {
                Error::Member { fault, .. } if fault == expected => {}
                other => panic!("{rows:?}: {other:?}"),
            }
        }
    }
}

#[test]
fn what_is_whole_is_unpacked_and_can_be_written() {
    let rows = [
        (EntryType::Directory, "python/", "", &b""[..]),
        (FILE, "python/bin/python3.13", "", b"program"),
        (EntryType::Symlink, "python/bin/python3", "python3.13", b""),
        (EntryType::Symlink, "python/lib/x/up", "../../bin/python3", b""),
        (EntryType::Link, "python/bin/again", "python/bin/python3.13", b""),
        (FILE, "python/PYTHON.json", "", b"{}"),
    ];
    for bytes in compressed(&tar(&rows)) {
        let case = Case::new();
        let archive = case.archive(&bytes);
        assert_eq!(archive.python_json().unwrap().as_deref(), Some(&b"{}"[..]));
        let out = case.place.path().join("out/tree");
        archive.extract(&out).unwrap();
        for name in ["bin/python3", "lib/x/up", "bin/again"] {
            let path = out.join("python").join(name);
            assert_eq!(std::fs::read(&path).unwrap(), b"program");
            std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        }
        assert!(matches!(archive.extract(&out), Err(Error::Occupied { .. })));
    }
}

#[test]
fn archives_that_are_cut_or_too_long_leave_nothing() {
    let noise: Vec<u8> = (0..100_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for bytes in compressed(&tar(&[(FILE, "python/a", "", &noise), (FILE, "python/b", "", &noise)])) {
        let case = Case::new();
        for length in [5, 100, bytes.len() / 2, bytes.len() - 5, bytes.len() - 1] {
            let error = case.fails(&case.archive(&bytes[..length]));
            assert!(matches!(error, Error::Io { action: "read", .. }), "{length}: {error:?}");
        }
    }
    let zeros = vec![0; 4 << 20];
    for bytes in compressed(&tar(&[(FILE, "python/zeros", "", &zeros)])) {
        let case = Case::new();
        let limits = Limits { always: 1 << 20, ratio: 20, ..Limits::default() };
        let error = case.fails(&case.archive(&bytes).limits(limits));
        assert!(matches!(error, Error::TooLong { .. }), "{error:?}");
        let many = Limits { members: 0, ..Limits::default() };
        assert!(matches!(case.fails(&case.archive(&bytes).limits(many)), Error::TooMany { .. }));
    }
}
