//! The name of an installed tree: a digest of everything that decides what pip installs and that can be known before.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use pyox_build_cache::{file_digest, push_file};
use pyox_packed_resources::PartsDigest;

use crate::{Error, PipRequest, requirement_lines, spec};

/// Settings of pip that change what it installs.
const SETTINGS: [&str; 14] = [
    "PIP_CONSTRAINT",
    "PIP_EDITABLE",
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIP_INDEX_URL",
    "PIP_NO_BINARY",
    "PIP_NO_DEPS",
    "PIP_NO_INDEX",
    "PIP_ONLY_BINARY",
    "PIP_PLATFORM",
    "PIP_PRE",
    "PIP_PREFER_BINARY",
    "PIP_CONFIG_FILE",
    "PIP_REQUIREMENT",
];

/// Directories that are never part of a project.
const SKIPPED: [&str; 8] = [".git", ".hg", ".tox", ".nox", ".venv", "__pycache__", "node_modules", ".mypy_cache"];

/// Directories that are made by building, if they lie at the top of a project. Deeper they may be packages.
const SKIPPED_AT_TOP: [&str; 4] = ["build", "dist", "target", "venv"];

pub(super) fn digest(identity: &str, request: &PipRequest) -> Result<String, Error> {
    let mut fields = PartsDigest::default().with("pip 3").with(identity);
    for setting in SETTINGS {
        fields.push(std::env::var_os(setting).unwrap_or_default().as_encoded_bytes());
    }
    let mut seen = BTreeSet::new();
    for file in &request.requirement_files {
        fields.push("requirements");
        requirements(&spec::absolute(file)?, &mut fields, &mut seen)?;
    }
    for project in &request.projects {
        let project = spec::absolute(project)?;
        fields.push("project");
        fields.push(project.as_os_str().as_encoded_bytes());
        tree(&project, &mut fields)?;
    }
    for text in &request.requirements {
        fields.push("requirement");
        fields.push(text);
        named_files(text, &mut fields)?;
    }
    for text in &request.arguments {
        fields.push("argument");
        fields.push(text);
        let files = ["--constraint=", "--requirement="].iter().find_map(|option| text.strip_prefix(option));
        if let Some(file) = files {
            requirements(&spec::absolute(Path::new(file))?, &mut fields, &mut seen)?;
            continue;
        }
        let value = text.split_once('=').filter(|_| text.starts_with("--")).map_or(&**text, |(_, value)| value);
        match Path::new(value) {
            path if path.is_file() => tree(path, &mut fields)?,
            _ => named_files(value, &mut fields)?,
        }
    }
    for (name, value) in &request.environment {
        ["variable", name, value].into_iter().for_each(|part| fields.push(part));
    }
    for directory in &request.path {
        fields.push("path");
        fields.push(directory.as_os_str().as_encoded_bytes());
    }
    for (variable, name) in &request.directories {
        ["directory", variable, name].into_iter().for_each(|part| fields.push(part));
    }
    Ok(fields.hex())
}

/// Adds the content of what a requirement names. A name stays a name, whatever file is called so.
fn named_files(text: &str, fields: &mut PartsDigest) -> Result<(), Error> {
    let path = spec::local(text).map(|local| local.path).or_else(|| spec::file_url(text));
    path.map_or(Ok(()), |path| tree(&path, fields))
}

/// Adds a requirements file and all that it names: other files, and projects. Pip looks for the former beside the file
/// and for the latter in the working directory.
fn requirements(file: &Path, fields: &mut PartsDigest, seen: &mut BTreeSet<PathBuf>) -> Result<(), Error> {
    if !seen.insert(file.into()) {
        return Ok(());
    }
    let content = fs::read(file).map_err(Error::io("read", file))?;
    fields.push(&content);
    for line in requirement_lines(&String::from_utf8_lossy(&content), |name| std::env::var(name).ok()) {
        // With the values of variables.
        fields.push(&line);
        let option = ["--requirement", "--constraint", "-r", "-c"].iter().find_map(|option| line.strip_prefix(option));
        if let Some(other) = option {
            let other = file.parent().unwrap_or(Path::new("")).join(option_value(other));
            if other.is_file() {
                requirements(&other, fields, seen)?;
            }
            continue;
        }
        let editable = ["--editable", "-e"].iter().find_map(|option| line.strip_prefix(option));
        match editable.map(option_value) {
            // An editable requirement may be a directory without looking like one.
            Some(directory) if Path::new(directory).is_dir() => tree(Path::new(directory), fields)?,
            Some(requirement) => named_files(requirement, fields)?,
            None => named_files(&line, fields)?,
        }
    }
    Ok(())
}

/// The value after an option, which may be quoted.
pub(super) fn option_value(text: &str) -> &str {
    text.trim_start_matches(['=', ' ', '\t']).trim_matches(['"', '\''])
}

/// Adds a file, or the names and contents of all files of a project.
fn tree(path: &Path, fields: &mut PartsDigest) -> Result<(), Error> {
    let is_dir = fs::metadata(path).map_err(Error::io("read", path))?.is_dir();
    if is_dir { directory(path, path, fields) } else { content(path, fields) }
}

fn content(path: &Path, fields: &mut PartsDigest) -> Result<(), Error> {
    push_file(fields, path).map_err(Error::io("read", path))
}

/// What tells the content of every file of a project, by its path with `/`: what a key is made of.
pub(super) fn files(root: &Path, path: &Path, found: &mut BTreeMap<String, String>) -> Result<(), Error> {
    for entry in fs::read_dir(path).map_err(Error::io("read", path))? {
        let entry = entry.map_err(Error::io("read", path))?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let kind = entry.file_type().map_err(Error::io("read", &path))?;
        if kind.is_dir() && is_skipped(&path, &name, path.parent() == Some(root)) {
            continue;
        }
        let relative = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        let content = if kind.is_dir() {
            files(root, &path, found)?;
            "directory".to_owned()
        } else if kind.is_symlink() && !path.is_file() {
            let target = fs::read_link(&path).map_err(Error::io("read", &path))?;
            format!("link {}", target.display())
        } else {
            match path.is_file() {
                true => file_digest(&path).map_err(Error::io("read", &path))?,
                false => continue,
            }
        };
        found.insert(relative, content);
    }
    Ok(())
}

fn directory(root: &Path, path: &Path, fields: &mut PartsDigest) -> Result<(), Error> {
    let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries = entries.map_err(Error::io("read", path))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(Error::io("read", &path))?;
        if kind.is_dir() && is_skipped(&path, &name, path.parent() == Some(root)) {
            continue;
        }
        fields.push(path.strip_prefix(root).unwrap_or(&path).as_os_str().as_encoded_bytes());
        if kind.is_dir() {
            fields.push("directory");
            directory(root, &path, fields)?;
        } else if kind.is_symlink() && !path.is_file() {
            let target = fs::read_link(&path).map_err(Error::io("read", &path))?;
            fields.push("link");
            fields.push(target.as_os_str().as_encoded_bytes());
        } else if path.is_file() {
            fields.push("file");
            content(&path, fields)?;
        }
    }
    Ok(())
}

fn is_skipped(path: &Path, name: &str, at_top: bool) -> bool {
    SKIPPED.contains(&name)
        || name.ends_with(".egg-info")
        || (at_top && SKIPPED_AT_TOP.contains(&name))
        || path.join("pyvenv.cfg").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: PathBuf, content: &str) {
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, content).expect("a file");
    }

    #[test]
    fn the_content_of_a_project_counts_and_what_building_leaves_does_not() {
        let directory = tempfile::tempdir().expect("a directory");
        let project = directory.path().join("project");
        let request = PipRequest::default().projects([project.clone()]);
        let key = || digest("python", &request).expect("a key");
        write(project.join("pkg/build/__init__.py"), "1");
        let first = key();
        for left in ["build/lib/x.py", "pkg/__pycache__/x.pyc", "x.egg-info/PKG-INFO", ".git/HEAD", "env/pyvenv.cfg"] {
            write(project.join(left), "new");
        }
        assert_eq!(key(), first);
        write(project.join("pkg/build/__init__.py"), "2");
        assert_ne!(key(), first);
        assert_ne!(digest("other", &request).expect("a key"), key());
    }

    #[test]
    fn requirements_files_count_with_all_that_they_name() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("requirements.txt");
        let project = directory.path().join("project");
        let request = PipRequest::default().requirement_files([file.clone()]);
        let key = || digest("python", &request).expect("a key");
        write(file, &format!("-r deep/more.txt\n-e {}\n", project.display()));
        write(directory.path().join("deep/more.txt"), "-r ../requirements.txt\nflask\n");
        write(project.join("setup.py"), "");
        let first = key();
        assert_eq!(key(), first);
        write(project.join("setup.py"), "1");
        let second = key();
        assert_ne!(second, first);
        write(directory.path().join("deep/more.txt"), "flask>3\n");
        assert_ne!(key(), second);
    }

    #[test]
    fn constraints_count_with_all_that_they_name() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("limits.txt");
        let request = PipRequest::default().arguments([format!("--constraint={}", file.display())]);
        let key = || digest("python", &request).expect("a key");
        write(file, "-c more.txt\n");
        write(directory.path().join("more.txt"), "flask<3\n");
        let first = key();
        write(directory.path().join("more.txt"), "flask<2\n");
        assert_ne!(key(), first);
    }

    #[test]
    fn a_name_is_not_a_file_that_is_called_so() {
        // The tests run in the directory of the crate.
        assert!(Path::new("CHANGELOG.md").is_file());
        let (mut fields, mut with_content) = (PartsDigest::default().with(""), PartsDigest::default().with(""));
        for text in ["CHANGELOG.md", "src", "flask"] {
            named_files(text, &mut fields).expect("no file is read");
        }
        named_files("./src", &mut with_content).expect("a directory");
        assert_eq!(fields.hex(), PartsDigest::default().with("").hex());
        assert_ne!(with_content.hex(), PartsDigest::default().with("").hex());
    }

    #[test]
    fn values_of_options_may_be_quoted() {
        for (text, value) in [(" ./x", "./x"), ("=\"a b\"", "a b"), ("'x'", "x"), (".", ".")] {
            assert_eq!(option_value(text), value);
        }
    }
}
