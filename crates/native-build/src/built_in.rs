//! Extension modules of a scan that are linked into the program.

use std::collections::BTreeSet;

use pyox_packed_resources::{BuiltinModule, ExtensionModule, Resource};
use pyox_scanner::{Found, ResourceSource, Scan};

use crate::error::Error;

/// The extension modules that a project has installed, by its normalised name.
///
/// # Errors
///
/// [`Error::Scan`]
pub fn modules_of(source: &dyn ResourceSource, project: &str) -> Result<Vec<ExtensionModule>, Error> {
    let of_project = |found: &Found| found.owner.as_deref() == Some(project);
    let resources = source.scan()?.resources.into_iter().filter(of_project).map(|found| found.resource);
    let module = |resource| match resource {
        Resource::ExtensionModule(module) => Some(module),
        _ => None,
    };
    Ok(resources.filter_map(module).collect())
}

/// A source with some of its extension modules as parts of the program, without files.
#[derive(Debug, Clone)]
pub struct BuiltIn<S> {
    source: S,
    modules: BTreeSet<String>,
}

impl<S> BuiltIn<S> {
    /// The same source without the files of these extension modules.
    pub fn new<N: Into<String>>(source: S, modules: impl IntoIterator<Item = N>) -> Self {
        Self { source, modules: modules.into_iter().map(Into::into).collect() }
    }
}

impl<S: ResourceSource> ResourceSource for BuiltIn<S> {
    fn scan(&self) -> Result<Scan, pyox_scanner::Error> {
        let mut scan = self.source.scan()?;
        for found in &mut scan.resources {
            if let Resource::ExtensionModule(module) = &found.resource
                && self.modules.contains(&module.name)
            {
                let (name, relative_path) = (module.name.clone(), module.relative_path.clone());
                found.resource = Resource::BuiltinModule(BuiltinModule { name, relative_path });
                found.executable = false;
            }
        }
        Ok(scan)
    }
}
