//! Setting by name, and what is set from the beginning.

use crate::{InterpreterConfig, Resolution, Setting, SettingError, SettingValue};

/// The setting that comes with another one.
const MODULE_SEARCH_PATHS: &str = "module_search_paths";

/// Values that the manual's configuration starts with. `site` is not imported (5.9.2), and the locale is that of the
/// user, so that arguments are decoded properly.
impl Default for InterpreterConfig {
    fn default() -> Self {
        Self {
            oxidized_importer: true,
            terminfo_resolution: Resolution::Dynamic,
            certificates: Resolution::None,
            configure_locale: Some(true),
            site_import: Some(false),
            ..Self::unset()
        }
    }
}

impl InterpreterConfig {
    /// Sets [`module_search_paths`](Self#structfield.module_search_paths); paths also set
    /// [`filesystem_importer`](Self#structfield.filesystem_importer).
    #[must_use]
    pub fn module_search_paths(mut self, paths: impl Into<Vec<String>>) -> Self {
        self.module_search_paths = paths.into();
        self.filesystem_importer |= !self.module_search_paths.is_empty();
        self
    }

    /// Sets what has this name, from text. A list gets one more item. A path in `module_search_paths` also sets
    /// `filesystem_importer`.
    ///
    /// # Errors
    ///
    /// [`SettingError::Unknown`] and [`SettingError::Value`].
    pub fn set(&mut self, name: &str, text: &str) -> Result<(), SettingError> {
        let setting = Self::setting(name)?;
        (setting.assign)(self, text).ok_or_else(|| SettingError::Value {
            name: setting.name,
            value: text.to_owned(),
            expected: (setting.expected)(),
        })?;
        self.filesystem_importer |= setting.name == MODULE_SEARCH_PATHS;
        Ok(())
    }

    /// What has this name, as plain data: without a value of its own it is [`SettingValue::Unset`].
    ///
    /// # Errors
    ///
    /// [`SettingError::Unknown`].
    pub fn value(&self, name: &str) -> Result<SettingValue, SettingError> {
        Ok((Self::setting(name)?.plain)(self))
    }

    /// Sets what has this name to plain data, instead of what it was. Paths in `module_search_paths` also set
    /// `filesystem_importer`.
    ///
    /// # Errors
    ///
    /// [`SettingError::Unknown`], and [`SettingError::Value`] for a value of another kind, too.
    pub fn set_value(&mut self, name: &str, value: &SettingValue) -> Result<(), SettingError> {
        let setting = Self::setting(name)?;
        (setting.put)(self, value).ok_or_else(|| SettingError::Value {
            name: setting.name,
            value: format!("{value:?}"),
            expected: (setting.expected)(),
        })?;
        self.filesystem_importer |= setting.name == MODULE_SEARCH_PATHS && !self.module_search_paths.is_empty();
        Ok(())
    }

    fn setting(name: &str) -> Result<&'static Setting, SettingError> {
        let setting = Self::SETTINGS.iter().find(|setting| setting.name == name);
        setting.ok_or_else(|| SettingError::Unknown { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value of each setting that is not the one that it has.
    fn another(expected: &str) -> Vec<String> {
        let words = expected.split(", ").map(str::trim);
        let mut values: Vec<_> = words.map(|word| word.replace("NAME", "a").replace("CODE", "b")).collect();
        values.extend(["text".to_owned(), "4294967295".to_owned()]);
        values
    }

    #[test]
    fn every_setting_takes_the_values_that_it_names_and_no_other_field_changes() {
        for setting in InterpreterConfig::SETTINGS {
            let mut seen = Vec::new();
            for value in another(&(setting.expected)()) {
                let mut config = InterpreterConfig::default();
                if config.set(setting.name, &value).is_ok() {
                    let decoded = InterpreterConfig::decode(&config.encode().unwrap()).unwrap();
                    assert_eq!(decoded, config, "{}", setting.name);
                    seen.push(config);
                }
            }
            assert!(seen.iter().any(|config| *config != InterpreterConfig::default()), "{}", setting.name);
            assert!(!setting.documentation.trim().is_empty(), "{}", setting.name);
        }
        let mut names: Vec<_> = InterpreterConfig::SETTINGS.iter().map(|setting| setting.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), InterpreterConfig::SETTINGS.len());
    }

    #[test]
    fn what_is_read_can_be_set_again_and_other_kinds_are_refused() {
        for setting in InterpreterConfig::SETTINGS {
            for value in another(&(setting.expected)()) {
                let mut config = InterpreterConfig::default();
                if config.set(setting.name, &value).is_err() {
                    continue;
                }
                let plain = config.value(setting.name).unwrap();
                let mut other =
                    InterpreterConfig { filesystem_importer: config.filesystem_importer, ..Default::default() };
                other.set_value(setting.name, &plain).unwrap();
                assert_eq!(other, config, "{}", setting.name);
                let other_kind = match plain {
                    SettingValue::List(_) => SettingValue::Text("a".into()),
                    _ => SettingValue::List(vec!["a".into()]),
                };
                assert!(other.set_value(setting.name, &other_kind).is_err(), "{}", setting.name);
            }
        }
        let mut config = InterpreterConfig::default();
        assert_eq!(config.value("run_mode").unwrap(), SettingValue::Text("repl".into()));
        assert_eq!(config.value("isolated").unwrap(), SettingValue::Unset);
        for (name, value) in [
            ("isolated", SettingValue::Text("true".into())),
            ("isolated", SettingValue::Number(1)),
            ("hash_seed", SettingValue::Text("1".into())),
            ("optimization_level", SettingValue::Number(3)),
            ("oxidized_importer", SettingValue::Unset),
        ] {
            assert!(config.set_value(name, &value).is_err(), "{name} {value:?}");
        }
        config.set_value("quiet", &SettingValue::Switch(true)).unwrap();
        config.set_value("verbose", &SettingValue::Number(2)).unwrap();
        config.set_value("configure_locale", &SettingValue::Unset).unwrap();
        let expected = InterpreterConfig::default().quiet(crate::Level(1)).verbose(crate::Level(2));
        assert_eq!(config, InterpreterConfig { configure_locale: None, ..expected });
    }

    #[test]
    fn texts_are_those_of_the_manual() {
        let mut config = InterpreterConfig::default();
        for (name, text) in [
            ("run_mode", "eval:import uuid; print(uuid.uuid4())"),
            ("module_search_paths", "$ORIGIN/lib"),
            ("module_search_paths", "/opt/a:b"),
            ("terminfo_resolution", "static:/a:/b"),
            ("certificates", "packed:python/ca.pem"),
            ("verbose", "2"),
            ("quiet", "true"),
            ("coerce_c_locale", "LC_CTYPE"),
            ("bytes_warning", "raise"),
        ] {
            config.set(name, text).unwrap();
        }
        let expected = InterpreterConfig::default()
            .run_mode(crate::Run::Code("import uuid; print(uuid.uuid4())".into()))
            .module_search_paths(["$ORIGIN/lib".to_owned(), "/opt/a:b".to_owned()])
            .terminfo_resolution(Resolution::Static("/a:/b".into()))
            .certificates(Resolution::Packed("python/ca.pem".into()))
            .verbose(crate::Level(2))
            .quiet(crate::Level(1))
            .coerce_c_locale(crate::CoerceCLocale::LcCtype)
            .bytes_warning(crate::BytesWarning::Raise);
        assert_eq!(config, expected);
        assert!(config.filesystem_importer, "paths of files are of use only with it");
        for (name, text, said) in [
            ("site", "true", "the interpreter has no setting site"),
            ("quiet", "maybe", "quiet cannot be \"maybe\": expected true, false, or a number"),
            (
                "run_mode",
                "module: a",
                "run_mode cannot be \"module: a\": expected none, repl, module:NAME, eval:CODE, \
                file:PATH",
            ),
            ("optimization_level", "3", "optimization_level cannot be \"3\": expected 0, 1, 2"),
        ] {
            assert_eq!(config.set(name, text).unwrap_err().to_string(), said);
        }
    }
}
