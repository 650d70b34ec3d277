//! Names that earlier versions had: calling them is an error that says what there is instead.

use std::fmt;

use pyox_upgrade::RemovedName;
pub(crate) use pyox_upgrade::{DISTRIBUTION, EXECUTABLE, GLOBALS};
use starlark::eval::{Arguments, Evaluator};
use starlark::values::{StarlarkValue, Value, starlark_value};

use super::value_type;
use crate::fault::Fault;

value_type! {
    /// What has such a name.
    Removed(RemovedName)
}

impl fmt::Display for Removed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<removed {}>", self.0.name)
    }
}

#[starlark_value(type = "removed")]
impl<'v> StarlarkValue<'v> for Removed {
    fn invoke(
        &self,
        _me: Value<'v>,
        _args: &Arguments<'v, '_>,
        _eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        Err(Fault::Removed { name: self.0.name.to_owned(), replacement: self.0.replacement }.into())
    }
}

/// The one of these names.
pub(crate) fn of(names: &[RemovedName], name: &str) -> Option<Removed> {
    names.iter().find(|removed| removed.name == name).map(|removed| Removed(*removed))
}
