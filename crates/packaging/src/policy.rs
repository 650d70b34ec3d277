//! What goes in, and in which form.

use std::collections::BTreeMap;

use pyox_interpreter_config::FileAttribute;
use pyox_packed_resources::OptimizeLevel;

use crate::error::Error;
use pyox_binary::SymbolVersion;
use pyox_packed_resources::Location;

/// Choices that hold for the whole program.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// Optimisation level of the bytecode, and `sys.flags.optimize` of the program.
    pub optimize: OptimizeLevel,
    /// Whether source text goes in besides bytecode: tracebacks show lines, and `inspect.getsource` works.
    pub include_source: bool,
    /// What is kept uncompressed.
    pub profile: Profile,
    /// What `__file__` of a module in memory is.
    pub file_attribute: FileAttribute,
    /// The GNU C library that the program shall run with, if that is to be checked.
    pub glibc: Option<SymbolVersion>,
    /// Where packages are that shall not be where they are placed otherwise, by the name of the distribution or of the
    /// top-level package. It holds for everything that the distribution has installed.
    pub locations: BTreeMap<String, Location>,
}

/// Whether the program shall start fast or be small. Source text, which a program reads only for tracebacks, is
/// compressed in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Profile {
    /// Compressed is what the program is not known to use: the part of the standard library that it does not import.
    #[default]
    Speed,
    /// Compressed is everything but the modules that the interpreter imports when it starts.
    Size,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            optimize: OptimizeLevel::Zero,
            include_source: true,
            profile: Profile::Speed,
            file_attribute: FileAttribute::Virtual,
            glibc: None,
            locations: BTreeMap::new(),
        }
    }
}

impl Policy {
    /// Sets the optimisation level: 0, 1, or 2 for anything higher.
    pub fn set_optimize(&mut self, level: u8) {
        self.optimize = OptimizeLevel::from_number(level).unwrap_or(OptimizeLevel::Two);
    }

    /// Says where a package shall be.
    ///
    /// # Errors
    ///
    /// [`Error::LocatedTwice`] if that was said before.
    pub fn locate(&mut self, package: &str, location: Location) -> Result<(), Error> {
        match self.locations.insert(package.to_owned(), location) {
            None => Ok(()),
            Some(_) => Err(Error::LocatedTwice { name: package.to_owned() }),
        }
    }
}

/// Directories of the standard library that no application needs: its tests, and the IDE.
const EXCLUDED_DIRECTORIES: [&str; 10] = [
    "test",
    "idlelib",
    "lib2to3/tests",
    "distutils/tests",
    "unittest/test",
    "ctypes/test",
    "tkinter/test",
    "sqlite3/test",
    "importlib/test",
    "json/tests",
];

/// Wheels of pip and setuptools: no library, and there is no installation that they could be installed into.
const BUNDLED_WHEELS: &str = "ensurepip/_bundled/";

/// Extension modules that exist to test the interpreter.
const TEST_EXTENSIONS: [&str; 4] = ["_test", "_ctypes_test", "_xxtestfuzz", "xxlimited"];

/// Whether a path of the standard library, relative to its directory, is left out.
pub(crate) fn is_excluded_from_stdlib(path: &str) -> bool {
    let below =
        |directory: &str| path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let file = path.rsplit('/').next().unwrap_or(path);
    EXCLUDED_DIRECTORIES.iter().any(|directory| below(directory))
        || (path.starts_with(BUNDLED_WHEELS) && path.ends_with(".whl"))
        || (file.contains(".so") && TEST_EXTENSIONS.iter().any(|prefix| file.starts_with(prefix)))
}
