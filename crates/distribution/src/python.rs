//! The two sides of a Python: one that runs here, and one that programs are made for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pyox_licenses::{Component, bundled, cpython};
use pyox_scanner::ResourceSource;

use crate::{Error, ExtensionModule, Libpython, LinkSettings, PythonInfo, Tcl, wheel_tags};

/// A Python, whatever it is used for.
pub trait Python: Send + Sync {
    /// What it is.
    fn info(&self) -> &PythonInfo;

    /// A short stable name of exactly this Python, for keys of caches and names of files: hexadecimal digits, say. It
    /// changes when another build is installed in the same place.
    fn identity(&self) -> String;

    /// The minor version, such as `(3, 12)`.
    fn minor(&self) -> (u8, u8) {
        (self.info().major, self.info().minor)
    }
}

/// A Python that runs on this machine: it compiles bytecode, and its pip installs.
pub trait Host: Python {
    /// The interpreter to start.
    fn executable(&self) -> &Path;

    /// The compatibility tags of the wheels that it takes, best first, such as `cp313-cp313-manylinux_2_17_x86_64`
    /// ([specification](https://packaging.python.org/specifications/platform-compatibility-tags/)).
    ///
    /// # Errors
    /// [`Error::Spawn`], [`Error::ProbeFailed`] or [`Error::ProbeOutput`] if the interpreter does not answer, or
    /// [`Error::Other`].
    fn wheel_tags(&self) -> Result<Vec<String>, Error> {
        wheel_tags(self.executable())
    }
}

/// A Python that programs are made for: it is read and linked, and need not run on this machine.
pub trait Target: Python {
    /// The standard library, with the extension modules of it that are files.
    ///
    /// # Errors
    /// It is not there, or [`Error::Other`].
    fn standard_library(&self) -> Result<Box<dyn ResourceSource + '_>, Error>;

    /// The extension modules of the standard library, in every form that it has them, by name.
    ///
    /// # Errors
    /// They cannot be read, or [`Error::Other`].
    fn extension_modules(&self) -> Result<Vec<ExtensionModule>, Error>;

    /// What a program that embeds it is linked with.
    ///
    /// # Errors
    /// [`Error::NoLibpython`] where there is nothing, or [`Error::Other`].
    fn link(&self) -> Result<LinkSettings, Error>;

    /// The shared library of the interpreter, which travels with a program whose launcher has none in itself.
    ///
    /// # Errors
    /// [`Error::NoSharedLibrary`] if [`Target::link`] names none, or [`Error::Other`].
    fn shared_library(&self) -> Result<PathBuf, Error> {
        match self.link()?.libpython {
            Libpython::Shared(path) => Ok(path),
            Libpython::Static(_) => Err(Error::NoSharedLibrary {
                executable: self.files().into_iter().next().unwrap_or_default(),
                version: self.info().version.clone(),
                expected: Vec::new(),
            }),
        }
    }

    /// The Tcl and Tk of its module `_tkinter`; `None` if it has none, or if programs are to use those of the system.
    ///
    /// # Errors
    /// It cannot be found out, or [`Error::Other`].
    fn tcl(&self) -> Result<Option<Tcl>, Error> {
        Ok(None)
    }

    /// The parts of a program that are of this Python, with their licences: the interpreter, and what is compiled into
    /// it and into those of its extension modules that the program has. `names` has these, and the SONAMEs of the
    /// libraries that the program has or needs.
    fn components(&self, names: &BTreeSet<String>) -> Vec<Component> {
        let interpreter = cpython(&self.info().version, None);
        [interpreter].into_iter().chain(bundled(self.minor().1, names)).collect()
    }

    /// The files and directories that it consists of: nothing that is made may take their place.
    fn files(&self) -> Vec<PathBuf> {
        Vec::new()
    }
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<T: Python + ?Sized> Python for $pointer {
            fn info(&self) -> &PythonInfo {
                (**self).info()
            }

            fn identity(&self) -> String {
                (**self).identity()
            }

            fn minor(&self) -> (u8, u8) {
                (**self).minor()
            }
        }

        impl<T: Host + ?Sized> Host for $pointer {
            fn executable(&self) -> &Path {
                (**self).executable()
            }

            fn wheel_tags(&self) -> Result<Vec<String>, Error> {
                (**self).wheel_tags()
            }
        }

        impl<T: Target + ?Sized> Target for $pointer {
            fn standard_library(&self) -> Result<Box<dyn ResourceSource + '_>, Error> {
                (**self).standard_library()
            }

            fn extension_modules(&self) -> Result<Vec<ExtensionModule>, Error> {
                (**self).extension_modules()
            }

            fn link(&self) -> Result<LinkSettings, Error> {
                (**self).link()
            }

            fn shared_library(&self) -> Result<PathBuf, Error> {
                (**self).shared_library()
            }

            fn tcl(&self) -> Result<Option<Tcl>, Error> {
                (**self).tcl()
            }

            fn components(&self, names: &BTreeSet<String>) -> Vec<Component> {
                (**self).components(names)
            }

            fn files(&self) -> Vec<PathBuf> {
                (**self).files()
            }
        }
    )*};
}
forward!(&T, Box<T>, Arc<T>);
