//! What a file has registered: targets, and callbacks. Nothing else holds Starlark values.

use std::cell::{Cell, RefCell};
use std::fmt;

use allocative::Allocative;
use starlark::any::ProvidesStaticType;
use starlark::eval::Evaluator;
use starlark::values::{
    AllocValue, Heap, NoSerialize, StarlarkPagablePanic, StarlarkValue, Trace, Value, ValueLike, starlark_value,
};

use crate::context::Context;
use crate::fault::Fault;
use crate::options::Event;

/// A registered target.
#[derive(Debug, Clone, Trace, Allocative)]
struct Target<'v> {
    name: String,
    function: Value<'v>,
    depends: Vec<String>,
    is_default: bool,
    is_script_default: bool,
    /// Where it is registered.
    place: Option<String>,
    value: Option<Value<'v>>,
}

/// What a file has registered.
#[derive(Debug, Default, Trace, ProvidesStaticType, NoSerialize, Allocative, StarlarkPagablePanic)]
pub(crate) struct Session<'v> {
    targets: RefCell<Vec<Target<'v>>>,
    /// Names of targets that are being resolved.
    active: RefCell<Vec<String>>,
    callbacks: RefCell<Vec<Value<'v>>>,
    /// Whether `resolve_targets()` was called.
    #[allocative(skip)]
    #[trace(unsafe_ignore)]
    resolved: Cell<bool>,
}

impl fmt::Display for Session<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CONTEXT")
    }
}

#[starlark_value(type = "Context")]
impl<'v> StarlarkValue<'v> for Session<'v> {}

impl<'v> AllocValue<'v> for Session<'v> {
    fn alloc_value(self, heap: Heap<'v>) -> Value<'v> {
        heap.alloc_complex_no_freeze(self)
    }
}

/// How a target is registered.
pub(crate) struct Registration<'a, 'v> {
    pub(crate) name: &'a str,
    pub(crate) function: Value<'v>,
    pub(crate) depends: Vec<String>,
    pub(crate) is_default: bool,
    pub(crate) is_script_default: bool,
    pub(crate) place: Option<String>,
}

impl<'v> Session<'v> {
    /// The session of an evaluation.
    pub(crate) fn of(eval: &Evaluator<'v, '_, '_>) -> starlark::Result<&'v Self> {
        let session = eval.module().extra_value().and_then(|value| value.downcast_ref::<Self>());
        session.ok_or_else(|| anyhow::anyhow!("this is no evaluation of a configuration file").into())
    }

    pub(crate) fn register(&self, target: Registration<'_, 'v>) -> Result<(), Fault> {
        let Registration { name, function, depends, is_default, is_script_default, place } = target;
        let name = name.to_owned();
        let mut targets = self.targets.borrow_mut();
        if targets.iter().any(|target| target.name == name) {
            return Err(Fault::DuplicateTarget { name });
        }
        targets.push(Target { name, function, depends, is_default, is_script_default, place, value: None });
        Ok(())
    }

    /// Where a target is registered.
    pub(crate) fn place(&self, name: &str) -> Option<String> {
        self.targets.borrow().iter().find(|target| target.name == name)?.place.clone()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.targets.borrow().iter().map(|target| target.name.clone()).collect()
    }

    /// The last target that is registered as the default, else the first one; of a build script the last one that is
    /// registered as that of build scripts, before these.
    pub(crate) fn default_target(&self, build_script: bool) -> Option<String> {
        let targets = self.targets.borrow();
        let script = targets.iter().rev().find(|target| build_script && target.is_script_default);
        let default = || targets.iter().rev().find(|target| target.is_default);
        script.or_else(default).or_else(|| targets.first()).map(|target| target.name.clone())
    }

    /// The value of a target, after those that it depends on; each is made once.
    pub(crate) fn resolve(&self, name: &str, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<Value<'v>> {
        let found = self.targets.borrow().iter().find(|target| target.name == name).cloned();
        let Some(target) = found else {
            return Err(match self.active.borrow().last().cloned() {
                Some(target) => {
                    let place = self.place(&target);
                    Fault::UnknownDependency { target, place, name: name.to_owned(), known: self.names() }
                }
                None => Fault::UnknownTarget { name: name.to_owned(), known: self.names() },
            }
            .into());
        };
        if let Some(value) = target.value {
            return Ok(value);
        }
        if let Some(first) = self.active.borrow().iter().position(|active| active == name) {
            let chain = self.active.borrow()[first..].iter().cloned().chain([name.to_owned()]).collect();
            return Err(Fault::Cycle { chain }.into());
        }
        self.active.borrow_mut().push(name.to_owned());
        let arguments = target.depends.iter().map(|name| self.resolve(name, eval)).collect::<Result<Vec<_>, _>>()?;
        Context::of(eval)?.tell(&Event::Target { name });
        let value = eval.eval_function(target.function, &arguments, &[])?;
        self.active.borrow_mut().pop();
        let mut targets = self.targets.borrow_mut();
        targets.iter_mut().filter(|target| target.name == name).for_each(|target| target.value = Some(value));
        Ok(value)
    }

    /// Resolves what the caller of the file has asked for, the first time.
    pub(crate) fn resolve_requested(&self, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<()> {
        if self.resolved.replace(true) {
            return Ok(());
        }
        let context = Context::of(eval)?;
        let requested = context.requested(self);
        context.tell(&Event::Begins { path: &context.options.path, targets: requested.len() });
        requested.iter().try_for_each(|name| self.resolve(name, eval).map(drop))
    }

    /// Keeps a callback, and gives its number.
    pub(crate) fn add_callback(&self, function: Value<'v>) -> usize {
        self.callbacks.borrow_mut().push(function);
        self.callbacks.borrow().len() - 1
    }

    pub(crate) fn callback(&self, number: usize) -> Option<Value<'v>> {
        self.callbacks.borrow().get(number).copied()
    }
}
