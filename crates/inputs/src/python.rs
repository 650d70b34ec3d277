//! Which Python programs are made with.

use std::path::{Path, PathBuf};

use pyox_distribution::{Error as PythonError, Installed, Python};
use pyox_scanner::{Virtualenv, allows_python};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::inputs::Inputs;

/// Why a program is made with the Python that it is made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PythonChoice {
    /// It was asked for.
    Asked {
        /// As given.
        text: String,
    },
    /// It is that of the virtualenv.
    Virtualenv {
        /// Its directory.
        path: PathBuf,
    },
    /// It is the one that is used if nothing is said.
    Usual,
    /// It is the newest one that the source can be used with; the usual one cannot.
    Required {
        /// What states the versions: a script, project file or wheel.
        path: PathBuf,
        /// The versions.
        requires: String,
    },
}

/// The versions of Python that a source is made for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequiresPython {
    /// What states them: a script, project file or wheel.
    pub path: PathBuf,
    /// The versions.
    pub requires: String,
}

impl RequiresPython {
    /// Whether it can be used with a Python. What is no version holds, as it does for pip.
    pub(crate) fn allows(&self, python: &dyn Python) -> bool {
        let info = python.info();
        allows_python(&self.requires, [info.major, info.minor, info.micro]) != Ok(false)
    }
}

impl Inputs {
    /// Chooses a Python of this machine: the one that is `wanted`, as [`Installed::locate`] takes it; else that of the
    /// virtualenv; else the usual one, if the source can be used with it; else the newest that the source allows.
    ///
    /// # Errors
    ///
    /// [`Error::RequiresPython`] if the source is not made for what was asked for, [`Error::NoPythonAllowed`] if it is
    /// made for no Python that is there, those of [`Installed::locate`], and what is wrong with the source.
    pub fn locate_python(&self, wanted: Option<&str>) -> Result<(Installed, PythonChoice), Error> {
        let required = self.requires_python()?;
        if let Some(text) = wanted {
            let python = match &required {
                // Of several the newest that the source allows.
                Some(required) if Installed::are_specifiers(text) => self.newest(Some(text), required)?,
                _ => Installed::locate(wanted)?,
            };
            return Ok((checked(python, required.as_ref())?, PythonChoice::Asked { text: text.to_owned() }));
        }
        if let Some(path) = &self.virtualenv {
            let choice = PythonChoice::Virtualenv { path: path.clone() };
            return Ok((checked(of_virtualenv(path)?, required.as_ref())?, choice));
        }
        let usual = Installed::locate(None);
        match (required, usual) {
            (None, usual) => Ok((usual?, PythonChoice::Usual)),
            (Some(required), Ok(usual)) if required.allows(&usual) => Ok((usual, PythonChoice::Usual)),
            (Some(required), _) => {
                let python = self.newest(None, &required)?;
                Ok((python, PythonChoice::Required { path: required.path, requires: required.requires }))
            }
        }
    }

    /// The newest Python that is among the versions that are wanted and that are required.
    fn newest(&self, wanted: Option<&str>, required: &RequiresPython) -> Result<Installed, Error> {
        if let Some(text) = wanted
            && let Err(message) = allows_python(text, [3, 0, 0])
        {
            return Err(PythonError::Specifiers { text: text.to_owned(), message }.into());
        }
        let both = [wanted.unwrap_or_default(), &required.requires].map(str::trim).map(|text| text.trim_matches(','));
        let both: Vec<&str> = both.into_iter().filter(|text| !text.is_empty()).collect();
        Installed::locate(Some(&both.join(","))).map_err(|error| match error {
            PythonError::NotFound { available, .. } => Error::NoPythonAllowed {
                path: required.path.clone(),
                requires: required.requires.clone(),
                wanted: wanted.map(str::to_owned),
                available,
            },
            other => other.into(),
        })
    }
}

/// A Python that the source can be used with.
pub(crate) fn checked<P: Python>(python: P, required: Option<&RequiresPython>) -> Result<P, Error> {
    match required.filter(|required| !required.allows(&python)) {
        Some(RequiresPython { path, requires }) => {
            let (path, requires, found) = (path.clone(), requires.clone(), python.info().version.clone());
            Err(Error::RequiresPython { path, requires, found })
        }
        None => Ok(python),
    }
}

/// The Python that a virtualenv was made of; another one of its version if that is gone.
pub(crate) fn of_virtualenv(path: &Path) -> Result<Installed, Error> {
    let virtualenv = Virtualenv::open(path, Vec::<String>::new())?;
    let directory = path.to_str().ok_or_else(|| Error::NotUtf8 { path: path.to_owned() })?;
    // A directory in the working directory is not a program of that name.
    let directory = if directory.contains('/') { directory.to_owned() } else { format!("./{directory}") };
    let (major, minor) = virtualenv.python_version();
    match Installed::locate(Some(&directory)) {
        Ok(python) if python.minor() == (major, minor) => Ok(python),
        _ => Ok(Installed::locate(Some(&format!("{major}.{minor}")))?),
    }
}
