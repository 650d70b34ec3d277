//! Where Pythons come from.

use std::path::PathBuf;
use std::sync::Arc;

use starlark::environment::GlobalsBuilder;
use starlark::eval::Evaluator;
use starlark::starlark_module;
use starlark::values::none::NoneOr;

use crate::context::Context;
use crate::fault::Fault;
use crate::options::PythonRequest;
use crate::python::Distribution;
use crate::values::distribution::PythonDistribution as PythonDistributionValue;

const FLAVORS: [&str; 3] = ["standalone", "standalone_dynamic", "standalone_static"];

#[starlark_module]
#[allow(non_snake_case, reason = "these are the names of the dialect")]
pub(super) fn functions(builder: &mut GlobalsBuilder) {
    /// The Python that is used if nothing else is said: the newest one, or that of a version, for a target triple.
    fn default_python_distribution<'v>(
        #[starlark(default = "standalone")] flavor: &str,
        #[starlark(default = NoneOr::None)] build_target: NoneOr<&str>,
        #[starlark(default = NoneOr::None)] python_version: NoneOr<&str>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<PythonDistributionValue> {
        let context = Context::of(eval)?;
        check_flavor("default_python_distribution", flavor, &FLAVORS)?;
        let version = python_version.into_option();
        if let Some(text) = version.filter(|text| !is_version(text)) {
            return Err(Fault::Argument {
                function: "default_python_distribution",
                parameter: "python_version",
                value: format!("{text:?}"),
                expected: "\"3.N\" or \"3.N.N\", from \"3.9\" on".to_owned(),
            }
            .into());
        }
        let request = PythonRequest {
            version: version.map(str::to_owned),
            flavor: flavor.to_owned(),
            target_triple: build_target.into_option().unwrap_or(&context.options.target_triple).to_owned(),
        };
        let (python, note) = context.options.pythons.find(&request).map_err(Fault::Python)?;
        if let Some(note) = note {
            context.note(&note, eval);
        }
        Ok(PythonDistributionValue(Arc::new(Distribution::new(python)?)))
    }

    /// A distribution archive, from a file or a URL.
    fn PythonDistribution<'v>(
        sha256: &str,
        #[starlark(default = NoneOr::None)] local_path: NoneOr<&str>,
        #[starlark(default = NoneOr::None)] url: NoneOr<&str>,
        #[starlark(default = "standalone")] flavor: &str,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<PythonDistributionValue> {
        let context = Context::of(eval)?;
        check_flavor("PythonDistribution", flavor, &FLAVORS[..1])?;
        let path: PathBuf = match (local_path.into_option(), url.into_option()) {
            (Some(path), None) => context.path(path),
            (None, Some(url)) => context.options.pythons.download(url, sha256).map_err(Fault::Python)?,
            (one, _) => {
                return Err(Fault::Argument {
                    function: "PythonDistribution",
                    parameter: "local_path",
                    value: if one.is_some() { "a path besides url" } else { "nothing" }.to_owned(),
                    expected: "either local_path or url".to_owned(),
                }
                .into());
            }
        };
        let python = Distribution::of_archive(&path, sha256, context.options.cache)?;
        Ok(PythonDistributionValue(Arc::new(python)))
    }
}

fn check_flavor(function: &'static str, flavor: &str, known: &[&str]) -> Result<(), Fault> {
    match known.contains(&flavor) {
        true => Ok(()),
        false => Err(Fault::Argument {
            function,
            parameter: "flavor",
            value: format!("{flavor:?}"),
            expected: known.join(", "),
        }),
    }
}

/// Whether it is the version of a Python that programs can be made with.
fn is_version(text: &str) -> bool {
    let numbers: Option<Vec<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
    matches!(numbers.as_deref(), Some([3, minor] | [3, minor, _]) if *minor >= 9)
}
