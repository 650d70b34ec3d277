//! Making a layer of a scan.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use pyox_packed_resources::{Collector, ModuleBytecode, Placed, Resource, SharedLibrary, Value};
use pyox_scanner::{Found, Scan, SkipReason};

use super::cache_files::CacheFiles;
use super::cached_packages::CachedPackages;
use super::compress::{Dictionaries, Sort};
use super::natives::{Natives, prepare};
use super::{Facts, Layer, LayerBuilder, NativeFile, STANDARD_LIBRARY};
use crate::error::Error;
use crate::report::{Finding, ReportRow};
use pyox_binary::ElfFacts;
use pyox_build_cache::digest;
use pyox_linker::{Progress, Step};
use pyox_packed_resources::Location;

/// From this length on, in bytes, a library is placed in a file: copying 35 MB into memory takes 12 ms at every start,
/// loading them from a file 2.5 ms.
const LARGE_LIBRARY: usize = 5 << 20;

impl LayerBuilder<'_> {
    pub(super) fn build(
        &self,
        name: &str,
        scan: &Scan,
        below: &[&Layer],
        progress: &mut dyn Progress,
    ) -> Result<Layer, Error> {
        let cached = match name == STANDARD_LIBRARY {
            true => CachedPackages::default(),
            false => CachedPackages::of(scan, &self.policy.locations)?,
        };
        let compiled = self.compile(scan, progress)?;
        progress.begin(Step::Link, name);
        let natives = Natives::of(scan, below)?;
        progress.end();
        let is_standard_library = name == STANDARD_LIBRARY;
        let facts = Facts { name: name.to_owned(), is_standard_library, ..Facts::default() };
        let (collector, parts) = (Collector::new(), Vec::new());
        let mut making = Making { name, collector, facts, cached, natives, parts };
        making.facts.findings = making.cached.findings();
        making.facts.beside = making.cached.beside();
        making.facts.located = making.cached.located().clone();
        making.facts.findings.extend(making.natives.findings());
        making.facts.findings.extend(compiled.findings);
        making.facts.imports = compiled.imports;
        making.facts.lookups = making.natives.lookups();
        making.facts.findings.extend(scan.path_lines.iter().map(|line| Finding::Skipped {
            path: line.file.clone(),
            reason: format!("line {} adds the directory {}, which is not searched", line.line, line.path),
            concerns: true,
        }));
        making.facts.findings.extend(scan.skipped.iter().map(|skipped| Finding::Skipped {
            path: skipped.path.clone(),
            reason: skipped.reason.to_string(),
            concerns: is_missed(&skipped.reason),
        }));
        for found in &scan.resources {
            making.add(found, &compiled.sources, &compiled.bytecode)?;
        }
        making.add_libraries()?;
        progress.begin(Step::Compress, name);
        let everything = self.compresses_everything(name);
        making.place_all(everything, below.iter().find_map(|layer| layer.dictionaries()))?;
        progress.end();
        making.finish()
    }
}

/// A layer in the making.
struct Making<'a> {
    name: &'a str,
    collector: Collector,
    facts: Facts,
    cached: CachedPackages,
    natives: Natives,
    parts: Vec<Part>,
}

/// A resource with its content, to be placed.
struct Part {
    resource: Resource,
    origin: PathBuf,
    executable: bool,
    content: Arc<[u8]>,
}

impl Part {
    fn sort(&self) -> Sort {
        match self.resource {
            Resource::ModuleSource(_) => Sort::Source,
            Resource::ModuleBytecode(_) => Sort::Code,
            Resource::ExtensionModule(_) | Resource::SharedLibrary(_) => Sort::Native,
            _ => Sort::Other,
        }
    }
}

impl Making<'_> {
    fn add(
        &mut self,
        found: &Found,
        sources: &HashMap<String, Arc<[u8]>>,
        bytecode: &HashMap<String, (ModuleBytecode, Arc<[u8]>)>,
    ) -> Result<(), Error> {
        let path = found.resource.relative_path();
        match &found.resource {
            Resource::ModuleSource(_) => {
                if let Some((module, code)) = bytecode.get(&path) {
                    self.part(Resource::ModuleBytecode(module.clone()), found, Arc::clone(code));
                }
                if let Some(source) = sources.get(&path) {
                    self.part(found.resource.clone(), found, Arc::clone(source));
                }
                Ok(())
            }
            Resource::ExtensionModule(_) | Resource::SharedLibrary(_) => self.add_native(found),
            Resource::File(_) if self.cached.reason(&path).is_none() => {
                let reason = "it belongs to no package".into();
                self.facts.findings.push(Finding::Skipped { path, reason, concerns: true });
                Ok(())
            }
            other => {
                let content = other.data().read().map_err(Error::io("read", &found.origin))?;
                if let Resource::DistributionResource(file) = other
                    && file.name == "entry_points.txt"
                {
                    let text = String::from_utf8_lossy(&content).into_owned();
                    self.facts.entry_points.push((file.project.clone(), text));
                }
                // A program among the data of a package.
                if let Some(glibc) = ElfFacts::from_bytes(&content).ok().and_then(|facts| facts.glibc) {
                    let glibc = Some(glibc.to_string());
                    self.facts.natives.push(NativeFile { name: path, is_library: false, glibc });
                }
                self.part(other.clone(), found, content.into());
                Ok(())
            }
        }
    }

    fn add_native(&mut self, found: &Found) -> Result<(), Error> {
        let content = found.resource.data().read().map_err(Error::io("read", &found.origin))?;
        let content = prepare(&content, self.cached.is_in_files(&found.resource.relative_path()));
        let resource = match &found.resource {
            Resource::SharedLibrary(library) => Resource::SharedLibrary(SharedLibrary {
                name: self.natives.soname(&library.name).to_owned(),
                ..library.clone()
            }),
            other => other.clone(),
        };
        let name = match &resource {
            Resource::SharedLibrary(library) => library.name.clone(),
            Resource::ExtensionModule(module) => module.name.clone(),
            _ => return Ok(()),
        };
        let root = found.resource.relative_path();
        for soname in self.natives.needs(&root) {
            self.collector.depends(&name, soname);
        }
        self.facts.natives.push(self.natives.file(&root, &name, matches!(resource, Resource::SharedLibrary(_))));
        self.part(resource, found, content.into());
        Ok(())
    }

    /// Libraries from outside of the scan, and extension modules that others use as a library.
    fn add_libraries(&mut self) -> Result<(), Error> {
        for (soname, library) in self.natives.travelling()? {
            for needed in &library.needs {
                self.collector.depends(&soname, needed);
            }
            let content = prepare(&library.content, false);
            let resource = Resource::SharedLibrary(SharedLibrary {
                name: soname.clone(),
                relative_path: None,
                library: Vec::new().into(),
            });
            self.facts.natives.push(NativeFile { name: soname, is_library: true, glibc: library.glibc });
            self.parts.push(Part { resource, origin: library.origin, executable: false, content: content.into() });
        }
        Ok(())
    }

    fn part(&mut self, resource: Resource, found: &Found, content: Arc<[u8]>) {
        let (origin, executable) = (found.origin.clone(), found.executable);
        self.parts.push(Part { resource, origin, executable, content });
    }

    /// Places everything, compressed or as it is; with dictionaries of a layer below, or else of its own.
    fn place_all(&mut self, everything: bool, dictionaries: Option<&Dictionaries>) -> Result<(), Error> {
        let parts = std::mem::take(&mut self.parts);
        let of = |sort| parts.iter().enumerate().filter(move |(_, part)| part.sort() == sort);
        let contents = |sort| of(sort).map(|(_, part)| &*part.content).collect::<Vec<&[u8]>>();
        let dictionaries = match dictionaries {
            Some(dictionaries) => dictionaries.clone(),
            None => Dictionaries::train(&contents(Sort::Source), &contents(Sort::Code))?,
        };
        let mut values: Vec<Option<Value>> = vec![None; parts.len()];
        for sort in Sort::ALL.into_iter().filter(|sort| everything || *sort == Sort::Source) {
            let compressed = dictionaries.compress(sort, &contents(sort))?;
            for ((index, _), value) in of(sort).zip(compressed) {
                values[index] = Some(value);
            }
        }
        for (part, value) in parts.iter().zip(values) {
            self.place(part, value.unwrap_or_else(|| Value::raw(&*part.content)))?;
        }
        Ok(())
    }

    fn place(&mut self, part: &Part, value: Value) -> Result<(), Error> {
        let path = part.resource.relative_path();
        let name = entry_name(&part.resource);
        let is_native = part.sort() == Sort::Native;
        // What the entry of a top-level package says of files holds for the whole package.
        let is_top_level_package =
            matches!(&part.resource, Resource::ExtensionModule(module) if module.is_package && !name.contains('.'));
        let is_large = is_native && part.content.len() >= LARGE_LIBRARY && !is_top_level_package;
        let asked = || "its location was asked for".to_owned();
        let (location, why) = match (self.cached.asked(&path), self.cached.reason(&path)) {
            (Some(Location::FilesystemRelative(_)), _) => ("filesystem-relative", asked()),
            (Some(Location::InMemory), _) => ("in-memory", asked()),
            (_, Some(reason)) => ("cache", reason.to_owned()),
            (_, None) if is_large => ("cache", "large: its file is loaded faster than a copy in memory".to_owned()),
            (_, None) => ("in-memory", format!("part of {}", self.name)),
        };
        let stored = value.stored().read().map_err(Error::io("read", &part.origin))?.len();
        let value = match location {
            "in-memory" => value,
            _ => value.with_mode(if part.executable { 0o755 } else { 0o644 }),
        };
        let mut placed = self.collector.add(&part.resource, value.clone());
        // Bytecode and metadata are read from memory in any case.
        let is_file = !matches!(part.resource, Resource::ModuleBytecode(_) | Resource::DistributionResource(_));
        let is_library = matches!(part.resource, Resource::SharedLibrary(_));
        // Libraries of the same name in other directories are opened by their paths.
        let is_opened = is_library && self.cached.files_of(&path).is_some();
        if location == "cache" && is_file && (placed != Placed::Shadowed || is_opened) {
            // An extension module of a package that is placed in files lies where the package is.
            let library = (is_library && placed != Placed::Shadowed).then_some(&*name);
            match self.cached.files_of(&path) {
                Some(files) => files.add(&path, &part.content, value, library),
                None => {
                    let mut files = CacheFiles::default();
                    files.add(&path, &part.content, value, Some(&name));
                    files.finish(&name, &mut self.collector);
                }
            }
            placed = Placed::Added;
        }
        if placed == Placed::Added {
            self.facts.rows.push(ReportRow {
                name,
                kind: kind(&part.resource).to_owned(),
                path,
                origin: part.origin.display().to_string(),
                size: part.content.len() as u64,
                stored: stored as u64,
                location: location.to_owned(),
                reason: why,
            });
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Layer, Error> {
        std::mem::take(&mut self.cached).finish(&mut self.collector);
        let blob = self.collector.finish().to_vec()?;
        self.facts.digest = digest([&*blob]);
        self.facts.findings.sort();
        self.facts.findings.dedup();
        Ok(Layer::new(blob, self.facts)?)
    }
}

/// Whether a program may miss what is skipped for a reason.
fn is_missed(reason: &SkipReason) -> bool {
    matches!(reason, SkipReason::NotUtf8 | SkipReason::BrokenLink | SkipReason::LinkLoop | SkipReason::ForeignExtension)
}

/// The name a person knows the resource by.
fn entry_name(resource: &Resource) -> String {
    match resource {
        Resource::ModuleSource(module) => module.name.clone(),
        Resource::ModuleBytecode(module) => module.name.clone(),
        Resource::ExtensionModule(module) => module.name.clone(),
        Resource::PackageResource(file) => file.package.clone(),
        Resource::DistributionResource(file) => file.project.clone(),
        Resource::SharedLibrary(library) => library.name.clone(),
        other => other.relative_path(),
    }
}

fn kind(resource: &Resource) -> &'static str {
    match resource {
        Resource::ModuleSource(_) => "module-source",
        Resource::ModuleBytecode(_) => "module-bytecode",
        Resource::ExtensionModule(_) => "extension-module",
        Resource::PackageResource(_) => "package-resource",
        Resource::DistributionResource(_) => "distribution-resource",
        Resource::SharedLibrary(_) => "shared-library",
        _ => "file",
    }
}
