//! `PythonEmbeddedResources` (manual 4.12).

use std::fmt;
use std::sync::Arc;

use starlark::values::{StarlarkValue, starlark_value};

use super::value_type;
use crate::executable::Executable;

value_type! {
    /// The resources of a program, for programs that bring their own interpreter.
    EmbeddedResources(Arc<Executable>)
}

impl fmt::Display for EmbeddedResources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PythonEmbeddedResources({:?})", self.0.name)
    }
}

#[starlark_value(type = "PythonEmbeddedResources")]
impl<'v> StarlarkValue<'v> for EmbeddedResources {}
