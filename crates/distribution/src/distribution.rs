//! What other crates need of a Python, wherever it comes from.

use std::path::Path;

use crate::{Error, LinkSettings, PythonInfo};

/// A Python to run, to read and to link.
pub trait Distribution {
    /// Everything the interpreter says about itself.
    fn info(&self) -> &PythonInfo;

    /// What a program that embeds this Python statically is linked with.
    ///
    /// # Errors
    /// [`Error::NoStaticLibrary`] where only a shared library (or none) is installed.
    fn link(&self) -> Result<LinkSettings, Error>;

    /// A short stable name of exactly this Python, for cache keys: hexadecimal digits. It changes when another build is
    /// installed in the same place.
    fn identity(&self) -> String;

    /// The interpreter to start.
    fn executable(&self) -> &Path {
        &self.info().executable
    }

    /// The directory of the standard library.
    fn stdlib_dir(&self) -> &Path {
        &self.info().stdlib
    }

    /// The directory of the standard library's extension modules, if it has one.
    fn extension_dir(&self) -> Option<&Path> {
        self.info().extension_dir.as_deref()
    }

    /// The minor version, such as `(3, 12)`.
    fn minor(&self) -> (u8, u8) {
        (self.info().major, self.info().minor)
    }
}

impl<T: Distribution + ?Sized> Distribution for &T {
    fn info(&self) -> &PythonInfo {
        (**self).info()
    }

    fn link(&self) -> Result<LinkSettings, Error> {
        (**self).link()
    }

    fn identity(&self) -> String {
        (**self).identity()
    }
}

impl<T: Distribution + ?Sized> Distribution for Box<T> {
    fn info(&self) -> &PythonInfo {
        (**self).info()
    }

    fn link(&self) -> Result<LinkSettings, Error> {
        (**self).link()
    }

    fn identity(&self) -> String {
        (**self).identity()
    }
}

impl<T: Distribution + ?Sized> Distribution for std::sync::Arc<T> {
    fn info(&self) -> &PythonInfo {
        (**self).info()
    }

    fn link(&self) -> Result<LinkSettings, Error> {
        (**self).link()
    }

    fn identity(&self) -> String {
        (**self).identity()
    }
}
