//! Files that patterns name.

use std::path::{Path, PathBuf};

use glob::{MatchOptions, glob_with};

use crate::fault::Fault;

/// As the manual's `glob` crate has them by default.
const OPTIONS: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: false, require_literal_leading_dot: false };

/// The files that an absolute pattern names, sorted.
pub(crate) fn files(pattern: &Path) -> Result<Vec<PathBuf>, Fault> {
    let text = pattern.to_str().ok_or_else(|| Fault::NotUtf8 { path: pattern.display().to_string() })?;
    let found = glob_with(text, OPTIONS);
    let found = found.map_err(|error| Fault::Pattern { pattern: text.to_owned(), message: error.msg })?;
    let mut files = Vec::new();
    for path in found {
        let path = path.map_err(|error| {
            let place = error.path().to_owned();
            Fault::io("read", place)(error.into())
        })?;
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
