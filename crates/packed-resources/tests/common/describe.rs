//! What a blob means, as JSON: the form of the test vectors, and what `reader.py` prints.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use pyox_packed_resources::{Blob, Entry, Error, Field};
use serde_json::{Value, json};

/// The whole meaning; what is damaged is an `error` in its place.
pub fn describe(bytes: &[u8]) -> Value {
    let blob = match Blob::open(bytes) {
        Ok(blob) => blob,
        Err(error) => return error_of(&error),
    };
    let section = |kind: pyox_packed_resources::SectionKind| {
        let content = blob.section(kind).expect("opening has checked it").unwrap_or_default();
        let mut section = json!({"kind": kind.code(), "length": content.len()});
        if kind.code() >= 16 {
            section["content"] = text_or_base64(content);
        }
        section
    };
    json!({
        "length": blob.len(),
        "sections": blob.section_kinds().map(section).collect::<Vec<_>>(),
        "entries": blob.entries().map(|entry| or_error(entry, entry_of)).collect::<Vec<_>>(),
        "digest": blob.digest().map_or_else(|error| error_of(&error), |digest| digest.map(hex).into()),
        "computed_digest": computed_digest(&blob),
        "verified": blob.verify().is_ok(),
    })
}

fn entry_of(entry: Entry<'_>) -> Value {
    let fields: Vec<_> = entry.fields().map(|field| or_error(field, field_of)).collect();
    json!({"name": entry.name(), "flags": entry.flags().0, "fields": fields})
}

fn field_of(field: Field<'_>) -> Value {
    let value = match field.read() {
        Ok(value) => text_or_base64(&value),
        Err(Error::InFile { path }) => json!({"file": path}),
        Err(Error::CompressionDisabled) => json!({"undecoded": true}),
        Err(error) => error_of(&error),
    };
    let encoding = match field.encoding() {
        Ok(encoding) => encoding.code(),
        Err(Error::UnknownEncoding { encoding }) => encoding,
        Err(other) => unreachable!("an encoding is known or not: {other:?}"),
    };
    json!({
        "kind": field.kind() as u8,
        "key": field.key(),
        "encoding": encoding,
        "mode": field.mode(),
        "crc": field.crc(),
        "offset": field.offset(),
        "stored_length": field.stored_len(),
        "length": field.len(),
        "value": value,
    })
}

fn or_error<T>(result: Result<T, Error>, describe: impl Fn(T) -> Value) -> Value {
    result.map_or_else(|error| error_of(&error), describe)
}

/// The classes of the document's section on what a reader must check.
fn error_of(error: &Error) -> Value {
    let class = match error {
        Error::Magic { .. } => "magic",
        Error::Truncated { .. } => "truncated",
        Error::HeaderChecksum { .. } => "header checksum",
        Error::Header { .. } => "header",
        Error::MissingSection { .. } => "missing section",
        Error::OutOfBounds { .. } => "out of bounds",
        Error::NotUtf8 { .. } => "not UTF-8",
        Error::UnknownEncoding { .. } => "unknown encoding",
        Error::NoDictionary { .. } => "no dictionary",
        Error::Decompress { .. } | Error::TooLarge { .. } => "decompress",
        other => unreachable!("reading does not give {other:?}"),
    };
    json!({"error": class})
}

fn text_or_base64(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => json!({"text": text}),
        Err(_) => json!({"base64": BASE64_STANDARD.encode(bytes)}),
    }
}

#[cfg(feature = "digest")]
fn computed_digest(blob: &Blob<'_>) -> Value {
    hex(blob.compute_digest().expect("opening has checked the section table")).into()
}

#[cfg(not(feature = "digest"))]
fn computed_digest(_blob: &Blob<'_>) -> Value {
    Value::Null
}

fn hex(bytes: [u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
