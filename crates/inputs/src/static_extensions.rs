//! Extension modules that are linked into the program.

use std::collections::BTreeSet;

use pyox_native_build::{Recorder, Recording, modules_of};
use pyox_packed_resources::normalize_project_name;
use pyox_pip::{InstalledTree, PipRequest};
use pyox_scanner::SitePackages;

use crate::error::Error;
use crate::resolving::Resolving;

/// The directory of a tree of pip that recorders write into.
const DIRECTORY: &str = "native-build";

impl Resolving<'_, '_> {
    /// Has pip build these projects from source, with a recorder before the compilers.
    pub(crate) fn build_extensions(&mut self, projects: &[String], request: &mut PipRequest) -> Result<(), Error> {
        if projects.is_empty() {
            return Ok(());
        }
        let python = self.builder.python();
        let (found, expected) = (&python.host().info().triple, &python.target().info().triple);
        if found != expected {
            return Err(Error::OtherPlatform { found: found.clone(), expected: expected.clone() });
        }
        self.built = projects.iter().map(|name| normalize_project_name(name)).collect();
        let recorder = Recorder::new(self.builder.cache(), python.host().executable())?;
        let names: Vec<&str> = self.built.iter().map(String::as_str).collect();
        // Wheels that pip has built before, without a recorder, will not do.
        let options = ["--no-cache-dir".to_owned(), format!("--no-binary={}", names.join(","))];
        let isolated = [("PIP_USE_PEP517".to_owned(), "1".to_owned())];
        *request = std::mem::take(request)
            .arguments(options)
            .path([recorder.directory()])
            .environment(recorder.environment().clone().into_iter().chain(isolated))
            .directory(Recorder::VARIABLE, DIRECTORY);
        Ok(())
    }

    /// Makes objects of the extension modules of these projects that are in a tree, and gives the names of the modules.
    pub(crate) fn link_extensions(&mut self, tree: &InstalledTree) -> Result<BTreeSet<String>, Error> {
        let mut names = BTreeSet::new();
        if self.built.is_empty() {
            return Ok(names);
        }
        let recording = Recording::read(tree.path.join(DIRECTORY))?;
        let suffixes = &self.builder.python().target().info().extension_suffixes;
        let installed = SitePackages::below(&tree.path, suffixes.iter())?;
        for project in &self.built {
            for module in modules_of(&installed, project)? {
                let library = module.library.read().map_err(Error::io("read", &tree.path))?;
                let extension = recording.extension(&module.name, &library, self.builder.cache())?;
                self.static_extensions.push(extension);
                names.insert(module.name);
            }
        }
        self.built_in.extend(names.iter().cloned());
        Ok(names)
    }

    /// Whether all projects that were built for their extension modules have some.
    pub(crate) fn check_extensions(&self) -> Result<(), Error> {
        for project in &self.built {
            let mut rows = self.layers.iter().flat_map(|layer| layer.rows());
            let mut own = rows.by_ref().filter(|row| row.owner.as_ref() == Some(project)).peekable();
            if own.peek().is_none() {
                return Err(Error::NotBuilt { name: project.clone() });
            }
            if !own.any(|row| row.kind == pyox_packed_resources::ResourceKind::BuiltinModule) {
                return Err(Error::NoExtensionModules { name: project.clone() });
            }
        }
        Ok(())
    }
}
