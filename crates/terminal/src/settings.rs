//! `--config KEY=VALUE`: how the interpreter of a program behaves.

use pyox_packaging::{InterpreterConfig, Run, Setting, SettingError};

use crate::speech::print;
use crate::text::Mistake;

/// What lists all settings instead of setting one.
const HELP: &str = "help";

/// The setting that says what the program runs.
const RUN_MODE: &str = "run_mode";

/// How alike a name has to be to one that exists, from 0 to 1.
const NEAR: f64 = 0.8;

/// Whether a person asks which settings there are.
pub fn asks_for_help(given: &[String]) -> bool {
    given.iter().any(|text| text == HELP)
}

/// Sets what was given, and returns what the program is to run if that says so.
pub fn apply(config: &mut InterpreterConfig, given: &[String]) -> anyhow::Result<Option<Run>> {
    let mut runs = false;
    for text in given {
        let (name, value) = text.split_once('=').ok_or_else(|| {
            let what = format!("--config {text} sets nothing: KEY=VALUE is expected");
            Mistake::new(what, hint_for_name(text).unwrap_or_else(|| LIST.into()))
        })?;
        config.set(name.trim(), value)?;
        runs |= name.trim() == RUN_MODE;
    }
    Ok(runs.then(|| config.run_mode.clone()))
}

/// What to do about a setting that cannot be.
pub fn hint(error: &SettingError) -> Option<String> {
    match error {
        SettingError::Unknown { name } => Some(hint_for_name(name).unwrap_or_else(|| LIST.into())),
        SettingError::Unsupported { .. } => Some("leave it out, or take another Python with --python".into()),
        SettingError::NoImporter => Some(
            "leave one of them on; without oxidized_importer, module_search_paths needs the standard library".into(),
        ),
        SettingError::Conflict { .. } => Some("leave one of them out".into()),
        _ => None,
    }
}

const LIST: &str = "`pyoxidizer pack --config help` lists all keys";

/// The setting of this name, or those of similar names.
fn hint_for_name(name: &str) -> Option<String> {
    if let Some(setting) = InterpreterConfig::SETTINGS.iter().find(|setting| setting.name == name) {
        return Some(format!("write --config {name}=VALUE, where VALUE is {}", (setting.expected)()));
    }
    // A C programmer knows some by other names, and the beginning of a long one is meant for it.
    let alike = |setting: &&Setting| {
        strsim::jaro_winkler(name, setting.name) >= NEAR || setting.name.contains(name) && !name.is_empty()
    };
    let mut near: Vec<&str> = InterpreterConfig::SETTINGS.iter().filter(alike).map(|setting| setting.name).collect();
    near.sort_by(|one, two| strsim::jaro_winkler(name, two).total_cmp(&strsim::jaro_winkler(name, one)));
    near.truncate(5);
    (!near.is_empty()).then(|| format!("these are near: {}; {LIST}", near.join(", ")))
}

/// Lists every setting, what it does, and its values.
pub fn list() -> anyhow::Result<()> {
    let mut text =
        "Keys of --config, each with the values it takes. They are the attributes of PythonInterpreterConfig, and\n\
        fields of CPython that came later. Without a value of its own, a key follows config_profile.\n"
            .to_owned();
    for setting in InterpreterConfig::SETTINGS {
        text.push_str(&format!("\n{}={}\n", setting.name, (setting.expected)()));
        for line in setting.documentation.lines() {
            text.push_str(&format!("    {}\n", line.trim().replace('`', "")));
        }
    }
    print(text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_leads_to_the_right_one() {
        for (name, near) in [
            ("sys-frozen", "sys_frozen"),
            ("utf8", "utf8_mode"),
            ("warnoptions", "warn_options"),
            ("faulthandler", "fault_handler"),
            ("hashseed", "hash_seed"),
        ] {
            let hint = hint_for_name(name).unwrap_or_default();
            assert!(hint.contains(near), "{name}: {hint}");
        }
        assert_eq!(hint_for_name("qqqq"), None);
        assert!(hint_for_name("quiet").unwrap().contains("VALUE is true, false, or a number"));
    }
}
