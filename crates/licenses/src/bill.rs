//! All components of a program.

use std::collections::BTreeMap;
use std::io::Read;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Error;
use crate::component::{Component, Kind, License, Text};

/// The version of the JSON document.
const FORMAT: u32 = 1;
/// A higher one saves a kilobyte of thirty, and takes many times as long.
const LEVEL: i32 = 9;
/// The most bytes of a document that is read out of a program.
const LIMIT: u64 = 256 << 20;

/// The components of a program, ordered by kind and name, none twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bill {
    components: Vec<Component>,
}

/// What a document is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subject {
    /// The name of the program, or of what else has the components.
    pub name: String,
    /// When the document is made, in seconds since 1970 (UTC).
    pub created: u64,
    /// The tool that makes it, and its version.
    pub tool: (String, String),
}

impl Subject {
    /// A program of this name, in a document that is made now, in seconds since 1970 (UTC).
    pub fn new(name: impl Into<String>, created: u64, tool: (&str, &str)) -> Self {
        Self { name: name.into(), created, tool: (tool.0.to_owned(), tool.1.to_owned()) }
    }

    /// The time as RFC 3339 writes it.
    pub(crate) fn timestamp(&self) -> String {
        let (days, seconds) = (self.created / 86_400, self.created % 86_400);
        // Days since 1 March of the year 0, in cycles of 400 years; a year begins in March, so that it ends with the
        // day that not every one has.
        let days = days + 719_468;
        let (cycle, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year + cycle * 400 + u64::from(month <= 2);
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

impl FromIterator<Component> for Bill {
    fn from_iter<I: IntoIterator<Item = Component>>(components: I) -> Self {
        let mut components: Vec<Component> = components.into_iter().collect();
        components.sort();
        components.dedup();
        Self { components }
    }
}

impl Bill {
    /// The components.
    #[must_use]
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// As JSON. Each text is there once, by its SHA-256.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut texts = BTreeMap::new();
        let rows: Vec<Row> = self.components.iter().map(|component| Row::of(component, &mut texts)).collect();
        let document = Document { format: FORMAT, components: rows, texts };
        serde_json::to_value(document).unwrap_or_default()
    }

    /// Reads what [`Bill::to_json`] has written.
    ///
    /// # Errors
    ///
    /// [`Error::Bill`]
    pub fn from_json(value: Value) -> Result<Self, Error> {
        let document: Document = serde_json::from_value(value).map_err(|error| Error::Bill(error.into()))?;
        let Document { format, components, texts } = document;
        if format != FORMAT {
            return Err(Error::Bill(format!("it has format {format}, and {FORMAT} is known").into()));
        }
        components.into_iter().map(|row| row.component(&texts)).collect::<Result<_, _>>()
    }

    /// As a program has it: the JSON, compressed with zstd.
    ///
    /// # Errors
    ///
    /// [`Error::Bill`], if memory runs out.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        let text = self.to_json().to_string();
        zstd::encode_all(text.as_bytes(), LEVEL).map_err(|error| Error::Bill(error.into()))
    }

    /// Reads what [`Bill::encode`] has written.
    ///
    /// # Errors
    ///
    /// [`Error::Bill`] and [`Error::TooLong`]
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let damaged = |error: std::io::Error| Error::Bill(error.into());
        let mut text = Vec::new();
        let decoder = zstd::Decoder::with_buffer(bytes).map_err(damaged)?;
        decoder.take(LIMIT + 1).read_to_end(&mut text).map_err(damaged)?;
        if text.len() as u64 > LIMIT {
            return Err(Error::TooLong { limit: LIMIT });
        }
        Self::from_json(serde_json::from_slice(&text).map_err(|error| Error::Bill(error.into()))?)
    }
}

#[derive(Serialize, Deserialize)]
struct Document {
    format: u32,
    components: Vec<Row>,
    texts: BTreeMap<String, String>,
}

/// A component in JSON.
#[derive(Serialize, Deserialize)]
struct Row {
    kind: Kind,
    name: String,
    #[serde(default)]
    version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    part_of: Option<String>,
    #[serde(default)]
    license: Option<License>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    stated: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    texts: Vec<Reference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Reference {
    name: String,
    sha256: String,
}

impl Row {
    fn of(component: &Component, texts: &mut BTreeMap<String, String>) -> Self {
        let Component { kind, name, version, part_of, license, stated, purl, .. } = component.clone();
        let references = component.texts.iter().map(|text| {
            let digest = Sha256::digest(text.content.as_bytes());
            let sha256: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            texts.entry(sha256.clone()).or_insert_with(|| text.content.clone());
            Reference { name: text.name.clone(), sha256 }
        });
        Self { kind, name, version, part_of, license, stated, texts: references.collect(), purl }
    }

    fn component(self, texts: &BTreeMap<String, String>) -> Result<Component, Error> {
        let Self { kind, name, version, part_of, license, stated, texts: references, purl } = self;
        let mut component = Component::new(kind, name, version);
        (component.part_of, component.license, component.stated, component.purl) = (part_of, license, stated, purl);
        for Reference { name, sha256 } in references {
            let content = texts.get(&sha256).ok_or_else(|| Error::Bill(format!("there is no text {sha256}").into()))?;
            component.texts.push(Text::new(name, content.as_str()));
        }
        Ok(component)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::component::Source;

    pub(crate) fn bill() -> Bill {
        let mut odd = Component::new(Kind::Distribution, "odd", Some("1".into())).package_url("pypi");
        odd.stated = vec!["Own".into()];
        [
            Component::new(Kind::Library, "lib", None)
                .licensed("LicenseRef-public-domain", Source::KnownLibrary)
                .part_of("odd"),
            Component::new(Kind::Crate, "c", Some("2".into()))
                .licensed("MIT OR Apache-2.0", Source::CargoManifest)
                .text(Text::new("L", "the text")),
            odd.text(Text::new("LICENSE", "the text")).text(Text::new("NOTICE", "a notice")),
        ]
        .into_iter()
        .collect()
    }

    #[test]
    fn what_is_written_is_read_and_texts_are_there_once() {
        let bill = bill();
        let names: Vec<&str> = bill.components().iter().map(|component| component.name.as_str()).collect();
        assert_eq!(names, ["lib", "odd", "c"]);
        assert_eq!(Bill::decode(&bill.encode().unwrap()).unwrap(), bill);
        let json = bill.to_json();
        assert_eq!(json["texts"].as_object().unwrap().len(), 2);
        let mut later = json.clone();
        later["format"] = 2.into();
        let mut lost = json;
        lost["texts"] = serde_json::json!({});
        for value in [later, lost, Value::Null] {
            assert!(matches!(Bill::from_json(value), Err(Error::Bill(_))));
        }
        assert!(Bill::decode(b"no frame").is_err() && Bill::decode(&bill.encode().unwrap()[..20]).is_err());
    }

    #[test]
    fn time_stamps() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (4_102_444_800, "2100-01-01T00:00:00Z"),
        ] {
            assert_eq!(Subject::new("x", seconds, ("t", "1")).timestamp(), expected);
        }
    }
}
