//! Which settings a Python has, and which do not go together.

use crate::{Allocator, DomainAllocator, InterpreterConfig, Run};

/// A setting cannot be what it is to be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingError {
    /// There is no such setting.
    #[error("the interpreter has no setting {name}")]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// A text is no value of the setting.
    #[error("{name} cannot be {value:?}: expected {expected}")]
    Value {
        /// The setting.
        name: &'static str,
        /// What was given.
        value: String,
        /// Which values there are.
        expected: String,
    },
    /// This Python does not have the setting.
    #[error("Python {}.{} has no setting {name}: {available}", python.0, python.1)]
    Unsupported {
        /// The setting.
        name: &'static str,
        /// Major and minor version.
        python: (u8, u8),
        /// Which Pythons have it.
        available: &'static str,
    },
    /// Two settings contradict each other.
    #[error("{name} does not go together with {other}")]
    Conflict {
        /// One of them.
        name: &'static str,
        /// The other one.
        other: &'static str,
    },
    /// Nothing could import the standard library.
    #[error("neither oxidized_importer nor filesystem_importer is on: Python could import nothing")]
    NoImporter,
}

/// A Python, as far as it decides which settings there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Build {
    /// Of Python 3.
    pub minor: u8,
    /// Whether it can do without the GIL (`Py_GIL_DISABLED`).
    pub free_threaded: bool,
    /// Whether it is built for debugging (`Py_DEBUG`).
    pub debug: bool,
}

impl Build {
    /// An ordinary Python 3.`minor`.
    #[must_use]
    pub const fn new(minor: u8) -> Self {
        Self { minor, free_threaded: false, debug: false }
    }

    /// One whose ABI has these flags (`sys.abiflags`): `t` and `d`.
    #[must_use]
    pub fn with_flags(minor: u8, flags: &str) -> Self {
        Self { minor, free_threaded: flags.contains('t'), debug: flags.contains('d') }
    }
}

/// What a setting asks of a Python.
struct Needs {
    name: &'static str,
    is_set: fn(&InterpreterConfig) -> bool,
    has: fn(Build) -> bool,
    available: &'static str,
}

macro_rules! needs {
    ($($has:expr, $available:literal: $($field:ident)+;)+) => {
        &[$($(Needs {
            name: stringify!($field),
            is_set: |config| config.$field != InterpreterConfig::unset().$field,
            has: $has,
            available: $available,
        },)+)+]
    };
}

/// The fields of `PyConfig` that not every Python from 3.9 on has, by the headers of CPython.
const NEEDS: &[Needs] = needs! {
    |build| build.minor >= 10, "3.10 and later do": orig_argv;
    |_| false, "CPython loses the field, and takes the option -X warn_default_encoding only": warn_default_encoding;
    |build| build.minor >= 11, "3.11 and later do":
        code_debug_ranges dump_refs_file safe_path use_frozen_modules;
    |build| build.minor >= 12, "3.12 and later do": int_max_str_digits perf_profiling;
    |build| build.minor >= 13, "3.13 and later do": cpu_count;
    |build| build.minor >= 13, "3.13 and later take it, while 3.11 and 3.12 find it out themselves": stdlib_dir;
    |build| build.minor >= 13 && build.free_threaded, "3.13 and later do, built without the GIL": enable_gil;
    |build| build.minor >= 13 && build.debug, "3.13 and later do, built for debugging": run_presite;
    |build| build.minor >= 14, "3.14 and later do": context_aware_warnings remote_debug thread_inherit_context;
    |build| build.minor >= 14 && build.free_threaded, "3.14 and later do, built without the GIL": tlbc_enabled;
    |build| build.minor >= 15, "3.15 and later do": lazy_imports pymalloc_hugepages;
};

/// `int` and `str` convert at least so many digits, if there is a limit.
const FEWEST_DIGITS: u32 = 640;

impl InterpreterConfig {
    /// Whether a Python can be started so.
    ///
    /// # Errors
    ///
    /// [`SettingError`], but not [`Unknown`](SettingError::Unknown).
    pub fn check(&self, build: Build) -> Result<(), SettingError> {
        let python = (3, build.minor);
        if let Some(needs) = NEEDS.iter().find(|needs| !(needs.has)(build) && (needs.is_set)(self)) {
            return Err(SettingError::Unsupported { name: needs.name, python, available: needs.available });
        }
        if self.show_alloc_count == Some(true) {
            return Err(SettingError::Unsupported { name: "show_alloc_count", python, available: "only 3.8 does" });
        }
        if matches!(self.allocator, Some(Allocator::Mimalloc | Allocator::MimallocDebug)) && build.minor < 13 {
            return Err(SettingError::Unsupported {
                name: "allocator=mimalloc",
                python,
                available: "3.13 and later do",
            });
        }
        if !self.oxidized_importer && !self.filesystem_importer {
            return Err(SettingError::NoImporter);
        }
        self.check_values()
    }

    fn check_values(&self) -> Result<(), SettingError> {
        let value = |name, value: String, expected: &str| {
            Err(SettingError::Value { name, value, expected: expected.to_owned() })
        };
        match (self.int_max_str_digits, self.cpu_count, self.optimization_level) {
            (Some(digits), ..) if digits != 0 && digits < FEWEST_DIGITS => {
                return value("int_max_str_digits", digits.to_string(), "0, or a number from 640 on");
            }
            (_, Some(0), _) => return value("cpu_count", "0".into(), "a number from 1 on"),
            (.., Some(level)) if level > 2 => return value("optimization_level", level.to_string(), "0, 1 or 2"),
            _ => {}
        }
        if self.raw_allocator == Some(DomainAllocator::PyMalloc) {
            return value("raw_allocator", "py-malloc".into(), "an allocator that needs no GIL");
        }
        let object = self.object_allocator.is_some_and(|allocator| allocator != DomainAllocator::PyMalloc);
        if object && self.allocator.is_some() {
            return Err(SettingError::Conflict { name: "allocator", other: "object_allocator" });
        }
        let runs = [
            ("run_command", &self.run_command),
            ("run_module", &self.run_module),
            ("run_filename", &self.run_filename),
        ];
        let mut runs = runs.into_iter().filter(|(_, value)| value.is_some()).map(|(name, _)| name);
        match (runs.next(), runs.next()) {
            (Some(name), Some(other)) => Err(SettingError::Conflict { name, other }),
            (Some(name), None) if self.run_mode != Run::None => Err(SettingError::Conflict { name, other: "run_mode" }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_a_python_lacks_is_named_with_the_version() {
        let config = InterpreterConfig::default().safe_path(true);
        assert!(config.check(Build::new(11)).is_ok());
        let error = config.check(Build::new(9)).unwrap_err().to_string();
        assert_eq!(error, "Python 3.9 has no setting safe_path: 3.11 and later do");
        let config = InterpreterConfig::default().orig_argv(["a".to_owned()]);
        assert!(config.check(Build::new(10)).is_ok() && config.check(Build::new(9)).is_err());
        assert!(InterpreterConfig::default().show_alloc_count(false).check(Build::new(9)).is_ok());
        assert!(InterpreterConfig::default().show_alloc_count(true).check(Build::new(9)).is_err());
        let config = InterpreterConfig::default().enable_gil(true);
        assert!(config.check(Build::new(13)).is_err() && config.check(Build::with_flags(13, "t")).is_ok());
        assert!(InterpreterConfig::default().allocator(Allocator::Mimalloc).check(Build::new(12)).is_err());
    }

    #[test]
    fn what_contradicts_itself_is_an_error() {
        let plain = InterpreterConfig::default;
        for wrong in [
            plain().oxidized_importer(false),
            plain().int_max_str_digits(639),
            plain().cpu_count(0),
            plain().optimization_level(3),
            plain().raw_allocator(DomainAllocator::PyMalloc),
            plain().object_allocator(DomainAllocator::System).allocator(Allocator::Debug),
            plain().run_command("pass".to_owned()),
            plain().run_mode(Run::None).run_command("pass".to_owned()).run_module("this".to_owned()),
        ] {
            assert!(wrong.check(Build::new(13)).is_err(), "{wrong:?}");
        }
        for right in [
            plain().oxidized_importer(false).filesystem_importer(true),
            plain().int_max_str_digits(0).cpu_count(1).optimization_level(2),
            plain().run_mode(Run::None).run_command("pass".to_owned()),
        ] {
            assert!(right.check(Build::new(13)).is_ok(), "{:?}", right.check(Build::new(13)));
        }
    }
}
