//! A bill of materials as [CycloneDX 1.6](https://cyclonedx.org/docs/1.6/json/).
//!
//! The crate `cyclonedx-bom` writes versions up to 1.5.

use serde_json::{Map, Value, json};

use crate::bill::{Bill, Subject};
use crate::component::{Component, Kind};

/// The bill of a program as CycloneDX 1.6, in JSON.
#[must_use]
pub fn cyclonedx_document(bill: &Bill, subject: &Subject) -> Value {
    let references: Vec<String> = (0..bill.components().len()).map(|index| format!("component-{index}")).collect();
    let named = |name: &str| {
        let found =
            bill.components().iter().position(|component| component.name == name && component.part_of.is_none());
        found.map(|index| references[index].as_str())
    };
    let mut dependencies: Vec<(&str, Vec<&str>)> = vec![("program", Vec::new())];
    dependencies.extend(references.iter().map(|reference| (reference.as_str(), Vec::new())));
    for (component, reference) in bill.components().iter().zip(&references) {
        let whole = component.part_of.as_deref().and_then(named).unwrap_or("program");
        let parts = dependencies.iter_mut().find(|(name, _)| *name == whole);
        parts.into_iter().for_each(|(_, parts)| parts.push(reference));
    }
    let components: Vec<Value> =
        bill.components().iter().zip(&references).map(|(component, reference)| row(component, reference)).collect();
    let dependencies: Vec<Value> =
        dependencies.iter().map(|(reference, parts)| json!({ "ref": reference, "dependsOn": parts })).collect();
    let (tool, version) = &subject.tool;
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": subject.timestamp(),
            "tools": { "components": [{ "type": "application", "name": tool, "version": version }] },
            "component": { "type": "application", "bom-ref": "program", "name": subject.name },
        },
        "components": components,
        "dependencies": dependencies,
    })
}

fn row(component: &Component, reference: &str) -> Value {
    let mut row = Map::new();
    let mut set = |key: &str, value: Value| row.insert(key.to_owned(), value);
    set("type", if component.kind == Kind::Interpreter { "platform".into() } else { "library".into() });
    set("bom-ref", reference.into());
    set("name", component.name.as_str().into());
    if let Some(version) = &component.version {
        set("version", version.as_str().into());
    }
    if let Some(purl) = &component.purl {
        set("purl", purl.as_str().into());
    }
    match &component.license {
        Some(license) => {
            set("licenses", json!([{ "expression": license.expression, "acknowledgement": "declared" }]));
            set("properties", json!([{ "name": "pyoxidizer:license-source", "value": license.source.name() }]));
        }
        None if !component.stated.is_empty() => {
            let named = component.stated.iter().map(|name| json!({ "license": { "name": name } }));
            set("licenses", named.collect::<Vec<_>>().into());
        }
        None => {}
    }
    if !component.texts.is_empty() {
        let texts = component.texts.iter().map(|text| {
            let content = json!({ "contentType": "text/plain", "content": text.content });
            json!({ "license": { "name": text.name, "text": content } })
        });
        set("evidence", json!({ "licenses": texts.collect::<Vec<_>>() }));
    }
    row.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bill::tests::bill;

    #[test]
    fn parts_depend_on_their_whole() {
        let document = cyclonedx_document(&bill(), &Subject::new("app", 0, ("tool", "1")));
        assert_eq!(
            document["dependencies"][0],
            json!({ "ref": "program", "dependsOn": ["component-1", "component-2"] })
        );
        assert_eq!(document["dependencies"][2], json!({ "ref": "component-1", "dependsOn": ["component-0"] }));
        let rows = &document["components"];
        assert_eq!(rows[1]["licenses"], json!([{ "license": { "name": "Own" } }]));
        assert_eq!(rows[1]["evidence"]["licenses"][1]["license"]["text"]["content"], "a notice");
        assert_eq!(rows[2]["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(document["metadata"]["timestamp"], "1970-01-01T00:00:00Z");
    }
}
