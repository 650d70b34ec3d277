//! What a Python is, wherever it is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a Python is, wherever it is: its version, its ABI, its bytecode, what is built into it.
///
/// ```
/// use pyox_distribution::PythonInfo;
///
/// let mut info = PythonInfo::new((3, 13, 1), "x86_64-unknown-linux-gnu");
/// info.extension_suffixes = vec![".cpython-313-x86_64-linux-gnu.so".into(), ".abi3.so".into(), ".so".into()];
/// assert_eq!(info.version, "3.13.1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PythonInfo {
    /// The version without release level, such as `3.11.7`.
    pub version: String,
    /// The first number of the version.
    pub major: u8,
    /// The second number of the version.
    pub minor: u8,
    /// The third number of the version.
    pub micro: u8,
    /// `alpha`, `beta`, `candidate` or `final`.
    pub releaselevel: String,
    /// Which alpha, beta or candidate it is.
    pub serial: u8,
    /// What it was compiled for, as Rust calls it, such as `x86_64-unknown-linux-gnu`.
    #[serde(default)]
    pub triple: String,
    /// The tag of extension modules, such as `cpython-311-x86_64-linux-gnu`. Windows has none.
    pub soabi: Option<String>,
    /// The file name endings of extension modules, the most specific first.
    pub extension_suffixes: Vec<String>,
    /// The magic number of bytecode files, as hexadecimal digits.
    pub magic: String,
    /// The modules that are part of the interpreter.
    pub builtin_modules: Vec<String>,
    /// The top-level modules that are never looked for on `sys.path`: built in, frozen, or imported before a script
    /// runs.
    pub fixed_modules: Vec<String>,
    /// Whether it was built without the global interpreter lock.
    pub gil_disabled: bool,
    /// Whether it is a debug build.
    pub debug: bool,
    /// Whether it can load extension modules from files: one that is linked statically with musl has those that are
    /// built in and no others.
    #[serde(default = "yes")]
    pub loads_extensions: bool,
    /// The platform as `sysconfig` calls it, such as `linux-x86_64`.
    pub platform: String,
    /// What the markers of requirements are compared with, by the names that
    /// [PEP 508](https://peps.python.org/pep-0508/#environment-markers) gives the values. Versions are those of
    /// releases.
    pub markers: BTreeMap<String, String>,
}

impl PythonInfo {
    /// A release of this version for a target, of which nothing else is known.
    pub fn new((major, minor, micro): (u8, u8, u8), triple: impl Into<String>) -> Self {
        Self {
            version: format!("{major}.{minor}.{micro}"),
            major,
            minor,
            micro,
            releaselevel: "final".into(),
            serial: 0,
            triple: triple.into(),
            soabi: None,
            extension_suffixes: Vec::new(),
            magic: String::new(),
            builtin_modules: Vec::new(),
            fixed_modules: Vec::new(),
            gil_disabled: false,
            debug: false,
            loads_extensions: true,
            platform: String::new(),
            markers: BTreeMap::new(),
        }
    }

    /// Whether its C library is musl.
    #[must_use]
    pub fn is_musl(&self) -> bool {
        self.triple.contains("-linux-musl")
    }

    /// The triple that the tag of extension modules ends with; without one, that of this program.
    pub(crate) fn triple_of(soabi: Option<&str>) -> String {
        let platform = soabi.and_then(|abi| abi.splitn(3, '-').nth(2)?.split_once('-'));
        match platform {
            Some(("i386", rest)) => format!("i686-unknown-{rest}"),
            Some((machine, rest)) => format!("{machine}-unknown-{rest}"),
            None => env!("PYOX_TARGET").to_owned(),
        }
    }
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extension_modules_tell_the_triple() {
        for (soabi, triple) in [
            ("cpython-311-x86_64-linux-gnu", "x86_64-unknown-linux-gnu"),
            ("cpython-313t-aarch64-linux-musl", "aarch64-unknown-linux-musl"),
            ("cpython-39-i386-linux-gnu", "i686-unknown-linux-gnu"),
        ] {
            assert_eq!(PythonInfo::triple_of(Some(soabi)), triple);
        }
        assert_eq!(PythonInfo::triple_of(None), PythonInfo::triple_of(Some("cpython-313-darwin")));
    }
}
