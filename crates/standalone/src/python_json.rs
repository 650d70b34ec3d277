//! `PYTHON.json`, which says what is in a full archive.
//!
//! The format is that of
//! [python-build-standalone](https://gregoryszorc.com/docs/python-build-standalone/main/distributions.html), versions
//! [`OLDEST`] to [`NEWEST`]. Paths are relative to the directory that the file is in, with `/`.

mod build_info;
mod required;

use std::collections::BTreeMap;

pub use build_info::{BuildInfo, CoreInfo, ExtensionInfo, Link};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;

/// The oldest version of the format that is read.
pub const OLDEST: u8 = 5;
/// The newest version of the format that is read, and the one that is written.
pub const NEWEST: u8 = 8;

/// The content of a `PYTHON.json`. Nothing of a file is lost: keys that are not known are in `other`. A key whose value
/// is `null` is the same as none, and there, numbers that are no integers of 64 bits have the digits of a double.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PythonJson {
    /// The version of the format.
    pub version: String,
    /// What the binaries were compiled for, as Rust calls it. It may name a microarchitecture, such as `x86_64_v3`.
    pub target_triple: String,
    /// `debug`, `noopt`, `pgo`, `lto`, `pgo+lto`. Up to version 7.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optimizations: Option<String>,
    /// `debug`, `noopt`, `pgo`, `lto`, `freethreading`, `static`, joined by `+`. Since version 8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build_options: Option<String>,
    /// The tag of the interpreter (PEP 425), such as `cp313`.
    pub python_tag: String,
    /// The tag of the ABI (PEP 425). Windows may have none.
    pub python_abi_tag: Option<String>,
    /// The tag of the platform (PEP 425), such as `linux-x86_64`.
    pub python_platform_tag: String,
    /// `sys.implementation.cache_tag`.
    pub python_implementation_cache_tag: String,
    /// `sys.implementation.hexversion`.
    pub python_implementation_hex_version: u64,
    /// `sys.implementation.name`.
    pub python_implementation_name: String,
    /// `sys.implementation.version`: three numbers, the release level and its serial number, as text.
    pub python_implementation_version: Vec<String>,
    /// Such as `3.13.0`.
    pub python_version: String,
    /// Such as `3.13`.
    pub python_major_minor_version: String,
    /// The paths of `sysconfig`, such as `stdlib`.
    pub python_paths: BTreeMap<String, String>,
    /// `sysconfig.get_paths(expand=False)`. Since version 6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub python_paths_abstract: Option<BTreeMap<String, String>>,
    /// `sysconfig.get_config_vars()` as text. Since version 6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub python_config_vars: Option<BTreeMap<String, String>>,
    /// The interpreter.
    pub python_exe: String,
    /// The directory of the static library and the files of the build.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub python_stdlib_platform_config: Option<String>,
    /// Packages of the standard library with tests.
    pub python_stdlib_test_packages: Vec<String>,
    /// Endings of file names, by `bytecode`, `debug_bytecode`, `optimized_bytecode`, `extension` and `source`.
    pub python_suffixes: BTreeMap<String, Vec<String>>,
    /// `importlib.util.MAGIC_NUMBER` as hexadecimal digits.
    pub python_bytecode_magic_number: String,
    /// How libpython is linked: `static` or `shared`.
    pub libpython_link_mode: String,
    /// `global-default`, `dllexport` or `hidden`.
    pub python_symbol_visibility: String,
    /// What the interpreter can load: `builtin`, `shared-library`.
    pub python_extension_module_loading: Vec<String>,
    /// The Apple SDK that it was made with, such as `macosx`. For Apple's systems, since version 7, as the next three.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apple_sdk_canonical_name: Option<String>,
    /// The platform of the Apple SDK.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apple_sdk_platform: Option<String>,
    /// The version of the Apple SDK.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apple_sdk_version: Option<String>,
    /// The oldest version of Apple's system that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apple_sdk_deployment_target: Option<String>,
    /// What is needed of the C runtime, such as `glibc-max-symbol-version:2.17`.
    pub crt_features: Vec<String>,
    /// The script that runs CPython's tests.
    pub run_tests: String,
    /// The licences of CPython, as SPDX identifiers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licenses: Option<Vec<String>>,
    /// The text of the licence of CPython.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license_path: Option<String>,
    /// The directory of the scripts of Tcl.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcl_library_path: Option<String>,
    /// The directories in there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcl_library_paths: Option<Vec<String>>,
    /// Objects and libraries.
    pub build_info: BuildInfo,
    /// Keys that are not known.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

impl PythonJson {
    /// Reads a `PYTHON.json`. Whether the paths in it lead to anything is not looked at.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownVersion`]; [`Error::MissingField`] if a field is missing that its version requires, or is not
    /// meant for it; [`Error::Content`] for anything else; [`Error::UnsafePath`] if a path leads out of the archive.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let value: Value = serde_json::from_slice(bytes).map_err(Error::Content)?;
        required::check(&value)?;
        let parsed: Self = serde_json::from_slice(bytes).map_err(Error::Content)?;
        parsed.paths(&mut |field, path| match is_inside(path) {
            true => Ok(()),
            false => Err(Error::UnsafePath { field: field.into(), path: path.to_owned() }),
        })?;
        Ok(parsed)
    }

    /// As JSON, indented.
    ///
    /// # Errors
    ///
    /// [`Error::Content`], for a value in `other` that has no place in JSON.
    pub fn to_json(&self) -> Result<Vec<u8>, Error> {
        let mut text = serde_json::to_vec_pretty(self).map_err(Error::Content)?;
        text.push(b'\n');
        Ok(text)
    }

    /// Calls `visit` with every path and the field that it is in, until it fails.
    pub(crate) fn paths(&self, visit: &mut dyn FnMut(&str, &str) -> Result<(), Error>) -> Result<(), Error> {
        for (name, path) in &self.python_paths {
            visit(&format!("python_paths.{name}"), path)?;
        }
        visit("python_exe", &self.python_exe)?;
        let optional = [
            ("python_stdlib_platform_config", &self.python_stdlib_platform_config),
            ("license_path", &self.license_path),
            ("tcl_library_path", &self.tcl_library_path),
        ];
        for (field, path) in optional {
            path.iter().try_for_each(|path| visit(field, path))?;
        }
        self.build_info.paths(visit)
    }

    /// The version of Python as numbers.
    pub(crate) fn numbers(&self) -> Option<(u8, u8, u8)> {
        let mut numbers = self.python_version.split(|c: char| !c.is_ascii_digit()).map(str::parse);
        match (numbers.next(), numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor)), Some(Ok(micro))) => Some((major, minor, micro)),
            _ => None,
        }
    }

    /// The endings of the names of extension modules, the most specific first.
    pub(crate) fn extension_suffixes(&self) -> &[String] {
        self.python_suffixes.get("extension").map_or(&[], Vec::as_slice)
    }
}

/// Whether a path stays inside of the directory that it is relative to.
pub(crate) fn is_inside(path: &str) -> bool {
    let is_plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    !path.contains(['\\', '\0', ':']) && path.split('/').all(is_plain)
}

#[cfg(test)]
#[path = "python_json/tests.rs"]
pub(crate) mod tests;
