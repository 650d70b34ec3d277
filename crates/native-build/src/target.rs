//! A Python whose programs are linked with further extension modules.

use std::collections::BTreeSet;
use std::path::PathBuf;

use pyox_build_cache::digest;
use pyox_distribution::{Error, ExtensionModule, LinkSettings, Python, PythonInfo, Target, Tcl};
use pyox_licenses::Component;
use pyox_scanner::ResourceSource;

use crate::recording::StaticExtension;

/// A Python whose programs are linked with further extension modules. All else is as it was.
pub struct WithExtensions<'a> {
    target: &'a dyn Target,
    extensions: &'a [StaticExtension],
}

impl<'a> WithExtensions<'a> {
    /// Programs for `target` with these extension modules.
    pub fn new(target: &'a dyn Target, extensions: &'a [StaticExtension]) -> Self {
        Self { target, extensions }
    }
}

impl Python for WithExtensions<'_> {
    fn info(&self) -> &PythonInfo {
        self.target.info()
    }

    fn identity(&self) -> String {
        let target = self.target.identity();
        if self.extensions.is_empty() {
            return target;
        }
        let digests = self.extensions.iter().map(|extension| extension.linked.digest.as_bytes());
        digest([target.as_bytes()].into_iter().chain(digests))
    }
}

impl Target for WithExtensions<'_> {
    fn standard_library(&self) -> Result<Box<dyn ResourceSource + '_>, Error> {
        self.target.standard_library()
    }

    fn extension_modules(&self) -> Result<Vec<ExtensionModule>, Error> {
        self.target.extension_modules()
    }

    fn link(&self) -> Result<LinkSettings, Error> {
        let mut settings = self.target.link()?;
        for extension in self.extensions {
            settings.extensions.push(extension.linked.clone());
            for library in &extension.libraries {
                if !settings.system_libraries.contains(library) {
                    settings.system_libraries.push(library.clone());
                }
            }
        }
        Ok(settings)
    }

    fn shared_library(&self) -> Result<PathBuf, Error> {
        self.target.shared_library()
    }

    fn tcl(&self) -> Result<Option<Tcl>, Error> {
        self.target.tcl()
    }

    fn components(&self, names: &BTreeSet<String>) -> Vec<Component> {
        self.target.components(names)
    }

    fn files(&self) -> Vec<PathBuf> {
        self.target.files()
    }
}
