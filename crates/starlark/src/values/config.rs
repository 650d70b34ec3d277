//! `PythonInterpreterConfig` (manual 4.15).

use std::fmt;
use std::sync::{Mutex, PoisonError};

use starlark::values::{Heap, StarlarkValue, Value, starlark_value};

use super::value_type;
use crate::config::{self, Config};

value_type! {
    /// How the interpreter of a program behaves.
    InterpreterConfigValue(Mutex<Config>)
}

impl InterpreterConfigValue {
    pub(crate) fn new(config: Config) -> Self {
        Self(Mutex::new(config))
    }

    /// The data as it is now.
    pub(crate) fn data(&self) -> Config {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Display for InterpreterConfigValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", config::TYPE, self.data())
    }
}

#[starlark_value(type = config::TYPE)]
impl<'v> StarlarkValue<'v> for InterpreterConfigValue {
    fn get_attr(&self, name: &str, heap: Heap<'v>) -> Option<Value<'v>> {
        Some(self.data().get(name)?.alloc(heap))
    }

    fn set_attr(&self, name: &str, value: Value<'v>) -> starlark::Result<()> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).set(name, value)?)
    }

    fn dir_attr(&self) -> Vec<String> {
        config::names().map(str::to_owned).collect()
    }
}
