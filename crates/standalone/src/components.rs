//! The licences that a `PYTHON.json` states.

use std::collections::BTreeSet;

use pyox_licenses::{Component, Kind, Source, Text, all_of};

use crate::python_json::{ExtensionInfo, PythonJson};

/// How PYTHON.json says that something is in the public domain, as an expression.
const PUBLIC_DOMAIN: &str = "LicenseRef-public-domain";

/// The interpreter of a distribution and the extension modules that `chosen` names, each with its variant, as far as
/// `PYTHON.json` states a licence for them or says that they have libraries in them. `read` gives the text of a file by
/// its path from there.
pub fn components<'j>(
    json: &'j PythonJson,
    chosen: impl IntoIterator<Item = (&'j str, &'j ExtensionInfo)>,
    read: &mut dyn FnMut(&str) -> Option<Vec<u8>>,
) -> Vec<Component> {
    let mut text = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        read(path).map(|content| Text::new(name, String::from_utf8_lossy(&content)))
    };
    let mut interpreter = Component::new(Kind::Interpreter, "CPython", Some(json.python_version.clone()));
    interpreter.purl = Some(format!("pkg:generic/python@{}", json.python_version));
    interpreter = licensed(interpreter, json.licenses.as_deref(), None);
    interpreter.texts.extend(json.license_path.as_deref().and_then(&mut text));
    let mut found = vec![interpreter];
    for (name, variant) in chosen {
        let has_libraries = variant.links.iter().any(|link| link.kind() == "library");
        let is_stated = variant.licenses.is_some() || variant.license_public_domain.is_some();
        if has_libraries || is_stated {
            let module = Component::new(Kind::ExtensionModule, name, None).part_of("CPython");
            let mut module = licensed(module, variant.licenses.as_deref(), variant.license_public_domain);
            module.texts.extend(variant.license_paths.iter().flatten().filter_map(|path| text(path)));
            found.push(module);
        }
    }
    found
}

/// The paths of all texts.
pub(crate) fn text_paths(json: &PythonJson) -> BTreeSet<String> {
    let variants = json.build_info.extensions.values().flatten();
    let paths = variants.flat_map(|variant| variant.license_paths.iter().flatten());
    paths.chain(&json.license_path).cloned().collect()
}

fn licensed(component: Component, licenses: Option<&[String]>, public_domain: Option<bool>) -> Component {
    let licenses = licenses.unwrap_or_default();
    let all = licenses.iter().map(String::as_str).chain((public_domain == Some(true)).then_some(PUBLIC_DOMAIN));
    // Identifiers that are no more are those that took their places; all of them have to be known.
    let parsed: Option<Vec<String>> = all.map(pyox_licenses::parse_expression).collect();
    match parsed.as_ref().and_then(|parsed| all_of(parsed.iter().map(String::as_str))) {
        Some(expression) => component.licensed(&expression, Source::PythonJson),
        None if licenses.is_empty() => component,
        None => component.licensed(&licenses.join(", "), Source::PythonJson),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python_json::tests::complete;

    #[test]
    fn licences_of_variants_are_those_of_all_their_libraries() {
        let mut value = complete(8, "x86_64-unknown-linux-gnu");
        let variant = &mut value["build_info"]["extensions"]["zlib"][0];
        variant["licenses"] = serde_json::json!(["GPL-3.0", "Zlib"]);
        variant["license_public_domain"] = true.into();
        let json = PythonJson::parse(&serde_json::to_vec(&value).unwrap()).unwrap();
        let chosen = json.build_info.extensions.iter().map(|(name, all)| (name.as_str(), &all[0]));
        let found = components(&json, chosen, &mut |path| path.contains("zlib").then(|| b"the text".to_vec()));
        assert_eq!(found[0].expression(), Some("Python-2.0"));
        assert_eq!(found[1].expression(), Some("GPL-3.0-only AND Zlib AND LicenseRef-public-domain"));
        assert_eq!((found[0].texts.len(), found[1].texts[0].name.as_str()), (0, "zlib.txt"));
        assert_eq!(text_paths(&json).len(), 2);
    }
}
