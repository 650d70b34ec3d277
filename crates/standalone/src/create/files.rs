//! The files of an archive.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use pyox_binary::{ElfFacts, NativeError, is_libpython, with_search_path};
use pyox_distribution::{Host as _, Installed, Libpython, Python as _, Target as _};

use super::describe::Facts;
use crate::archive::ROOT;
use crate::{Error, ar};

/// Distributions in `site-packages` that belong to a Python: what `ensurepip` installs, with what setuptools has.
const INSTALLERS: [&str; 4] = ["pip", "setuptools", "pkg_resources", "_distutils_hack"];

/// A member of an archive.
pub(super) enum Member {
    Bytes(Vec<u8>),
    /// A file, and whether it can be executed.
    File(PathBuf, bool),
    Executable(Vec<u8>),
    Symlink(String),
}

/// The members of an archive by their paths.
#[derive(Default)]
pub(super) struct Members(pub(super) BTreeMap<String, Member>);

/// The objects of the core and what belongs to them, by their paths below the root.
pub(super) struct Core {
    pub(super) objects: Vec<String>,
    /// The one with the table of built-in modules.
    pub(super) inittab: String,
    /// The built-in modules with the functions that make them.
    pub(super) built_in: Vec<(String, String)>,
    pub(super) system_libraries: Vec<String>,
}

impl Core {
    /// That of an interpreter of which only the names of built-in modules are known.
    pub(super) fn without_objects(names: &[String]) -> Self {
        let is_of_interpreter = |name: &str| matches!(name, "builtins" | "sys");
        let function = |name: &String| if is_of_interpreter(name) { "NULL".into() } else { format!("PyInit_{name}") };
        Self {
            objects: Vec::new(),
            inittab: "build/core/config.o".into(),
            built_in: names.iter().map(|name| (name.clone(), function(name))).collect(),
            system_libraries: Vec::new(),
        }
    }
}

impl Members {
    /// The licence of CPython.
    pub(super) fn license(&mut self, python: &Installed) {
        if let Some(license) = license(python) {
            self.file("licenses/LICENSE.cpython.txt", license);
        }
    }

    pub(super) fn bytes(&mut self, path: String, content: Vec<u8>) {
        self.0.insert(path, Member::Bytes(content));
    }

    /// The objects of the static library, and the source of the table of built-in modules that is beside it.
    pub(super) fn core(&mut self, python: &Installed) -> Result<Core, Error> {
        let link = python.link()?;
        let (Libpython::Static(library) | Libpython::Shared(library)) = link.libpython;
        let source = library.with_file_name("config.c");
        let Ok(text) = fs::read_to_string(&source) else {
            let reason = format!("{} is missing", source.display());
            return Err(Error::CannotCreate { python: python.executable().to_owned(), reason });
        };
        let (mut objects, mut inittab) = (Vec::new(), None);
        for library in [&library].into_iter().chain(&link.extra_archives) {
            let bytes = fs::read(library).map_err(Error::io("read", library))?;
            let found = ar::members(&bytes).ok_or_else(|| Error::NotALibrary { path: library.clone() })?;
            for (name, range) in found {
                let path = self.new_path(&name);
                if name == "config.o" {
                    inittab = Some(path.clone());
                }
                objects.push(path.clone());
                self.bytes(format!("{ROOT}/{path}"), bytes[range].to_vec());
            }
        }
        let Some(inittab) = inittab else {
            let reason = format!("{} has no config.o", library.display());
            return Err(Error::CannotCreate { python: python.executable().to_owned(), reason });
        };
        let built_in = built_in(&text);
        self.bytes(format!("{ROOT}/build/core/config.c"), text.into_bytes());
        self.bytes(format!("{ROOT}/build/run_tests.py"), include_bytes!("run_tests.py").to_vec());
        Ok(Core { objects, inittab, built_in, system_libraries: link.system_libraries })
    }

    /// A path for an object that no other has.
    fn new_path(&self, name: &str) -> String {
        let stem = name.strip_suffix(".o").unwrap_or(name);
        let paths = (1..).map(|number| match number {
            1 => format!("build/core/{stem}.o"),
            number => format!("build/core/{stem}-{number}.o"),
        });
        let mut free = paths.filter(|path| !self.0.contains_key(&format!("{ROOT}/{path}")));
        free.next().unwrap_or_default()
    }

    /// What an installation consists of.
    pub(super) fn installation(&mut self, python: &Installed, facts: &Facts) -> Result<(), Error> {
        let (major, minor) = python.minor();
        let version = format!("{major}.{minor}");
        let stdlib = format!("install/lib/python{version}");
        self.tree(python.stdlib_dir(), &stdlib, &|relative| {
            let first = relative.split('/').next().unwrap_or(relative);
            first != "site-packages" && first != "dist-packages" && !first.starts_with("config-")
        })?;
        if let Some(directory) = python.extension_dir() {
            self.tree(directory, &format!("{stdlib}/lib-dynload"), &|_| true)?;
        }
        self.tree(&facts.include, &format!("install/include/python{version}"), &|_| true)?;
        self.tree(python.site_packages(), &format!("{stdlib}/site-packages"), &|relative| {
            let first = relative.split('/').next().unwrap_or(relative);
            let project = first.split('-').next().unwrap_or(first);
            let is_metadata = first.ends_with(".dist-info") || first == project;
            is_metadata && INSTALLERS.contains(&project)
        })?;
        self.interpreter(python, &version)?;
        self.license(python);
        Ok(())
    }

    /// The interpreter, which finds its libpython where it is then.
    fn interpreter(&mut self, python: &Installed, version: &str) -> Result<(), Error> {
        let executable = python.executable();
        let mut bytes = fs::read(executable).map_err(Error::io("read", executable))?;
        let facts = ElfFacts::parse(executable, &bytes)?;
        if let Some(soname) = facts.needed.iter().find(|name| is_libpython(name)) {
            let directories = facts.runpath.iter().chain(&facts.rpath).map(PathBuf::from);
            let places = directories.chain([python.prefix().join("lib")]).map(|directory| directory.join(soname));
            let library = places.into_iter().find(|path| path.is_file());
            let cannot = |reason: String| Error::CannotCreate { python: executable.to_owned(), reason };
            let library = library.ok_or_else(|| cannot(format!("{soname} is missing")))?;
            let real = library.canonicalize().map_err(Error::io("read", &library))?;
            self.file(&format!("install/lib/{soname}"), real);
            let native = |source| Error::Native(NativeError::Elf { path: executable.to_owned(), source });
            bytes = with_search_path(bytes, "$ORIGIN/../lib").map_err(native)?;
        }
        let name = format!("python{version}");
        for link in ["python3", "python"] {
            self.0.insert(format!("{ROOT}/install/bin/{link}"), Member::Symlink(name.clone()));
        }
        self.0.insert(format!("{ROOT}/install/bin/{name}"), Member::Executable(bytes));
        Ok(())
    }

    pub(super) fn file(&mut self, path: &str, file: PathBuf) {
        let executable = is_executable(&file);
        self.0.insert(format!("{ROOT}/{path}"), Member::File(file, executable));
    }

    /// The files below a directory whose relative paths are taken, without bytecode.
    fn tree(&mut self, directory: &Path, place: &str, takes: &dyn Fn(&str) -> bool) -> Result<(), Error> {
        let mut todo = vec![(directory.to_owned(), String::new())];
        while let Some((directory, relative)) = todo.pop() {
            for entry in fs::read_dir(&directory).map_err(Error::io("read", &directory))? {
                let path = entry.map_err(Error::io("read", &directory))?.path();
                let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
                let relative = if relative.is_empty() { name.to_owned() } else { format!("{relative}/{name}") };
                if name == "__pycache__" || !takes(&relative) {
                    continue;
                }
                if path.is_dir() && !path.is_symlink() {
                    todo.push((path, relative));
                } else if path.is_file() {
                    self.file(&format!("{place}/{relative}"), path);
                }
            }
        }
        Ok(())
    }
}

/// The text of the licence of CPython, which is in its standard library.
fn license(python: &Installed) -> Option<PathBuf> {
    ["LICENSE.txt", "LICENSE"].map(|name| python.stdlib_dir().join(name)).into_iter().find(|path| path.is_file())
}

/// The rows of the table of built-in modules, as the build of CPython writes its source: `{"name", function},`.
fn built_in(source: &str) -> Vec<(String, String)> {
    let row = |line: &str| {
        let (name, rest) = line.trim().strip_prefix("{\"")?.split_once("\",")?;
        let function = rest.trim().trim_end_matches(',').strip_suffix('}')?.trim();
        Some((name.to_owned(), function.to_owned()))
    };
    source.lines().filter_map(row).collect()
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_path: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_built_in_modules_are_read() {
        let source = "struct _inittab _PyImport_Inittab[] = {\n    {\"posix\", PyInit_posix},\n\n    /* */\n\
            \t{\"sys\", NULL},\n    /* Sentinel */\n    {0, 0}\n};\n";
        let expected = [("posix", "PyInit_posix"), ("sys", "NULL")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(built_in(source), expected);
    }
}
