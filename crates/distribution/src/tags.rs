//! Which wheels a Python takes.

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
    info::ask(python.executable(), &["-c", TAGS])
}
