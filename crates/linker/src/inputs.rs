//! Where an application comes from.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pyox_distribution::{BytecodeCompiler, Pip, PipRequest};
use pyox_packed_resources::EntryFlags;
use pyox_scanner::{Directory, Virtualenv, Wheel};

use crate::entry::{ConsoleScript, Entry, EntryRequest, only_script};
use crate::error::Error;
use crate::layer::{Layer, LayerBuilder};
use crate::progress::{Progress, Step};
use crate::report::Finding;
use crate::script;

/// Everything a person can name as a source of code.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// A script, wheel, project or package.
    pub source: Option<PathBuf>,
    /// Requirements for pip.
    pub pip: Vec<String>,
    /// Requirement files for pip.
    pub requirements: Vec<PathBuf>,
    /// A virtualenv whose packages go in.
    pub virtualenv: Option<PathBuf>,
    /// Directories from which some packages go in.
    pub package_roots: Vec<PackageRoot>,
    /// What to run.
    pub entry: EntryRequest,
    /// Run pip even if its earlier outcome is known.
    pub refresh: bool,
}

/// Packages in a directory.
#[derive(Debug, Clone)]
pub struct PackageRoot {
    /// The directory.
    pub directory: PathBuf,
    /// Names of modules and packages; empty for all.
    pub packages: Vec<String>,
}

/// The inputs as layers.
pub struct Resolved {
    /// The layers, first wins.
    pub layers: Vec<Layer>,
    /// What to run.
    pub entry: Entry,
    /// A name for the program.
    pub name: String,
    /// What a person should know.
    pub findings: Vec<Finding>,
}

/// What `source` turned out to be.
enum Source {
    None,
    Script {
        path: PathBuf,
        text: Vec<u8>,
    },
    Wheel(Box<Wheel>),
    Project(PathBuf),
    Package {
        parent: PathBuf,
        name: String,
    },
    /// A directory with `__main__.py` that is no package, as `python DIRECTORY` takes it.
    Application(PathBuf),
}

impl Source {
    fn detect(path: Option<&Path>, suffixes: &[String]) -> Result<Self, Error> {
        let Some(given) = path else { return Ok(Self::None) };
        if !given.exists() {
            return Err(Error::NoSource { path: given.to_owned() });
        }
        let path = given.canonicalize().map_err(Error::io("read", given))?;
        let has = |file: &str| path.join(file).is_file();
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let unknown = || Error::UnknownSource { path: given.to_owned() };
        if path.is_file() {
            return match extension {
                "whl" => Ok(Self::Wheel(Box::new(Wheel::open(&path)?.extension_suffixes(suffixes.iter())))),
                "py" | "pyw" | "" => {
                    let text = std::fs::read(&path).map_err(Error::io("read", &path))?;
                    let is_script = !extension.is_empty() || text.starts_with(b"#!");
                    if is_script { Ok(Self::Script { path, text }) } else { Err(unknown()) }
                }
                _ => Err(unknown()),
            };
        }
        if has("pyproject.toml") || has("setup.py") {
            Ok(Self::Project(path))
        } else if has("__init__.py") {
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.ok_or_else(|| Error::NotUtf8 { path: path.clone() })?.to_owned();
            Ok(Self::Package { parent: path.parent().unwrap_or(Path::new("/")).to_owned(), name })
        } else if has("__main__.py") {
            Ok(Self::Application(path))
        } else {
            Err(unknown())
        }
    }

    /// A name for the program.
    fn name(&self) -> Option<String> {
        let last = |path: &Path| path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        match self {
            Self::None => None,
            Self::Script { path, .. } => path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned),
            Self::Wheel(wheel) => Some(wheel.metadata().name.clone()),
            Self::Project(path) | Self::Application(path) => last(path),
            Self::Package { name, .. } => Some(name.clone()),
        }
    }
}

impl Inputs {
    /// Finds everything out: runs pip where it has to, and makes layers.
    ///
    /// # Errors
    ///
    /// What is missing, contradictory or cannot be read.
    pub fn resolve(&self, builder: &LayerBuilder<'_>, progress: &mut dyn Progress) -> Result<Resolved, Error> {
        let suffixes = &builder.python.info().extension_suffixes;
        let source = Source::detect(self.source.as_deref(), suffixes)?;
        // What cannot work shall say so before the long work.
        if let EntryRequest::Entry(text) = &self.entry
            && text.contains(':')
        {
            Entry::function(text)?;
        }
        let nothing = matches!(source, Source::None) && self.pip.is_empty() && self.requirements.is_empty();
        if nothing && self.entry == EntryRequest::Default {
            return Err(Error::NoEntry { candidates: Vec::new() });
        }
        let standard_library = builder.standard_library(progress)?;
        let mut resolving = Resolving { builder, layers: Vec::new(), imports: BTreeSet::new() };
        let mut request = PipRequest {
            requirements: self.pip.clone(),
            requirement_files: self.requirements.clone(),
            refresh: self.refresh,
            ..PipRequest::default()
        };
        let mut wanted: Vec<String> = self.pip.iter().filter_map(|text| requirement_name(text)).collect();
        match &source {
            Source::Script { path, text } => {
                request.requirements.extend(script::inline_dependencies(path, text)?);
                resolving.script(path, text, &standard_library, progress)?;
            }
            Source::Wheel(wheel) => {
                request
                    .requirements
                    .extend(wheel.metadata().requires_dist.iter().filter(|line| !is_extra(line)).cloned());
                wanted = vec![pyox_scanner::normalize_project_name(&wheel.metadata().name)];
                let layer = builder.layer("the wheel", wheel, &[&standard_library], progress)?;
                resolving.layers.push(layer);
            }
            Source::Project(path) => {
                request.projects.push(path.clone());
                wanted.clear();
            }
            Source::Package { parent, name } => {
                let directory = Directory::new(parent).extension_suffixes(suffixes.iter());
                let (package, module) = (name.clone(), format!("{name}.py"));
                let directory = directory.exclude_if(move |path| {
                    let top = path.split('/').next().unwrap_or(path);
                    top != package && top != module
                });
                resolving.layers.push(builder.layer("the package", &directory, &[&standard_library], progress)?);
            }
            Source::Application(path) => {
                let directory = Directory::new(path).extension_suffixes(suffixes.iter());
                resolving.layers.push(builder.layer("the application", &directory, &[&standard_library], progress)?);
            }
            Source::None => {}
        }
        resolving.layers.push(standard_library);
        if !(request.requirements.is_empty() && request.requirement_files.is_empty() && request.projects.is_empty()) {
            wanted.extend(resolving.install(&request, progress)?);
        }
        if let Some(path) = &self.virtualenv {
            resolving.virtualenv(path, progress)?;
        }
        for root in &self.package_roots {
            let directory = Directory::new(&root.directory).extension_suffixes(suffixes.iter());
            let directory = if root.packages.is_empty() { directory } else { directory.only(root.packages.iter()) };
            resolving.add("the package root", &directory, progress)?;
        }
        resolving.finish(&source, &self.entry, &wanted)
    }
}

/// Layers in the making.
struct Resolving<'a, 'b> {
    builder: &'a LayerBuilder<'b>,
    layers: Vec<Layer>,
    /// Top-level modules that the script imports from elsewhere.
    imports: BTreeSet<String>,
}

impl Resolving<'_, '_> {
    fn add(
        &mut self,
        name: &str,
        source: &dyn pyox_scanner::ResourceSource,
        progress: &mut dyn Progress,
    ) -> Result<(), Error> {
        let below: Vec<&Layer> = self.layers.iter().collect();
        let layer = self.builder.layer(name, source, &below, progress)?;
        self.layers.push(layer);
        Ok(())
    }

    fn script(&mut self, path: &Path, text: &[u8], stdlib: &Layer, progress: &mut dyn Progress) -> Result<(), Error> {
        let suffixes = &self.builder.python.info().extension_suffixes;
        let compiler = BytecodeCompiler::new(self.builder.python, None);
        let companions = script::companions(path, text, &compiler)?;
        self.imports = companions.others;
        if !companions.siblings.is_empty() {
            let directory = script::sibling_directory(path, companions.siblings, suffixes);
            let layer = self.builder.layer("modules beside the script", &directory, &[stdlib], progress)?;
            self.layers.push(layer);
        }
        Ok(())
    }

    /// Runs pip, or takes what it installed before, and returns the names of the projects installed from paths.
    fn install(&mut self, request: &PipRequest, progress: &mut dyn Progress) -> Result<Vec<String>, Error> {
        let python = self.builder.python;
        progress.begin(Step::Install, "requirements");
        let pip = Pip::new(python, self.builder.cache.directory("pip"));
        let tree = pip.install(request, &mut |line| progress.line(line))?;
        progress.end();
        let directory = Directory::new(&tree.path).extension_suffixes(python.info().extension_suffixes.iter());
        let identity = tree.path.display().to_string();
        let modified = std::fs::metadata(&tree.path).and_then(|metadata| metadata.modified());
        let identity = format!("{identity} {:?}", modified.map_err(Error::io("read", &tree.path))?);
        let below: Vec<&Layer> = self.layers.iter().collect();
        let layer = self.builder.cached_layer("requirements", &directory, &identity, &below, progress)?;
        self.layers.push(layer);
        projects_from_paths(&tree.path)
    }

    fn virtualenv(&mut self, path: &Path, progress: &mut dyn Progress) -> Result<(), Error> {
        let virtualenv = Virtualenv::open(path, self.builder.python.info().extension_suffixes.iter())?;
        let (found, expected) = (virtualenv.python_version(), self.builder.python.minor());
        if found != expected {
            return Err(Error::VirtualenvVersion { path: path.to_owned(), found, expected });
        }
        self.add("the virtualenv", &virtualenv, progress)
    }

    fn finish(self, source: &Source, request: &EntryRequest, wanted: &[String]) -> Result<Resolved, Error> {
        let mut scripts: Vec<ConsoleScript> = self
            .layers
            .iter()
            .flat_map(|layer| layer.entry_points())
            .flat_map(|(project, text)| ConsoleScript::parse(project, text))
            .collect();
        scripts.sort();
        scripts.dedup();
        let entry = match request {
            EntryRequest::Code(code) => Entry::Code(code.clone()),
            EntryRequest::Module(name) => self.module(name)?,
            EntryRequest::Entry(text) if text.contains(':') => {
                let entry = Entry::function(text)?;
                if let Entry::Function { module, .. } = &entry {
                    self.module(module)?;
                }
                entry
            }
            EntryRequest::Entry(name) => match scripts.iter().find(|script| script.name == *name) {
                Some(script) => Entry::function(&script.value)?,
                None => {
                    let candidates = scripts.iter().map(ConsoleScript::describe).collect();
                    return Err(Error::UnknownEntry { what: "console script", name: name.clone(), candidates });
                }
            },
            EntryRequest::Default => self.default_entry(source, &scripts, wanted)?,
        };
        let name = source.name().unwrap_or_else(|| match (&entry, wanted) {
            (Entry::Module(name), _) => name.split('.').next().unwrap_or(name).to_owned(),
            (_, [only]) => only.clone(),
            (Entry::Function { module, .. }, _) => module.split('.').next().unwrap_or(module).to_owned(),
            _ => "app".into(),
        });
        let missing: Vec<String> = self.imports.iter().filter(|module| !self.has(module)).cloned().collect();
        let findings = missing.into_iter().map(|module| Finding::MissingModule { module }).collect();
        Ok(Resolved { layers: self.layers, entry, name, findings })
    }

    fn default_entry(&self, source: &Source, scripts: &[ConsoleScript], wanted: &[String]) -> Result<Entry, Error> {
        match source {
            Source::Script { path, text } => {
                let file = path.file_name().and_then(|name| name.to_str());
                let file = file.ok_or_else(|| Error::NotUtf8 { path: path.clone() })?.to_owned();
                return Ok(Entry::Script { file, source: text.clone() });
            }
            Source::Application(_) => return Ok(Entry::Module("__main__".into())),
            Source::Package { name, .. } => return self.module(name),
            _ => {}
        }
        if let Some(entry) = only_script(scripts, wanted)? {
            return Ok(entry);
        }
        let names = wanted.iter().map(|name| name.replace('-', "_"));
        let runnable: Vec<String> = names.filter(|name| self.has(&format!("{name}.__main__"))).collect();
        match runnable.as_slice() {
            [name] => Ok(Entry::Module(name.clone())),
            _ => Err(Error::NoEntry { candidates: scripts.iter().map(ConsoleScript::describe).collect() }),
        }
    }

    /// A module by name, which must exist, and a package must be runnable.
    fn module(&self, name: &str) -> Result<Entry, Error> {
        if self.has(name) {
            Ok(Entry::Module(name.to_owned()))
        } else {
            Err(Error::UnknownEntry { what: "module", name: name.to_owned(), candidates: Vec::new() })
        }
    }

    fn has(&self, module: &str) -> bool {
        let packed = self
            .layers
            .iter()
            .filter_map(|layer| layer.blob().ok())
            .any(|blob| blob.entry(module).ok().flatten().is_some_and(|entry| entry.is(EntryFlags::IMPORTABLE)));
        packed || self.builder.python.info().builtin_modules.iter().any(|name| name == module)
    }
}

/// Normalised project name at the start of a requirement; `None` for paths and URLs.
fn requirement_name(requirement: &str) -> Option<String> {
    let end = requirement.find(|c: char| !(c.is_alphanumeric() || "-_.".contains(c))).unwrap_or(requirement.len());
    let (name, rest) = requirement.split_at(end);
    let is_path = name.is_empty() || rest.starts_with(['/', ':', '\\']) || Path::new(requirement).exists();
    (!is_path).then(|| pyox_scanner::normalize_project_name(name))
}

/// Whether a `Requires-Dist` line only counts with an extra.
fn is_extra(line: &str) -> bool {
    line.split_once(';')
        .is_some_and(|(_, marker)| marker.split(|c: char| !c.is_alphanumeric()).any(|word| word == "extra"))
}

/// Normalised names of the projects that pip has installed from paths: they have a `direct_url.json`.
fn projects_from_paths(tree: &Path) -> Result<Vec<String>, Error> {
    let mut projects = Vec::new();
    for path in std::fs::read_dir(tree).map_err(Error::io("read", tree))?.flatten().map(|entry| entry.path()) {
        if path.join("direct_url.json").is_file()
            && let Ok(text) = std::fs::read_to_string(path.join("METADATA"))
        {
            projects.push(pyox_scanner::normalize_project_name(&pyox_scanner::Metadata::parse(&text).name));
        }
    }
    projects.sort();
    Ok(projects)
}
