//! Running an interpreter, and asking it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pyox_binary::Binary;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::{Error, PythonInfo};

/// The oldest version that can be embedded.
const MINIMUM: &str = "3.9";

const PROBE: &str = include_str!("probe.py");

/// A command for `executable` in which settings of the calling shell that belong to another Python have no effect.
pub fn command(executable: &Path) -> Command {
    let mut command = Command::new(executable);
    for name in ["PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONPLATLIBDIR", "__PYVENV_LAUNCHER__"] {
        command.env_remove(name);
    }
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// Runs `executable` and reads the JSON that it prints.
pub(crate) fn ask<T: DeserializeOwned>(executable: &Path, arguments: &[&str]) -> Result<T, Error> {
    let output = command(executable)
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

/// Whether a program has no dynamic loader. With musl, it can load nothing then.
fn is_static(program: &Path) -> bool {
    let binary = std::fs::read(program).ok().and_then(|bytes| Binary::parse(&bytes).ok());
    binary.is_some_and(|binary| binary.images.iter().all(|image| image.interpreter.is_none()))
}

/// Where an installation has its files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Paths {
    /// The interpreter, with symbolic links resolved. For a virtual environment the one that it was made from.
    pub(crate) executable: PathBuf,
    pub(crate) base_prefix: PathBuf,
    pub(crate) stdlib: PathBuf,
    pub(crate) extension_dir: Option<PathBuf>,
    pub(crate) purelib: PathBuf,
    /// The directory of the static library and the files of the build.
    pub(crate) libpl: Option<PathBuf>,
    /// The file name of the static library.
    pub(crate) library: Option<String>,
    /// The directory of libraries.
    pub(crate) libdir: Option<PathBuf>,
    /// The part of the directory's path that is called after the machine, as Debian has it.
    #[serde(default)]
    pub(crate) multiarch: Option<PathBuf>,
    /// The shared library that the interpreter itself is linked with.
    #[serde(default)]
    pub(crate) loaded: Option<PathBuf>,
    /// Linker flags of the interpreter.
    pub(crate) libs: String,
    /// Linker flags of the system.
    pub(crate) syslibs: String,
    /// Linker flags of built-in modules.
    pub(crate) modlibs: String,
}

/// The answer of the probe; there is no description if the interpreter is of no use.
#[derive(Deserialize)]
struct Answer {
    implementation: String,
    version: String,
    /// The size of addresses.
    #[serde(default)]
    bits: Option<u32>,
    description: Option<Description>,
}

/// What an interpreter says of itself.
#[derive(Deserialize)]
pub(crate) struct Description {
    pub(crate) info: PythonInfo,
    pub(crate) paths: Paths,
}

impl Description {
    /// Starts `executable` and asks it.
    pub(crate) fn of(executable: &Path) -> Result<Self, Error> {
        let answer: Answer = ask(executable, &["-B", "-E", "-s", "-S", "-c", PROBE])?;
        match answer.description {
            Some(_) if answer.bits == Some(32) => Err(Error::ThirtyTwoBit { executable: executable.into() }),
            Some(mut description) => {
                description.info.triple = PythonInfo::triple_of(description.info.soabi.as_deref());
                description.info.loads_extensions =
                    !description.info.is_musl() || !is_static(&description.paths.executable);
                Ok(description)
            }
            None if matches!(answer.implementation.as_str(), "cpython" | "python") => {
                Err(Error::TooOld { executable: executable.into(), found: answer.version, minimum: MINIMUM })
            }
            None => Err(Error::NotCPython { executable: executable.into(), implementation: answer.implementation }),
        }
    }
}
