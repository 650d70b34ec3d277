//! `PythonPackagingPolicy` (manual 4.19).

use std::fmt;
use std::sync::{Mutex, PoisonError};

use starlark::environment::{Methods, MethodsBuilder, MethodsStatic};
use starlark::eval::Evaluator;
use starlark::starlark_module;
use starlark::values::none::NoneType;
use starlark::values::{Heap, StarlarkValue, Value, starlark_value};

use super::value_type;
use crate::attribute;
use crate::fault::Fault;
use crate::policy::{ATTRIBUTES, Policy};
use crate::session::Session;

const TYPE: &str = "PythonPackagingPolicy";

value_type! {
    /// Which resources go in, and where they are.
    PackagingPolicy(Mutex<Policy>)
}

impl PackagingPolicy {
    pub(crate) fn new(policy: Policy) -> Self {
        Self(Mutex::new(policy))
    }

    /// The data as it is now.
    pub(crate) fn data(&self) -> Policy {
        self.with(|policy| policy.clone())
    }

    fn with<T>(&self, change: impl FnOnce(&mut Policy) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Display for PackagingPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{TYPE}()")
    }
}

#[starlark_value(type = TYPE)]
impl<'v> StarlarkValue<'v> for PackagingPolicy {
    fn get_methods() -> Option<&'static Methods> {
        static METHODS: MethodsStatic = MethodsStatic::new("policy", methods);
        Some(METHODS.methods())
    }

    fn get_attr(&self, name: &str, heap: Heap<'v>) -> Option<Value<'v>> {
        attribute::get(ATTRIBUTES, &self.data(), name, heap)
    }

    fn set_attr(&self, name: &str, value: Value<'v>) -> starlark::Result<()> {
        Ok(self.with(|policy| attribute::set(TYPE, ATTRIBUTES, policy, name, value))?)
    }

    fn dir_attr(&self) -> Vec<String> {
        ATTRIBUTES.iter().map(|attribute| attribute.name.to_owned()).collect()
    }
}

#[starlark_module]
fn methods(builder: &mut MethodsBuilder) {
    /// Has `func(policy, resource)` called for each new resource, once its attributes `add_...` have the values that
    /// follow from the policy. What it assigns to them counts. Several are called in the order of registration.
    fn register_resource_callback<'v>(
        this: &PackagingPolicy,
        func: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<NoneType> {
        let number = Session::of(eval)?.add_callback(func);
        this.with(|policy| policy.callbacks.push(number));
        Ok(NoneType)
    }

    /// Takes a variant of an extension module of a distribution archive, such as `libedit` of `readline`.
    fn set_preferred_extension_module_variant(
        this: &PackagingPolicy,
        name: &str,
        value: &str,
    ) -> starlark::Result<NoneType> {
        this.with(|policy| policy.prefer(name, value));
        Ok(NoneType)
    }

    /// Sets five attributes at once. `classify`: values have the types that files have; `files`: everything is a
    /// `File`.
    fn set_resource_handling_mode(this: &PackagingPolicy, mode: &str) -> starlark::Result<NoneType> {
        let fault = || Fault::Argument {
            function: "set_resource_handling_mode",
            parameter: "mode",
            value: format!("{mode:?}"),
            expected: "\"classify\" or \"files\"".to_owned(),
        };
        this.with(|policy| policy.set_mode(mode)).ok_or_else(fault)?;
        Ok(NoneType)
    }
}
