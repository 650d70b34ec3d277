//! What no application needs of the standard library.

use super::names::covers;

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

/// The part of the standard library that no application needs and that a path, relative to its directory, is in.
pub(crate) fn unneeded_part(path: &str) -> Option<&str> {
    let below =
        |directory: &str| path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let file = path.rsplit('/').next().unwrap_or(path);
    let is_file = (path.starts_with(BUNDLED_WHEELS) && path.ends_with(".whl"))
        || (file.contains(".so") && TEST_EXTENSIONS.iter().any(|prefix| file.starts_with(prefix)));
    match EXCLUDED_DIRECTORIES.iter().find(|directory| below(directory)) {
        Some(directory) => Some(&path[..directory.len()]),
        None => is_file.then_some(path),
    }
}

/// Whether a module that was asked for brings a file of such a part along: one of its own, or of a package that it is
/// in. A package does not bring its tests.
pub(super) fn is_brought(module: &str, part: &str, path: &str, of: &str) -> bool {
    if path.starts_with(BUNDLED_WHEELS) {
        return covers("ensurepip", module);
    }
    let is_parent = path.ends_with("/__init__.py") && covers(of, module);
    let (asked, part) = (module.replace('.', "/"), part.split('.').next().unwrap_or(part));
    let is_within = asked == part || asked.strip_prefix(part).is_some_and(|rest| rest.starts_with('/'));
    is_within && (is_parent || covers(module, of))
}

#[cfg(test)]
mod tests {
    use super::super::names::module_of;
    use super::*;

    fn is_in(module: &str, path: &str) -> bool {
        unneeded_part(path).is_none_or(|part| is_brought(module, part, path, &module_of(path)))
    }

    #[test]
    fn a_module_brings_its_packages_and_what_is_below_it() {
        for path in ["test/__init__.py", "test/support/__init__.py", "test/support/os_helper.py", "json/tool.py"] {
            assert!(is_in("test.support", path), "{path}");
        }
        assert!(!is_in("test.support", "test/test_os.py") && !is_in("test.support", "test/crashers/__init__.py"));
        assert!(!is_in("test.support", "idlelib/__init__.py"));
        assert!(is_in("test", "test/data/keycert.pem") && is_in("test", "test/test_os.py"));
        assert!(!is_in("sqlite3", "sqlite3/test/__init__.py") && is_in("sqlite3.test", "sqlite3/test/__init__.py"));
        assert!(is_in("_testcapi", "_testcapi.cpython-311-x86_64-linux-gnu.so"));
        assert!(!is_in("_testbuffer", "_testcapi.cpython-311-x86_64-linux-gnu.so"));
        assert!(is_in("ensurepip", "ensurepip/_bundled/pip-1-py3-none-any.whl"));
        assert!(!is_in("venv", "ensurepip/_bundled/pip-1-py3-none-any.whl"));
    }
}
