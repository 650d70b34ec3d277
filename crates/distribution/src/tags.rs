//! Which wheels a Python takes.

use std::process::Stdio;

use crate::{Distribution, Error, info};

const TAGS: &str = include_str!("tags.py");

/// The compatibility tags of the wheels that a Python takes, best first, such as `cp313-cp313-manylinux_2_17_x86_64`
/// ([specification](https://packaging.python.org/specifications/platform-compatibility-tags/)).
///
/// They are those of its pip, installed or not; without any they are computed.
///
/// # Errors
/// [`Error::Spawn`], [`Error::ProbeFailed`] or [`Error::ProbeOutput`] if the interpreter does not answer.
pub fn wheel_tags(python: &dyn Distribution) -> Result<Vec<String>, Error> {
    let executable = python.executable();
    let output = info::python(executable)
        .args(["-c", TAGS])
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
