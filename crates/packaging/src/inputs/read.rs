//! What is read for an application, so that no output takes its place.

use std::path::Path;

use pyox_distribution::Distribution;
use pyox_pip::PipRequest;

use super::Inputs;
use super::source::Source;
use pyox_build_cache::Cache;
use pyox_output::Outputs;

impl Inputs {
    /// The files and directories that are read: what the inputs name, the Python, and the cache. [`Outputs::writes`] then
    /// refuses what would replace one of them.
    pub fn outputs(&self, python: &dyn Distribution, cache: &Cache) -> Outputs {
        let mut outputs = Outputs::default();
        if let Some(source) = &self.source {
            outputs.reads("the source", source);
            if let (true, Ok(script)) = (source.is_file(), source.canonicalize()) {
                outputs.reads_code("the directory of the source", script.parent().unwrap_or(Path::new("/")));
            }
        }
        let request = PipRequest::default().requirements(&self.pip).requirement_files(&self.requirements);
        request.files().iter().for_each(|path| outputs.reads("a requirement", path));
        self.virtualenv.iter().for_each(|path| outputs.reads("the virtualenv", path));
        self.package_roots.iter().for_each(|root| outputs.reads("the package root", &root.directory));
        outputs.keeps("the Python", python.executable());
        outputs.keeps("the standard library", python.stdlib_dir());
        python.extension_dir().iter().for_each(|path| outputs.keeps("the standard library", path));
        python.link().iter().for_each(|link| outputs.keeps("the Python", &link.static_library));
        outputs.keeps("the cache", cache.root());
        outputs
    }

    /// The name of the program, if that does not depend on what is packed.
    pub fn name(&self, python: &dyn Distribution) -> Option<String> {
        if self.source.as_ref()?.extension().is_some_and(|extension| extension == "whl") {
            return None;
        }
        match Source::detect(self.source.as_deref(), &python.info().extension_suffixes).ok()? {
            source @ (Source::Script { .. } | Source::Package { .. } | Source::Application(_)) => source.name(),
            _ => None,
        }
    }
}
