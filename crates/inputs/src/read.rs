//! What is read for an application, so that no output takes its place.

use std::path::Path;

use pyox_build_cache::Cache;
use pyox_distribution::{Target, Toolchain};
use pyox_output::Outputs;

use crate::inputs::Inputs;
use crate::source::Source;

impl Inputs {
    /// The files and directories that are read: what the inputs name, the Python, and the cache. [`Outputs::writes`]
    /// then refuses what would replace one of them.
    pub fn outputs(&self, python: Toolchain<'_>, cache: &Cache) -> Outputs {
        let mut outputs = Outputs::default();
        if let Some(source) = &self.source {
            outputs.reads("the source", source);
            if let (true, Ok(script)) = (source.is_file(), source.canonicalize()) {
                outputs.reads_code("the directory of the source", script.parent().unwrap_or(Path::new("/")));
            }
        }
        self.pip_request().files().iter().for_each(|path| outputs.reads("a requirement", path));
        self.virtualenv.iter().for_each(|path| outputs.reads("the virtualenv", path));
        self.package_roots.iter().for_each(|root| outputs.reads("the package root", &root.directory));
        self.data.iter().for_each(|data| outputs.reads("the data", &data.root()));
        outputs.keeps("the Python", python.host().executable());
        python.target().files().iter().for_each(|path| outputs.keeps("the Python", path));
        outputs.keeps("the cache", cache.root());
        outputs
    }

    /// The name of the program, if that does not depend on what is packed.
    pub fn name(&self, target: &dyn Target) -> Option<String> {
        if self.source.as_ref()?.extension().is_some_and(|extension| extension == "whl") {
            return None;
        }
        match Source::detect(self.source.as_deref(), &target.info().extension_suffixes).ok()? {
            source @ (Source::Script { .. } | Source::Package { .. } | Source::Application(_)) => source.name(),
            _ => None,
        }
    }
}
