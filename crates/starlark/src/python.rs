//! The Python of a program: one that is installed, or a distribution archive.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use pyox_build_cache::{Cache, file_digest};
use pyox_distribution::{Host as _, Installed, Python as _, PythonInfo, Target, Toolchain};
use pyox_packaging::LayerKind;
use pyox_standalone::{ExtensionFilter, Selection, Standalone, describe, installed_interpreter};

use crate::fault::Fault;
use crate::options::FoundPython;
use crate::policy::Policy;
use crate::resource::Search;

/// The data of a `PythonDistribution`.
pub(crate) struct Distribution {
    standalone: Option<Standalone>,
    /// What is installed; of an archive, a Python with the same bytecode.
    installed: Installed,
    /// What does the work.
    pub(crate) host: Installed,
    stdlib: OnceLock<Arc<Search>>,
}

impl Distribution {
    pub(crate) fn new(found: FoundPython) -> Result<Self, Fault> {
        let (installed, standalone) = match found {
            FoundPython::Installed(installed) => (*installed, None),
            FoundPython::Standalone(standalone) => {
                let (major, minor) = standalone.minor();
                let installed = match standalone.host() {
                    Some(host) => host.clone(),
                    None => Installed::locate(Some(&format!("{major}.{minor}")))?,
                };
                (installed, Some(*standalone))
            }
        };
        Ok(Self { standalone, host: installed.worker(), installed, stdlib: OnceLock::new() })
    }

    /// The archive at a path, which has to have this SHA-256.
    pub(crate) fn of_archive(path: &Path, sha256: &str, cache: &Cache) -> Result<Self, Fault> {
        let found = file_digest(path).map_err(Fault::io("read", path))?;
        if !found.eq_ignore_ascii_case(sha256) {
            return Err(Fault::Digest { path: path.to_owned(), expected: sha256.to_owned(), found });
        }
        Self::new(match installed_interpreter(path, cache)? {
            Some(interpreter) => FoundPython::Installed(Box::new(Installed::locate(interpreter.to_str())?)),
            None => FoundPython::Standalone(Box::new(Standalone::open(path, cache)?)),
        })
    }

    /// The same with the extension modules that a policy chooses.
    pub(crate) fn chosen(&self, policy: &Policy) -> Result<Option<Standalone>, Fault> {
        match (policy.selection(), &self.standalone) {
            (None, standalone) => Ok(standalone.clone()),
            (Some(selection), Some(standalone)) => Ok(Some(standalone.clone().with_extension_modules(selection)?)),
            // A variant is preferred where there are several: there are none. What is left out is below.
            (Some(_), None) => Ok(None),
        }
    }

    /// The extension modules of an installed Python that a policy leaves out. Those that are a part of its libpython
    /// cannot be.
    pub(crate) fn left_out(&self, policy: &Policy) -> Result<BTreeSet<String>, Fault> {
        let filter = policy.filter();
        if self.standalone.is_some() || filter == ExtensionFilter::All {
            return Ok(BTreeSet::new());
        }
        let described = describe(&self.installed)?;
        let chosen = Selection::new(filter).choose(&described)?;
        let mut left_out = BTreeSet::new();
        let refused = described.build_info.extensions.iter().filter(|(name, _)| !chosen.contains_key(name.as_str()));
        for (name, variants) in refused {
            if variants.iter().all(|variant| !variant.in_core) {
                left_out.insert(name.clone());
            } else if filter != ExtensionFilter::Minimal {
                let (filter, python) = (filter.name().to_owned(), self.installed.executable().to_owned());
                return Err(Fault::Unfiltered { filter, python, module: name.clone() });
            }
        }
        Ok(left_out)
    }

    /// What programs are made with and for, where these extension modules are chosen.
    pub(crate) fn toolchain<'a>(&'a self, chosen: &'a Option<Standalone>) -> Result<Toolchain<'a>, Fault> {
        match chosen {
            Some(standalone) => Ok(Toolchain::new(&self.host, standalone)?),
            None => Ok(Toolchain::new(&self.host, &self.installed)?),
        }
    }

    fn target(&self) -> &dyn Target {
        match &self.standalone {
            Some(standalone) => standalone,
            None => &self.installed,
        }
    }

    pub(crate) fn info(&self) -> &PythonInfo {
        self.target().info()
    }

    /// The standard library.
    pub(crate) fn stdlib(&self) -> Result<Arc<Search>, Fault> {
        if let Some(search) = self.stdlib.get() {
            return Ok(Arc::clone(search));
        }
        let scan = self.target().standard_library()?.scan()?;
        let search = Search::new(LayerKind::StandardLibrary, scan, Some(self.target().identity()));
        Ok(Arc::clone(self.stdlib.get_or_init(|| Arc::new(search))))
    }
}

impl fmt::Debug for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Distribution").field(&self.info().version).finish()
    }
}
