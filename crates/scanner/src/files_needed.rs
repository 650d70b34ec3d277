use std::collections::BTreeMap;
use std::path::Path;

use pyox_packed_resources::{Resource, top_level};

use crate::data::read;
use crate::error::Error;
use crate::mention::{Code, Evidence, Mention, is_test_directory};

/// A top-level package that has to exist as files when the program runs, and the evidence for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NeedsFiles {
    /// The package's name, without a dot.
    pub package: String,
    /// Where code mentions the package's location or what needs it, in the order of modules and lines.
    pub mentions: Vec<Mention>,
    /// Its data files, relative to the package, sorted.
    pub data_files: Vec<String>,
}

impl NeedsFiles {
    /// The strongest evidence among the mentions.
    ///
    /// [`Evidence::Indirect`] alone is often a false alarm: werkzeug looks at the `__file__` of all modules to reload
    /// them, and reads its own data with `pkgutil.get_data`. It is not always one: distlib finds its data so.
    pub fn evidence(&self) -> Evidence {
        self.mentions.iter().map(|mention| mention.evidence).min().unwrap_or(Evidence::Indirect)
    }

    /// The mention that says most about the package.
    pub fn strongest(&self) -> Option<&Mention> {
        self.mentions.iter().min_by_key(|mention| mention.evidence)
    }
}

/// Finds the top-level packages that have to exist as files when the program runs, sorted by name.
///
/// The rule: code mentions the package's `__file__` or `__path__`, or something that uses them for it, such as `Flask`,
/// *and* the package has data files or private shared libraries, which such code then opens by their paths. Packages
/// that only read their data with `importlib.resources`, and those that mention `__file__` without having data, do not
/// need files.
///
/// Code of a package that lists a directory beside itself, or names one with modules, as in
/// `os.path.join(os.path.dirname(__file__), "plugins")`, looks for modules as files: then no data files are needed.
///
/// * Code of the package itself counts; so does `PACKAGE.__file__` in other packages (soundfile finds its library with
///   `_soundfile_data.__file__`).
/// * The declaration of a namespace package with `pkgutil.extend_path` is no mention.
/// * C sources, documentation and licences are not data, nor are stubs beside the modules that they describe; those in
///   directories of their own are (jedi and mypy read typeshed).
/// * Tests do not count, neither their code nor their data.
///
/// # Errors
///
/// Modules that cannot be read.
pub fn files_needed<'a>(resources: impl IntoIterator<Item = &'a Resource>) -> Result<Vec<NeedsFiles>, Error> {
    let mut code: BTreeMap<String, Code<'a>> = BTreeMap::new();
    let mut data_files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for resource in resources {
        match resource {
            Resource::ModuleSource(module) => {
                code.entry(top_level(&module.name).to_owned()).or_default().add(&module.name, resource)
            }
            Resource::ModuleBytecode(module) => {
                code.entry(top_level(&module.name).to_owned()).or_default().add(&module.name, resource);
            }
            Resource::PackageResource(_) | Resource::SharedLibrary(_) => {
                let path = resource.relative_path();
                if let Some((package, name)) = path.split_once('/')
                    && !is_test_file(name)
                    && (is_data_file(name) || is_stub_tree(resource))
                {
                    data_files.entry(package.to_owned()).or_default().push(name.to_owned());
                }
            }
            _ => {}
        }
    }
    let mut mentions: BTreeMap<String, Vec<Mention>> = BTreeMap::new();
    for (package, code) in &code {
        for (module, resource) in &code.modules {
            let content = read(resource.data(), Path::new(&resource.relative_path()))?;
            for (of, mention) in code.mentions(package, module, resource, &content) {
                mentions.entry(of).or_default().push(mention);
            }
        }
    }
    let needing = mentions.into_iter().filter_map(|(package, mut mentions)| {
        let is_package = code.get(&package)?.is_package();
        let mut data_files = data_files.remove(&package).unwrap_or_default();
        if data_files.is_empty() {
            mentions.retain(|mention| mention.finds_modules && is_package);
        }
        if mentions.is_empty() {
            return None;
        }
        mentions.sort();
        mentions.dedup();
        data_files.sort();
        data_files.dedup();
        Some(NeedsFiles { package, mentions, data_files })
    });
    Ok(needing.collect())
}

/// Whether a file, relative to the top-level package, belongs to its tests.
fn is_test_file(path: &str) -> bool {
    crate::python_name::split_path(path).0.split('/').any(is_test_directory)
}

/// Whether a file is a stub in a directory without modules.
fn is_stub_tree(resource: &Resource) -> bool {
    matches!(resource, Resource::PackageResource(file) if file.name.contains('/') && file.name.ends_with(".pyi"))
}

/// Whether a file may be read when the program runs; `path` is relative to the top-level package.
fn is_data_file(path: &str) -> bool {
    // Sources, and what builds programs that link with the package.
    const NEVER_READ: [&str; 18] = [
        "pyi", "pyx", "pxd", "pxi", "c", "h", "cc", "cpp", "cxx", "hh", "hpp", "md", "rst", "pyc", "a", "lib", "pc",
        "cmake",
    ];
    const OF_BUILDS: [&str; 4] = ["meson.build", "meson.build.template", "cmakelists.txt", "setup.cfg"];
    const DIRECTORIES_OF_BUILDS: [&str; 2] = ["pkgconfig", "npy-pkg-config"];
    const DOCUMENTS: [&str; 10] = [
        "readme",
        "license",
        "licence",
        "copying",
        "copyright",
        "notice",
        "authors",
        "contributors",
        "changelog",
        "changes",
    ];
    let (directory, name) = crate::python_name::split_path(path);
    let name = name.to_lowercase();
    let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
    let is_document = stem.ends_with("changes") || DOCUMENTS.iter().any(|start| stem.starts_with(start));
    let document = matches!(extension, "" | "txt" | "html") && is_document;
    let marker = matches!(name.as_str(), "py.typed" | ".gitignore" | ".gitkeep" | ".gitattributes");
    let build = OF_BUILDS.contains(&&*name) || directory.split('/').any(|name| DIRECTORIES_OF_BUILDS.contains(&name));
    !(marker || document || build || NEVER_READ.contains(&extension))
}

#[cfg(test)]
mod tests {
    use super::is_data_file;

    #[test]
    fn data_files() {
        for data in ["a.txt", "Grammar.txt", "LICENSES.json", "templates/readme.html.j2", "x", "c/testing/a.dat"] {
            assert!(is_data_file(data), "{data}");
        }
        for other in [
            "py.typed",
            "a.pyi",
            "src/x.C",
            "README",
            "lib/libx.a",
            "api_changes.txt",
            "lib/pkgconfig/x.ini",
            "LICENSE.txt",
            "doc/guide.rst",
        ] {
            assert!(!is_data_file(other), "{other}");
        }
    }
}
