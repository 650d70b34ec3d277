//! What goes in, and in which form.

use pyox_packed_resources::OptimizeLevel;

/// Choices that hold for the whole program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// Optimisation level of the bytecode, and `sys.flags.optimize` of the program.
    pub optimize: OptimizeLevel,
    /// Whether source text goes in besides bytecode: tracebacks show lines, and `inspect.getsource` works.
    pub include_source: bool,
    /// zstd level of source text, 1 to 22.
    pub compression_level: i32,
}

impl Default for Policy {
    fn default() -> Self {
        Self { optimize: OptimizeLevel::Zero, include_source: true, compression_level: 15 }
    }
}

impl Policy {
    /// Sets the optimisation level: 0, 1, or 2 for anything higher.
    pub fn set_optimize(&mut self, level: u8) {
        self.optimize = OptimizeLevel::from_number(level).unwrap_or(OptimizeLevel::Two);
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

/// Extension modules that exist to test the interpreter.
const TEST_EXTENSIONS: [&str; 4] = ["_test", "_ctypes_test", "_xxtestfuzz", "xxlimited"];

/// Whether a path of the standard library, relative to its directory, is left out.
pub(crate) fn is_excluded_from_stdlib(path: &str) -> bool {
    let below =
        |directory: &str| path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let file = path.rsplit('/').next().unwrap_or(path);
    EXCLUDED_DIRECTORIES.iter().any(|directory| below(directory))
        || (file.contains(".so") && TEST_EXTENSIONS.iter().any(|prefix| file.starts_with(prefix)))
}
