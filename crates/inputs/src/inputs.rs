//! Where an application comes from.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pyox_interpreter_config::Resolution;
use pyox_layers::{Finding, Layer, LayerBuilder, LayerKind};
use pyox_linker::Progress;
use pyox_native_build::StaticExtension;
use pyox_output::is_aside;
use pyox_packed_resources::{normalize_project_name, top_level};
use pyox_pip::PipRequest;
use pyox_scanner::{Directory, Virtualenv};

use crate::data::AddedData;
use crate::entry::{Entry, EntryRequest};
use crate::error::Error;
use crate::given::GivenResources;
use crate::project::ProjectFile;
use crate::resolving::Resolving;
use crate::source::Source;
use crate::{beside, data, required, script, source, system, wheel_tags};

/// Everything a person can name as a source of code.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Inputs {
    /// A script, wheel, project or package.
    pub source: Option<PathBuf>,
    /// Requirements for pip.
    pub pip: Vec<String>,
    /// Requirement files for pip.
    pub requirements: Vec<PathBuf>,
    /// Files that limit the versions which pip installs.
    pub constraints: Vec<PathBuf>,
    /// The index that pip takes packages from, instead of its own.
    pub index_url: Option<String>,
    /// Further indexes.
    pub extra_index_urls: Vec<String>,
    /// Extras of the project that is packed.
    pub extras: Vec<String>,
    /// Dependency groups of the `pyproject.toml` in the directory of the source
    /// ([PEP 735](https://packaging.python.org/specifications/dependency-groups/)).
    pub groups: Vec<String>,
    /// A virtualenv whose packages go in.
    pub virtualenv: Option<PathBuf>,
    /// Directories from which some packages go in.
    pub package_roots: Vec<PackageRoot>,
    /// Resources that were found already; they come after all else but data.
    pub given: Vec<GivenResources>,
    /// Files that go in as they are.
    pub data: Vec<AddedData>,
    /// Terminals whose descriptions go in, as this machine has them, for curses and readline.
    pub terminals: Vec<String>,
    /// Whether certificates of authorities go in: those of the project certifi, which pip installs where nothing else
    /// brings it.
    pub certificates: bool,
    /// Files that are going to be written: they are no part of a directory that is packed.
    pub outputs: Vec<PathBuf>,
    /// Projects that are built from source, so that their extension modules are linked into the program.
    pub static_extensions: Vec<String>,
    /// What to run.
    pub entry: EntryRequest,
    /// Run pip and make layers, also that of the standard library, even if the earlier outcome is kept.
    pub refresh: bool,
}

/// Packages in a directory.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PackageRoot {
    /// The directory.
    pub directory: PathBuf,
    /// Names of modules and packages; empty for all.
    pub packages: Vec<String>,
}

impl PackageRoot {
    /// These modules and packages of a directory; all of them if none is named.
    pub fn new<S: Into<String>>(directory: impl Into<PathBuf>, packages: impl IntoIterator<Item = S>) -> Self {
        Self { directory: directory.into(), packages: packages.into_iter().map(Into::into).collect() }
    }
}

/// The inputs as layers.
#[non_exhaustive]
pub struct Resolved {
    /// The layers, first wins.
    pub layers: Vec<Layer>,
    /// What to run.
    pub entry: Entry,
    /// A name for the program.
    pub name: String,
    /// What a person should know.
    pub findings: Vec<Finding>,
    /// The extension modules that the launcher is linked with.
    pub static_extensions: Vec<StaticExtension>,
    /// Where the descriptions of terminals are that were asked for.
    pub terminfo: Option<Resolution>,
    /// Where the certificates are that were asked for.
    pub certificates: Option<Resolution>,
    /// The positions of the layers that only this program has.
    pub(crate) own: BTreeSet<usize>,
}

impl Resolved {
    /// The layers that other programs may have too: the standard library and what is installed, not the application.
    pub fn shared_layers(&self) -> impl Iterator<Item = &Layer> {
        self.layers.iter().enumerate().filter(|(index, _)| !self.own.contains(index)).map(|(_, layer)| layer)
    }
}

impl Inputs {
    /// A script, wheel, project or package, and nothing else.
    pub fn new(source: impl Into<PathBuf>) -> Self {
        Self { source: Some(source.into()), ..Self::default() }
    }

    /// Finds everything out: runs pip where it has to, and makes layers.
    ///
    /// # Errors
    ///
    /// What is missing, contradictory or cannot be read.
    pub fn resolve(&self, builder: &LayerBuilder<'_>, progress: &mut dyn Progress) -> Result<Resolved, Error> {
        let builder = &builder.clone().refresh(self.refresh);
        let info = builder.python().target().info();
        let suffixes = &info.extension_suffixes;
        let source = Source::detect(self.source.as_deref(), suffixes)?;
        // What cannot work says so before the long work.
        if let EntryRequest::Entry(text) = &self.entry
            && text.contains(':')
        {
            Entry::function(text)?;
        }
        if let (Source::Script { .. }, Some(path)) = (&source, &self.source)
            && self.entry != EntryRequest::Default
        {
            return Err(Error::ScriptIsNotRun { path: path.clone() });
        }
        self.check_files()?;
        if !(self.extras.is_empty() || matches!(source, Source::Project(_))) {
            return Err(Error::ExtrasWithoutProject);
        }
        let data = data::files(&self.data, &source)?;
        let terminals = system::terminals(&self.terminals)?;
        let adds_files = !(self.data.is_empty() && self.terminals.is_empty()) || self.certificates;
        if adds_files && !builder.policy().virtual_files {
            return Err(Error::DataWithoutVirtualFiles);
        }
        let nothing = matches!(source, Source::None) && self.pip.is_empty() && self.requirements.is_empty();
        if nothing && self.entry == EntryRequest::Default {
            return Err(Error::NoEntry { candidates: Vec::new() });
        }
        let virtualenv = self.virtualenv.as_deref().map(|path| open_virtualenv(path, builder)).transpose()?;
        let standard_library = builder.standard_library(progress)?;
        let mut resolving = Resolving::new(builder)?;
        let mut request = self.pip_request().refresh(self.refresh);
        resolving.build_extensions(&self.static_extensions, &mut request)?;
        request.requirements.extend(required::by_groups(&self.groups, &source, info)?);
        let mut wanted: Vec<String> = self.pip.iter().filter_map(|text| required::project(text)).collect();
        match &source {
            Source::Script { path, text } => {
                let metadata = script::inline_metadata(path, text)?;
                required::check_python(path, metadata.requires_python.as_deref(), info)?;
                request.requirements.extend(required::by_script(path, &metadata, info)?);
                let outputs = self.data.is_empty().then_some(&*self.outputs);
                resolving.script(path, text, outputs, &standard_library, progress)?;
            }
            Source::Wheel(wheel) => {
                let path = self.source.as_deref().unwrap_or(Path::new(""));
                wheel_tags::check(path, wheel.tags(), builder.python().host())?;
                required::check_python(path, wheel.metadata().requires_python.as_deref(), info)?;
                request.requirements.extend(required::by_wheel(wheel, info)?);
                wanted = vec![normalize_project_name(&wheel.metadata().name)];
            }
            Source::Project(path) => {
                if let Some(file) = ProjectFile::of(path)? {
                    required::check_python(file.path(), file.requires_python()?, info)?;
                }
                wanted.clear();
            }
            Source::Package { parent, name } => {
                let directory = Directory::new(parent).extension_suffixes(suffixes.iter());
                let mut modules: BTreeSet<String> = [name.clone()].into();
                modules.extend(builder.policy().includes.iter().map(|name| top_level(name).to_owned()));
                let directory = directory.exclude_if(move |path| {
                    let top = path.split('/').next().unwrap_or(path);
                    !modules.contains(top.strip_suffix(".py").unwrap_or(top)) || is_aside(path)
                });
                resolving.add_before(LayerKind::Package, &directory, parent, &standard_library, progress)?;
            }
            Source::Application(path) => {
                let (root, outputs) = (path.clone(), self.outputs.clone());
                let directory = Directory::new(path).extension_suffixes(suffixes.iter()).exclude_if(move |path| {
                    let file = root.join(path);
                    script::is_of_tools(&file) || is_aside(path) || beside::is_no_part(&file, &outputs)
                });
                resolving.add_before(LayerKind::Application, &directory, path, &standard_library, progress)?;
            }
            Source::None => {}
        }
        resolving.own.extend(0..resolving.layers.len());
        resolving.layers.push(standard_library);
        // As if it was installed: the standard library comes before it.
        if let Source::Wheel(wheel) = &source {
            resolving.own.insert(resolving.layers.len());
            resolving.add(LayerKind::Wheel, wheel, progress)?;
        }
        if let Source::Project(path) = &source {
            if let Some(file) = ProjectFile::of(path)? {
                file.check_extras(&self.extras)?;
            }
            // What is built for its extension modules is installed together with what it requires.
            let apart = match self.static_extensions.is_empty() {
                true => resolving.project(path, &self.extras, &mut request, progress)?,
                false => None,
            };
            match apart {
                Some(name) => wanted.push(name),
                None => match required::with_extras(path, &self.extras)? {
                    Some(requirement) => request.requirements.push(requirement),
                    None => request.projects.push(path.clone()),
                },
            }
        }
        let installs =
            !(request.requirements.is_empty() && request.requirement_files.is_empty() && request.projects.is_empty());
        let needs_pip = installs || self.certificates || !self.static_extensions.is_empty();
        if !needs_pip && !request.arguments.is_empty() {
            return Err(Error::NothingToInstall);
        }
        if installs {
            wanted.extend(resolving.install(&request, progress)?);
        }
        if let Some(virtualenv) = &virtualenv {
            resolving.add(LayerKind::Virtualenv, virtualenv, progress)?;
        }
        for root in &self.package_roots {
            let directory = Directory::new(&root.directory).extension_suffixes(suffixes.iter()).exclude_if(is_aside);
            let directory = if root.packages.is_empty() { directory } else { directory.only(root.packages.iter()) };
            resolving.add(LayerKind::PackageRoot, &directory, progress)?;
        }
        for given in &self.given {
            resolving.add_given(given, progress)?;
        }
        if !self.data.is_empty() {
            let packed = data::packed(&data, &resolving.layers, &source, &self.outputs)?;
            let packages = data::packages(&resolving.layers, source.place())?;
            let data = data::InPackages { files: &data, packed, packages, place: source.place() };
            resolving.own.insert(resolving.layers.len());
            resolving.add(LayerKind::Data, &data, progress)?;
        }
        let (mut terminfo, mut certificates) = (None, None);
        if !self.terminals.is_empty() {
            terminfo = Some(resolving.add_terminals(&terminals, progress)?);
        }
        if self.certificates {
            let request = self.pip_options().refresh(self.refresh);
            certificates = Some(resolving.add_certificates(request, progress)?);
        }
        Ok(Resolved { terminfo, certificates, ..resolving.finish(&source, &self.entry, &wanted)? })
    }

    /// What pip is asked for, as far as the source does not say it.
    pub(crate) fn pip_request(&self) -> PipRequest {
        self.pip_options().requirements(&self.pip).requirement_files(&self.requirements)
    }

    /// How pip is asked for anything.
    fn pip_options(&self) -> PipRequest {
        let constraints = self.constraints.iter().map(|path| format!("--constraint={}", path.display()));
        let index = self.index_url.iter().map(|url| format!("--index-url={url}"));
        let more = self.extra_index_urls.iter().map(|url| format!("--extra-index-url={url}"));
        PipRequest::default().arguments(constraints.chain(index).chain(more))
    }

    /// Files and directories that are named must be there before the long work.
    fn check_files(&self) -> Result<(), Error> {
        for path in self.requirements.iter().chain(&self.constraints) {
            std::fs::File::open(path).map_err(Error::io("read", path))?;
        }
        for root in &self.package_roots {
            std::fs::read_dir(&root.directory).map_err(Error::io("read", &root.directory))?;
            // A source that is given after its option is taken for one of its packages.
            if let Some(package) = root.packages.iter().find(|package| source::is_meant(package)) {
                let (package, path) = (package.clone(), root.directory.clone());
                return Err(pyox_scanner::Error::PackageNotFound { package, path }.into());
            }
        }
        Ok(())
    }
}

fn open_virtualenv(path: &Path, builder: &LayerBuilder<'_>) -> Result<Virtualenv, Error> {
    let virtualenv = Virtualenv::open(path, builder.python().target().info().extension_suffixes.iter())?;
    let virtualenv = virtualenv.keep(builder.policy().includes.iter().map(|name| top_level(name)));
    let (found, expected) = (virtualenv.python_version(), builder.python().target().minor());
    if found == expected {
        Ok(virtualenv)
    } else {
        Err(Error::VirtualenvVersion { path: path.to_owned(), found, expected })
    }
}
