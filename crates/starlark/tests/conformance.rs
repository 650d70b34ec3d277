//! What the manual names is there: `conformance/manual.json` has the names, values and defaults of its chapter 4.

use pyox_starlark::{Member, MemberKind, reference_functions, reference_types};
use serde_json::Value;

use crate::support::{fails, printed};

/// Defaults that are others, and why.
const OTHER_DEFAULTS: &[(&str, &str, &str)] = &[
    ("raw_allocator", "\"system\"", "no other one makes programs faster, and the launcher has none"),
    ("site_import", "False", "the manual says in 5.9.2 that site is not imported"),
];

/// Removed names that no file can have as a function or method.
const NO_CALLS: &[&str] = &["flavor windows_embeddable", "pyoxidizer.toml", "OxidizedResource.flavor"];

fn manual() -> Value {
    serde_json::from_str(include_str!("conformance/manual.json")).expect("the file is JSON")
}

fn all<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("{key} of {value}"))
}

fn name(value: &Value) -> &str {
    value["name"].as_str().expect("a name")
}

/// A value as Starlark writes it.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        other => other.to_string(),
    }
}

/// Whether parameters are those of the manual, in its order; others come after them and may be left out.
fn check_parameters(stated: &Value, members: &[Member]) {
    let member = members.iter().find(|member| member.name == name(stated));
    let member = member.unwrap_or_else(|| panic!("{} is missing", name(stated)));
    let MemberKind::Function(found) = &member.kind else { panic!("{} is no function", member.name) };
    let stated = all(stated, "parameters");
    for (position, parameter) in stated.iter().enumerate() {
        let is_optional = parameter["optional"] == true;
        let (found, default) = &found[position];
        assert_eq!((found.as_str(), default.is_some()), (name(parameter), is_optional), "{}", member.name);
    }
    assert!(found[stated.len()..].iter().all(|(_, default)| default.is_some()), "{}: {found:?}", member.name);
    assert!(!member.documentation.is_empty(), "{}", member.name);
}

#[test]
fn functions_and_methods_have_the_parameters_of_the_manual() {
    let functions = reference_functions();
    // `print` belongs to the language.
    all(&manual(), "functions")
        .iter()
        .filter(|stated| name(stated) != "print")
        .for_each(|stated| check_parameters(stated, &functions));
    let types = reference_types();
    for stated in all(&manual(), "types") {
        let found = types.iter().find(|found| found.name == name(stated)).unwrap_or_else(|| panic!("{stated}"));
        all(stated, "methods").iter().for_each(|method| check_parameters(method, &found.members));
        for attribute in all(stated, "attributes") {
            let member = found.members.iter().find(|member| member.name == name(attribute));
            let member = member.unwrap_or_else(|| panic!("{}.{} is missing", found.name, name(attribute)));
            let MemberKind::Attribute(accepted) = &member.kind else { panic!("{} is no attribute", member.name) };
            if let Some(read_only) = attribute["read_only"].as_bool() {
                assert_eq!(accepted.is_none(), read_only, "{}.{}", found.name, member.name);
            }
            assert!(!member.documentation.is_empty(), "{}.{}", found.name, member.name);
        }
    }
}

#[test]
fn attributes_have_the_defaults_of_the_manual_and_take_its_values() {
    for (type_name, variable) in [("PythonPackagingPolicy", "policy"), ("PythonInterpreterConfig", "config")] {
        let manual = manual();
        let stated = all(&manual, "types").iter().find(|stated| name(stated) == type_name).expect("the type");
        let (mut lines, mut expected) = (String::new(), Vec::new());
        for attribute in all(stated, "attributes") {
            let attribute_name = name(attribute);
            let place = format!("{variable}.{attribute_name}");
            let other = OTHER_DEFAULTS.iter().find(|(name, ..)| *name == attribute_name);
            lines += &format!("print(repr({place}))\n");
            expected
                .push(other.map_or_else(|| literal(&attribute["default"]), |(_, default, _)| (*default).to_owned()));
            if attribute["read_only"] == true {
                continue;
            }
            let values = match &attribute["accepted"] {
                Value::Array(values) => values.clone(),
                _ => Vec::new(),
            };
            for value in values.iter().filter(|value| !value.as_str().is_some_and(|text| text.contains(['<', ' ']))) {
                lines += &format!("{place} = {}\nprint(repr({place}))\n", literal(value));
                // The one name is read as the other, which it was given later.
                expected.push(literal(value).replace("no-gpl", "no-copyleft"));
            }
        }
        let found = printed(&lines);
        let differing: Vec<_> = found.iter().zip(&expected).filter(|(found, expected)| found != expected).collect();
        assert!(differing.is_empty() && found.len() == expected.len(), "{type_name}: {differing:?}");
    }
}

#[test]
fn attributes_refuse_values_of_other_kinds() {
    for (type_name, variable) in [("PythonPackagingPolicy", "policy"), ("PythonInterpreterConfig", "config")] {
        let manual = manual();
        let stated = all(&manual, "types").iter().find(|stated| name(stated) == type_name).expect("the type");
        for attribute in all(stated, "attributes").iter().filter(|attribute| attribute["read_only"] != true) {
            let error = fails(&format!("{variable}.{} = [1]", name(attribute)));
            let begin = format!("{type_name}.{} cannot be [1]: expected ", name(attribute));
            assert!(error.starts_with(&begin), "{error}");
        }
    }
}

#[test]
fn modes_set_the_attributes_that_the_manual_lists() {
    let manual = manual();
    for (mode, attributes) in manual["modes"].as_object().expect("an object") {
        let attributes = attributes.as_object().expect("an object");
        let mut lines = format!("policy.set_resource_handling_mode({mode:?})\n");
        attributes.keys().for_each(|name| lines += &format!("print(policy.{name})\n"));
        let expected: Vec<String> = attributes.values().map(literal).collect();
        assert_eq!(printed(&lines), expected, "{mode}");
    }
}

#[test]
fn removed_names_say_what_there_is_instead() {
    let manual = manual();
    for removed in all(&manual, "removed").iter().filter_map(Value::as_str) {
        if NO_CALLS.contains(&removed) {
            continue;
        }
        let called = removed.trim_end_matches("()");
        let call = match called.split_once('.') {
            Some(("PythonDistribution", method)) => format!("dist.{method}"),
            Some((_, method)) => format!("exe.{method}"),
            None => called.to_owned(),
        };
        let error = fails(&format!("{call}()"));
        assert!(error.contains(" does not exist any more"), "{removed}: {error}");
    }
}
