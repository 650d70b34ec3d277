//! Targets, and where they are built.

use starlark::environment::GlobalsBuilder;
use starlark::eval::Evaluator;
use starlark::starlark_module;
use starlark::values::Value;
use starlark::values::list::UnpackList;
use starlark::values::none::{NoneOr, NoneType};

use crate::context::Context;
use crate::session::{Registration, Session};

#[starlark_module]
pub(super) fn functions(builder: &mut GlobalsBuilder) {
    /// Registers a target: a name, a function that makes it, and the targets whose values that is called with.
    fn register_target<'v>(
        name: &str,
        r#fn: Value<'v>,
        #[starlark(default = NoneOr::None)] depends: NoneOr<UnpackList<String>>,
        #[starlark(default = false)] default: bool,
        #[starlark(default = false)] default_build_script: bool,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<NoneType> {
        let depends = depends.into_option().map(|depends| depends.items).unwrap_or_default();
        Session::of(eval)?.register(Registration {
            name,
            function: r#fn,
            depends,
            is_default: default,
            is_script_default: default_build_script,
            place: eval.call_stack_top_location().map(|span| span.resolve().begin_file_line().to_string()),
        })?;
        Ok(NoneType)
    }

    /// The value of a target, which is made now unless it was made before.
    fn resolve_target<'v>(target: &str, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<Value<'v>> {
        Session::of(eval)?.resolve(target, eval)
    }

    /// Makes the targets that were asked for. Without this, they are made at the end of the file.
    fn resolve_targets<'v>(eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<NoneType> {
        Session::of(eval)?.resolve_requested(eval)?;
        Ok(NoneType)
    }

    /// Sets the directory that builds are in, instead of `build` beside the file.
    fn set_build_path<'v>(path: &str, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<NoneType> {
        Context::of(eval)?.set_build_path(path);
        Ok(NoneType)
    }
}
