//! Where interpreters are looked for.

mod managers;

use std::env;
use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use pyox_scanner::allows_python;

use crate::{Error, PythonInfo};

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Spec {
    /// Any Python.
    Default,
    /// A version, such as 3.12 or 3.12.1.
    Version { numbers: Vec<u8>, free_threaded: bool },
    /// Versions, such as `>=3.10, !=3.12.*`: the newest one of this machine.
    Specifiers(String),
    /// A program on `PATH`.
    Name(String),
    /// An interpreter, or a directory that has one.
    Path(PathBuf),
}

impl Spec {
    pub(crate) fn parse(spec: Option<&str>) -> Self {
        let Some(spec) = spec else { return Self::Default };
        if are_specifiers(spec) {
            return Self::Specifiers(spec.trim().into());
        }
        let number =
            ["cpython-", "cpython@", "cpython"].iter().find_map(|start| spec.strip_prefix(start)).unwrap_or(spec);
        if let Some((numbers, free_threaded)) = version(number) {
            return Self::Version { numbers, free_threaded };
        }
        let path = Path::new(spec);
        let is_path = path.components().count() > 1 || spec.contains(std::path::is_separator);
        // A name is that of a program, whatever lies in the working directory, unless there is none.
        if is_path || (on_path(spec).is_empty() && path.exists()) {
            return Self::Path(path.into());
        }
        Self::Name(spec.into())
    }

    pub(crate) fn is_path(&self) -> bool {
        matches!(self, Self::Path(_))
    }

    /// Whether an interpreter is what was asked for.
    pub(crate) fn accepts(&self, info: &PythonInfo) -> bool {
        match self {
            Self::Version { numbers, free_threaded } => {
                [info.major, info.minor, info.micro].starts_with(numbers) && info.gil_disabled == *free_threaded
            }
            Self::Specifiers(text) => allows_python(text, [info.major, info.minor, info.micro]) == Ok(true),
            // What a manager has under another name is what the name says.
            Self::Name(name) => named_version(name).is_none_or(|(numbers, free_threaded)| {
                [info.major, info.minor, info.micro].starts_with(&numbers) && info.gil_disabled == free_threaded
            }),
            _ => true,
        }
    }

    /// Whether `error` says that what was asked for exists and cannot be used.
    pub(crate) fn is_refused_by(&self, error: &Error) -> bool {
        match (self, error) {
            (Self::Version { numbers, .. }, Error::TooOld { found, .. }) => leading_numbers(found).starts_with(numbers),
            (Self::Version { .. }, _) => false,
            (_, error) => matches!(error, Error::TooOld { .. } | Error::NotCPython { .. } | Error::ThirtyTwoBit { .. }),
        }
    }

    /// The files that may be it and exist, the best first.
    pub(crate) fn candidates(&self) -> Vec<PathBuf> {
        let mut found = match self {
            Self::Default => [on_path("python3"), on_path("python")].concat(),
            Self::Name(name) => {
                let mut found = on_path(name);
                // Where a manager has it, `python3.12` on PATH may be a shim, which may not be active, or nothing.
                if let Some((numbers, false)) = named_version(name) {
                    found.extend(managers::versions(&numbers));
                }
                found
            }
            Self::Specifiers(_) => everywhere(),
            Self::Path(path) if path.is_dir() => interpreter_in(path).into_iter().collect(),
            Self::Path(path) => vec![path.clone()],
            Self::Version { numbers, free_threaded } => {
                let mut found = Vec::new();
                if let [major, minor, ..] = numbers[..] {
                    let name = format!("python{major}.{minor}{}", if *free_threaded { "t" } else { "" });
                    found.extend(on_path(&name));
                    found.extend(managers::versions(numbers));
                    found.extend(usual_directories().map(|directory| directory.join(format!("{name}{EXE_SUFFIX}"))));
                } else {
                    found.extend(on_path("python3"));
                    found.extend(managers::versions(numbers));
                }
                found.extend([on_path("python3"), on_path("python")].concat());
                found
            }
        };
        found.retain(|path| path.is_file());
        unique(found)
    }

    /// Where candidates would have been.
    pub(crate) fn places(&self) -> Vec<PathBuf> {
        match self {
            Self::Path(path) => vec![path.clone()],
            _ => unique(path_directories().chain(managers::places()).collect()),
        }
    }
}

/// Every interpreter that may exist on this machine, except the shims of managers.
pub(crate) fn everywhere() -> Vec<PathBuf> {
    let shims = managers::shims();
    let mut found = Vec::new();
    for directory in path_directories().chain(usual_directories()) {
        if shims.contains(&directory) {
            continue;
        }
        let mut here: Vec<PathBuf> = std::fs::read_dir(&directory)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| is_interpreter_name(&entry.file_name().to_string_lossy()))
            .map(|entry| entry.path())
            .collect();
        here.sort();
        found.extend(here);
    }
    found.extend(managers::versions(&[]));
    // One name per file is enough, but a virtual environment's link must not stand for its base.
    let mut files = Vec::new();
    found.retain(|path| {
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        let is_new = path.is_file() && !files.contains(&real);
        if is_new {
            files.push(real);
        }
        is_new
    });
    found
}

/// `3`, `3.12`, `3.12.1`, each perhaps with a `t` for free-threaded.
fn version(text: &str) -> Option<(Vec<u8>, bool)> {
    let (numbers, free_threaded) = text.strip_suffix('t').map_or((text, false), |rest| (rest, true));
    let numbers: Option<Vec<u8>> = numbers.split('.').map(|part| part.parse().ok()).collect();
    numbers.filter(|numbers| numbers.len() <= 3).map(|numbers| (numbers, free_threaded))
}

/// Whether a text states versions by comparison.
pub(crate) fn are_specifiers(text: &str) -> bool {
    text.trim_start().starts_with(['<', '>', '=', '!', '~'])
}

/// The version in `python3.12`.
fn named_version(name: &str) -> Option<(Vec<u8>, bool)> {
    version(name.strip_prefix("python")?)
}

/// `python`, `python3`, `python3.12`, `python3.13t`.
fn is_interpreter_name(name: &str) -> bool {
    let Some(rest) = name.strip_suffix(EXE_SUFFIX).and_then(|name| name.strip_prefix("python")) else { return false };
    rest.is_empty() || version(rest).is_some_and(|(numbers, _)| numbers[0] == 3 && numbers.len() <= 2)
}

fn path_directories() -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).filter(|path| path.is_absolute()).collect::<Vec<_>>().into_iter()
}

fn usual_directories() -> impl Iterator<Item = PathBuf> {
    let names: &[&str] = if cfg!(unix) { &["/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"] } else { &[] };
    names.iter().map(PathBuf::from)
}

fn on_path(name: &str) -> Vec<PathBuf> {
    let mut file = OsString::from(name);
    if !name.ends_with(EXE_SUFFIX) {
        file.push(EXE_SUFFIX);
    }
    path_directories().map(|directory| directory.join(&file)).filter(|path| path.is_file()).collect()
}

/// `3.14.0rc1` is 3.14.0, `3.13t-dev` is 3.13.
fn leading_numbers(name: &str) -> Vec<u8> {
    let end = name.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(name.len());
    name[..end].split('.').map_while(|part| part.parse().ok()).collect()
}

/// The interpreter of an installation or a virtual environment.
fn interpreter_in(directory: &Path) -> Option<PathBuf> {
    let names: &[&str] = if cfg!(windows) {
        &["python.exe", "Scripts/python.exe", "bin/python.exe"]
    } else {
        &["bin/python3", "bin/python", "python3", "python"]
    };
    names.iter().map(|name| directory.join(name)).find(|path| path.is_file())
}

fn unique(paths: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::with_capacity(paths.len());
    for path in paths {
        if !found.contains(&path) {
            found.push(path);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specs_are_versions_names_or_paths() {
        let version = |numbers: &[u8], free_threaded| Spec::Version { numbers: numbers.to_vec(), free_threaded };
        assert_eq!(Spec::parse(None), Spec::Default);
        assert_eq!(Spec::parse(Some("3.12")), version(&[3, 12], false));
        assert_eq!(Spec::parse(Some("3.12.1")), version(&[3, 12, 1], false));
        assert_eq!(Spec::parse(Some("3.13t")), version(&[3, 13], true));
        assert_eq!(Spec::parse(Some("cpython-3.13.1")), version(&[3, 13, 1], false));
        assert_eq!(Spec::parse(Some(">=3.12")), Spec::Specifiers(">=3.12".into()));
        assert_eq!(Spec::parse(Some("python3.12")), Spec::Name("python3.12".into()));
        assert_eq!(Spec::parse(Some("./venv")), Spec::Path("./venv".into()));
        assert_eq!(Spec::parse(Some("src")), Spec::Path("src".into()));
    }

    #[test]
    fn interpreter_names_are_recognised() {
        for name in ["python", "python3", "python3.12", "python3.13t"] {
            assert!(is_interpreter_name(&format!("{name}{EXE_SUFFIX}")), "{name}");
        }
        for name in ["python2", "python3-config", "python3.12-config", "pythonw", "ipython3"] {
            assert!(!is_interpreter_name(&format!("{name}{EXE_SUFFIX}")), "{name}");
        }
    }

    #[test]
    fn directories_of_versions_may_have_endings() {
        assert_eq!(leading_numbers("3.14.0rc1"), [3, 14, 0]);
        assert_eq!(leading_numbers("3.13t-dev"), [3, 13]);
        assert_eq!(leading_numbers("pypy3.10"), Vec::<u8>::new());
    }
}
