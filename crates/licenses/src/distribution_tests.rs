//! What packages of PyPI say.

use super::*;

const MIT: &str = include_str!("../LICENSE-MIT");
const APACHE: &str = include_str!("../LICENSE-APACHE");
const BSD: &str = "Redistributions of source code must retain the above copyright notice, this list of conditions and \
    the following disclaimer. Redistributions in binary form must reproduce the above copyright notice. It may be used \
    to endorse or promote products derived from this software without specific prior written permission. In no event \
    shall they be liable, even if advised of the possibility of such damage.";

fn license(fields: &str, files: &[(&str, &str)]) -> Option<(String, Source)> {
    let files = files.iter().map(|(path, content)| ((*path).to_owned(), content.as_bytes().to_vec())).collect();
    let all = Distribution::new(&format!("Name: demo\nVersion: 1\n{fields}"), files).components();
    let whole = all.into_iter().next().unwrap();
    assert!(whole.license.is_some() == whole.stated.is_empty() || fields.is_empty());
    whole.license.map(|license| (license.expression, license.source))
}

#[test]
fn the_most_exact_statement_counts() {
    let classifier = |name: &str| format!("Classifier: License :: OSI Approved :: {name}\n");
    let (mit, bsd) = (classifier("MIT License"), classifier("BSD License"));
    let text = [("licenses/LICENSE", BSD)];
    for (fields, files, expected) in [
        ("License-Expression: mit", &text[..], Some(("MIT", Source::LicenseExpression))),
        ("License-Expression: nonsense", &[], None),
        ("License: Apache-2.0", &text, Some(("Apache-2.0", Source::LicenseField))),
        ("License: Apache License, Version 2.0", &[], Some(("Apache-2.0", Source::LicenseField))),
        (&format!("License: UNKNOWN\n{mit}"), &[], Some(("MIT", Source::Classifiers))),
        (&format!("License: BSD\n{bsd}"), &text, Some(("BSD-3-Clause", Source::LicenseFile))),
        (&bsd, &[], None),
        (&format!("{bsd}{mit}"), &text, None),
        ("", &[("LICENSE", MIT)], Some(("MIT", Source::LicenseFile))),
        ("License: BSD", &[("LICENSE", MIT)], None),
        ("License: Our own terms", &[("LICENSE", MIT)], None),
        ("", &[("LICENSE-MIT", MIT), ("LICENSE-APACHE", APACHE)], None),
        ("", &[("README", MIT)], None),
        (&classifier("Other/Proprietary License"), &[("LICENSE", MIT)], None),
    ] {
        let expected = expected.map(|(expression, source)| (expression.to_owned(), source));
        assert_eq!(license(fields, files), expected, "{fields}");
    }
}

#[test]
fn a_whole_text_in_the_field_counts_as_one() {
    let text = BSD.replace(". ", ".\n        ");
    assert_eq!(license(&format!("License: {text}"), &[]), Some(("BSD-3-Clause".into(), Source::LicenseFile)));
}

#[test]
fn texts_and_parts_go_along() {
    let sbom = r#"{ "bomFormat": "CycloneDX", "components": [
        { "name": "openssl", "version": "3.5.0", "licenses": [ { "license": { "id": "Apache-2.0" } } ] } ] }"#;
    let files = [("licenses/sub/LICENSE", MIT), ("NOTICE", "n"), ("sboms/a.json", sbom), ("entry_points.txt", "x")];
    let files = files.map(|(path, content)| (path.to_owned(), content.as_bytes().to_vec())).to_vec();
    let all = Distribution::new("Name: My_demo\nVersion: 1\nLicense: MIT\n\nLicense: no", files).components();
    let names: Vec<&str> = all[0].texts.iter().map(|text| text.name.as_str()).collect();
    assert_eq!((names, all[0].purl.as_deref()), (vec!["NOTICE", "licenses/sub/LICENSE"], Some("pkg:pypi/my-demo@1")));
    let part = &all[1];
    let found = (part.name.as_str(), part.expression(), part.part_of.as_deref());
    assert_eq!(found, ("openssl", Some("Apache-2.0"), Some("My_demo")));
}
