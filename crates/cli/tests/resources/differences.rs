//! What two programs or files do not have in common.

use pyox_packed_resources::{EntryFlags, FieldKind, SectionKind, Value, Writer};
use pyox_test_support::place::{Outcome, Place};

use super::blobs::everything;
use super::program;

const TEXT: &[u8] = b"the same, again and again; the same, again and again; the same, again and again";

fn one() -> Writer {
    let mut writer = Writer::new();
    writer.entry("left").flag(EntryFlags::MODULE).field(FieldKind::Source, b"1\n".to_vec());
    let both = writer.entry("pkg").flag(EntryFlags::MODULE);
    both.field(FieldKind::Source, TEXT.to_vec()).field(FieldKind::Bytecode, b"old".to_vec());
    both.keyed(FieldKind::PackageResource, "tool", Value::raw(b"x".to_vec()).with_mode(0o644));
    writer.section(SectionKind::Boot, b"boot".to_vec());
    writer
}

fn other() -> Writer {
    let mut writer = Writer::new();
    let both = writer.entry("pkg").flag(EntryFlags::MODULE.union(EntryFlags::PACKAGE));
    both.field(FieldKind::Source, Value::compressed(TEXT, 3).expect("compresses"));
    both.field(FieldKind::Bytecode, b"changed".to_vec());
    both.keyed(FieldKind::PackageResource, "tool", Value::raw(b"x".to_vec()).with_mode(0o755));
    both.keyed(FieldKind::PackageResource, "more", b"new".to_vec());
    writer.entry("right").flag(EntryFlags::DISTRIBUTION);
    writer.section(SectionKind::Boot, b"boots".to_vec());
    writer
}

fn place() -> Place {
    let place = Place::new();
    for (name, writer) in [("one", one()), ("other", other()), ("everything", everything())] {
        place.write(name, writer.to_vec().expect("a blob"));
    }
    place
}

fn differs(outcome: &Outcome, lines: &[&str]) {
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(1), ""), "{outcome:?}");
    assert_eq!(outcome.stdout.lines().collect::<Vec<_>>(), lines);
}

#[test]
fn everything_that_differs() {
    let place = place();
    let lines = [
        "< entry left: module",
        "! entry pkg: module -> module,package",
        "! bytecode pkg: 3 bytes -> 7 bytes",
        "> package-resource pkg:more: 3 bytes",
        "! package-resource pkg:tool: 1 bytes, mode 0644 -> 1 bytes, mode 0755",
        "> entry right: distribution",
        "! section boot: 4 bytes -> 5 bytes",
    ];
    differs(&place.run(["resources", "diff", "one", "other"]), &lines);
    let outcome = place.run(["resources", "diff", "-q", "one", "other"]);
    assert_eq!((outcome.status, outcome.stdout.as_str(), outcome.stderr.as_str()), (Some(1), "", ""));
    let exact = place.run(["resources", "diff", "--exact", "one", "other"]).stdout;
    assert!(exact.contains("! source pkg: 79 bytes -> 79 bytes, ") && exact.contains("! section names"), "{exact}");
    for line in lines {
        assert!(exact.contains(line), "{line:?} is not in {exact}");
    }
}

#[test]
fn differences_for_machines() {
    let place = place();
    let outcome = place.run(["resources", "diff", "--json", "one", "other"]);
    let document: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    assert_eq!((outcome.status, &document["equal"]), (Some(1), &false.into()));
    let differences = document["differences"].as_array().expect("a list");
    assert_eq!(differences.len(), 7);
    assert_eq!((&differences[0]["entry"], &differences[0]["right"]), (&"left".into(), &serde_json::Value::Null));
    let tool = &differences[4];
    assert_eq!(
        (&tool["key"], &tool["left"]["mode"], &tool["right"]["mode"]),
        (&"tool".into(), &"0644".into(), &"0755".into())
    );
}

#[test]
fn equal_content_is_equal() {
    let place = place();
    place.run(["resources", "diff", "--exact", "everything", "everything"]).prints("");
    let mut compressed = Writer::new();
    compressed.entry("a").field(FieldKind::Source, Value::compressed(TEXT, 3).expect("compresses"));
    place.write("compressed", compressed.to_vec().expect("a blob"));
    let mut raw = Writer::new();
    raw.entry("a").field(FieldKind::Source, TEXT.to_vec());
    place.write("raw", raw.digest().to_vec().expect("a blob"));
    place.run(["resources", "diff", "compressed", "raw"]).prints("");
    let outcome = place.run(["resources", "diff", "--exact", "compressed", "raw"]);
    assert!(outcome.status == Some(1) && outcome.stdout.contains("> section digest: 32 bytes"), "{outcome:?}");
}

#[test]
fn programs() {
    let place = Place::with(&[("app.py", "import shop\n")]);
    place.pack(["app.py"]).succeeds();
    let outcome = place.run(["resources", "diff", &program().text("app"), "app"]);
    let (removed, changed) = ("< entry shop: module,package,distribution\n", "! source __main__: ");
    assert!(
        outcome.status == Some(1) && outcome.stdout.contains(removed) && outcome.stdout.contains(changed),
        "{outcome:?}"
    );
    assert!(!outcome.stdout.contains("json"), "the standard library is the same: {outcome:?}");
}

#[test]
fn trouble_is_not_a_difference() {
    let place = place();
    place.write("text", "no resources");
    for arguments in [["one", "text"], ["absent", "one"], ["one", "."]] {
        let outcome = place.run(["resources", "diff"].iter().chain(&arguments));
        assert!(outcome.status == Some(2) && outcome.stdout.is_empty(), "{outcome:?}");
        assert!(outcome.stderr.starts_with("error: "), "{outcome:?}");
    }
}
