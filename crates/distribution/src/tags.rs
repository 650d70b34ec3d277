//! Which wheels a Python takes.

use std::path::Path;

use crate::{Error, run};

const TAGS: &str = include_str!("tags.py");

/// The compatibility tags of the wheels that an interpreter takes: those of its pip, installed or not; without any they
/// are computed.
pub(crate) fn wheel_tags(executable: &Path) -> Result<Vec<String>, Error> {
    run::ask(executable, &["-c", TAGS])
}
