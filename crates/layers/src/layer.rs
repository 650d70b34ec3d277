//! A layer: resources from one place, ready to be merged into programs.
//!
//! The standard library is a layer, what pip installed is one, and the application is one. Making a layer is the slow
//! part of packaging (compiling, compressing, reading native code), so layers whose content is known to be unchanged
//! are kept in the cache, as the packed resources they are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pyox_binary::{Lookup, SystemLibraries};
use pyox_build_cache::Cache;
use pyox_bytecode::{BytecodeCompiler, CompileBytecode};
use pyox_distribution::Toolchain;
use pyox_inspect::extract::{Pyc, Tree};
use pyox_linker::{Progress, Step};
use pyox_packed_resources::{Blob, Decoder, Dictionary, Field, Value, pyc, top_level};
use pyox_scanner::ResourceSource;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::finding::Finding;
use crate::libpython::LibpythonFile;
use crate::plan::{Decide, LayerKind};
use crate::policy::{Policy, Profile};
use crate::row::{LeftOut, ReportRow};
use crate::tcl::TclFiles;

mod build;
mod cache_files;
mod cached_distributions;
mod compile;
mod compress;
mod keep;
mod natives;
mod planning;
mod stored;

use compress::Dictionaries;
pub use compress::LEVEL as COMPRESSION_LEVEL;
use stored::Stored;

/// Resources from one place as packed resources, with what a report says of them.
pub struct Layer {
    stored: Stored,
    /// By number, for values to be taken over.
    by_number: Vec<Option<Arc<Dictionary>>>,
    dictionaries: Dictionaries,
    facts: Facts,
}

/// What is kept beside the blob.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Facts {
    pub(crate) kind: LayerKind,
    /// SHA-256 of the blob, hexadecimal.
    pub(crate) digest: String,
    pub(crate) rows: Vec<ReportRow>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) natives: Vec<NativeFile>,
    /// The import statements of every module, where its source text is left out.
    pub(crate) imports: BTreeMap<String, String>,
    /// The text of every `entry_points.txt`, by project name.
    pub(crate) entry_points: Vec<(String, String)>,
    /// Paths of files that are in a directory beside the program, and which.
    pub(crate) relative_files: BTreeMap<String, String>,
    /// The names of [`Policy::locations`](crate::Policy::locations) that it has.
    pub(crate) located: BTreeSet<String>,
    /// What was found and is not in it.
    pub(crate) left_out: Vec<LeftOut>,
    /// The names of [`Policy::excludes`](crate::Policy::excludes) that it has, with the outermost modules that they
    /// leave out.
    pub(crate) excluded: BTreeMap<String, BTreeSet<String>>,
    /// Entries with libraries that they need and that are left to the system.
    pub(crate) of_system: Vec<(String, String)>,
    /// Every search for a library on this machine.
    pub(crate) lookups: Vec<Lookup>,
    /// How many bytes of the blob are before its native code and data.
    #[serde(default)]
    start: u64,
}

/// An extension module or shared library of a layer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NativeFile {
    /// Name of its entry.
    pub name: String,
    /// Whether it is a shared library, whose SONAME later layers may rely on.
    pub is_library: bool,
    /// The lowest version of the GNU C library that it runs with.
    pub glibc: Option<String>,
}

impl Layer {
    fn new(stored: Stored, facts: Facts) -> Result<Self, pyox_packed_resources::Error> {
        let opened = Blob::open_index(stored.start())?;
        let by_number = Dictionary::all_of(&opened)?;
        let dictionaries = Dictionaries::of(&opened, &by_number)?;
        Ok(Self { stored, by_number, dictionaries, facts })
    }

    /// The packed resources. Native code and data of a layer from 64 MiB on is in a file: reading such a value from
    /// here is [`OutOfBounds`](pyox_packed_resources::Error::OutOfBounds).
    pub fn blob(&self) -> Result<Blob<'_>, pyox_packed_resources::Error> {
        Blob::open_index(self.stored.start())
    }

    /// The import statements of a module, if its source text was left out.
    pub fn imports(&self, module: &str) -> Option<&str> {
        self.facts.imports.get(module).map(String::as_str)
    }

    /// Where its resources come from.
    pub fn kind(&self) -> LayerKind {
        self.facts.kind
    }

    /// Digest of the packed resources, hexadecimal.
    pub fn digest(&self) -> &str {
        &self.facts.digest
    }

    /// Whether it is the standard library.
    pub fn is_standard_library(&self) -> bool {
        self.facts.kind == LayerKind::StandardLibrary
    }

    /// Rows for the report.
    pub fn rows(&self) -> &[ReportRow] {
        &self.facts.rows
    }

    /// Findings for the report.
    pub fn findings(&self) -> &[Finding] {
        &self.facts.findings
    }

    /// What was found and is not in it.
    pub fn left_out(&self) -> &[LeftOut] {
        &self.facts.left_out
    }

    /// The names of [`Policy::excludes`] that it would have, with the outermost modules that each of them leaves out.
    pub fn excluded(&self) -> &BTreeMap<String, BTreeSet<String>> {
        &self.facts.excluded
    }

    /// Extension modules and shared libraries.
    pub fn natives(&self) -> &[NativeFile] {
        &self.facts.natives
    }

    /// Project names with the text of their `entry_points.txt`.
    pub fn entry_points(&self) -> &[(String, String)] {
        &self.facts.entry_points
    }

    /// Paths of files that are in a directory beside the program, and which.
    pub fn relative_paths(&self) -> &BTreeMap<String, String> {
        &self.facts.relative_files
    }

    /// Entries with libraries that they need and that are left to the system.
    pub fn of_system(&self) -> &[(String, String)] {
        &self.facts.of_system
    }

    /// The names of [`Policy::locations`] that it has.
    pub fn located(&self) -> &BTreeSet<String> {
        &self.facts.located
    }

    /// The files of packages that are in a directory beside the program, by directory. Bytecode is in files with this
    /// header.
    ///
    /// # Errors
    ///
    /// The layer is damaged.
    pub fn relative_files(&self, header: Option<Pyc>) -> Result<BTreeMap<&str, Tree<'_>>, Error> {
        let mut trees = BTreeMap::new();
        if self.facts.relative_files.is_empty() {
            return Ok(trees);
        }
        let mut all = Tree::new("", header);
        for entry in self.blob()?.entries() {
            all.add(&entry?)?;
        }
        for (path, file) in all.into_files() {
            if let Some(directory) = directory_of(&self.facts.relative_files, &path, header) {
                trees.entry(directory.as_str()).or_insert_with(|| Tree::new("", header)).put(path, file)?;
            }
        }
        Ok(trees)
    }

    /// The dictionaries that its values are compressed with, if there are any.
    fn dictionaries(&self) -> Option<&Dictionaries> {
        (self.dictionaries.is_any()).then_some(&self.dictionaries)
    }

    /// A value of this layer for a writer, as it is once decoded.
    ///
    /// # Errors
    ///
    /// The value is damaged, or cannot be read.
    pub fn decoded<'l>(
        &'l self,
        decoder: &Decoder<'l>,
        field: &Field<'l>,
    ) -> Result<Value, pyox_packed_resources::Error> {
        let value = self.value(field)?;
        let stored = value.stored().read().map_err(pyox_packed_resources::Error::Write)?;
        field.verify_stored(&stored)?;
        Ok(Value::raw(decoder.decode(field, &stored)?.into_owned()).with_mode(field.mode()))
    }

    /// A value of this layer for a writer: the stored bytes, shared.
    ///
    /// # Errors
    ///
    /// The value is not within the layer.
    pub fn value(&self, field: &Field<'_>) -> Result<Value, pyox_packed_resources::Error> {
        let stored = self.stored.part(field.offset(), field.stored_len())?;
        Value::from_field(field, stored, &self.by_number)
    }
}

/// The directory beside the program that a file is in: bytecode is where its source is.
fn directory_of<'b>(beside: &'b BTreeMap<String, String>, path: &str, header: Option<Pyc>) -> Option<&'b String> {
    let cached = header.and_then(|header| pyc::source_of(path, &header.tag())).map(|(stem, _)| stem);
    let stem = cached.as_deref().or_else(|| path.strip_suffix(".pyc"));
    let source = stem.and_then(|stem| beside.get(&format!("{stem}.py")).or_else(|| beside.get(&format!("{stem}.pyc"))));
    source.or_else(|| beside.get(path))
}

/// Makes layers for one Python under one policy.
#[derive(Clone)]
pub struct LayerBuilder<'a> {
    python: Toolchain<'a>,
    compiler: Option<&'a dyn CompileBytecode>,
    policy: Policy,
    cache: &'a Cache,
    /// Whether every layer is made anew, also one that is kept.
    refresh: bool,
    decide: Option<&'a Decide<'a>>,
}

impl<'a> LayerBuilder<'a> {
    /// Layers for this Python; bytecode and finished layers are kept in the cache.
    pub fn new(python: impl Into<Toolchain<'a>>, policy: Policy, cache: &'a Cache) -> Self {
        let python = python.into();
        let policy = policy.for_python(python.target().info());
        Self { python, compiler: None, policy, cache, refresh: false, decide: None }
    }

    /// Lets a function change the decisions of the policy.
    #[must_use]
    pub fn with_decisions(mut self, decide: &'a Decide<'a>) -> Self {
        self.decide = Some(decide);
        self
    }

    /// Compiles bytecode in another way than by running the Python.
    #[must_use]
    pub fn with_compiler(mut self, compiler: &'a dyn CompileBytecode) -> Self {
        self.compiler = Some(compiler);
        self
    }

    /// Says whether every layer is made anew, also one that is kept.
    #[must_use]
    pub fn refresh(mut self, refresh: bool) -> Self {
        self.refresh = refresh;
        self
    }

    /// The Python that layers are made with and for.
    pub fn python(&self) -> Toolchain<'a> {
        self.python
    }

    /// What goes in, and in which form.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Where layers are kept.
    pub fn cache(&self) -> &'a Cache {
        self.cache
    }

    /// What compiles bytecode instead of the Python.
    pub fn other_compiler(&self) -> Option<&'a dyn CompileBytecode> {
        self.compiler
    }

    /// What compiles bytecode.
    pub(crate) fn compiler(&self) -> Box<dyn CompileBytecode + 'a> {
        match self.compiler {
            Some(compiler) => Box::new(compiler),
            None => Box::new(BytecodeCompiler::new(self.python.host(), Some(self.bytecode_directory()))),
        }
    }

    /// Where libraries are looked for that no search path leads to: where the Python has its own, then where the
    /// machine has them. They are elsewhere if the Python is not of this machine, but unpacked on it.
    pub(crate) fn libraries(&self) -> SystemLibraries {
        let own = self.python.target().shared_library().ok();
        let own = own.as_deref().and_then(std::path::Path::parent).map(std::path::Path::to_owned);
        let info = self.python.target().info();
        let of_machine = match info.is_musl() {
            true => SystemLibraries::of_this_machine_for_musl(info.triple.split('-').next().unwrap_or_default()),
            false => SystemLibraries::of_this_machine(),
        };
        of_machine.with_directories(own)
    }

    /// Where compiled bytecode is kept.
    pub(crate) fn bytecode_directory(&self) -> std::path::PathBuf {
        self.cache.directory("bytecode")
    }

    /// The standard library.
    ///
    /// # Errors
    ///
    /// It cannot be read, or native code in it cannot.
    pub fn standard_library(&self, progress: &mut dyn Progress) -> Result<Layer, Error> {
        let target = self.python.target();
        let source = target.standard_library()?;
        self.cached_layer(LayerKind::StandardLibrary, &source, &target.identity(), &[], progress)
    }

    /// Tcl and Tk for the module `_tkinter`; `None` if the Python has none that could go along, or if they could not be
    /// read as files when the program runs.
    ///
    /// # Errors
    ///
    /// They cannot be read.
    pub fn tcl(&self, below: &[&Layer], progress: &mut dyn Progress) -> Result<Option<Layer>, Error> {
        if !self.policy.virtual_files {
            return Ok(None);
        }
        let Some(tcl) = self.python.target().tcl()? else { return Ok(None) };
        let source = TclFiles::read(&tcl)?;
        self.cached_layer(LayerKind::TclTk, &source, &source.identity(), below, progress).map(Some)
    }

    /// The shared library of the Python with the libraries that it needs, for a launcher without libpython.
    ///
    /// # Errors
    ///
    /// It has none, or that cannot be read.
    pub fn libpython(&self, below: &[&Layer], progress: &mut dyn Progress) -> Result<Layer, Error> {
        let path = self.python.target().shared_library()?;
        let source = LibpythonFile::read(&path)?;
        self.cached_layer(LayerKind::Libpython, &source, &source.identity(), below, progress)
    }

    /// What a source finds, made anew.
    ///
    /// # Errors
    ///
    /// Resources cannot be read, or native code cannot.
    pub fn layer(
        &self,
        kind: LayerKind,
        source: &dyn ResourceSource,
        below: &[&Layer],
        progress: &mut dyn Progress,
    ) -> Result<Layer, Error> {
        progress.begin(Step::Scan, kind.name());
        let scan = source.scan()?;
        progress.end();
        self.build(kind, &scan, below, progress)
    }

    /// What a source finds, kept under `identity`, which must change whenever that does.
    ///
    /// # Errors
    ///
    /// As [`LayerBuilder::layer`].
    pub fn cached_layer(
        &self,
        kind: LayerKind,
        source: &dyn ResourceSource,
        identity: &str,
        below: &[&Layer],
        progress: &mut dyn Progress,
    ) -> Result<Layer, Error> {
        match self.kept_layer(kind, source, identity, below, progress)? {
            Some(layer) => Ok(layer),
            None => self.made_layer(kind, source, identity, below, progress),
        }
    }

    /// What [`LayerBuilder::cached_layer`] has kept, if that can still be used.
    ///
    /// # Errors
    ///
    /// The source cannot be read, where it is read to know what was decided about it.
    pub fn kept_layer(
        &self,
        kind: LayerKind,
        source: &dyn ResourceSource,
        identity: &str,
        below: &[&Layer],
        progress: &mut dyn Progress,
    ) -> Result<Option<Layer>, Error> {
        Ok(self.load(&self.place(kind, &self.identity(kind, source, identity)?, below), progress))
    }

    /// What a source finds, made anew and kept as [`LayerBuilder::cached_layer`] does.
    ///
    /// # Errors
    ///
    /// As [`LayerBuilder::layer`].
    pub fn made_layer(
        &self,
        kind: LayerKind,
        source: &dyn ResourceSource,
        identity: &str,
        below: &[&Layer],
        progress: &mut dyn Progress,
    ) -> Result<Layer, Error> {
        let place = self.place(kind, &self.identity(kind, source, identity)?, below);
        self.make(&place, kind, source, below, progress)
    }

    /// The identity of what a source finds, together with what a function has decided about it: what the policy decides
    /// follows from its settings.
    pub(crate) fn identity(
        &self,
        kind: LayerKind,
        source: &dyn ResourceSource,
        identity: &str,
    ) -> Result<String, Error> {
        if self.decide.is_some() {
            return Ok(format!("{identity} {}", self.plan(kind, &source.scan()?)?.digest()));
        }
        let Policy { includes, excludes, .. } = &self.policy;
        if kind != LayerKind::StandardLibrary || (includes.is_empty() && excludes.is_empty()) {
            return Ok(identity.to_owned());
        }
        // It takes long to make, and most names make no difference to it.
        let scan = source.scan()?;
        let modules: BTreeSet<&str> = scan.module_names().map(top_level).collect();
        let mut identity = identity.to_owned();
        for (word, names) in [(" with ", includes), (" without ", excludes)] {
            let own = names.iter().filter(|name| modules.contains(top_level(name)));
            own.for_each(|name| identity.extend([word, name]));
        }
        Ok(identity)
    }

    /// Whether a layer keeps everything compressed. Of the standard library programs use but a part: what they use is
    /// decompressed when they are packed. So are the libraries of Tcl and Tk, while few of their scripts are read.
    fn compresses_everything(&self, kind: LayerKind) -> bool {
        match kind {
            LayerKind::StandardLibrary | LayerKind::TclTk => true,
            LayerKind::Libpython => false,
            _ => self.policy.profile == Profile::Size,
        }
    }
}
