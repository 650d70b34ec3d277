use crate::data::read;
use crate::error::Error;
use crate::native::find;
use crate::python_tokens::{NAMES, mentions};
use pyox_packed_resources::Resource;
use std::collections::BTreeMap;
use std::path::Path;

/// A top-level package that has to exist as files when the program runs, and the evidence for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NeedsFiles {
    /// The package's name, without a dot.
    pub package: String,
    /// Where its code mentions `__file__` or `__path__`, in the order of modules and lines.
    pub mentions: Vec<Mention>,
    /// Its data files, relative to the package, sorted.
    pub data_files: Vec<String>,
}

/// A place where code mentions `__file__` or `__path__`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Mention {
    /// Dotted name of the module.
    pub module: String,
    /// Line, counted from 1; unknown in bytecode.
    pub line: Option<usize>,
    /// `__file__` or `__path__`.
    pub name: &'static str,
    /// In which form.
    pub kind: MentionKind,
}

/// The form of a mention. A module's own file is nearly always [`MentionKind::Name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum MentionKind {
    /// The bare name: of the module itself.
    Name,
    /// An attribute: of another module, or of this one.
    Attribute,
    /// A string, as in `globals()["__file__"]`.
    String,
    /// A constant or name in bytecode.
    Bytecode,
}

impl NeedsFiles {
    /// The evidence in one line.
    pub fn reason(&self) -> String {
        let mention = match self.mentions.first() {
            Some(Mention { module, line: Some(line), name, .. }) => format!("{module}:{line} mentions {name}"),
            Some(Mention { module, line: None, name, .. }) => format!("{module} mentions {name}"),
            None => format!("{} mentions its location", self.package),
        };
        match self.data_files.as_slice() {
            [file] => format!("{mention} and the package has the data file {file}"),
            files => {
                let example = files.first().map_or("", String::as_str);
                format!("{mention} and the package has {} data files, for example {example}", files.len())
            }
        }
    }
}

/// Finds the top-level packages that have to exist as files when the program runs, sorted by name.
///
/// The rule: a package's code mentions `__file__` or `__path__`, *and* the package has data files or private shared
/// libraries, which such code then opens by their paths. Packages that only read their data with `importlib.resources`,
/// and those that mention `__file__` without having data, do not need files. Stubs, C sources, documentation and licences
/// are not data, and the declaration of a namespace package with `pkgutil.extend_path` is no mention.
///
/// # Errors
///
/// Modules of packages with data that cannot be read.
pub fn files_needed<'a>(resources: impl IntoIterator<Item = &'a Resource>) -> Result<Vec<NeedsFiles>, Error> {
    let mut code: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
    let mut data_files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for resource in resources {
        match resource {
            Resource::ModuleSource(module) => code.entry(top_level(&module.name)).or_default().push(resource),
            Resource::ModuleBytecode(module) => code.entry(top_level(&module.name)).or_default().push(resource),
            Resource::PackageResource(_) | Resource::SharedLibrary(_) => {
                let path = resource.relative_path();
                if let Some((package, name)) = path.split_once('/')
                    && is_data_file(name)
                {
                    data_files.entry(package.to_owned()).or_default().push(name.to_owned());
                }
            }
            _ => {}
        }
    }
    let mut needing = Vec::new();
    for (package, mut data_files) in data_files {
        let mut found = Vec::new();
        for resource in code.get(package.as_str()).into_iter().flatten() {
            collect_mentions(resource, &mut found)?;
        }
        if !found.is_empty() {
            found.sort();
            data_files.sort();
            data_files.dedup();
            needing.push(NeedsFiles { package, mentions: found, data_files });
        }
    }
    Ok(needing)
}

fn top_level(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

fn collect_mentions(resource: &Resource, found: &mut Vec<Mention>) -> Result<(), Error> {
    let content = read(resource.data(), Path::new(&resource.relative_path()))?;
    match resource {
        Resource::ModuleSource(module) => found.extend(mentions(&content).into_iter().map(|hit| Mention {
            module: module.name.clone(),
            line: Some(hit.line),
            name: hit.name,
            kind: hit.kind,
        })),
        Resource::ModuleBytecode(module) => {
            found.extend(
                NAMES.into_iter().filter(|name| find(&content, name.as_bytes()).is_some()).map(|name| Mention {
                    module: module.name.clone(),
                    line: None,
                    name,
                    kind: MentionKind::Bytecode,
                }),
            );
        }
        _ => {}
    }
    Ok(())
}

/// Whether a file may be read when the program runs.
fn is_data_file(path: &str) -> bool {
    const NEVER_READ: [&str; 14] =
        ["pyi", "pyx", "pxd", "pxi", "c", "h", "cc", "cpp", "cxx", "hh", "hpp", "md", "rst", "pyc"];
    const DOCUMENTS: [&str; 10] = [
        "readme",
        "license",
        "licence",
        "copying",
        "notice",
        "authors",
        "contributors",
        "changelog",
        "changes",
        "copyright",
    ];
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
    let document = matches!(extension, "" | "txt" | "html") && DOCUMENTS.iter().any(|start| stem.starts_with(start));
    let marker = matches!(name.as_str(), "py.typed" | ".gitignore" | ".gitkeep" | ".gitattributes");
    !(marker || document || NEVER_READ.contains(&extension))
}
