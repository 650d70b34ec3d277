//! Searching for resources, and what a configuration file gets of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use pyox_linker::Step;
use pyox_packaging::LayerKind;
use pyox_packed_resources::{FileData, Resource};
use pyox_pip::{InstalledTree, Pip, PipRequest};
use pyox_scanner::{Directory, Found, MemorySource, ResourceSource as _, SitePackages, Virtualenv};
use starlark::eval::Evaluator;
use starlark::values::Value;

use crate::context::Context;
use crate::fault::Fault;
use crate::policy::Policy;
use crate::python::Distribution;
use crate::resource::{Item, Search, has_type};
use crate::session::Session;
use crate::values::policy::PackagingPolicy;
use crate::values::resource;

/// Values for what a search has found, as a policy wants them, after its callbacks.
pub(crate) fn emit<'v>(
    search: &Arc<Search>,
    policy: &Policy,
    is_stdlib: bool,
    eval: &mut Evaluator<'v, '_, '_>,
) -> starlark::Result<Vec<Value<'v>>> {
    let mut values = Vec::new();
    // The standard library is always what it is: nothing would run otherwise.
    let (classified, files) = if is_stdlib { (true, false) } else { policy.emits() };
    for found in search.found() {
        let forms = [(classified && has_type(&found.resource)).then(|| found.clone()), files.then(|| as_file(found))];
        for found in forms.into_iter().flatten() {
            let addition = policy.addition(&found, is_stdlib);
            values.push(resource::value(Item::new(Arc::clone(search), found, is_stdlib, addition), eval.heap()));
        }
    }
    if !policy.callbacks.is_empty() {
        let policy_value = eval.heap().alloc(PackagingPolicy::new(policy.clone()));
        let session = Session::of(eval)?;
        for value in &values {
            for callback in policy.callbacks.iter().filter_map(|number| session.callback(*number)) {
                eval.eval_function(callback, &[policy_value, *value], &[])?;
            }
        }
    }
    Ok(values)
}

/// A resource as the file that it is.
fn as_file(found: &Found) -> Found {
    let (path, data) = (found.resource.relative_path(), found.resource.data().clone());
    let file = FileData { path, data, executable: found.executable };
    let mut other = found.clone();
    other.resource = Resource::File(file);
    other
}

/// Searches what pip installs, or has installed.
pub(crate) fn pip(context: &Context<'_>, python: &Distribution, request: &PipRequest) -> Result<Arc<Search>, Fault> {
    let options = context.options;
    let pip = Pip::new(&python.host, options.cache.directory("pip"));
    let install = |refresh: bool| -> Result<InstalledTree, Fault> {
        let request = request.clone().refresh(refresh);
        context.with_progress(|progress| {
            let mut begun = false;
            let tree = pip.install(&request, &mut |line| {
                if !std::mem::replace(&mut begun, true) {
                    progress.begin(Step::Install, "");
                }
                progress.line(line);
            });
            progress.end();
            Ok(tree?)
        })
    };
    let mut tree = install(options.refresh)?;
    if tree.cached && !tree.is_intact() {
        context.with_progress(|progress| progress.damaged(&tree.path, 1));
        tree = install(true)?;
    }
    let scan = SitePackages::below(&tree.path, python.info().extension_suffixes.iter())?.scan()?;
    // As packaging names the layer of such a tree, so that both keep one.
    let identity = format!("{} {}", tree.path.display(), tree.digest());
    Ok(Arc::new(Search::new(LayerKind::Requirements, scan, Some(identity))))
}

/// Searches a directory for some packages.
pub(crate) fn package_root(python: &Distribution, path: &Path, packages: &[String]) -> Result<Arc<Search>, Fault> {
    std::fs::read_dir(path).map_err(Fault::io("read", path))?;
    let directory = Directory::new(path).extension_suffixes(python.info().extension_suffixes.iter());
    let directory = directory.exclude_if(pyox_output::is_aside).only(packages.iter());
    Ok(Arc::new(Search::new(LayerKind::PackageRoot, directory.scan()?, None)))
}

/// Searches a virtualenv.
pub(crate) fn virtualenv(python: &Distribution, path: &Path) -> Result<Arc<Search>, Fault> {
    let info = python.info();
    let virtualenv = Virtualenv::open(path, info.extension_suffixes.iter())?;
    let (found, expected) = (virtualenv.python_version(), (info.major, info.minor));
    if found != expected {
        return Err(pyox_packaging::InputError::VirtualenvVersion { path: path.to_owned(), found, expected }.into());
    }
    Ok(Arc::new(Search::new(LayerKind::Virtualenv, virtualenv.scan()?, None)))
}

/// A module with this text.
pub(crate) fn module_source(name: &str, source: &str, is_package: bool) -> Result<Arc<Search>, Fault> {
    let path = name.replace('.', "/");
    let path = if is_package { format!("{path}/__init__.py") } else { format!("{path}.py") };
    let scan = MemorySource::new().file(path, source).scan()?;
    Ok(Arc::new(Search::new(LayerKind::Other, scan, None)))
}

/// Arguments and variables for pip, whose paths begin in the directory of the configuration file.
pub(crate) fn request(context: &Context<'_>, words: &[String], environment: BTreeMap<String, String>) -> PipRequest {
    crate::pip_words::request(context.options.directory(), words).environment(environment)
}
