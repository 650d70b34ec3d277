//! The test vectors mean what they are said to mean, to our reader and to the one in Python.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::common::TestResult;

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

/// Names of all stored vectors.
fn stored() -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut names = Vec::new();
    for file in fs::read_dir(directory())? {
        let path = file?.path();
        if path.extension().is_some_and(|extension| extension == "blob") {
            names.extend(path.file_stem().and_then(|name| name.to_str()).map(str::to_owned));
        }
    }
    Ok(names)
}

fn blob(name: &str) -> std::io::Result<Vec<u8>> {
    fs::read(directory().join(name).with_extension("blob"))
}

fn meaning(name: &str) -> Result<Value, Box<dyn std::error::Error>> {
    let mut meaning: Value = serde_json::from_slice(&fs::read(directory().join(name).with_extension("json"))?)?;
    let about = meaning.as_object_mut().and_then(|meaning| meaning.remove("about"));
    assert!(about.is_some_and(|about| about.is_string()), "{name} says what it is about");
    Ok(meaning)
}

#[test]
fn our_reader_understands_them() -> TestResult {
    let names = stored()?;
    assert!(names.len() > 40, "{} vectors", names.len());
    for name in names {
        let (expected, found) = (meaning(&name)?, crate::describe::describe(&blob(&name)?));
        assert!(crate::python::agrees(&expected, &found), "{name}: {found:#} instead of {expected:#}");
    }
    Ok(())
}

#[test]
fn the_reader_in_python_understands_them() -> TestResult {
    let names = stored()?;
    let paths: Vec<_> = names.iter().map(|name| directory().join(name).with_extension("blob")).collect();
    for (name, found) in names.iter().zip(crate::python::describe(&paths)?) {
        let expected = meaning(name)?;
        assert!(crate::python::agrees(&expected, &found), "{name}: {found:#} instead of {expected:#}");
    }
    Ok(())
}

#[test]
fn the_writer_writes_the_same_bytes() -> TestResult {
    for vector in crate::vectors::plain()? {
        assert!(vector.bytes == blob(vector.name)?, "{} ({}) is written differently", vector.name, vector.about);
    }
    Ok(())
}

#[test]
fn the_dump_of_the_document_is_what_is_written() -> TestResult {
    let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/packed-resources.md"))?;
    let dump = document.split("```hex\n").nth(1).and_then(|rest| rest.split("```").next()).expect("there is a dump");
    // An offset, two spaces, sixteen bytes, two spaces, text.
    let bytes = dump.lines().flat_map(|line| line[5..].split("  ").next().unwrap_or_default().split(' '));
    let bytes: Vec<u8> = bytes.map(|byte| u8::from_str_radix(byte, 16)).collect::<Result<_, _>>()?;
    assert_eq!(bytes, crate::vectors::document().to_vec()?);
    Ok(())
}
