//! What distributions have installed outside of the directory of modules: commands, data, libraries.

use std::borrow::Cow;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use pyox_packed_resources::{
    COMMAND_START, Data, FileData, Place, ReadData, Resource, SharedLibrary, normalize_project_name, pyc,
};

use crate::data::{FileContent, read_text};
use crate::entry_points::EntryPoint;
use crate::error::Error;
use crate::native;
use crate::python_name::split_path;
use crate::record::{below_prefix, record_rows};
use crate::scan::{Found, Scan};

/// The directory of commands.
const COMMANDS: &str = "bin/";

/// The files below `sys.prefix` that the `RECORD`s in `site_packages` list. Each has its path below that.
pub(crate) fn installed_files(site_packages: &Path, scan: &Scan) -> Result<Vec<Found>, Error> {
    let mut found = Vec::new();
    if !is_in_prefix(site_packages) {
        return Ok(found);
    }
    for file in scan.resources.iter().filter_map(|found| match &found.resource {
        Resource::DistributionResource(file) if file.name == "RECORD" => Some(file),
        _ => None,
    }) {
        let owner: Arc<str> = normalize_project_name(&file.project).into();
        let path = site_packages.join(&file.directory).join("RECORD");
        for row in record_rows(&read_text(&Data::lazy(FileContent(path.clone())), &path)?) {
            let Some(relative) = below_prefix(&row.path).filter(|path| is_packed(path)) else { continue };
            let path = site_packages.join(&row.path);
            let Ok(metadata) = path.metadata() else { continue };
            if metadata.is_file() {
                let data = Data::lazy(FileContent(path.clone()));
                let mut file = found_file(&relative, data, path, is_executable(&metadata));
                file.owner = Some(Arc::clone(&owner));
                found.push(file);
            }
        }
    }
    Ok(found)
}

/// A file with its path below `sys.prefix`.
pub(crate) fn found_file(relative: &str, data: Data, origin: PathBuf, executable: bool) -> Found {
    let path = relative.to_owned();
    let resource = match native::is_native(split_path(relative).1) {
        true => {
            let name = split_path(relative).1.to_owned();
            Resource::SharedLibrary(SharedLibrary { name, relative_path: Some(path), library: data })
        }
        false if relative.starts_with(COMMANDS) => {
            Resource::File(FileData { path, data: Data::lazy(Command(data)), executable: true })
        }
        false => Resource::File(FileData { path, data, executable }),
    };
    Found::new(resource, origin).executable(executable || relative.starts_with(COMMANDS)).at(Place::Prefix)
}

/// The command that installers make of an entry point.
pub(crate) fn command_of(entry: &EntryPoint, origin: PathBuf) -> Option<Found> {
    let function = entry.attribute()?;
    let first = function.split('.').next().unwrap_or_default();
    let text = format!("{COMMAND_START}import sys\nfrom {} import {first}\nsys.exit({function}())\n", entry.module());
    let relative = format!("{COMMANDS}{}", entry.name);
    is_packed(&relative).then(|| found_file(&relative, text.into_bytes().into(), origin, true))
}

/// Whether a directory of modules is where installers put it below a prefix: `lib/python3.X/site-packages`.
fn is_in_prefix(site_packages: &Path) -> bool {
    let library = site_packages.parent().and_then(Path::file_name);
    library.is_some_and(|name| name.to_string_lossy().starts_with("python"))
}

/// Whether a path below `sys.prefix` is a plain one, and of use without a compiler.
pub(crate) fn is_packed(relative: &str) -> bool {
    let path = Path::new(relative);
    path.components().all(|part| matches!(part, Component::Normal(name) if name != pyc::CACHE_DIRECTORY))
        && !relative.is_empty()
        && !relative.starts_with("include/")
}

#[cfg(unix)]
fn is_executable(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_metadata: &std::fs::Metadata) -> bool {
    false
}

/// A command. The installer has written the path of a Python into it, which is not that of the program.
struct Command(Data);

impl ReadData for Command {
    fn read(&self) -> io::Result<Cow<'_, [u8]>> {
        let bytes = self.0.read()?;
        Ok(match without_interpreter(&bytes) {
            Some(rest) => [COMMAND_START.as_bytes(), rest].concat().into(),
            None => bytes,
        })
    }
}

/// What comes after the line that names a Python, or after the two lines that do so where one would be too long.
fn without_interpreter(text: &[u8]) -> Option<&[u8]> {
    let line = |text: &[u8]| text.iter().position(|byte| *byte == b'\n').map_or(text.len(), |end| end + 1);
    let (first, rest) = text.strip_prefix(b"#!").map(|text| text.split_at(line(text)))?;
    let first = String::from_utf8_lossy(first).into_owned();
    if is_python(&first) {
        return Some(rest);
    }
    let second = rest.strip_prefix(b"'''exec' ").filter(|_| first.trim() == "/bin/sh")?;
    let (second, rest) = second.split_at(line(second));
    let rest = &rest[line(rest)..];
    is_python(&String::from_utf8_lossy(second)).then_some(rest)
}

/// Whether one of the words is the path of a Python.
fn is_python(line: &str) -> bool {
    line.split([' ', '\t', '"', '\n', '\r']).any(|word| {
        let name = word.rsplit('/').next().unwrap_or(word);
        let version = name.strip_prefix("pythonw").or_else(|| name.strip_prefix("python"));
        version.is_some_and(|version| version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b't'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_do_not_name_the_python_that_they_were_installed_for() {
        let text = |text: &str| {
            let command = Command(text.as_bytes().to_vec().into());
            String::from_utf8(command.read().unwrap().into_owned()).unwrap()
        };
        assert_eq!(text("#!/a b/bin/python3.13\nimport x\n"), "#!/pyoxidizer/python\nimport x\n");
        assert_eq!(text("#!/usr/bin/env python\r\nx\n"), "#!/pyoxidizer/python\nx\n");
        assert_eq!(
            text("#!/bin/sh\n'''exec' \"/a/bin/python3\" \"$0\" \"$@\"\n' '''\nx\n"),
            "#!/pyoxidizer/python\nx\n"
        );
        for other in ["#!/bin/sh\nexec python3 x\n", "#!/usr/bin/perl\n", "\x7fELF", "", "#!", "#!/bin/sh\n'''exec' x"]
        {
            assert_eq!(text(other), other);
        }
    }

    #[test]
    fn only_plain_paths_are_packed() {
        assert!(is_packed("bin/x") && is_packed("share/a b"));
        for path in ["", "/x", "../x", "a/../b", "include/x.h", "lib/__pycache__/x"] {
            assert!(!is_packed(path), "{path}");
        }
    }
}
