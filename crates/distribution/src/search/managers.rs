//! Where programs that manage Pythons keep them: pyenv, uv, asdf, mise, conda and its like.

use std::env;
use std::path::{Path, PathBuf};

use super::{interpreter_in, leading_numbers};

/// The interpreters that managers have installed whose directories are called after a version that starts with
/// `numbers`, the newest of each manager first; then those in directories whose names say nothing of a version. Those
/// of virtual environments are not among them.
pub(super) fn versions(numbers: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for directory in directories_of_versions() {
        let mut versions: Vec<(Vec<u8>, String)> = names_in(&directory)
            .map(|name| (leading_numbers(name.strip_prefix("cpython-").unwrap_or(&name)), name))
            .filter(|(version, _)| !version.is_empty() && version.starts_with(numbers))
            .collect();
        versions.sort();
        found.extend(versions.into_iter().rev().filter_map(|(_, name)| interpreter_in(&directory.join(name))));
    }
    found.extend(installations().iter().filter_map(|directory| interpreter_in(directory)));
    found
}

/// Directories of programs that start one of the versions, or none: they are slow, and stand for what is found anyway.
pub(super) fn shims() -> Vec<PathBuf> {
    [pyenv(), asdf(), mise()].into_iter().flatten().map(|root| root.join("shims")).collect()
}

/// Where versions were looked for.
pub(super) fn places() -> Vec<PathBuf> {
    directories_of_versions().into_iter().filter(|directory| directory.is_dir()).collect()
}

/// Directories with a directory for each version.
fn directories_of_versions() -> Vec<PathBuf> {
    let uv = variable("UV_PYTHON_INSTALL_DIR").or_else(|| data().map(|data| data.join("uv/python")));
    let below = |root: Option<PathBuf>, part: &str| root.map(|root| root.join(part));
    let found = [
        below(pyenv(), "versions"),
        uv,
        below(asdf(), "installs/python"),
        below(mise(), "installs/python"),
        Some("/opt/python".into()),
    ];
    found.into_iter().flatten().collect()
}

/// Installations whose directories may be called anything: those of conda and its like, with their environments, and
/// what is in `/opt`.
fn installations() -> Vec<PathBuf> {
    let names = ["miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba"];
    let home = env::home_dir();
    let mut roots: Vec<PathBuf> =
        [variable("MAMBA_ROOT_PREFIX"), variable("CONDA_PREFIX")].into_iter().flatten().collect();
    roots.extend(home.iter().flat_map(|home| names.map(|name| home.join(name))));
    roots.extend(names_in(Path::new("/opt")).map(|name| Path::new("/opt").join(name)));
    let environments: Vec<PathBuf> = roots
        .iter()
        .map(|root| root.join("envs"))
        .flat_map(|envs| names_in(&envs).map(|name| envs.join(name)).collect::<Vec<_>>())
        .collect();
    roots.extend(environments);
    // Every environment that conda has made, also elsewhere.
    let listed =
        home.map(|home| home.join(".conda/environments.txt")).and_then(|path| std::fs::read_to_string(path).ok());
    roots.extend(listed.iter().flat_map(|text| text.lines()).map(PathBuf::from));
    roots.retain(|root| root.join("pyvenv.cfg").symlink_metadata().is_err());
    roots
}

fn pyenv() -> Option<PathBuf> {
    variable("PYENV_ROOT").or_else(|| Some(env::home_dir()?.join(".pyenv")))
}

fn asdf() -> Option<PathBuf> {
    variable("ASDF_DATA_DIR").or_else(|| Some(env::home_dir()?.join(".asdf")))
}

fn mise() -> Option<PathBuf> {
    variable("MISE_DATA_DIR").or_else(|| Some(data()?.join("mise")))
}

/// Where programs keep the data of a user
/// ([specification](https://specifications.freedesktop.org/basedir-spec/latest/)).
fn data() -> Option<PathBuf> {
    variable("XDG_DATA_HOME").or_else(|| Some(env::home_dir()?.join(".local/share")))
}

/// An absolute path in a variable.
fn variable(name: &str) -> Option<PathBuf> {
    env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

/// The names of what is in a directory, sorted.
fn names_in(directory: &Path) -> impl Iterator<Item = String> + use<> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names.into_iter()
}
