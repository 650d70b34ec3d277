//! Small files that decode to a lot: neither memory nor the disk follows them.

use pyox_packed_resources::{EntryFlags, FieldKind, Value, Writer};
use pyox_test_support::place::{Outcome, Place};

/// How much memory a command may take that holds no value whole.
const LITTLE: usize = 128 * MIB;

/// How much memory it may take to read back what was written.
const ENOUGH: usize = 512 * MIB;

const MIB: usize = 1 << 20;

/// A blob of a few kilobytes with modules that share `length` zeros, compressed.
fn bomb(place: &Place, name: &str, modules: usize, length: usize) {
    let value = Value::compressed(&vec![0; length], 3).expect("compresses");
    let mut writer = Writer::new();
    for number in 0..modules {
        let entry = writer.entry(format!("m{number}")).flag(EntryFlags::MODULE);
        entry.field(FieldKind::Source, value.clone());
    }
    let path = place.write(name, writer.to_vec().expect("a blob"));
    assert!(path.metadata().expect("a file").len() < 64 << 10, "small");
}

/// Runs `pyoxidizer` with little memory.
fn run(place: &Place, arguments: &[&str]) -> Outcome {
    run_with(place, LITTLE, arguments)
}

fn run_with(place: &Place, memory: usize, arguments: &[&str]) -> Outcome {
    let resources = if arguments[0] == "analyze" { None } else { Some(&"resources") };
    let command = place.command(resources.into_iter().chain(arguments));
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", &format!("ulimit -v {}; exec \"$0\" \"$@\"", memory >> 10)]);
    limited.arg(command.get_program()).args(command.get_args()).current_dir(place.path(""));
    Outcome::of(&mut limited)
}

#[test]
fn a_large_value_in_a_small_file_is_never_held_whole() {
    let place = Place::new();
    bomb(&place, "one", 1, 240 * MIB);
    bomb(&place, "other", 2, 120 * MIB);
    run(&place, &["list", "one"]).succeeds();
    run(&place, &["verify", "one"]).succeeds();
    let printed = run(&place, &["extract", "one", "m0", "--stdout"]).succeeds();
    assert_eq!(printed.stdout.len(), 240 * MIB);
    drop(printed);
    run(&place, &["extract", "one", "-o", "tree"]).succeeds();
    assert_eq!(place.path("tree/m0.py").metadata().expect("a file").len() as usize, 240 * MIB);
    std::fs::remove_dir_all(place.path("tree")).expect("removed");
    // The same content in another form.
    let mut writer = Writer::new();
    let value = Value::compressed(&vec![0; 240 * MIB], 19).expect("compresses");
    writer.entry("m0").flag(EntryFlags::MODULE).field(FieldKind::Source, value);
    place.write("again", writer.to_vec().expect("a blob"));
    let outcome = run(&place, &["diff", "one", "again"]).succeeds();
    assert_eq!(outcome.stdout, "", "{outcome:?}");
    assert_eq!(run(&place, &["diff", "one", "other"]).status, Some(1));
    let convert = ["convert", "other", "-o", "converted"];
    let outcome = run(&place, &[&convert[..], &["--max-decoded", "100"]].concat());
    assert!(outcome.status == Some(1) && outcome.stderr.contains("longer than 104857600 bytes"), "{outcome:?}");
    run_with(&place, ENOUGH, &convert).succeeds();
}

#[test]
fn what_many_entries_share_does_not_multiply() {
    let place = Place::new();
    // 24 GB in all.
    bomb(&place, "many", 100, 240 * MIB);
    let before = place.snapshot();
    for arguments in [&["extract", "many", "-o", "tree"][..], &["convert", "many", "-o", "converted"]] {
        let outcome = run(&place, arguments);
        assert_eq!(outcome.status, Some(1), "{outcome:?}");
        for words in ["longer than 268435456 bytes once decoded", "--max-decoded MIB"] {
            assert!(outcome.stderr.contains(words), "{words:?} is not in {outcome:?}");
        }
    }
    assert!(place.snapshot() == before, "nothing is left");
    // What is shared is read once.
    run(&place, &["verify", "many"]).succeeds();
    run(&place, &["list", "many"]).succeeds();
    run(&place, &["list", "many", "--json"]).succeeds();
    assert_eq!(run(&place, &["verify", "many", "--max-decoded", "100"]).status, Some(1));
    // Nothing that is stored alike is decoded to be compared.
    run(&place, &["diff", "many", "many"]).succeeds();
    run(&place, &["analyze", "many"]).succeeds();
}

#[test]
fn paths_and_metadata_are_short() {
    let place = Place::new();
    let zeros = || Value::compressed(&vec![b'a'; 200 * MIB], 3).expect("compresses");
    let mut writer = Writer::new();
    for number in 0..3 {
        let entry = writer.entry(format!("m{number}")).flag(EntryFlags::EXTENSION);
        entry.field(FieldKind::Extension, b"x".to_vec()).field(FieldKind::RelativePath, zeros());
        let entry = writer.entry(format!("d{number}")).flag(EntryFlags::DISTRIBUTION);
        entry.field(FieldKind::MetadataDirectory, zeros()).keyed(FieldKind::DistributionResource, "METADATA", zeros());
    }
    place.write("paths", writer.to_vec().expect("a blob"));
    for arguments in [
        &["extract", "paths", "-o", "tree"][..],
        &["extract", "paths", "m0", "--stdout"],
        &["convert", "paths", "-o", "converted", "--allow-loss", "all"],
    ] {
        let outcome = run(&place, arguments);
        assert!(outcome.status == Some(1) && outcome.stderr.contains("too large"), "{outcome:?}");
    }
}
