//! Names and numbers that are written in one place for all crates.

use std::collections::BTreeSet;

use pyox_packed_resources::{
    Encoding, EntryFlags, FieldKind, OptimizeLevel, SectionKind, hex, normalize_project_name, pyc, top_level,
};

#[test]
fn project_names_are_those_of_pep_503() {
    // What `re.sub(r"[-_.]+", "-", name).lower()` gives.
    for (name, normalized) in [
        ("Flask", "flask"),
        ("ruamel._-YAML", "ruamel-yaml"),
        ("--A.b", "-a-b"),
        ("a_", "a-"),
        ("_", "-"),
        ("", ""),
        ("\u{c4}.\u{df}", "\u{e4}-\u{df}"),
        // A sigma at the end of a word has a form of its own.
        ("\u{391}\u{3a3}", "\u{3b1}\u{3c2}"),
    ] {
        assert_eq!(normalize_project_name(name), normalized, "{name}");
    }
}

#[test]
fn names_tell_kinds_and_flags_apart() {
    let kinds: BTreeSet<_> = FieldKind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(kinds.len(), FieldKind::ALL.len());
    let sections: BTreeSet<_> = (0..200).map(|code| SectionKind::from_code(code).to_string()).collect();
    assert_eq!(sections.len(), 200);
    assert!((0..200).all(|code| SectionKind::from_code(code).code() == code));
    for bit in 0..9 {
        assert_eq!(EntryFlags(1 << bit).names().count(), 1, "bit {bit}");
    }
    assert_eq!(EntryFlags(3 | 1 << 31).names().collect::<Vec<_>>(), ["module", "package"]);
    assert_eq!(format!("{:>8}|{:<6}|", FieldKind::Source, Encoding::Raw), "  source|raw   |");
}

#[test]
fn sets_of_kinds() {
    let set = |is: fn(FieldKind) -> bool| FieldKind::ALL.into_iter().filter(|kind| is(*kind)).collect::<Vec<_>>();
    let levels = [OptimizeLevel::Zero, OptimizeLevel::One, OptimizeLevel::Two];
    let bytecode = [FieldKind::Bytecode, FieldKind::BytecodeOpt1, FieldKind::BytecodeOpt2];
    assert_eq!(set(FieldKind::is_bytecode), bytecode);
    assert_eq!(levels.map(FieldKind::bytecode), bytecode);
    assert_eq!(bytecode.map(FieldKind::optimize_level), levels.map(Some));
    assert_eq!(set(FieldKind::is_code), [&[FieldKind::Source], &bytecode[..], &[FieldKind::Extension]].concat());
    assert_eq!(set(FieldKind::is_native), [FieldKind::Extension, FieldKind::SharedLibrary]);
}

#[test]
fn bytecode_files() {
    let file = [&pyc::header([0xf3, 0x0d, b'\r', b'\n'])[..], b"code"].concat();
    assert_eq!(file[..16], *b"\xf3\x0d\r\n\x01\0\0\0\0\0\0\0\0\0\0\0");
    assert_eq!(pyc::code(&file), Some(&b"code"[..]));
    assert_eq!(pyc::code(&file[..16]), Some(&b""[..]));
    assert_eq!(pyc::code(&file[..15]), None);
    assert_eq!(pyc::code(&[0; 20]), None);

    let tag = "cpython-313";
    for (stem, level, path) in [
        ("mod", OptimizeLevel::Zero, "__pycache__/mod.cpython-313.pyc"),
        ("pkg/a.b", OptimizeLevel::One, "pkg/__pycache__/a.b.cpython-313.opt-1.pyc"),
        ("a/b/__init__", OptimizeLevel::Two, "a/b/__pycache__/__init__.cpython-313.opt-2.pyc"),
    ] {
        assert_eq!(pyc::cached_path(stem, tag, level), path);
        assert_eq!(pyc::source_of(path, tag), Some((stem.to_owned(), level)));
    }
    for other in [
        "mod.cpython-313.pyc",
        "my__pycache__/mod.cpython-313.pyc",
        "__pycache__/mod.pyc",
        "__pycache__/mod.cpython-312.pyc",
        "__pycache__/mod.cpython-313.opt-3.pyc",
        "__pycache__/modcpython-313.pyc",
    ] {
        assert_eq!(pyc::source_of(other, tag), None, "{other}");
    }
}

#[test]
fn top_level_names() {
    assert_eq!(["a.b.c", "a", ".a", ""].map(top_level), ["a", "a", "", ""]);
}

#[test]
fn hexadecimal_digits() {
    assert_eq!((hex(&[]), hex(&[0, 0x0a, 0xff])), (String::new(), "000aff".to_owned()));
}

#[cfg(feature = "digest")]
#[test]
fn parts_of_a_digest_do_not_run_into_each_other() {
    use pyox_packed_resources::PartsDigest;
    let digest = |parts: &[&str]| parts.iter().fold(PartsDigest::default(), PartsDigest::with).hex();
    assert_eq!(digest(&["ab", "c"]), digest(&["ab", "c"]));
    assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
    assert_ne!(digest(&["ab"]), digest(&["ab", ""]));
    assert_eq!(digest(&[]).len(), 64);
    let mut pieces = PartsDigest::default().with("ab");
    pieces.begin_part(3);
    for piece in ["c", "de"] {
        std::io::Write::write_all(&mut pieces, piece.as_bytes()).expect("hashing never fails");
    }
    assert_eq!(pieces.hex(), digest(&["ab", "cde"]));
}
