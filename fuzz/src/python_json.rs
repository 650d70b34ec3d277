//! Any bytes as `PYTHON.json`: an error, or a description that loses nothing, whose paths stay inside of the archive.

use pyox_standalone::PythonJson;
use serde_json::Value;

/// Tries an input.
pub fn run(bytes: &[u8]) {
    let Ok(parsed) = PythonJson::parse(bytes) else { return };
    let written = parsed.to_json().expect("what was JSON can be written");
    assert_eq!(PythonJson::parse(&written).expect("what was written can be read"), parsed);
    let mut given = serde_json::from_slice(bytes).expect("JSON");
    let mut kept = serde_json::from_slice(&written).expect("JSON");
    // A key whose value is `null` is the same as none.
    (without_null(&mut given), without_null(&mut kept));
    assert_eq!(given, kept);
    for path in parsed.python_paths.values().chain([&parsed.python_exe]) {
        let is_inside = !path.starts_with('/') && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        assert!(is_inside, "{path:?}");
    }
}

/// Removes keys without a value. In lists they are values like others.
fn without_null(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|_, value| !value.is_null());
            object.values_mut().for_each(without_null);
        }
        Value::Array(list) => list.iter_mut().for_each(without_null),
        _ => {}
    }
}
