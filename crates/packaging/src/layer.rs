//! A layer: resources from one place, ready to be merged into programs.
//!
//! The standard library is a layer, what pip installed is one, and the application is one. Making a layer is the slow
//! part of packaging (compiling, compressing, reading native code), so layers whose content is known to be unchanged
//! are kept in the cache, as the packed resources they are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pyox_distribution::Distribution;
use pyox_packed_resources::{Blob, Decoder, Dictionary, Field, Value};
use pyox_scanner::ResourceSource;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::policy::{Policy, Profile};
use crate::report::{Finding, ReportRow};
use pyox_binary::Lookup;
use pyox_build_cache::Cache;
use pyox_inspect::extract::{Pyc, Tree};
use pyox_linker::{Progress, Step};

mod build;
mod cache_files;
mod cached_packages;
mod compile;
mod compress;
mod keep;
mod natives;
mod stored;

use compress::Dictionaries;
pub(crate) use compress::LEVEL as COMPRESSION_LEVEL;
use stored::Stored;

/// The name of the layer whose packages are never placed in files: the standard library copes without.
const STANDARD_LIBRARY: &str = "standard library";

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
    /// What it is, for people.
    pub(crate) name: String,
    /// SHA-256 of the blob, hexadecimal.
    pub(crate) digest: String,
    pub(crate) is_standard_library: bool,
    pub(crate) rows: Vec<ReportRow>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) natives: Vec<NativeFile>,
    /// The import statements of every module, where its source text is left out.
    pub(crate) imports: BTreeMap<String, String>,
    /// The text of every `entry_points.txt`, by project name.
    pub(crate) entry_points: Vec<(String, String)>,
    /// Top-level names that are in a directory beside the program, and which.
    pub(crate) beside: BTreeMap<String, String>,
    /// The names of [`Policy::locations`](crate::Policy::locations) that it has.
    pub(crate) located: BTreeSet<String>,
    /// Every search for a library on this machine.
    pub(crate) lookups: Vec<Lookup>,
    /// How many bytes of the blob are before its native code and data.
    #[serde(default)]
    start: u64,
}

/// An extension module or shared library of a layer.
#[derive(Debug, Clone, Serialize, Deserialize)]
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

    /// The packed resources. Native code and data of a layer from 64 MiB on is in a file: reading such a value from here is
    /// [`OutOfBounds`](pyox_packed_resources::Error::OutOfBounds).
    pub fn blob(&self) -> Result<Blob<'_>, pyox_packed_resources::Error> {
        Blob::open_index(self.stored.start())
    }

    /// The import statements of a module, if its source text was left out.
    pub(crate) fn imports(&self, module: &str) -> Option<&str> {
        self.facts.imports.get(module).map(String::as_str)
    }

    /// What it is, for people.
    pub fn name(&self) -> &str {
        &self.facts.name
    }

    /// Digest of the packed resources, hexadecimal.
    pub fn digest(&self) -> &str {
        &self.facts.digest
    }

    /// Whether it is the standard library.
    pub fn is_standard_library(&self) -> bool {
        self.facts.is_standard_library
    }

    /// Rows for the report.
    pub fn rows(&self) -> &[ReportRow] {
        &self.facts.rows
    }

    /// Findings for the report.
    pub fn findings(&self) -> &[Finding] {
        &self.facts.findings
    }

    /// Extension modules and shared libraries.
    pub fn natives(&self) -> &[NativeFile] {
        &self.facts.natives
    }

    /// Project names with the text of their `entry_points.txt`.
    pub fn entry_points(&self) -> &[(String, String)] {
        &self.facts.entry_points
    }

    /// What is kept beside the blob.
    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The files of packages that are in a directory beside the program, by directory.
    pub(crate) fn beside(&self, pyc: Option<Pyc>) -> Result<BTreeMap<&str, Tree<'_>>, Error> {
        let mut trees = BTreeMap::new();
        if self.facts.beside.is_empty() {
            return Ok(trees);
        }
        let mut all = Tree::new("", pyc);
        for entry in self.blob()?.entries() {
            all.add(&entry?)?;
        }
        for (path, file) in all.into_files() {
            if let Some(directory) = self.facts.beside.get(cached_packages::top_level(&path)) {
                trees.entry(&**directory).or_insert_with(|| Tree::new("", pyc)).put(path, file)?;
            }
        }
        Ok(trees)
    }

    /// The dictionaries that its values are compressed with, if there are any.
    fn dictionaries(&self) -> Option<&Dictionaries> {
        (self.dictionaries.is_any()).then_some(&self.dictionaries)
    }

    /// A value of this layer for a writer, as it is once decoded.
    pub(crate) fn decoded<'l>(
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
    pub(crate) fn value(&self, field: &Field<'_>) -> Result<Value, pyox_packed_resources::Error> {
        let stored = self.stored.part(field.offset(), field.stored_len())?;
        Value::from_field(field, stored, &self.by_number)
    }
}

/// Makes layers for one Python under one policy.
pub struct LayerBuilder<'a> {
    pub(crate) python: &'a dyn Distribution,
    pub(crate) policy: Policy,
    pub(crate) cache: &'a Cache,
    /// Whether every layer is made anew, also one that is kept.
    pub(crate) refresh: bool,
}

impl<'a> LayerBuilder<'a> {
    /// Layers for this Python; bytecode and finished layers are kept in the cache.
    pub fn new(python: &'a dyn Distribution, policy: Policy, cache: &'a Cache) -> Self {
        Self { python, policy, cache, refresh: false }
    }

    /// The standard library, without its tests.
    ///
    /// # Errors
    ///
    /// It cannot be read, or native code in it cannot.
    pub fn standard_library(&self, progress: &mut dyn Progress) -> Result<Layer, Error> {
        let source = pyox_scanner::Directory::standard_library(self.python.stdlib_dir())
            .extension_suffixes(self.python.info().extension_suffixes.iter())
            .exclude_if(crate::policy::is_excluded_from_stdlib);
        self.cached_layer(STANDARD_LIBRARY, &source, &self.python.identity(), &[], progress)
    }

    /// What a source finds, made anew.
    ///
    /// # Errors
    ///
    /// Resources cannot be read, or native code cannot.
    pub fn layer(
        &self,
        name: &str,
        source: &dyn ResourceSource,
        below: &[&Layer],
        progress: &mut dyn Progress,
    ) -> Result<Layer, Error> {
        progress.begin(Step::Scan, name);
        let scan = source.scan()?;
        progress.end();
        self.build(name, &scan, below, progress)
    }

    /// What a source finds, kept under `identity`, which must change whenever that does.
    ///
    /// # Errors
    ///
    /// As [`LayerBuilder::layer`].
    pub fn cached_layer(
        &self,
        name: &str,
        source: &dyn ResourceSource,
        identity: &str,
        below: &[&Layer],
        progress: &mut dyn Progress,
    ) -> Result<Layer, Error> {
        let place = self.place(name, identity, below);
        match self.load(&place, progress) {
            Some(layer) => Ok(layer),
            None => self.make(&place, name, source, below, progress),
        }
    }

    /// Whether a layer keeps everything compressed. Of the standard library programs use but a part: what they use is
    /// decompressed when they are packed.
    fn compresses_everything(&self, name: &str) -> bool {
        name == STANDARD_LIBRARY || self.policy.profile == Profile::Size
    }
}
