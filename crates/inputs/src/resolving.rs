//! Layers, one after the other, and what to run of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use pyox_build_cache::digest;
use pyox_layers::{Finding, Layer, LayerBuilder, LayerKind};
use pyox_linker::{Progress, Step};
use pyox_native_build::{BuiltIn, StaticExtension};
use pyox_packed_resources::{EntryFlags, normalize_project_name, top_level};
use pyox_pip::{InstalledTree, Pip, PipRequest, project_files};
use pyox_scanner::{Directory, SitePackages, Wheel};

use crate::code::main_code;
use crate::edited::{Built, Edited};
use crate::entry::{ConsoleScript, Entry, EntryRequest, only_script};
use crate::error::Error;
use crate::given::GivenResources;
use crate::inputs::Resolved;
use crate::project::ProjectFile;
use crate::source::Source;
use crate::{beside, path_configuration, required, script};

/// Layers that are put together.
pub(crate) struct Resolving<'a, 'b> {
    pub(crate) builder: &'a LayerBuilder<'b>,
    pub(crate) layers: Vec<Layer>,
    /// The positions of those that only this program has.
    pub(crate) own: BTreeSet<usize>,
    findings: Vec<Finding>,
    /// Top-level modules that the script imports from elsewhere.
    imports: BTreeSet<String>,
    /// Modules beside the script that are left out.
    excluded: BTreeSet<String>,
    /// Modules that are part of the interpreter, or of the program.
    pub(crate) built_in: BTreeSet<String>,
    /// Normalised names of projects whose extension modules become built-in ones.
    pub(crate) built: BTreeSet<String>,
    /// These modules.
    pub(crate) static_extensions: Vec<StaticExtension>,
}

impl<'a, 'b> Resolving<'a, 'b> {
    pub(crate) fn new(builder: &'a LayerBuilder<'b>) -> Result<Self, Error> {
        let (layers, own, findings, imports, excluded, built, static_extensions) = Default::default();
        let extensions = builder.python().target().extension_modules()?.into_iter();
        let built_in = extensions.filter(|module| module.is_built_in()).map(|module| module.name).collect();
        Ok(Self { builder, layers, own, findings, imports, excluded, built_in, built, static_extensions })
    }

    /// A layer that comes before the standard library, as the directory of a script does, but for the modules that
    /// Python does not look for there. `root` is the directory that they would be in.
    pub(crate) fn add_before(
        &mut self,
        kind: LayerKind,
        directory: &Directory,
        root: &Path,
        standard_library: &Layer,
        progress: &mut dyn Progress,
    ) -> Result<(), Error> {
        let fixed = self.builder.python().target().info().fixed_modules.clone();
        let module_of = |path: &str| {
            let top = path.split('/').next().unwrap_or(path);
            top.strip_suffix(".py").unwrap_or(top).to_owned()
        };
        let is_there = |module: &&String| script::has_module(root, module) && !directory.excludes(module);
        let modules: Vec<String> = fixed.iter().filter(is_there).cloned().collect();
        if !modules.is_empty() {
            let used = standard_library.kind();
            self.findings.push(Finding::Shadowed { modules, used, other: kind });
        }
        let directory = directory.clone().exclude_if(move |path| fixed.contains(&module_of(path)));
        let layer = self.builder.layer(kind, &directory, &[standard_library], progress)?;
        self.layers.push(layer);
        Ok(())
    }

    pub(crate) fn add(
        &mut self,
        kind: LayerKind,
        source: &dyn pyox_scanner::ResourceSource,
        progress: &mut dyn Progress,
    ) -> Result<(), Error> {
        let below: Vec<&Layer> = self.layers.iter().collect();
        let layer = self.builder.layer(kind, source, &below, progress)?;
        self.layers.push(layer);
        Ok(())
    }

    /// Resources that were found already.
    pub(crate) fn add_given(&mut self, given: &GivenResources, progress: &mut dyn Progress) -> Result<(), Error> {
        let below: Vec<&Layer> = self.layers.iter().collect();
        let layer = match &given.identity {
            Some(identity) => self.builder.cached_layer(given.kind, &given.source, identity, &below, progress)?,
            None => self.builder.layer(given.kind, &given.source, &below, progress)?,
        };
        self.layers.push(layer);
        Ok(())
    }

    /// A script with what it imports from its directory. What else is beside it is told if `outputs`, which are no part
    /// of that, are given.
    pub(crate) fn script(
        &mut self,
        path: &Path,
        text: &[u8],
        outputs: Option<&[PathBuf]>,
        stdlib: &Layer,
        progress: &mut dyn Progress,
    ) -> Result<(), Error> {
        let suffixes = &self.builder.python().target().info().extension_suffixes;
        self.compile_script(path, text)?;
        let companions = script::companions(path, text, suffixes, self.builder.policy())?;
        self.excluded = companions.excluded;
        self.imports = companions.others;
        if let Some(outputs) = outputs {
            self.findings.extend(beside::finding(path, &companions.siblings, &companions.literals, outputs)?);
        }
        if !companions.siblings.is_empty() {
            let directory = script::sibling_directory(path, companions.siblings, suffixes);
            let root = path.parent().unwrap_or(Path::new("/"));
            self.add_before(LayerKind::ScriptDirectory, &directory, root, stdlib, progress)?;
        }
        Ok(())
    }

    /// Refuses a script that does not compile, before the long work.
    fn compile_script(&self, path: &Path, text: &[u8]) -> Result<(), Error> {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        main_code(self.builder.python(), self.builder.other_compiler(), &file, text, 0).map(drop)
    }

    /// Runs pip, or takes what it installed before, and returns the names of the projects installed from paths.
    pub(crate) fn install(&mut self, request: &PipRequest, progress: &mut dyn Progress) -> Result<Vec<String>, Error> {
        let python = self.builder.python();
        let mut tree = self.tree(request, progress)?;
        // Objects are read of the tree each time.
        if !self.built.is_empty() && tree.cached && !tree.is_intact() {
            progress.damaged(&tree.path, 1);
            tree = self.tree(&request.clone().refresh(true), progress)?;
        }
        let built_in = self.link_extensions(&tree)?;
        let below: Vec<&Layer> = self.layers.iter().collect();
        let kind = LayerKind::Requirements;
        let installed = |tree: &InstalledTree| {
            let suffixes = &python.target().info().extension_suffixes;
            SitePackages::below(&tree.path, suffixes.iter()).map(|found| BuiltIn::new(found, built_in.iter().cloned()))
        };
        let identity = |tree: &InstalledTree| {
            let built_in: String = built_in.iter().map(|module| format!(" {module}")).collect();
            format!("{} {}{built_in}", tree.path.display(), tree.digest())
        };
        let mut kept = self.builder.kept_layer(kind, &installed(&tree)?, &identity(&tree), &below, progress)?;
        let mut projects = projects_from_paths(&tree);
        // What is read of the tree has to be what pip installed.
        if projects.is_none() || (kept.is_none() && tree.cached && !tree.is_intact()) {
            progress.damaged(&tree.path, 1);
            tree = self.tree(&request.clone().refresh(true), progress)?;
            (kept, projects) = (None, projects_from_paths(&tree));
        }
        let layer = match kept {
            Some(layer) => layer,
            None => self.builder.made_layer(kind, &installed(&tree)?, &identity(&tree), &below, progress)?,
        };
        self.layers.push(layer);
        Ok(projects.unwrap_or_default())
    }

    /// A project as a layer of its own, and what it requires as another one: gives its normalised name. Nothing if both
    /// have to be installed together. What pip is still asked for is changed.
    pub(crate) fn project(
        &mut self,
        path: &Path,
        extras: &[String],
        request: &mut PipRequest,
        progress: &mut dyn Progress,
    ) -> Result<Option<String>, Error> {
        let Some(Edited { wheel, edits }) = self.built(path, request, progress)? else { return Ok(None) };
        let python = self.builder.python().target();
        let name = normalize_project_name(&wheel.metadata().name);
        let mut apart = request.clone();
        apart.requirements.extend(required::by_project(&wheel, extras, python.info())?);
        let before = self.layers.len();
        self.add(LayerKind::Project, &Edited { wheel, edits }, progress)?;
        let installs = !(apart.requirements.is_empty() && apart.requirement_files.is_empty());
        let is_apart = match installs.then(|| self.tree(&apart, progress)) {
            None => true,
            Some(Ok(tree)) => !has_project(&tree, &name),
            // What it requires may require the project itself, which no index has.
            Some(Err(Error::Pip(pyox_pip::Error::Failed { .. }))) => false,
            Some(Err(error)) => return Err(error),
        };
        if !is_apart {
            self.layers.truncate(before);
            return Ok(None);
        }
        self.own.insert(before);
        *request = apart.refresh(false);
        Ok(Some(name))
    }

    /// The wheel of a project, if it can be a layer by itself, and what was edited since it was made.
    fn built(&self, path: &Path, request: &PipRequest, progress: &mut dyn Progress) -> Result<Option<Edited>, Error> {
        // Without the file, old versions of pip make no wheel of it but with build tools that they download.
        let Some(file) = ProjectFile::of(path)? else { return Ok(None) };
        let suffixes = &self.builder.python().target().info().extension_suffixes;
        let mut refresh = request.refresh;
        let (files, place) = (project_files(path)?, self.built_place(path, &request.arguments));
        if let (false, true, Some(built)) = (refresh, file.copies_files(), Built::read(&place))
            && let Some(edits) = built.edits(path, &files).filter(|edits| !edits.is_empty())
            && let Some(tree) = self.pip().reopen(&built.key)
            && let Some(wheel) = tree.files().next().and_then(|file| Wheel::open(tree.path.join(file)).ok())
        {
            let wheel = wheel.extension_suffixes(suffixes.iter());
            return Ok(Some(Edited { wheel, edits }));
        }
        loop {
            let built = told(progress, |line| self.pip().build(path, &request.arguments, refresh, line));
            let tree = match built {
                Ok(tree) => tree,
                // What is wrong is said when it is installed.
                Err(Error::Pip(pyox_pip::Error::Failed { .. })) => return Ok(None),
                Err(error) => return Err(error),
            };
            let wheel_file = tree.files().next().map(|file| tree.path.join(file));
            match wheel_file.map(Wheel::open) {
                Some(Ok(wheel)) => {
                    let wheel = wheel.extension_suffixes(suffixes.iter());
                    // What was changed while it was built is seen by the next pack.
                    if file.copies_files()
                        && let Some(built) = Built::of(&tree.key, files, &wheel)
                    {
                        built.write(&place);
                    }
                    return Ok(Some(Edited { wheel, edits: BTreeMap::new() }));
                }
                // It was changed after it was made, or is none that can be checked.
                Some(Err(_)) if tree.cached => refresh = true,
                _ => return Ok(None),
            }
        }
    }

    /// Where it is kept what is known of the last wheel that was made of a project.
    fn built_place(&self, path: &Path, arguments: &[String]) -> PathBuf {
        let identity = self.builder.python().host().identity();
        let parts = ["built 1", &identity].map(str::as_bytes).into_iter();
        let parts = parts.chain([path.as_os_str().as_encoded_bytes()]);
        let parts = parts.chain(arguments.iter().map(String::as_bytes));
        self.builder.cache().directory("pip").join(format!("{}.built", digest(parts)))
    }

    fn pip(&self) -> Pip {
        Pip::new(self.builder.python().host(), self.builder.cache().directory("pip"))
    }

    /// What pip installs, or has installed.
    fn tree(&self, request: &PipRequest, progress: &mut dyn Progress) -> Result<InstalledTree, Error> {
        told(progress, |line| self.pip().install(request, line))
    }

    pub(crate) fn finish(self, source: &Source, request: &EntryRequest, wanted: &[String]) -> Result<Resolved, Error> {
        let is_located = |name: &String| self.layers.iter().any(|layer| layer.located().contains(name));
        if let Some(name) = self.builder.policy().locations.keys().find(|name| !is_located(name)) {
            return Err(Error::NoPackageToLocate { name: name.clone() });
        }
        self.check_extensions()?;
        self.check_names(source)?;
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
            EntryRequest::Interpreter(run) => Entry::Interpreter(run.clone()),
            EntryRequest::Module(name) => self.runnable(name)?,
            EntryRequest::Entry(text) if text.contains(':') => {
                let entry = Entry::function(text)?;
                if let Entry::Function { module, .. } = &entry {
                    self.exists(module)?;
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
        // A project is known by its command.
        let command = match (source, &entry) {
            (Source::Project(_) | Source::Wheel(_) | Source::None, Entry::Function { module, attribute }) => {
                let value = format!("{module}:{attribute}");
                let mine = |script: &&ConsoleScript| script.value == value && wanted.contains(&script.project);
                let mut names = scripts.iter().filter(mine).map(|script| script.name.clone());
                names.next().filter(|_| names.next().is_none())
            }
            _ => None,
        };
        let name = command.or_else(|| source.name()).unwrap_or_else(|| match (&entry, wanted) {
            (Entry::Module(name), _) => top_level(name).to_owned(),
            (_, [only]) => only.clone(),
            (Entry::Function { module, .. }, _) => top_level(module).to_owned(),
            _ => "app".into(),
        });
        let policy = self.builder.policy();
        let added = path_configuration::added_packages(&self.layers, self.builder.python().target().minor().1)?;
        let is_added = |module: &str| added.iter().any(|package| self.has(&format!("{package}.{module}")));
        let missing: Vec<String> = self
            .imports
            .iter()
            .filter(|module| !is_added(module) && !self.has(module) && !policy.excludes_module(module))
            .cloned()
            .collect();
        let mut findings = self.findings;
        findings.extend(missing.into_iter().map(|module| Finding::MissingModule { module }));
        let (layers, name, own, static_extensions) = (self.layers, file_name(&name), self.own, self.static_extensions);
        let (terminfo, certificates) = (None, None);
        Ok(Resolved { layers, entry, name, findings, static_extensions, terminfo, certificates, own })
    }

    /// Whether what is to be taken in is there, and what is to be left out would be.
    fn check_names(&self, source: &Source) -> Result<(), Error> {
        let policy = self.builder.policy();
        for name in policy.excludes.iter().filter(|name| !self.excluded.contains(top_level(name))) {
            if self.built_in.contains(name) {
                return Err(Error::ExcludedBuiltIn { name: name.clone() });
            }
            if !self.layers.iter().any(|layer| layer.excluded().contains_key(name)) {
                return Err(Error::NothingToExclude { name: name.clone() });
            }
        }
        let Some(name) = policy.includes.iter().find(|name| !self.has(name)) else { return Ok(()) };
        let version = &self.builder.python().target().info().version;
        let place = |layer: &Layer| match layer.kind() {
            LayerKind::StandardLibrary => format!("the standard library of Python {version}"),
            LayerKind::ScriptDirectory => String::new(),
            kind => kind.name().to_owned(),
        };
        let beside = source.directory().map(|directory| directory.display().to_string());
        let places = beside.into_iter().chain(self.layers.iter().map(place)).filter(|place| !place.is_empty());
        Err(Error::NothingToInclude { name: name.clone(), places: places.collect() })
    }

    fn default_entry(&self, source: &Source, scripts: &[ConsoleScript], wanted: &[String]) -> Result<Entry, Error> {
        match source {
            Source::Script { path, text } => {
                let file = path.file_name().and_then(|name| name.to_str());
                let file = file.ok_or_else(|| Error::NotUtf8 { path: path.clone() })?.to_owned();
                return Ok(Entry::Script { file, source: text.clone() });
            }
            Source::Application(_) => return Ok(Entry::Module("__main__".into())),
            Source::Package { name, .. } => return self.runnable(name),
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

    /// A module or package by name that `python -m` can run.
    fn runnable(&self, name: &str) -> Result<Entry, Error> {
        self.exists(name)?;
        if self.has_flag(name, EntryFlags::PACKAGE) && !self.has(&format!("{name}.__main__")) {
            return Err(Error::NotRunnable { name: name.to_owned() });
        }
        Ok(Entry::Module(name.to_owned()))
    }

    fn exists(&self, name: &str) -> Result<(), Error> {
        if self.has(name) {
            return Ok(());
        }
        let known = name.replace('-', "_").to_lowercase();
        let candidates = if self.has(&known) { vec![known] } else { Vec::new() };
        Err(Error::UnknownEntry { what: "module", name: name.to_owned(), candidates })
    }

    fn has(&self, module: &str) -> bool {
        self.has_flag(module, EntryFlags::IMPORTABLE)
            || self.built_in.contains(module)
            // The launcher has it.
            || module == "oxidized_importer"
    }

    /// Whether what is imported by this name, from the first layer that has it, has this flag.
    fn has_flag(&self, name: &str, flag: EntryFlags) -> bool {
        self.layers
            .iter()
            .filter_map(|layer| layer.blob().ok())
            .filter_map(|blob| {
                blob.entry(name).ok().flatten().map(|entry| (entry.is(EntryFlags::IMPORTABLE), entry.is(flag)))
            })
            .find(|(is_importable, _)| *is_importable)
            .is_some_and(|(_, has_flag)| has_flag)
    }
}

/// A name as that of a file in the working directory: what metadata calls things leads nowhere else.
fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !c.is_control()).collect();
    match plain.trim_start_matches(['.', '-', ' ']) {
        "" => "app".into(),
        name => name.to_owned(),
    }
}

/// Runs pip, and tells what it says.
fn told(
    progress: &mut dyn Progress,
    run: impl FnOnce(&mut dyn FnMut(&str)) -> Result<InstalledTree, pyox_pip::Error>,
) -> Result<InstalledTree, Error> {
    let mut begun = false;
    let tree = run(&mut |line| {
        if !std::mem::replace(&mut begun, true) {
            progress.begin(Step::Install, "");
        }
        progress.line(line);
    })?;
    progress.end();
    if let Some(damaged) = &tree.damaged {
        progress.damaged(damaged, 1);
    }
    Ok(tree)
}

/// Whether pip has installed a project.
fn has_project(tree: &InstalledTree, name: &str) -> bool {
    let metadata = tree.files().filter_map(|file| file.strip_suffix(".dist-info/METADATA"));
    let directories = metadata.map(|directory| directory.rsplit('/').next().unwrap_or(directory));
    directories.filter_map(|directory| directory.split('-').next()).any(|found| normalize_project_name(found) == name)
}

/// Normalised names of the projects that pip has installed from paths: they have a `direct_url.json`. Nothing if their
/// metadata is damaged.
fn projects_from_paths(tree: &InstalledTree) -> Option<Vec<String>> {
    let directories = tree.files().filter_map(|file| file.strip_suffix("/direct_url.json"));
    let mut projects = Vec::new();
    for directory in directories.filter(|directory| directory.ends_with(".dist-info")) {
        let metadata = format!("{directory}/METADATA");
        if tree.files().any(|file| file == metadata) {
            let text = String::from_utf8_lossy(&tree.read(&metadata)?).into_owned();
            projects.push(normalize_project_name(&pyox_scanner::Metadata::parse(&text).name));
        }
    }
    projects.sort();
    Some(projects)
}
