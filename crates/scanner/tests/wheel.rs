//! Wheels, good and hostile.

use std::path::PathBuf;

use pyox_packed_resources::{Content, Place};
use pyox_scanner::{Error, ResourceSource as _, Wheel, WheelLimits};

use crate::common::{METADATA, SUFFIXES, WHEEL, WheelBuilder, content, lines, patch, skipped, write_wheel, zip};

fn open(builder: WheelBuilder) -> Result<Wheel, Error> {
    let directory = tempfile::tempdir().unwrap();
    Wheel::open(builder.write(directory.path()))
}

fn open_bytes(bytes: &[u8]) -> Result<Wheel, Error> {
    let directory = tempfile::tempdir().unwrap();
    Wheel::open(write_wheel(directory.path(), bytes))
}

fn good() -> WheelBuilder {
    WheelBuilder::new(&[("hello/__init__.py", "def main(): pass"), ("hello/x.txt", "data")])
}

#[test]
fn extension_modules_for_other_interpreters() {
    let names =
        ["hello/a.cpython-39-x86_64-linux-gnu.so", "hello/b.cp314-win_amd64.pyd", "hello/c.pypy311-pp73-darwin.so"];
    let builder = || names.iter().fold(good(), |builder, name| builder.add(name, b"no native file"));
    let error = open(builder()).unwrap().scan().unwrap_err();
    assert!(matches!(error, Error::ForeignExtension { .. }), "{error}");
    let scan = open(builder()).unwrap().for_any_interpreter().scan().unwrap();
    let extensions: Vec<_> = lines(&scan).into_iter().filter(|line| line.starts_with("extension")).collect();
    let expected = names.map(|name| format!("extension hello.{} {name}", &name[6..7]));
    assert_eq!(extensions, expected);
}

#[test]
fn accessors_and_scan() {
    let builder = good()
        .add("hello-1.0.data/purelib/hello/more.py", b"")
        .add("hello-1.0.data/platlib/_fast.abi3.so", b"PyInit__fast\0")
        .add("hello-1.0.data/scripts/run", b"#!/usr/bin/env python3\nprint()\n")
        .add("hello-1.0.data/data/share/hello.txt", b"")
        .add("hello-1.0.data/data/lib/libhello.so.1", b"")
        .add("hello.pth", b"import hello\nhello\n/elsewhere\nmissing\n")
        .add("hello-1.0.data/headers/h.h", b"");
    let wheel = open(builder).unwrap().extension_suffixes(SUFFIXES);
    assert_eq!(wheel.name().distribution, "hello");
    assert_eq!(wheel.tags(), ["py3-none-any"]);
    assert_eq!((wheel.metadata().name.as_str(), wheel.metadata().version.as_str()), ("Hello", "1.0"));
    let required: Vec<&str> = wheel.metadata().requires_dist.iter().map(|required| required.text.as_str()).collect();
    assert_eq!(required, ["six>=1"]);
    assert_eq!(wheel.metadata().requires_python.as_deref(), Some(">=3.9"));
    assert_eq!(wheel.entry_points()[0].module(), "hello");
    let scan = wheel.scan().unwrap();
    assert_eq!(
        lines(&scan),
        [
            "extension _fast _fast.abi3.so",
            "file  bin/hello",
            "file  bin/run",
            "metadata Hello hello-1.0.dist-info/METADATA",
            "metadata Hello hello-1.0.dist-info/RECORD",
            "metadata Hello hello-1.0.dist-info/WHEEL",
            "metadata Hello hello-1.0.dist-info/entry_points.txt",
            "file  hello.pth",
            "source hello hello/__init__.py",
            "source hello.more hello/more.py",
            "data hello hello/x.txt",
            "library libhello.so.1 lib/libhello.so.1",
            "file  share/hello.txt",
        ]
    );
    assert_eq!(skipped(&scan), ["hello-1.0.data/headers/h.h: WheelScheme { scheme: \"headers\" }"]);
    let in_prefix = scan.resources.iter().filter(|found| found.place == Some(Place::Prefix));
    let in_prefix: Vec<_> = in_prefix.map(|found| (found.resource.relative_path(), found.executable)).collect();
    let expected = [("bin/hello", true), ("bin/run", true), ("lib/libhello.so.1", false), ("share/hello.txt", false)];
    assert_eq!(in_prefix, expected.map(|(path, executable)| (path.to_owned(), executable)));
    assert_eq!(
        content(&scan, "bin/hello"),
        b"#!/pyoxidizer/python\nimport sys\nfrom hello import main\nsys.exit(main())\n"
    );
    assert_eq!(content(&scan, "bin/run"), b"#!/pyoxidizer/python\nprint()\n");
    assert_eq!(content(&scan, "hello.pth"), b"import hello\nhello\n");
    let elsewhere: Vec<_> = scan.path_lines.iter().map(|line| (line.line, &*line.path)).collect();
    assert_eq!(elsewhere, [(3, "/elsewhere"), (4, "missing")]);
    assert_eq!(content(&scan, "hello/__init__.py"), b"def main(): pass");
    let record = String::from_utf8(content(&scan, "hello-1.0.dist-info/RECORD")).unwrap();
    assert!(record.contains("\nhello/more.py,sha256=") && !record.contains(".data/"), "{record}");
    assert!(record.contains("../../../bin/hello,,\n../../../bin/run,,\n../../../share/hello.txt,sha256="), "{record}");
}

#[test]
fn signatures_need_no_hash() {
    let builder = good().unlisted("hello-1.0.dist-info/RECORD.jws", b"x").line("hello-1.0.dist-info/RECORD.p7s,,\n");
    let error = open(builder).unwrap_err();
    assert!(matches!(&error, Error::ListedButMissing { member, .. } if member.ends_with("p7s")), "{error}");
    assert!(open(good().unlisted("hello-1.0.dist-info/RECORD.jws", b"x")).is_ok());
}

#[test]
fn wrong_content() {
    let error = open(good().line("hello/y.py,sha256=AAAA,1\n").unlisted("hello/y.py", b"y")).unwrap_err();
    match &error {
        Error::HashMismatch { member, expected, actual, .. } => {
            assert_eq!((member.as_str(), expected.as_str()), ("hello/y.py", "sha256=AAAA"));
            assert_eq!(actual, "sha256=ofzkNjhU_4iM_0uOeHXWAMJoI5BBKoz3mzfQsRFIsPo");
        }
        other => panic!("{other}"),
    }
    assert!(error.hint().is_some());
    let error = open(good().line("hello/y.py,sha256=AAAA,2\n").unlisted("hello/y.py", b"y")).unwrap_err();
    assert!(matches!(error, Error::SizeMismatch { expected: 2, actual: 1, .. }), "{error}");
    for weak in ["md5=AAAA", "", "sha256"] {
        let error = open(good().line(&format!("hello/y.py,{weak},\n")).unlisted("hello/y.py", b"y")).unwrap_err();
        assert!(matches!(&error, Error::WeakHash { found, .. } if found == weak), "{error}");
    }
}

#[test]
fn other_algorithms() {
    for hash in [
        "sha384=iDxSvWEF2t82QRzLxbOxn5km8_-svwJ1s7ftbhIor_bFWFoud_Ho_e9qI-Mbg4z2",
        "sha512=EhtHdKdZkkopKcSkEvtuMbmqp0ZGaEDvzEp21pqUFJ4jZOOYPWRv6vqhtRF4XlyekK7cMNpqa-rVUg7MmcZiag",
        "sha256=ofzkNjhU_4iM_0uOeHXWAMJoI5BBKoz3mzfQsRFIsPo=",
    ] {
        assert!(open(good().line(&format!("hello/y.py,{hash},1\n")).unlisted("hello/y.py", b"y")).is_ok(), "{hash}");
    }
}

#[test]
fn record_and_archive_must_agree() {
    let error = open(good().unlisted("hello/evil.py", b"")).unwrap_err();
    assert!(matches!(&error, Error::Unlisted { member, .. } if member == "hello/evil.py"), "{error}");
    let error = open(good().line("hello/gone.py,sha256=AAAA,1\n")).unwrap_err();
    assert!(matches!(&error, Error::ListedButMissing { member, .. } if member == "hello/gone.py"), "{error}");
    let error = open(good().line("hello/x.txt,sha256=AAAA,4\n")).unwrap_err();
    assert!(matches!(&error, Error::Record { .. }), "{error}");
    let error = open(good().line("hello/y.txt,sha256=AAAA,four\n")).unwrap_err();
    assert!(matches!(&error, Error::Record { line: 6, .. }), "{error}");
}

#[test]
fn unsafe_names() {
    for name in ["../evil.py", "/etc/evil.py", "hello/../../evil.py", "C:/evil.py", "hello\\evil.py", "hello//evil.py"]
    {
        let error = open(good().add(name, b"")).unwrap_err();
        assert!(matches!(&error, Error::UnsafeMember { member, .. } if member == name), "{name}: {error}");
    }
}

#[test]
fn links_are_refused() {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.add_symlink("hello/link", "/etc/passwd", zip::write::SimpleFileOptions::default()).unwrap();
    let error = open_bytes(&writer.finish().unwrap().into_inner()).unwrap_err();
    assert!(matches!(&error, Error::UnsafeMember { member, .. } if member == "hello/link"), "{error}");
}

#[test]
fn duplicates() {
    let mut bytes = good().add("hello/y1.py", b"one").add("hello/y2.py", b"two").bytes();
    assert_eq!(patch(&mut bytes, b"hello/y2.py", b"hello/y1.py"), 2);
    let error = open_bytes(&bytes).unwrap_err();
    assert!(matches!(&error, Error::DuplicateMember { member, .. } if member == "hello/y1.py"), "{error}");

    let wheel = open(good().add("hello-1.0.data/purelib/hello/x.txt", b"")).unwrap();
    let error = wheel.scan().unwrap_err();
    assert!(matches!(&error, Error::DuplicateMember { member, .. } if member == "hello/x.txt"), "{error}");
}

#[test]
fn damaged_archives() {
    let bytes = good().bytes();
    for length in 0..bytes.len() {
        assert!(open_bytes(&bytes[..length]).is_err(), "{length} of {} bytes", bytes.len());
    }
    assert!(matches!(open_bytes(b"not a zip"), Err(Error::Archive { .. })));
    for at in (0..bytes.len()).step_by(3) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0xff;
        // Time stamps and the like may change; content and names may not.
        if let Ok(wheel) = open_bytes(&damaged) {
            let scan = wheel.scan().unwrap();
            assert_eq!(content(&scan, "hello/x.txt"), b"data", "byte {at}");
        }
    }
}

#[test]
fn local_and_central_names_must_agree() {
    let mut bytes = good().bytes();
    let at = bytes.windows(11).position(|window| window == b"hello/x.txt").unwrap();
    bytes[at..at + 11].copy_from_slice(b"hello/z.txt");
    assert!(matches!(open_bytes(&bytes), Err(Error::Archive { .. })));
}

#[test]
fn bombs() {
    let directory = tempfile::tempdir().unwrap();
    let path = good().add("hello/zeros", &vec![0; 1 << 20]).write(directory.path());
    assert!(Wheel::open(&path).is_ok());
    let mut limits = WheelLimits::default();
    limits.total_size = 1 << 20;
    let error = Wheel::open_with(&path, limits).unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 0x10_0000, .. }), "{error}");

    let path = good().add("hello/zeros", &vec![0; 257 << 20]).write(directory.path());
    assert!(matches!(Wheel::open(&path), Err(Error::TooLarge { .. })));
}

#[test]
fn records_are_no_bombs() {
    // Every second byte would become a line of its own in memory.
    let entries =
        [("hello-1.0.dist-info/WHEEL", WHEEL.to_owned()), ("hello-1.0.dist-info/RECORD", "a\n".repeat(9 << 20))];
    let bytes = zip(&entries.map(|(path, content)| (path.to_owned(), content.into_bytes())));
    assert!(bytes.len() < 128 << 10);
    let error = open_bytes(&bytes).unwrap_err();
    assert!(
        matches!(&error, Error::TooLarge { path, limit, .. } if path.ends_with("RECORD") && *limit == 16 << 20),
        "{error}"
    );
}

#[test]
fn a_wheel_in_memory_needs_no_file() {
    let path = PathBuf::from("absent/hello-1.0-py3-none-any.whl");
    let wheel = Wheel::from_reader(std::io::Cursor::new(good().bytes()), &path, WheelLimits::default()).unwrap();
    assert_eq!(wheel.path(), path);
    let scan = wheel.scan().unwrap();
    assert_eq!(content(&scan, "hello/x.txt"), b"data");
    assert!(scan.resources.iter().all(|found| found.origin.starts_with(&path)));
}

#[test]
fn metadata_is_required() {
    let build = |replaced: &str, text: Option<&str>| {
        let mut builder = WheelBuilder { entries: Vec::new(), record: String::new() };
        for (name, right) in [("METADATA", METADATA), ("WHEEL", WHEEL)] {
            let text = if name == replaced { text } else { Some(right) };
            if let Some(text) = text {
                builder = builder.add(&format!("hello-1.0.dist-info/{name}"), text.as_bytes());
            }
        }
        open(builder)
    };
    assert!(matches!(build("WHEEL", None), Err(Error::MissingMember { .. })));
    assert!(matches!(build("METADATA", None), Err(Error::MissingMember { .. })));
    let error = build("WHEEL", Some("Wheel-Version: 2.0")).unwrap_err();
    assert!(matches!(&error, Error::WheelVersion { version, .. } if version == "2.0"), "{error}");
    let no_record = zip(&[("hello-1.0.dist-info/WHEEL".into(), WHEEL.into())]);
    let error = open_bytes(&no_record).unwrap_err();
    assert!(matches!(&error, Error::MissingMember { member, .. } if member.ends_with("RECORD")), "{error}");
    let error = open(good().add("other-2.dist-info/METADATA", b"")).unwrap_err();
    assert!(matches!(&error, Error::WheelMetadataDirectory { found, .. } if found.len() == 2), "{error}");
}

#[test]
fn the_file_name_counts() {
    let directory = tempfile::tempdir().unwrap();
    let path = good().write(directory.path());
    let renamed = |name: &str| -> PathBuf {
        let to = directory.path().join(name);
        std::fs::copy(&path, &to).unwrap();
        to
    };
    assert!(matches!(Wheel::open(renamed("hello.whl")), Err(Error::WheelFileName { .. })));
    let other = Wheel::open(renamed("goodbye-1.0-py3-none-any.whl"));
    assert!(matches!(other, Err(Error::WheelMetadataDirectory { .. })));
    assert!(Wheel::open(renamed("Hello-1.0.0-1-py2.py3-none-any.whl")).is_ok());
}

#[test]
fn content_is_checked_when_it_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = good().write(directory.path());
    let scan = Wheel::open(&path).unwrap().scan().unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(11).position(|window| window == b"hello/x.txt").unwrap() + 11;
    bytes[at] ^= 0xff;
    std::fs::write(&path, &bytes).unwrap();
    let file = scan.resources.iter().find(|found| found.resource.relative_path() == "hello/x.txt").unwrap();
    assert!(file.resource.data().read().is_err());
}

#[test]
fn a_long_member_is_read_piece_by_piece_after_it_was_checked() {
    let long: Vec<u8> = (0..3_000_000u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let bytes = good().add("hello/long.bin", &long).bytes();
    let directory = tempfile::tempdir().unwrap();
    let path = write_wheel(directory.path(), &bytes);
    let data = |wheel: &Wheel, name: &str| {
        let scan = wheel.scan().unwrap();
        let found = scan.resources.iter().find(|found| found.resource.relative_path() == name).unwrap();
        found.resource.data().clone()
    };
    let wheel = Wheel::open(&path).unwrap();
    assert!(matches!(data(&wheel, "hello/x.txt").open().unwrap(), Content::Whole(_)));
    let content = data(&wheel, "hello/long.bin");
    for _ in 0..2 {
        let opened = content.open().unwrap();
        assert!(matches!(opened, Content::Stream(3_000_000, _)));
        let mut read = Vec::new();
        opened
            .copy(|piece| {
                assert!(piece.len() <= 64 << 10);
                read.extend_from_slice(piece);
                Ok(())
            })
            .unwrap();
        assert!(read == long);
    }
    // Nothing of what has changed since the wheel was opened is handed out.
    let wheel = Wheel::open(&path).unwrap();
    let content = data(&wheel, "hello/long.bin");
    let mut changed = long.clone();
    changed[1_500_000] ^= 1;
    std::fs::write(&path, good().add("hello/long.bin", &changed).bytes()).unwrap();
    assert!(content.open().is_err());
}

#[test]
fn a_long_file_is_read_piece_by_piece() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pkg");
    std::fs::create_dir(&path).unwrap();
    std::fs::write(path.join("__init__.py"), "").unwrap();
    std::fs::write(path.join("long.bin"), vec![7; 3_000_000]).unwrap();
    let scan = pyox_scanner::Directory::new(directory.path()).scan().unwrap();
    let long = scan.resources.iter().find(|found| found.resource.relative_path() == "pkg/long.bin").unwrap();
    assert!(matches!(long.resource.data().open().unwrap(), Content::Stream(3_000_000, _)));
    std::fs::remove_file(path.join("long.bin")).unwrap();
    let error = long.resource.data().open().err().unwrap().to_string();
    assert!(error.contains("long.bin"), "{error}");
}
