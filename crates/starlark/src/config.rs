//! What a configuration file says of the interpreter, and how that is packed (manual 4.15).

use std::collections::BTreeMap;
use std::fmt;

use pyox_packaging::{EntryRequest, InterpreterConfig, Run, Setting, SettingValue};
use starlark::values::Value;

use crate::attribute::near;
use crate::fault::Fault;
use crate::plain::Plain;

/// The name of the type.
pub(crate) const TYPE: &str = "PythonInterpreterConfig";

/// The attribute that turns another one on.
const SEARCH_PATHS: &str = "module_search_paths";
const FILESYSTEM_IMPORTER: &str = "filesystem_importer";

/// What later versions of the manual's system call the allocators, which are two settings.
const BACKEND: &str = "allocator_backend";

/// What that is.
pub(crate) const BACKEND_DOCUMENTATION: &str = "Both `raw_allocator` and `object_allocator`.";

/// The data of a `PythonInterpreterConfig`: what was assigned, as it was given.
#[derive(Debug, Clone, Default)]
pub(crate) struct Config {
    assigned: BTreeMap<&'static str, Plain>,
}

/// The names of all attributes.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    InterpreterConfig::SETTINGS.iter().map(|setting| setting.name).chain([BACKEND])
}

/// What an interpreter is that nothing was said of: as the manual has it, with what else programs have.
fn initial() -> InterpreterConfig {
    InterpreterConfig::default().site_builtins(true).fast_exit(true)
}

impl Config {
    /// The value of an attribute: what was assigned, or what holds without.
    pub(crate) fn get(&self, name: &str) -> Option<Plain> {
        if let Some(value) = self.assigned.get(name) {
            return Some(value.clone());
        }
        match name {
            BACKEND => Some("default".into()),
            "raw_allocator" => Some("system".into()),
            _ => initial().value(name).ok().map(plain),
        }
    }

    /// Assigns an attribute.
    pub(crate) fn set(&mut self, name: &str, value: Value<'_>) -> Result<(), Fault> {
        let Some(known) = names().find(|known| *known == name) else {
            let near = near(name, names());
            return Err(Fault::Attribute { type_name: TYPE, name: name.to_owned(), near });
        };
        let wrong = |expected: String| Fault::Value {
            type_name: TYPE,
            name: name.to_owned(),
            value: value.to_repr(),
            expected,
        };
        let plain = Plain::of(value).ok_or_else(|| wrong(expected(known)))?;
        apply(&mut InterpreterConfig::default(), known, &plain).ok_or_else(|| wrong(expected(known)))?;
        // Whoever names directories wants modules from there.
        if known == SEARCH_PATHS && matches!(&plain, Plain::List(paths) if !paths.is_empty()) {
            self.assigned.insert(FILESYSTEM_IMPORTER, true.into());
        }
        self.assigned.insert(known, plain);
        Ok(())
    }

    /// Whether an attribute was assigned.
    pub(crate) fn assigns(&self, name: &str) -> bool {
        self.assigned.contains_key(name)
    }

    /// Whether nothing looks into the search paths that are set.
    pub(crate) fn ignores_search_paths(&self) -> bool {
        let is_set = matches!(self.assigned.get(SEARCH_PATHS), Some(Plain::List(paths)) if !paths.is_empty());
        is_set && self.assigned.get(FILESYSTEM_IMPORTER) == Some(&false.into())
    }

    /// The settings, and what the program runs.
    pub(crate) fn packed(&self) -> Result<(InterpreterConfig, EntryRequest), Fault> {
        let mut config = initial();
        for (name, value) in &self.assigned {
            apply(&mut config, name, value);
        }
        // Search paths turn the importer of files on, which may have been turned off afterwards.
        if let Some(value) = self.assigned.get(FILESYSTEM_IMPORTER) {
            apply(&mut config, FILESYSTEM_IMPORTER, value);
        }
        let has_mode = self.assigned.contains_key("run_mode");
        let runs = [&config.run_module, &config.run_command, &config.run_filename];
        let own = ["run_module", "run_command", "run_filename"];
        let other = own.into_iter().zip(runs).find_map(|(name, value)| value.is_some().then_some(name));
        match other {
            Some(other) if has_mode && config.run_mode != Run::None => {
                return Err(Fault::Conflict { one: "run_mode", other });
            }
            Some(_) if !has_mode => {}
            _ => {
                let entry = config.run_mode.clone().into();
                return Ok((config, entry));
            }
        }
        // Without a mode they say what is run, as in later versions.
        let runs = [&mut config.run_module, &mut config.run_command, &mut config.run_filename];
        let [module, command, filename] = runs.map(Option::take);
        let entry = match (command, module, filename) {
            (Some(code), ..) => EntryRequest::Code(code),
            (_, Some(name), _) => EntryRequest::Module(name),
            (.., file) => EntryRequest::Interpreter(Run::File(file.unwrap_or_default())),
        };
        Ok((config, entry))
    }
}

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.assigned.keys().copied().collect();
        f.write_str(&names.join(", "))
    }
}

/// Assigns; `None` if the attribute takes no such value.
fn apply(config: &mut InterpreterConfig, name: &str, value: &Plain) -> Option<()> {
    match (name, value) {
        (BACKEND, Plain::Text(backend)) => {
            let (raw, objects) = match backend.as_str() {
                "default" => (Plain::None, Plain::None),
                other => (other.into(), other.into()),
            };
            apply(config, "raw_allocator", &raw)?;
            apply(config, "object_allocator", &objects)
        }
        (BACKEND, _) => None,
        // 0 is no word of the manual, but a value of the field.
        ("coerce_c_locale", Plain::Bool(false)) => apply(config, name, &"false".into()),
        ("multiprocessing_start_method", Plain::Text(method)) if method == "auto" || method == "none" => Some(()),
        _ => config.set_value(name, &setting(value)?).ok(),
    }
}

fn setting(value: &Plain) -> Option<SettingValue> {
    Some(match value {
        Plain::None => SettingValue::Unset,
        Plain::Bool(value) => SettingValue::Switch(*value),
        Plain::Int(value) => SettingValue::Number(u32::try_from(*value).ok()?),
        Plain::Text(text) => SettingValue::Text(text.clone()),
        Plain::List(items) => SettingValue::List(items.clone()),
        Plain::Map(_) => return None,
    })
}

fn plain(value: SettingValue) -> Plain {
    match value {
        SettingValue::Switch(value) => value.into(),
        SettingValue::Number(value) => Plain::Int(value.into()),
        SettingValue::Text(text) => text.into(),
        SettingValue::List(items) => Plain::List(items),
        _ => Plain::None,
    }
}

/// The values of an attribute, in the words of Starlark.
pub(crate) fn expected(name: &str) -> String {
    if name == BACKEND {
        return "default, system, rust, jemalloc, mimalloc, snmalloc".to_owned();
    }
    let setting = InterpreterConfig::SETTINGS.iter().find(|setting| setting.name == name);
    let words = setting.map(|setting: &Setting| (setting.expected)()).unwrap_or_default();
    let words = words.replace("true, false", "True, False").replace("text, once for each item", "a list of texts");
    let is_optional = apply(&mut InterpreterConfig::default(), name, &Plain::None).is_some();
    if is_optional { format!("{words}, or None") } else { words }
}
