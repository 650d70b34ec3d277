//! Evaluating a configuration file.

use starlark::environment::Module;
use starlark::eval::Evaluator;
use starlark::syntax::{AstModule, Dialect};
use starlark::values::Value;
use starlark::values::dict::AllocDict;

use crate::build::{self, Built};
use crate::context::{Context, Requested};
use crate::error::Error;
use crate::functions::globals;
use crate::options::{Listener, Options};
use crate::session::Session;

/// Bytes of Starlark values at one time.
const MAX_HEAP: usize = 2 << 30;
/// Calls within each other.
const MAX_CALLS: usize = 200;

/// A target that a file registers.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TargetName {
    /// Its name.
    pub name: String,
    /// Whether it is built if none is named.
    pub is_default: bool,
}

/// Evaluates a file, and builds the targets that are asked for in their order.
///
/// A configuration is trusted as a build script is: it runs pip and writes where the user can. What it computes is
/// bounded, so that a mistake ends with an error.
///
/// # Errors
///
/// Any [`Error`] but those of [`find`](crate::find).
pub fn build(options: &Options<'_>, listener: &mut dyn Listener) -> Result<Vec<Built>, Error> {
    let context = Context::new(options, Requested::Targets, listener);
    evaluate(&context, |session, eval| {
        if session.names().is_empty() {
            return Err(Error::NoTarget { path: options.path.clone() });
        }
        session.resolve_requested(eval)?;
        let mut all = Vec::new();
        for name in context.requested(session) {
            let value = session.resolve(&name, eval)?;
            let built = build::build(&context, &name, value);
            let failed = |source| Error::Build { place: session.place(&name), target: name, source: Box::new(source) };
            all.push(built.map_err(failed)?);
        }
        Ok(all)
    })
}

/// Evaluates a file, and lists its targets in the order of registration.
///
/// # Errors
///
/// Any [`Error`] but those of [`find`](crate::find) and of building.
pub fn targets(options: &Options<'_>, listener: &mut dyn Listener) -> Result<Vec<TargetName>, Error> {
    let context = Context::new(options, Requested::Nothing, listener);
    evaluate(&context, |session, _| {
        let default = session.default_target(options.build_script);
        let names = session.names().into_iter();
        Ok(names.map(|name| TargetName { is_default: default.as_ref() == Some(&name), name }).collect())
    })
}

fn evaluate<T>(
    context: &Context<'_>,
    then: impl for<'v> FnOnce(&'v Session<'v>, &mut Evaluator<'v, '_, '_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let path = &context.options.path;
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|source| Error::Io { action: "read", path: path.clone(), source })?;
    let dialect = Dialect { enable_load: false, ..Dialect::Extended };
    let syntax = AstModule::parse(&path.to_string_lossy(), text, &dialect)?;
    let globals = globals();
    Module::with_temp_heap(|module| {
        let heap = module.heap();
        let session = heap.alloc(Session::default());
        module.set_extra_value(session);
        let directory = context.options.directory().to_string_lossy().into_owned();
        module.set("CONTEXT", session);
        module.set("CWD", heap.alloc(directory));
        module.set("CONFIG_PATH", heap.alloc(path.to_string_lossy().into_owned()));
        module.set("BUILD_TARGET_TRIPLE", heap.alloc(context.options.target_triple.as_str()));
        let vars = context.options.vars.iter().map(|(name, value)| {
            let value = value.as_ref().map_or(Value::new_none(), |value| heap.alloc(value.as_str()));
            (name.as_str(), value)
        });
        module.set("VARS", heap.alloc(AllocDict(vars)));
        let mut eval = Evaluator::new(&module);
        eval.extra = Some(context);
        eval.set_print_handler(context);
        let bounds = [
            eval.set_max_heap_size(MAX_HEAP),
            eval.set_max_tick_count(context.options.max_steps),
            eval.set_max_callstack_size(MAX_CALLS),
        ];
        bounds.into_iter().collect::<anyhow::Result<()>>().map_err(starlark::Error::from)?;
        eval.eval_module(syntax, &globals)?;
        let session = Session::of(&eval)?;
        then(session, &mut eval)
    })
}
