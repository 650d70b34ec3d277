//! The virtualenv whose packages go in though no one names it.

use std::path::{Path, PathBuf};

use pyox_distribution::{Installed, Python};
use pyox_scanner::Virtualenv;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::inputs::Inputs;
use crate::python::{PythonChoice, checked, of_virtualenv};

/// A virtualenv that is there, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum VirtualenvChoice {
    /// Its packages go in: it is active.
    Active {
        /// Its directory.
        path: PathBuf,
    },
    /// Its packages go in: it lies in the directory of the source.
    Beside {
        /// Its directory.
        path: PathBuf,
    },
    /// It is not used: it is for another Python.
    OtherPython {
        /// Its directory.
        path: PathBuf,
        /// Its version.
        found: (u8, u8),
        /// The version of the program.
        expected: (u8, u8),
    },
}

impl Inputs {
    /// Chooses a Python as [`Inputs::locate_python`] does, and takes packages of a virtualenv in where nothing else
    /// says which go in: of the `active` one, else of `.venv` in the directory of the source. The source has to be one
    /// that does not say itself what it requires. The virtualenv brings its Python, if the source can be used with it
    /// and no other is `wanted`.
    ///
    /// # Errors
    ///
    /// As [`Inputs::locate_python`].
    pub fn locate_python_and_virtualenv(
        &mut self,
        wanted: Option<&str>,
        active: Option<&Path>,
    ) -> Result<(Installed, PythonChoice, Option<VirtualenvChoice>), Error> {
        let Some((path, is_active)) = self.nearby(active)? else {
            let (python, choice) = self.locate_python(wanted)?;
            return Ok((python, choice, None));
        };
        let found = Virtualenv::open(&path, Vec::<String>::new())?.python_version();
        let own = match wanted {
            None => of_virtualenv(&path).ok(),
            Some(_) => None,
        };
        let required = self.requires_python()?;
        let own = own.filter(|python| required.is_none_or(|required| required.allows(python)));
        let (python, choice) = match own {
            Some(python) => (python, PythonChoice::Virtualenv { path: path.clone() }),
            None => self.locate_python(wanted)?,
        };
        let virtualenv = self.choose(path, is_active, found, python.minor());
        Ok((python, choice, Some(virtualenv)))
    }

    /// The same for a Python that was found in another way: it has to be one that the source can be used with. Packages
    /// of a virtualenv go in only if `nearby` is given: it is the active one, if there is one.
    ///
    /// # Errors
    ///
    /// [`Error::RequiresPython`] if the source is not made for it, and what is wrong with the source.
    pub fn take_python(
        &mut self,
        python: &dyn Python,
        nearby: Option<Option<&Path>>,
    ) -> Result<Option<VirtualenvChoice>, Error> {
        checked(python, self.requires_python()?.as_ref())?;
        let Some(active) = nearby else { return Ok(None) };
        let Some((path, is_active)) = self.nearby(active)? else { return Ok(None) };
        let found = Virtualenv::open(&path, Vec::<String>::new())?.python_version();
        Ok(Some(self.choose(path, is_active, found, python.minor())))
    }

    /// Uses a virtualenv, if it is for the Python of the program.
    fn choose(&mut self, path: PathBuf, is_active: bool, found: (u8, u8), expected: (u8, u8)) -> VirtualenvChoice {
        if found != expected {
            return VirtualenvChoice::OtherPython { path, found, expected };
        }
        self.virtualenv = Some(path.clone());
        match is_active {
            true => VirtualenvChoice::Active { path },
            false => VirtualenvChoice::Beside { path },
        }
    }

    /// The virtualenv that is used if nothing else is said, and whether it is the active one.
    fn nearby(&self, active: Option<&Path>) -> Result<Option<(PathBuf, bool)>, Error> {
        let is_said = self.virtualenv.is_some()
            || !(self.pip.is_empty()
                && self.requirements.is_empty()
                && self.groups.is_empty()
                && self.package_roots.is_empty());
        if is_said || self.says_what_it_requires()? {
            return Ok(None);
        }
        let is_virtualenv = |path: &PathBuf| Virtualenv::open(path, Vec::<String>::new()).is_ok();
        if let Some(path) = active.map(Path::to_owned).filter(is_virtualenv) {
            return Ok(Some((path, true)));
        }
        let beside = self.directories()?.into_iter().map(|directory| directory.join(".venv")).find(is_virtualenv);
        Ok(beside.map(|path| (path, false)))
    }
}
