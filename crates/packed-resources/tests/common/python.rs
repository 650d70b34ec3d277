//! Running `reader.py`, and comparing what readers say.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What the reader in Python makes of some blobs; an error if it, or Python, does not work.
pub fn describe(paths: &[PathBuf]) -> Result<Vec<Value>, Box<dyn std::error::Error>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reader.py");
    let output = Command::new("python3").arg("-I").arg(script).args(paths).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let described: Vec<Value> =
        serde_json::Deserializer::from_slice(&output.stdout).into_iter().collect::<Result<_, _>>()?;
    assert_eq!(described.len(), paths.len());
    Ok(described)
}

/// Whether `found` says the same as `expected`, as far as the readers can decompress and compute digests.
pub fn agrees(expected: &Value, found: &Value) -> bool {
    let unknown = found.to_string().contains(r#"{"undecoded":true}"#)
        || expected["computed_digest"].is_null()
        || found["computed_digest"].is_null();
    agrees_in(expected, found, unknown)
}

fn agrees_in(expected: &Value, found: &Value, unknown: bool) -> bool {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            let compressed = matches!(expected.get("encoding").and_then(Value::as_u64), Some(1 | 128..160));
            expected.keys().eq(found.keys())
                && expected.iter().zip(found.values()).all(|((key, expected), found)| match key.as_str() {
                    "value" if found["undecoded"] == true => compressed,
                    "computed_digest" if expected.is_null() || found.is_null() => true,
                    "verified" if unknown => true,
                    _ => agrees_in(expected, found, unknown),
                })
        }
        (Value::Array(expected), Value::Array(found)) => {
            expected.len() == found.len()
                && expected.iter().zip(found).all(|(expected, found)| agrees_in(expected, found, unknown))
        }
        _ => expected == found,
    }
}
