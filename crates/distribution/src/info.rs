//! What an interpreter says about itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Error;

/// The oldest version that can be embedded.
pub(crate) const MINIMUM: &str = "3.9";

const PROBE: &str = include_str!("probe.py");

/// Everything that is known about a CPython: what it said when it was asked.
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
    /// `cpython`.
    pub implementation: String,
    /// The interpreter, with symbolic links resolved. For a virtual environment the one that it was made from.
    pub executable: PathBuf,
    /// The prefix of the installation.
    pub base_prefix: PathBuf,
    /// The virtual environment, or the same as `base_prefix`.
    pub prefix: PathBuf,
    /// The virtual environment that was asked for, if it was one.
    pub virtualenv: Option<PathBuf>,
    /// The directory of the standard library.
    pub stdlib: PathBuf,
    /// The directory of the standard library's extension modules.
    pub extension_dir: Option<PathBuf>,
    /// Where packages are installed: of the virtual environment, if it is one.
    pub purelib: PathBuf,
    /// The tag of bytecode files, such as `cpython-311`.
    pub cache_tag: Option<String>,
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
    /// 32 or 64.
    pub pointer_width: u8,
    /// The directory of the static library and the files of the build.
    pub libpl: Option<PathBuf>,
    /// The file name of the static library.
    pub library: Option<String>,
    /// The directory of libraries.
    pub libdir: Option<PathBuf>,
    /// Linker flags of the interpreter.
    pub libs: String,
    /// Linker flags of the system.
    pub syslibs: String,
    /// Linker flags of built-in modules.
    pub modlibs: String,
    /// The platform, such as `linux-x86_64`.
    pub platform: String,
    /// What the markers of requirements are compared with, by the names that
    /// [PEP 508](https://peps.python.org/pep-0508/#environment-markers) gives the values. Versions are those of
    /// releases.
    pub markers: BTreeMap<String, String>,
}

/// The answer of the probe; `info` is missing if the interpreter is of no use.
#[derive(Deserialize)]
struct Answer {
    implementation: String,
    version: String,
    info: Option<PythonInfo>,
}

impl PythonInfo {
    /// Starts `executable` and asks it.
    pub(crate) fn probe(executable: &Path) -> Result<Self, Error> {
        let answer: Answer = ask(executable, &["-B", "-E", "-s", "-S", "-c", PROBE])?;
        match answer.info {
            Some(info) => Ok(info),
            None if matches!(answer.implementation.as_str(), "cpython" | "python") => {
                Err(Error::TooOld { executable: executable.into(), found: answer.version, minimum: MINIMUM })
            }
            None => Err(Error::NotCPython { executable: executable.into(), implementation: answer.implementation }),
        }
    }
}

/// Runs `executable` and reads the JSON that it prints.
pub(crate) fn ask<T: DeserializeOwned>(executable: &Path, arguments: &[&str]) -> Result<T, Error> {
    let output = python(executable)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|source| Error::Spawn { program: executable.into(), source })?;
    if !output.status.success() {
        return Err(Error::ProbeFailed {
            executable: executable.into(),
            status: output.status,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        });
    }
    serde_json::from_slice(&output.stdout).map_err(|source| Error::ProbeOutput {
        executable: executable.into(),
        output: String::from_utf8_lossy(&output.stdout).chars().take(200).collect(),
        source,
    })
}

/// A command for `executable` in which settings of the calling shell that belong to another Python have no effect.
pub fn python(executable: &Path) -> Command {
    let mut command = Command::new(executable);
    for name in ["PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONPLATLIBDIR", "__PYVENV_LAUNCHER__"] {
        command.env_remove(name);
    }
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}
