//! Which fields a `PYTHON.json` of a version has to have.

use serde_json::{Map, Value};

use super::{NEWEST, OLDEST};
use crate::Error;

/// Fields at the top with the first and the last version that requires them.
const FIELDS: [(&str, u8, u8); 26] = [
    ("target_triple", OLDEST, NEWEST),
    ("optimizations", OLDEST, 7),
    ("build_options", 8, NEWEST),
    ("python_tag", OLDEST, NEWEST),
    ("python_abi_tag", OLDEST, NEWEST),
    ("python_platform_tag", OLDEST, NEWEST),
    ("python_implementation_cache_tag", OLDEST, NEWEST),
    ("python_implementation_hex_version", OLDEST, NEWEST),
    ("python_implementation_name", OLDEST, NEWEST),
    ("python_implementation_version", OLDEST, NEWEST),
    ("python_version", OLDEST, NEWEST),
    ("python_major_minor_version", OLDEST, NEWEST),
    ("python_paths", OLDEST, NEWEST),
    ("python_paths_abstract", 6, NEWEST),
    ("python_config_vars", 6, NEWEST),
    ("python_exe", OLDEST, NEWEST),
    ("python_stdlib_test_packages", OLDEST, NEWEST),
    ("python_suffixes", OLDEST, NEWEST),
    ("python_bytecode_magic_number", OLDEST, NEWEST),
    ("libpython_link_mode", OLDEST, NEWEST),
    ("python_symbol_visibility", OLDEST, NEWEST),
    ("python_extension_module_loading", OLDEST, NEWEST),
    ("crt_features", OLDEST, NEWEST),
    ("run_tests", OLDEST, NEWEST),
    ("build_info", OLDEST, NEWEST),
    ("version", OLDEST, NEWEST),
];

/// What archives for Apple's systems have besides.
const OF_APPLE: [&str; 4] =
    ["apple_sdk_canonical_name", "apple_sdk_platform", "apple_sdk_version", "apple_sdk_deployment_target"];
/// The first version that has it.
const APPLE_SINCE: u8 = 7;

const BUILD_INFO: [&str; 6] =
    ["core", "extensions", "inittab_object", "inittab_source", "inittab_cflags", "object_file_format"];
const CORE: [&str; 2] = ["objs", "links"];
const EXTENSION: [&str; 6] = ["in_core", "init_fn", "links", "objs", "required", "variant"];
const LINK: [&str; 1] = ["name"];

/// The fields that a version requires for a target, for tests of what is missing.
#[cfg(test)]
pub(super) fn fields(version: u8, triple: &str) -> Vec<&'static str> {
    of_version(version, triple).collect()
}

fn of_version(version: u8, triple: &str) -> impl Iterator<Item = &'static str> {
    let all = FIELDS.into_iter().filter(move |(_, since, until)| (*since..=*until).contains(&version));
    let is_apple = version >= APPLE_SINCE && triple.contains("-apple-");
    all.map(|(name, ..)| name).chain(OF_APPLE.into_iter().filter(move |_| is_apple))
}

/// Whether everything is there that the version requires.
pub(super) fn check(value: &Value) -> Result<(), Error> {
    let found = match &value["version"] {
        Value::String(version) => version.clone(),
        Value::Null => return Err(Error::MissingField { version: None, field: "version".into() }),
        other => other.to_string(),
    };
    let version = found.parse().ok().filter(|version| (OLDEST..=NEWEST).contains(version));
    let Some(version) = version.filter(|_| found.len() == 1) else {
        return Err(Error::UnknownVersion { found, oldest: OLDEST, newest: NEWEST });
    };
    let triple = value["target_triple"].as_str().unwrap_or_default();
    let check = Check { version };
    check.object(value, "", of_version(version, triple))?;
    let info = &value["build_info"];
    check.object(info, "build_info", BUILD_INFO)?;
    check.object(&info["core"], "build_info.core", CORE)?;
    check.links(&info["core"], "build_info.core")?;
    for (name, variants) in info["extensions"].as_object().into_iter().flatten() {
        for (index, variant) in variants.as_array().into_iter().flatten().enumerate() {
            let place = format!("build_info.extensions.{name}[{index}]");
            check.object(variant, &place, EXTENSION)?;
            check.links(variant, &place)?;
        }
    }
    Ok(())
}

struct Check {
    version: u8,
}

impl Check {
    /// What is no object is left to the types.
    fn object(
        &self,
        value: &Value,
        place: &str,
        required: impl IntoIterator<Item = &'static str>,
    ) -> Result<(), Error> {
        let Value::Object(object) = value else { return Ok(()) };
        let is_missing = |field: &&'static str| !Map::contains_key(object, *field);
        match required.into_iter().find(is_missing) {
            Some(field) if place.is_empty() => self.missing(field.into()),
            Some(field) => self.missing(format!("{place}.{field}")),
            None => Ok(()),
        }
    }

    fn links(&self, value: &Value, place: &str) -> Result<(), Error> {
        let links = value["links"].as_array().into_iter().flatten().enumerate();
        links.into_iter().try_for_each(|(index, link)| self.object(link, &format!("{place}.links[{index}]"), LINK))
    }

    fn missing(&self, field: String) -> Result<(), Error> {
        Err(Error::MissingField { version: Some(self.version), field })
    }
}
