//! Any bytes as `PYTHON.json`: an error, or a description that loses nothing, whose paths stay inside of the archive.

use pyox_standalone::PythonJson;
use serde_json::Value;

/// Tries an input.
pub fn run(bytes: &[u8]) {
    let Ok(parsed) = PythonJson::parse(bytes) else { return };
    let written = parsed.to_json().expect("what was JSON can be written");
    let again = PythonJson::parse(&written).expect("what was written can be read");
    assert_eq!(compared(&again.to_json().expect("JSON")), compared(&written));
    assert_eq!(compared(bytes), compared(&written));
    for path in parsed.python_paths.values().chain([&parsed.python_exe]) {
        let is_inside = !path.starts_with('/') && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        assert!(is_inside, "{path:?}");
    }
}

/// What has to be equal. A key whose value is `null` is the same as none; numbers that are no integers of 64 bits are
/// those of a double, whose last digit may change.
fn compared(json: &[u8]) -> Value {
    let mut value = serde_json::from_slice(json).expect("JSON");
    normalise(&mut value);
    value
}

fn normalise(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|_, value| !value.is_null());
            object.values_mut().for_each(normalise);
        }
        Value::Array(list) => list.iter_mut().for_each(normalise),
        Value::Number(number) if number.is_f64() => *value = "a number".into(),
        _ => {}
    }
}
