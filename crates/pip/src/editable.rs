//! Editable installations in a tree, which only refer to the code of a project.
//!
//! What they refer to depends on the build backend, and may be anything: `.pth` files, import hooks, links. So they are
//! replaced by what pip makes of the same requirements if it is asked for wheels, of which none is editable.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

use pyox_packed_resources::normalize_project_name;
use pyox_scanner::SitePackages;

use crate::Error;
use crate::run::Run;

/// Replaces the editable installations in `tree`, if there are any. `arguments` and `wanted` are what it was made of,
/// and `scratch` is a directory for what is in between.
pub(super) fn replace(
    run: &Run<'_>,
    tree: &Path,
    arguments: &[String],
    wanted: &[OsString],
    scratch: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<(), Error> {
    let found = find(tree)?;
    if found.is_empty() {
        return Ok(());
    }
    let (wheels, fresh) = (scratch.join("wheels"), scratch.join("fresh"));
    let own = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
    let mut words = own(&["wheel", "--no-deps", "--wheel-dir"]);
    words.push(wheels.clone().into());
    words.extend([OsString::from("--src"), scratch.join("wheel-sources").into()]);
    words.extend(arguments.iter().map(OsString::from));
    words.extend_from_slice(wanted);
    run.isolated().pip(words, progress)?;
    let mut words = own(&["install", "--no-deps", "--no-index", "--no-compile", "--no-warn-script-location"]);
    words.extend(crate::prefix(&fresh));
    for installation in &found {
        words.push(wheel_of(&wheels, &installation.project)?.ok_or_else(|| installation.error())?.into());
    }
    // Environment variables may name requirements too, which are in the tree already.
    run.without_requirements().pip(words, progress)?;
    for installation in &found {
        installation.remove()?;
    }
    merge(&fresh, tree)?;
    find(tree)?.first().map_or(Ok(()), |left| Err(left.error()))
}

/// An editable installation.
struct Installation {
    /// The normalised name of the project.
    project: String,
    /// The directory of modules that it is in.
    directory: PathBuf,
    /// What was installed, relative to that.
    files: Vec<PathBuf>,
}

impl Installation {
    fn error(&self) -> Error {
        Error::Editable { project: self.project.clone() }
    }

    fn remove(&self) -> Result<(), Error> {
        let is_below = |path: &&PathBuf| path.components().all(|part| matches!(part, Component::Normal(_)));
        for path in self.files.iter().filter(is_below).map(|path| self.directory.join(path)) {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::io("remove", path)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The editable installations of a tree: those that say so
/// ([PEP 610](https://peps.python.org/pep-0610/)), and those of `setup.py develop`.
fn find(tree: &Path) -> Result<Vec<Installation>, Error> {
    let no_suffixes: [&str; 0] = [];
    let installed = SitePackages::below(tree, no_suffixes)?;
    installed.directories().iter().try_fold(Vec::new(), |mut found, directory| {
        found.extend(find_in(directory)?);
        Ok(found)
    })
}

fn find_in(directory: &Path) -> Result<Vec<Installation>, Error> {
    let mut found = Vec::new();
    for name in names(directory)? {
        if let Some(stem) = name.strip_suffix(".egg-link") {
            let files = ["easy-install.pth".into(), name.clone().into()].into();
            let (project, directory) = (normalize_project_name(stem), directory.to_owned());
            found.push(Installation { project, directory, files });
        } else if let Some(stem) = name.strip_suffix(".dist-info") {
            let read = |file: &str| fs::read_to_string(directory.join(&name).join(file)).unwrap_or_default();
            let direct: serde_json::Value = serde_json::from_str(&read("direct_url.json")).unwrap_or_default();
            if direct["dir_info"]["editable"] != true {
                continue;
            }
            let record = read("RECORD");
            let files = record.lines().filter_map(|line| line.rsplitn(3, ',').last());
            let files = files.map(|path| path.trim_matches('"').into()).collect();
            let project = normalize_project_name(stem.split('-').next().unwrap_or(stem));
            found.push(Installation { project, directory: directory.to_owned(), files });
        }
    }
    Ok(found)
}

fn wheel_of(directory: &Path, project: &str) -> Result<Option<PathBuf>, Error> {
    let is_of_project = |name: &String| {
        name.ends_with(".whl") && name.split('-').next().map(normalize_project_name).as_deref() == Some(project)
    };
    Ok(names(directory)?.into_iter().find(is_of_project).map(|name| directory.join(name)))
}

/// The names in a directory, sorted.
fn names(directory: &Path) -> Result<BTreeSet<String>, Error> {
    let entries = fs::read_dir(directory).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(Error::io("read", directory))?;
    Ok(entries.into_iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
}

/// Moves all files of one tree into another, which may have the same directories.
fn merge(from: &Path, to: &Path) -> Result<(), Error> {
    fs::create_dir_all(to).map_err(Error::io("create", to))?;
    for entry in fs::read_dir(from).map_err(Error::io("read", from))? {
        let path = entry.map_err(Error::io("read", from))?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() && target.is_dir() {
            merge(&path, &target)?;
        } else {
            fs::rename(&path, &target).map_err(Error::io("move a file to", &target))?;
        }
    }
    Ok(())
}
