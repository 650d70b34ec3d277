//! What the SBOMs in a distribution list ([PEP 770](https://peps.python.org/pep-0770/)): CycloneDX and SPDX, as JSON.

use serde_json::Value;

use crate::component::{Component, Kind, License, Source};
use crate::{expression, libraries};

/// More components than any SBOM of a distribution has.
const MOST: usize = 10_000;

/// The components that an SBOM in the distribution `whole` lists, without that itself. Nothing if it cannot be read.
pub(crate) fn components(content: &[u8], whole: &str) -> Vec<Component> {
    let Ok(document) = serde_json::from_slice::<Value>(content) else { return Vec::new() };
    let mut found = Vec::new();
    match document["bomFormat"] == "CycloneDX" {
        true => cyclonedx(&document["components"], &mut found),
        false => found.extend(document["packages"].as_array().into_iter().flatten().filter_map(spdx)),
    }
    let plain = |name: &str| name.to_lowercase().replace(['_', '.'], "-");
    found.retain(|component| plain(&component.name) != plain(whole));
    found.truncate(MOST);
    found.into_iter().map(|component| known(component).part_of(whole)).collect()
}

/// Components may have components of their own; how deep, the parser of JSON limits.
fn cyclonedx(components: &Value, found: &mut Vec<Component>) {
    for value in components.as_array().into_iter().flatten() {
        let Some(mut component) = new(value, "version") else { continue };
        component.purl = text(value, "purl");
        component.kind = kind(component.purl.as_deref());
        let mut expressions = Vec::new();
        for choice in value["licenses"].as_array().into_iter().flatten() {
            let license = &choice["license"];
            let stated = [&choice["expression"], &license["id"], &license["name"]];
            let Some(stated) = stated.into_iter().find_map(Value::as_str) else { continue };
            match crates_expression(stated) {
                Some(expression) => expressions.push(expression),
                None => component.stated.push(stated.to_owned()),
            }
        }
        if component.stated.is_empty() {
            let all = expression::all_of(expressions.iter().map(String::as_str));
            component.license = all.map(|expression| License { expression, source: Source::Sbom });
        } else {
            component.stated.extend(expressions);
        }
        cyclonedx(&value["components"], found);
        found.push(component);
    }
}

fn spdx(value: &Value) -> Option<Component> {
    let mut component = new(value, "versionInfo")?;
    let references = value["externalRefs"].as_array().into_iter().flatten();
    let purl = references.filter(|reference| reference["referenceType"] == "purl");
    component.purl = purl.filter_map(|reference| text(reference, "referenceLocator")).next();
    component.kind = kind(component.purl.as_deref());
    let is_said = |stated: &&str| !matches!(*stated, "NOASSERTION" | "NONE");
    let fields = ["licenseConcluded", "licenseDeclared"].into_iter();
    let stated = fields.filter_map(|field| value[field].as_str()).find(is_said);
    Some(match stated {
        Some(stated) => component.licensed(stated, Source::Sbom),
        None => component,
    })
}

/// As crates may write it.
fn crates_expression(stated: &str) -> Option<String> {
    expression::parse(stated).or_else(|| expression::parse(&stated.replace('/', " OR ")))
}

/// An SBOM often says only what is there.
fn known(component: Component) -> Component {
    if component.license.is_some() || !component.stated.is_empty() {
        return component;
    }
    match libraries::of_project(&component.name, component.version.as_deref()) {
        Some(expression) => component.licensed(expression, Source::KnownLibrary),
        None => component,
    }
}

fn new(value: &Value, version: &str) -> Option<Component> {
    Some(Component::new(Kind::Library, text(value, "name")?, text(value, version)))
}

fn kind(purl: Option<&str>) -> Kind {
    match purl {
        Some(purl) if purl.starts_with("pkg:cargo/") => Kind::Crate,
        Some(purl) if purl.starts_with("pkg:pypi/") => Kind::Distribution,
        _ => Kind::Library,
    }
}

fn text(value: &Value, key: &str) -> Option<String> {
    value[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_are_read() {
        let cyclonedx = r#"{ "bomFormat": "CycloneDX", "components": [
            { "name": "a", "purl": "pkg:cargo/a@1", "version": "1", "licenses": [ { "expression": "MIT/Apache-2.0" } ],
              "components": [
                { "name": "b", "licenses": [ { "license": { "name": "Own" } }, { "license": { "id": "MIT" } } ] } ] },
            { "name": "c", "licenses": [ { "license": { "id": "MIT" } }, { "license": { "id": "Zlib" } } ] },
            { "name": "openssl", "version": "3.0.1" }, { "name": "Whole_Thing" }, { "version": "2" } ] }"#;
        let found = components(cyclonedx.as_bytes(), "whole-thing");
        let found: Vec<_> =
            found.iter().map(|one| (one.name.as_str(), one.kind, one.expression(), one.stated.len())).collect();
        assert_eq!(
            found,
            [
                ("b", Kind::Library, None, 2),
                ("a", Kind::Crate, Some("MIT OR Apache-2.0"), 0),
                ("c", Kind::Library, Some("MIT AND Zlib"), 0),
                ("openssl", Kind::Library, Some("Apache-2.0"), 0),
            ]
        );
        let spdx = r#"{ "spdxVersion": "SPDX-2.3", "packages": [
            { "name": "a", "versionInfo": "1", "licenseConcluded": "NOASSERTION", "licenseDeclared": "MIT",
              "externalRefs": [ { "referenceType": "purl", "referenceLocator": "pkg:pypi/a@1" } ] } ] }"#;
        let found = components(spdx.as_bytes(), "x");
        assert_eq!(
            (found[0].kind, found[0].expression(), found[0].part_of.as_deref()),
            (Kind::Distribution, Some("MIT"), Some("x"))
        );
        assert_eq!(components(b"no JSON", "x"), []);
    }
}
