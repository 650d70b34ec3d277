//! What a program that embeds a Python is linked with.

mod shared;

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use pyox_binary::lacking_symbols;

use crate::build_details::BuildDetails;
use crate::run::Paths;
use crate::{Error, PythonInfo};

/// What a program that embeds a Python is linked with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkSettings {
    /// The library of the interpreter.
    pub libpython: Libpython,
    /// Archives beside it that it needs.
    pub extra_archives: Vec<PathBuf>,
    /// Libraries of the system, as names for `-l`.
    pub system_libraries: Vec<String>,
    /// Extension modules that become built-in modules of the program, besides those that the library has.
    pub extensions: Vec<LinkedExtension>,
}

/// An extension module as an object, which becomes a built-in module of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkedExtension {
    /// Its dotted name.
    pub module: String,
    /// The function that makes it, as `PyInit_NAME` does
    /// ([PEP 489](https://peps.python.org/pep-0489/)): the only symbol that the object defines for others.
    pub init: String,
    /// The object.
    pub object: PathBuf,
    /// What changes whenever the object does.
    pub digest: String,
}

impl LinkedExtension {
    /// A module of this name, made by the function `init` of an object.
    #[must_use]
    pub fn new(
        module: impl Into<String>,
        init: impl Into<String>,
        object: impl Into<PathBuf>,
        digest: impl Into<String>,
    ) -> Self {
        Self { module: module.into(), init: init.into(), object: object.into(), digest: digest.into() }
    }
}

/// The library of an interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Libpython {
    /// `libpythonX.Y.a`; the position independent one if there are two.
    Static(PathBuf),
    /// `libpythonX.Y.so` or its like.
    Shared(PathBuf),
}

/// In which form the library of an interpreter is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LibpythonKind {
    /// As a part of launchers.
    Static,
    /// As a library that travels with programs.
    Shared,
}

impl LinkSettings {
    /// Linked with this library and nothing else.
    #[must_use]
    pub fn new(libpython: Libpython) -> Self {
        Self { libpython, extra_archives: Vec::new(), system_libraries: Vec::new(), extensions: Vec::new() }
    }

    /// The library in the form that is wanted. If both will do and are there: the static one, unless it was installed
    /// without libraries that it needs.
    pub(crate) fn find(info: &PythonInfo, paths: &Paths, wanted: Option<LibpythonKind>) -> Result<Self, Error> {
        let details = BuildDetails::read(&paths.stdlib);
        let (executable, version) = (paths.executable.clone(), info.version.clone());
        let (mut expected, mut found) = (Vec::new(), None::<Self>);
        if wanted != Some(LibpythonKind::Shared) {
            let candidates = static_libraries(info, paths, details.static_library());
            if let Some(library) = candidates.iter().find(|path| is_archive(path)) {
                let extra_archives = library.parent().map(extra_archives).unwrap_or_default();
                let has = |library: &str| extra_archives.iter().any(|path| path.ends_with(format!("lib{library}.a")));
                let mut system_libraries = system_libraries(&[&paths.libs, &paths.syslibs, &paths.modlibs]);
                system_libraries.retain(|library| !has(library));
                found =
                    Some(Self { extra_archives, system_libraries, ..Self::new(Libpython::Static(library.clone())) });
            }
            expected.extend(candidates);
        }
        if wanted != Some(LibpythonKind::Static) && found.as_ref().is_none_or(|found| !found.is_complete()) {
            let candidates = shared::candidates(info, paths, details.shared_library());
            if let Some(library) = candidates.iter().find(|path| shared::is_for(path, &info.triple)) {
                found = Some(Self::new(Libpython::Shared(library.clone())));
            }
            expected.extend(candidates);
        }
        found.ok_or(match wanted {
            Some(LibpythonKind::Static) => Error::NoStaticLibrary { executable, version, expected },
            Some(LibpythonKind::Shared) => Error::NoSharedLibrary { executable, version, expected },
            None => Error::NoLibpython { executable, version, soname: shared::soname(info), expected },
        })
    }

    /// Whether a static library has, with the archives beside it, all that it defines itself. That of Debian's 3.12 and
    /// later lacks the functions of HACL, which its modules of hashes need.
    fn is_complete(&self) -> bool {
        let (Libpython::Static(library) | Libpython::Shared(library)) = &self.libpython;
        let libraries = [library].into_iter().chain(&self.extra_archives).map(PathBuf::as_path);
        let is_own = |name: &str| name.starts_with("Py") || name.starts_with("_Py");
        lacking_symbols(libraries, is_own).is_ok_and(|lacking| lacking.is_empty())
    }
}

/// Where the static library may be, the best first.
fn static_libraries(info: &PythonInfo, paths: &Paths, stated: Option<PathBuf>) -> Vec<PathBuf> {
    let default = format!("libpython{}.{}.a", info.major, info.minor);
    let name = paths.library.as_deref().filter(|name| name.ends_with(".a")).unwrap_or(&default);
    let pic = format!("{}-pic.a", name.trim_end_matches(".a"));
    let mut found = Vec::from_iter(stated);
    for directory in
        [paths.libpl.clone(), paths.libdir.clone(), Some(paths.base_prefix.join("lib"))].into_iter().flatten()
    {
        for path in [directory.join(&pic), directory.join(name)] {
            if !found.contains(&path) {
                found.push(path);
            }
        }
    }
    found
}

/// Whether it is an archive of objects. In macOS frameworks `libpythonX.Y.a` is a link to a shared library.
fn is_archive(path: &Path) -> bool {
    let mut start = [0; 8];
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok()
        && matches!(&start, b"!<arch>\n" | b"!<thin>\n")
}

/// The archives in `directory` that are not libpython itself: HACL, libmpdec, expat.
fn extra_archives(directory: &Path) -> Vec<PathBuf> {
    // The library directory of a system is full of archives that have nothing to do with Python.
    let python_only = directory.file_name().is_some_and(|name| name.to_string_lossy().starts_with("config-"));
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    let mut archives: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let known = ["libHacl", "libmpdec", "libexpat"].iter().any(|start| name.starts_with(start));
            name.ends_with(".a") && !name.starts_with("libpython") && (known || python_only)
        })
        .map(|entry| entry.path())
        .filter(|path| is_archive(path))
        .collect();
    archives.sort();
    archives
}

/// The names of `-l` flags, each once, in order. Search paths and other flags are of the machine that built the Python.
fn system_libraries(flags: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for flag in flags.iter().flat_map(|flags| flags.split_whitespace()) {
        let name = if flag == "-pthread" { "pthread" } else { flag.strip_prefix("-l").unwrap_or_default() };
        let ours = name.starts_with("python") || name.starts_with("Hacl");
        if !name.is_empty() && !ours && !names.iter().any(|seen| seen == name) {
            names.push(name.into());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_library_flags_count() {
        let flags = ["-lcrypt -ldl -L/opt/lib -Wl,-rpath,/opt/lib -lm", "-lm -pthread", "Modules/_hacl/libHacl.a"];
        assert_eq!(system_libraries(&flags), ["crypt", "dl", "m", "pthread"]);
    }

    #[test]
    fn an_archive_is_known_by_its_content() -> std::io::Result<()> {
        let directory = tempfile::tempdir()?;
        let config = directory.path().join("config-3.12");
        std::fs::create_dir(&config)?;
        for (name, content) in [
            ("libpython3.12.a", "!<arch>\n"),
            ("libHacl_Hash.a", "!<arch>\n1"),
            ("libmpdec.a", "\x7fELF____"),
            ("config.c", "!<arch>\n"),
        ] {
            std::fs::write(config.join(name), content)?;
        }
        assert!(is_archive(&config.join("libpython3.12.a")));
        assert!(!is_archive(&config.join("missing.a")));
        assert_eq!(extra_archives(&config), [config.join("libHacl_Hash.a")]);
        Ok(())
    }
}
