//! A bill of materials as [SPDX 2.3](https://spdx.github.io/spdx-spec/v2.3/).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::bill::{Bill, Subject};
use crate::component::Component;
use crate::expression::{PUBLIC_DOMAIN, references};

const PROGRAM: &str = "SPDXRef-program";
const UNKNOWN: &str = "NOASSERTION";

/// The bill of a program as SPDX 2.3, in JSON. Texts of licences are attributions of the package that they are from.
#[must_use]
pub fn spdx_document(bill: &Bill, subject: &Subject) -> Value {
    let id = |index: usize| format!("SPDXRef-component-{index}");
    let named = |name: &str| {
        let found =
            bill.components().iter().position(|component| component.name == name && component.part_of.is_none());
        found.map(id)
    };
    let relation = |whole: &str, kind: &str, part: &str| {
        let mut relation = json!({ "spdxElementId": whole, "relationshipType": kind });
        relation["relatedSpdxElement"] = part.into();
        relation
    };
    let mut packages = vec![package(PROGRAM, &subject.name, None, UNKNOWN)];
    let mut relations = vec![relation("SPDXRef-DOCUMENT", "DESCRIBES", PROGRAM)];
    for (index, component) in bill.components().iter().enumerate() {
        let whole = component.part_of.as_deref().and_then(named).unwrap_or_else(|| PROGRAM.to_owned());
        relations.push(relation(&whole, "CONTAINS", &id(index)));
        packages.push(row(component, &id(index)));
    }
    let digest = Sha256::digest(bill.to_json().to_string().as_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let (tool, version) = &subject.tool;
    json!({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": subject.name,
        // Unique, and the same for the same content: nothing is there to be fetched.
        "documentNamespace": format!("https://spdx.org/spdxdocs/{}-{digest}", plain(&subject.name)),
        "creationInfo": { "created": subject.timestamp(), "creators": [format!("Tool: {tool}-{version}")] },
        "packages": packages,
        "relationships": relations,
        "hasExtractedLicensingInfos": extracted(bill),
    })
}

/// What may stand in a path of a URI.
fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '-' }).collect()
}

fn package(id: &str, name: &str, version: Option<&str>, license: &str) -> Value {
    let mut package = json!({
        "SPDXID": id,
        "name": name,
        "downloadLocation": UNKNOWN,
        "filesAnalyzed": false,
        "licenseConcluded": UNKNOWN,
        "licenseDeclared": license,
        "copyrightText": UNKNOWN,
    });
    if let Some(version) = version {
        package["versionInfo"] = version.into();
    }
    package
}

fn row(component: &Component, id: &str) -> Value {
    let license = component.expression().unwrap_or(UNKNOWN);
    let mut row = package(id, &component.name, component.version.as_deref(), license);
    if let Some(purl) = &component.purl {
        row["externalRefs"] = json!([
            { "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl }
        ]);
    }
    let comments = match &component.license {
        Some(license) => format!("found: {}", license.source.name()),
        None if component.stated.is_empty() => String::new(),
        None => format!("stated: {}", component.stated.join("; ")),
    };
    if !comments.is_empty() {
        row["licenseComments"] = comments.into();
    }
    if !component.texts.is_empty() {
        row["attributionTexts"] = component.texts.iter().map(|text| text.content.as_str()).collect();
    }
    row
}

/// Licences that are not in SPDX's list have to be described.
fn extracted(bill: &Bill) -> Value {
    let expressions = bill.components().iter().filter_map(Component::expression);
    let named: BTreeSet<&str> = expressions.flat_map(references).collect();
    let rows = named.into_iter().map(|id| {
        let mut row = Map::new();
        row.insert("licenseId".into(), id.into());
        let text = if id == PUBLIC_DOMAIN { "It is in the public domain." } else { UNKNOWN };
        row.insert("extractedText".into(), text.into());
        Value::from(row)
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bill::tests::bill;

    #[test]
    fn every_component_is_a_package() {
        let subject = Subject::new("my app", 0, ("tool", "1"));
        let document = spdx_document(&bill(), &subject);
        assert_eq!(document, spdx_document(&bill(), &subject));
        let packages = document["packages"].as_array().unwrap();
        let licenses: Vec<&str> = packages.iter().filter_map(|package| package["licenseDeclared"].as_str()).collect();
        assert_eq!(licenses, [UNKNOWN, PUBLIC_DOMAIN, UNKNOWN, "MIT OR Apache-2.0"]);
        assert_eq!(document["hasExtractedLicensingInfos"][0]["licenseId"], PUBLIC_DOMAIN);
        assert_eq!(document["relationships"][1]["spdxElementId"], "SPDXRef-component-1");
        assert!(document["documentNamespace"].as_str().unwrap().starts_with("https://spdx.org/spdxdocs/my-app-"));
    }
}
