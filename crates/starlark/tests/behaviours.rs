//! Every behaviour that the manual states of configuration files, the interpreter and the command
//! (`conformance/behaviours.json`) has a test, or a reason why it is otherwise (`conformance/covered.json`).

use std::collections::BTreeMap;
use std::path::PathBuf;

use pyox_test_support::command::workspace;
use serde_json::Value;

/// By subject, then by the id of the behaviour.
type Table = BTreeMap<String, BTreeMap<String, Value>>;

fn read(text: &str) -> Table {
    serde_json::from_str(text).expect("a table by subjects")
}

/// The source of `CRATE/FILE`, which is among the tests of the crate unless it begins with `src/`.
fn source(file: &str) -> Option<String> {
    let (name, path) = file.split_once('/')?;
    let directory = workspace().join("crates").join(name);
    let places: [PathBuf; 2] = [directory.join("tests"), directory];
    places.iter().find_map(|place| std::fs::read_to_string(place.join(path).with_extension("rs")).ok())
}

/// Whether `CRATE/FILE::FUNCTION` is a test, or `FILE` a file of the workspace.
fn is_test(name: &str) -> bool {
    let Some((file, function)) = name.split_once("::") else { return workspace().join(name).is_file() };
    let Some(source) = source(file) else { return false };
    let Some((before, _)) = source.split_once(&format!("fn {function}()")) else { return false };
    before.trim_end().ends_with("#[test]")
}

#[test]
fn each_has_a_test_or_a_reason() {
    let stated = read(include_str!("conformance/behaviours.json"));
    let covered = read(include_str!("conformance/covered.json"));
    let ids = |table: &Table| -> Vec<(String, String)> {
        let pairs = table.iter().flat_map(|(subject, rows)| rows.keys().map(move |id| (subject.clone(), id.clone())));
        pairs.collect()
    };
    let (all, known) = (ids(&stated), ids(&covered));
    assert!(all.len() >= 559, "{}", all.len());
    let missing: Vec<_> = all.iter().filter(|id| !known.contains(id)).collect();
    let stale: Vec<_> = known.iter().filter(|id| !all.contains(id)).collect();
    assert!(missing.is_empty() && stale.is_empty(), "without a line: {missing:?}; with one, but not stated: {stale:?}");
    let mut wrong = Vec::new();
    for (id, answer) in covered.values().flatten() {
        let is_right = match answer {
            Value::String(reason) => !reason.trim().is_empty(),
            Value::Array(tests) => !tests.is_empty() && tests.iter().all(|test| test.as_str().is_some_and(is_test)),
            _ => false,
        };
        if !is_right {
            wrong.push(format!("{id}: {answer}"));
        }
    }
    assert!(wrong.is_empty(), "no such test: {}", wrong.join("\n"));
}
