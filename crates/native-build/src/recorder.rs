//! Standing before the compilers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use pyox_build_cache::{Cache, Scratch, digest};

use crate::error::Error;

/// What a compiler is replaced by.
const SCRIPT: &str = include_str!("recorder.py");

/// The file of the script, which the names of compilers are links to.
const FILE: &str = "recorder.py";

/// The variables by which a person chooses compilers, the name that ours has then, and the variable in which it finds
/// the choice.
const CHOICES: [(&str, &str, &str); 2] =
    [("CC", "chosen-cc", "PYOX_NATIVE_BUILD_CC"), ("CXX", "chosen-c++", "PYOX_NATIVE_BUILD_CXX")];

/// How compilers are called, after a prefix such as `x86_64-linux-gnu-` and before a version such as `-12`.
const COMPILERS: [&str; 6] = ["cc", "gcc", "clang", "c++", "g++", "clang++"];

/// Takes the place of the compilers on `PATH`, and keeps what shared libraries are linked of. The real ones do the
/// work.
#[derive(Debug, Clone)]
pub struct Recorder {
    directory: PathBuf,
    environment: BTreeMap<String, String>,
}

impl Recorder {
    /// The variable that names the directory in which everything is kept. Without it nothing is.
    pub const VARIABLE: &str = "PYOX_NATIVE_BUILD_RECORD";

    /// Makes it for the compilers that are on `PATH`, or finds it in the cache. It runs on the Python `interpreter`.
    ///
    /// # Errors
    ///
    /// [`Error::NoTool`] if there is no C compiler or no `objcopy`, or [`Error::Io`].
    pub fn new(cache: &Cache, interpreter: &Path) -> Result<Self, Error> {
        let places: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
        for tool in ["cc", "objcopy"] {
            if !places.iter().any(|place| place.join(tool).is_file()) {
                return Err(Error::NoTool { tool: tool.to_owned() });
            }
        }
        let names: BTreeSet<String> = places.iter().flat_map(|place| compilers(place)).collect();
        let chosen = CHOICES.into_iter().filter_map(|(variable, name, told)| {
            let value = std::env::var(variable).ok().filter(|value| !value.trim().is_empty())?;
            Some((variable, name, told, value))
        });
        let chosen: Vec<_> = chosen.collect();
        let text = format!("#!/bin/sh\n\"exec\" {} \"-IS\" \"$0\" \"$@\"\n{SCRIPT}", quoted(interpreter));
        let links = names.iter().map(String::as_str).chain(CHOICES.map(|(_, name, _)| name));
        let links: Vec<&str> = links.collect();
        let key = digest([text.as_bytes()].into_iter().chain(links.iter().map(|name| name.as_bytes())));
        let parent = cache.directory("native-build");
        let directory = parent.join(key);
        if !directory.is_dir() {
            make(&parent, &directory, &text, &links)?;
        }
        let mut environment = BTreeMap::new();
        for (variable, name, told, value) in chosen {
            environment.insert(variable.to_owned(), directory.join(name).display().to_string());
            environment.insert(told.to_owned(), value);
        }
        Ok(Self { directory, environment })
    }

    /// The directory that has to be the first of `PATH`.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Further variables for build tools: the compilers that a person has chosen, with this before them.
    pub fn environment(&self) -> &BTreeMap<String, String> {
        &self.environment
    }
}

/// The names of compilers in a directory.
fn compilers(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| is_compiler(name)).collect()
}

fn is_compiler(name: &str) -> bool {
    let (stem, version) = name.rsplit_once('-').unwrap_or((name, ""));
    let is_version = !version.is_empty() && version.chars().all(|c| c.is_ascii_digit() || c == '.');
    let stem = if is_version { stem } else { name };
    let (prefix, last) = stem.rsplit_once('-').unwrap_or(("linux", stem));
    prefix.contains("linux") && COMPILERS.contains(&last)
}

fn make(parent: &Path, directory: &Path, text: &str, links: &[&str]) -> Result<(), Error> {
    let scratch = Scratch::new(parent).map_err(Error::io("create a directory in", parent))?;
    let script = scratch.path().join(FILE);
    fs::write(&script, text).and_then(|()| make_links(&script, links)).map_err(Error::io("write", &script))?;
    let name = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
    match scratch.keep(|_| name) {
        Err(_) if directory.is_dir() => Ok(()),
        kept => kept.map(drop).map_err(Error::io("make", directory)),
    }
}

/// Makes a script executable under other names, too.
#[cfg(unix)]
fn make_links(script: &Path, names: &[&str]) -> std::io::Result<()> {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    fs::set_permissions(script, fs::Permissions::from_mode(0o755))?;
    names.iter().try_for_each(|name| symlink(FILE, script.with_file_name(name)))
}

#[cfg(not(unix))]
fn make_links(_script: &Path, _names: &[&str]) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// A path as one word of a shell, which is also a string of Python: the script is both up to its second line.
fn quoted(path: &Path) -> String {
    let mut word = String::from("\"");
    for character in path.to_string_lossy().chars() {
        if "\"\\$`".contains(character) {
            word.push('\\');
        }
        word.push(character);
    }
    word + "\""
}

#[cfg(test)]
mod tests {
    use super::is_compiler;

    #[test]
    fn compilers_are_known_by_their_names() {
        for name in
            ["cc", "gcc", "g++-12", "clang++", "x86_64-linux-gnu-gcc", "aarch64-linux-musl-g++-13.2", "clang-16"]
        {
            assert!(is_compiler(name), "{name}");
        }
        for name in ["gcc-ar", "ccache", "clang-format", "c++filt", "cpp", "x86_64-w64-mingw32-gcc", "gcc-12-ar", ""] {
            assert!(!is_compiler(name), "{name}");
        }
    }
}
