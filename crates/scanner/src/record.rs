//! `RECORD`: the list of a distribution's files, with hashes
//! ([specification](https://packaging.python.org/specifications/recording-installed-packages/#the-record-file)).

use std::borrow::Cow;
use std::io;

use pyox_packed_resources::{Data, ReadData};

use crate::metadata_directory;

/// A line of `RECORD`, the list of a distribution's files
/// ([specification](https://packaging.python.org/specifications/recording-installed-packages/#the-record-file)).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordRow {
    /// Line, counted from 1.
    pub line: usize,
    /// The file, relative to `site-packages`.
    pub path: String,
    /// `algorithm=digest`, or empty.
    pub hash: String,
    /// Length in bytes, or empty.
    pub size: String,
}

/// The lines of a `RECORD`: comma separated values with double quotes, as Python's `csv` module writes them.
pub fn record_rows(text: &str) -> Vec<RecordRow> {
    let mut rows = Vec::new();
    let mut fields = vec![String::new()];
    let (mut quoted, mut line, mut start) = (false, 1, 1);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                push(&mut fields, c);
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            '\n' if !quoted => {
                finish(&mut rows, &mut fields, start);
                line += 1;
                start = line;
            }
            '\r' if !quoted => {}
            _ => {
                line += usize::from(c == '\n');
                push(&mut fields, c);
            }
        }
    }
    finish(&mut rows, &mut fields, start);
    rows
}

fn push(fields: &mut [String], c: char) {
    if let Some(field) = fields.last_mut() {
        field.push(c);
    }
}

fn finish(rows: &mut Vec<RecordRow>, fields: &mut Vec<String>, line: usize) {
    let mut fields = std::mem::replace(fields, vec![String::new()]).into_iter();
    let mut next = || fields.next().unwrap_or_default();
    let row = RecordRow { line, path: next(), hash: next(), size: next() };
    if !row.path.is_empty() {
        rows.push(row);
    }
}

/// `RECORD` without what differs between two installations: caches, the installer's notes, digests of scripts.
/// Sorted, and a wheel's own `RECORD` says the same as that of an installation.
pub(crate) struct RecordContent(pub(crate) Data);

impl ReadData for RecordContent {
    fn read(&self) -> io::Result<Cow<'_, [u8]>> {
        let bytes = self.0.read()?;
        Ok(Cow::Owned(reproducible(&String::from_utf8_lossy(&bytes)).into_bytes()))
    }
}

/// A `RECORD` in that form with commands that an installer makes, given by their paths below `sys.prefix`.
pub(crate) struct WithCommands(pub(crate) Data, pub(crate) Vec<String>);

impl ReadData for WithCommands {
    fn read(&self) -> io::Result<Cow<'_, [u8]>> {
        let bytes = self.0.read()?;
        let text = String::from_utf8_lossy(&bytes);
        let commands = self.1.iter().map(|path| format!("{},,\n", from_site_packages(path)));
        let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).chain(commands).collect();
        lines.sort();
        lines.dedup();
        Ok(Cow::Owned(lines.concat().into_bytes()))
    }
}

fn reproducible(text: &str) -> String {
    let mut lines: Vec<String> = record_rows(text)
        .into_iter()
        .filter_map(|row| {
            let path = installed_path(&row.path)?;
            let is_script = path.starts_with(COMMANDS);
            let (hash, size) = if is_script { ("", "") } else { (&*row.hash, &*row.size) };
            let quote = path.contains([',', '"', '\n']);
            let path = if quote { format!("\"{}\"", path.replace('"', "\"\"")) } else { path };
            Some(format!("{path},{hash},{size}\n"))
        })
        .collect();
    lines.sort();
    lines.dedup();
    lines.concat()
}

/// Where commands are, from `site-packages`.
const COMMANDS: &str = "../../../bin/";

/// The path below `sys.prefix` of what has this one from `lib/python3.X/site-packages`, if it is outside of
/// `lib/python3.X`.
pub(crate) fn below_prefix(path: &str) -> Option<String> {
    let below = match path.strip_prefix("../../../") {
        Some(below) => below.to_owned(),
        None => format!("lib/{}", path.strip_prefix("../../")?),
    };
    (!below.split('/').any(|part| part == "..")).then_some(below)
}

/// The other way round.
fn from_site_packages(below_prefix: &str) -> String {
    match below_prefix.strip_prefix("lib/") {
        Some(library) => format!("../../{library}"),
        None => format!("../../../{below_prefix}"),
    }
}

fn installed_path(path: &str) -> Option<String> {
    let path = match wheel_scheme(path) {
        Some(("purelib" | "platlib", rest)) => rest.to_owned(),
        Some(("scripts", rest)) => format!("{COMMANDS}{rest}"),
        Some(("data", rest)) => from_site_packages(rest),
        Some(_) => return None,
        None => path.to_owned(),
    };
    let below = below_prefix(&path).filter(|below| !below.starts_with("include/"));
    let below = below.as_deref().unwrap_or(&path);
    let outside =
        below.starts_with(['/', '\\']) || below.split(['/', '\\']).any(|part| part == "..") || path.contains(':');
    let cache = path.split(['/', '\\']).any(|part| part == "__pycache__");
    let dropped =
        metadata_directory::split(&path).is_some_and(|(_, name)| metadata_directory::is_installation_note(name));
    let site = !path.contains('/') && is_editable_hook(&path);
    (!outside && !cache && !dropped && !site).then_some(path)
}

/// Whether a file at the root is machinery of setuptools' editable installations.
pub(crate) fn is_editable_hook(path: &str) -> bool {
    (path.starts_with("__editable___") && path.ends_with("_finder.py"))
        || path.ends_with(".egg-link")
        || (path.starts_with("__editable__") && path.ends_with(".pth"))
}

/// Installation scheme and rest of a path in a wheel's `NAME-VERSION.data` directory
/// ([PEP 427](https://peps.python.org/pep-0427/#the-data-directory)).
pub(crate) fn wheel_scheme(path: &str) -> Option<(&str, &str)> {
    let (directory, rest) = path.split_once('/')?;
    directory.strip_suffix(".data").filter(|stem| stem.contains('-'))?;
    rest.split_once('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv() {
        let rows = record_rows("a,sha256=x,1\r\n\"b,\"\"c\",,\n\nd");
        let flat: Vec<_> = rows.iter().map(|r| (r.line, r.path.as_str(), r.hash.as_str(), r.size.as_str())).collect();
        assert_eq!(flat, [(1, "a", "sha256=x", "1"), (2, "b,\"c", "", ""), (4, "d", "", "")]);
    }

    #[test]
    fn machine_dependent_lines_go() {
        let installed = "../../../bin/a,sha256=x,1\n../../../share/a,sha256=x,1\n../../../include/a,,\n\
                         ../x,,\n../../l.so,,\n/abs,,\n\
                         C:\\x,,\na/__pycache__/m.pyc,,\na/m.py,sha256=y,2\n\
                         a-1.dist-info/direct_url.json,,\na-1.dist-info/RECORD,,\na/b/direct_url.json,,\n\"a/x,y\",,\n\
                         x.pth,,\n__editable___a_finder.py,,\n";
        let expected = "\"a/x,y\",,\n../../../bin/a,,\n../../../share/a,sha256=x,1\n../../l.so,,\n\
                        a-1.dist-info/RECORD,,\na/b/direct_url.json,,\na/m.py,sha256=y,2\nx.pth,,\n";
        assert_eq!(reproducible(installed), expected);
        let wheel = "a-1.data/purelib/a/m.py,sha256=y,2\na-1.data/scripts/x,,\na-1.data/data/lib/l,,\nb.data/x,,\n";
        assert_eq!(reproducible(wheel), "../../../bin/x,,\n../../l,,\na/m.py,sha256=y,2\nb.data/x,,\n");
    }
}
