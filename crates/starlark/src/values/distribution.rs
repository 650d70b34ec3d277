//! `PythonDistribution` (manual 4.11).

use std::fmt;
use std::sync::Arc;

use starlark::environment::{Methods, MethodsBuilder, MethodsStatic};
use starlark::eval::Evaluator;
use starlark::starlark_module;
use starlark::values::none::NoneOr;
use starlark::values::{Heap, StarlarkValue, UnpackValue as _, Value, starlark_value};

use super::config::InterpreterConfigValue;
use super::executable::PythonExecutable;
use super::policy::PackagingPolicy;
use super::{removed, resource, value_type};
use crate::config::Config;
use crate::executable::Executable;
use crate::policy::Policy;
use crate::python::Distribution;
use crate::search::emit;

value_type! {
    /// A Python that programs are made with and for.
    PythonDistribution(Arc<Distribution>)
}

impl fmt::Display for PythonDistribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PythonDistribution({:?})", self.0.info().version)
    }
}

#[starlark_value(type = "PythonDistribution")]
impl<'v> StarlarkValue<'v> for PythonDistribution {
    fn get_methods() -> Option<&'static Methods> {
        static METHODS: MethodsStatic = MethodsStatic::new("distribution", methods);
        Some(METHODS.methods())
    }

    fn get_attr(&self, name: &str, heap: Heap<'v>) -> Option<Value<'v>> {
        removed::of(removed::DISTRIBUTION, name).map(|removed| heap.alloc(removed))
    }
}

#[starlark_module]
fn methods(builder: &mut MethodsBuilder) {
    /// All resources of the standard library.
    fn python_resources<'v>(
        this: &PythonDistribution,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Vec<Value<'v>>> {
        emit(&this.0.stdlib()?, &Policy::default(), true, eval)
    }

    /// A new configuration of the interpreter.
    fn make_python_interpreter_config(this: &PythonDistribution) -> starlark::Result<InterpreterConfigValue> {
        let _ = this;
        Ok(InterpreterConfigValue::new(Config::default()))
    }

    /// A new packaging policy.
    fn make_python_packaging_policy(this: &PythonDistribution) -> starlark::Result<PackagingPolicy> {
        let _ = this;
        Ok(PackagingPolicy::new(Policy::default()))
    }

    /// A program of the interpreter and what the policy allows of the standard library. Policy and configuration are
    /// copied.
    fn to_python_executable<'v>(
        this: &PythonDistribution,
        name: &str,
        #[starlark(default = NoneOr::None)] packaging_policy: NoneOr<Value<'v>>,
        #[starlark(default = NoneOr::None)] config: NoneOr<Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<PythonExecutable> {
        let policy = match packaging_policy.into_option() {
            None => Policy::default(),
            Some(value) => <&PackagingPolicy>::unpack_value_err(value)?.data(),
        };
        let config = match config.into_option() {
            None => Config::default(),
            Some(value) => <&InterpreterConfigValue>::unpack_value_err(value)?.data(),
        };
        let has_callbacks = !policy.callbacks.is_empty();
        let mut executable = Executable::new(name, Arc::clone(&this.0), policy, config);
        if has_callbacks {
            for value in emit(&this.0.stdlib()?, &executable.policy, true, eval)? {
                resource::item(value).into_iter().for_each(|item| executable.set_stdlib(item));
            }
        }
        Ok(PythonExecutable::new(executable))
    }
}
