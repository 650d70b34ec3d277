//! Making a layer of a scan.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use pyox_binary::{ElfFacts, prepare, with_soname};
use pyox_linker::{Progress, Step};
use pyox_packed_resources::{
    Collector, Content, Data, FileData, Location, Place, Placed, Resource, SharedLibrary, Value, pyc,
};
use pyox_scanner::{Found, LONG, Scan, SkipReason, Spool};

use super::cache_files::CacheFiles;
use super::cached_distributions::CachedDistributions;
use super::compile::Bytecode;
use super::compress::{ContentKind, Dictionaries};
use super::natives::Natives;
use super::stored::{self, Stored};
use super::{Facts, Layer, LayerBuilder, NativeFile, planning};
use crate::error::Error;
use crate::finding::Finding;
use crate::plan::{Decision, LayerKind, Needs, Plan, directory_of};
use crate::row::ReportRow;

impl LayerBuilder<'_> {
    pub(super) fn build(
        &self,
        kind: LayerKind,
        scan: &Scan,
        below: &[&Layer],
        progress: &mut dyn Progress,
    ) -> Result<Layer, Error> {
        let plan = self.plan(kind, scan)?;
        Error::if_cancelled(progress)?;
        let compiled = self.compile(&plan, progress)?;
        Error::if_cancelled(progress)?;
        progress.begin(Step::Link, kind.name());
        let natives = Natives::of(&plan, below, &self.libraries())?;
        progress.end();
        let directory = self.cache.directory("layers");
        fs::create_dir_all(&directory).map_err(Error::io("create", &directory))?;
        let mut facts = Facts {
            kind,
            findings: planning::findings(&plan),
            relative_files: plan.relative_files(),
            located: plan.located().clone(),
            imports: compiled.imports,
            of_system: natives.of_system(&plan),
            lookups: natives.lookups(),
            left_out: planning::left_out(kind, &plan),
            excluded: planning::excluded(&self.policy, scan),
            ..Facts::default()
        };
        facts.findings.extend(planning::not_loadable(self.python().target().info(), &plan, scan));
        facts.findings.extend(natives.findings());
        facts.findings.extend(compiled.findings);
        facts.findings.extend(scan.path_lines.iter().map(|line| Finding::NotSearched {
            file: line.file.clone(),
            line: line.line,
            directory: line.path.clone(),
            concerns: true,
        }));
        facts.findings.extend(scan.skipped.iter().map(|skipped| Finding::Skipped {
            path: skipped.path.clone(),
            reason: skipped.reason.clone(),
            concerns: is_missed(&skipped.reason),
        }));
        let (cached, parts) = (CachedDistributions::default(), Vec::new());
        let collector = Collector::new().at(kind.place());
        let mut assembly =
            Assembly { builder: self, directory: &directory, collector, facts, plan: &plan, cached, natives, parts };
        for (found, decision) in plan.included() {
            assembly.add(found, decision, &compiled.sources, &compiled.bytecode)?;
        }
        assembly.add_libraries()?;
        Error::if_cancelled(progress)?;
        progress.begin(Step::Compress, kind.name());
        let everything = self.compresses_everything(kind);
        assembly.place_all(everything, below.iter().find_map(|layer| layer.dictionaries()))?;
        progress.end();
        assembly.finish()
    }
}

/// A layer that is put together.
struct Assembly<'a> {
    builder: &'a LayerBuilder<'a>,
    /// For files that have no name.
    directory: &'a Path,
    collector: Collector,
    facts: Facts,
    plan: &'a Plan<'a>,
    cached: CachedDistributions,
    natives: Natives,
    parts: Vec<Part>,
}

/// A resource with its content, to be placed.
struct Part {
    found: Found,
    decision: Decision,
    content: Data,
    /// Length of the content, in bytes.
    length: u64,
}

impl Part {
    fn kind(&self) -> ContentKind {
        match self.found.resource {
            Resource::ModuleSource(_) => ContentKind::Source,
            Resource::ModuleBytecode(_) => ContentKind::Code,
            Resource::ExtensionModule(_) | Resource::SharedLibrary(_) => ContentKind::Native,
            _ => ContentKind::Other,
        }
    }
}

impl Assembly<'_> {
    fn add(
        &mut self,
        found: &Found,
        decision: &Decision,
        sources: &HashMap<String, Arc<[u8]>>,
        bytecode: &Bytecode,
    ) -> Result<(), Error> {
        let path = found.resource.relative_path();
        match &found.resource {
            Resource::ModuleSource(_) => {
                for (module, code) in bytecode.get(&path).into_iter().flatten() {
                    let resource = Resource::ModuleBytecode(module.clone());
                    self.part(resource, found, decision, Data::lazy(Arc::clone(code)))?;
                }
                if let Some(source) = sources.get(&path) {
                    self.part(found.resource.clone(), found, decision, Data::lazy(Arc::clone(source)))?;
                }
                Ok(())
            }
            Resource::ExtensionModule(_) | Resource::SharedLibrary(_) => self.add_native(found, decision),
            other => {
                let content = self.look_at(other, path).map_err(Error::io("read", &found.origin))?;
                self.part(other.clone(), found, decision, content)
            }
        }
    }

    /// Takes note of what data is, and gives its content. What is long is not held, but read again when it is needed.
    fn look_at(&mut self, resource: &Resource, path: String) -> io::Result<Data> {
        let data = resource.data();
        let (content, start) = match data.open()? {
            Content::Whole(bytes) => (bytes.into_owned().into(), None),
            Content::Stream(_, mut stream) => {
                let mut start = [0; b"\x7fELF".len()];
                stream.read_exact(&mut start)?;
                (data.clone(), Some(start))
            }
        };
        if let Resource::DistributionResource(file) = resource
            && file.name == "entry_points.txt"
        {
            let text = String::from_utf8_lossy(&content.read()?).into_owned();
            self.facts.entry_points.push((file.project.clone(), text));
        }
        // A program among the data of a package.
        if start.is_none_or(|start| start == *b"\x7fELF")
            && let Some(glibc) = ElfFacts::from_bytes(&content.read()?).ok().and_then(|facts| facts.glibc)
        {
            let glibc = Some(glibc.to_string());
            self.facts.natives.push(NativeFile { name: path, is_library: false, glibc });
        }
        Ok(content)
    }

    fn add_native(&mut self, found: &Found, decision: &Decision) -> Result<(), Error> {
        let content = found.resource.data().read().map_err(Error::io("read", &found.origin))?.into_owned();
        let content = self.spooled(self.natives.prepared(&found.resource.relative_path(), content))?;
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
        self.part(resource, found, decision, content)
    }

    /// Libraries from outside of the scan, and extension modules that others use as a library.
    fn add_libraries(&mut self) -> Result<(), Error> {
        for (soname, library) in self.natives.external_libraries()? {
            for needed in &library.needs {
                self.collector.depends(&soname, needed);
            }
            let content = with_soname(prepare(library.content), &soname);
            let length = content.len() as u64;
            let resource = Resource::SharedLibrary(SharedLibrary {
                name: soname.clone(),
                relative_path: None,
                library: Vec::new().into(),
            });
            self.facts.natives.push(NativeFile { name: soname, is_library: true, glibc: library.glibc });
            let found = Found::new(resource, library.origin);
            let content = self.spooled(content)?;
            let measured = with_resource(&found, library_of(&found.resource, &content));
            let decision = self.builder.decide(self.facts.kind, &measured, &Needs::default())?;
            if decision.include {
                self.parts.push(Part { found, decision, content, length });
            }
        }
        Ok(())
    }

    /// Content that is made here, in a temporary file if it is long.
    fn spooled(&self, content: Vec<u8>) -> Result<Data, Error> {
        if (content.len() as u64) < LONG {
            return Ok(content.into());
        }
        let spool = Spool::new(self.directory, |out| out.write_all(&content));
        spool.map(Data::lazy).map_err(Error::io("write", self.directory))
    }

    fn part(&mut self, resource: Resource, found: &Found, decision: &Decision, content: Data) -> Result<(), Error> {
        let length = content.open().map_err(Error::io("read", &found.origin))?.len();
        let (found, decision) = (with_resource(found, resource), decision.clone());
        self.parts.push(Part { found, decision, content, length });
        Ok(())
    }

    /// Places everything, compressed or as it is; with dictionaries of a layer below, or else of its own.
    fn place_all(&mut self, everything: bool, dictionaries: Option<&Dictionaries>) -> Result<(), Error> {
        let parts = std::mem::take(&mut self.parts);
        let of = |kind| parts.iter().enumerate().filter(move |(_, part)| part.kind() == kind);
        let samples = |kind| {
            let parts = of(kind).map(|(_, part)| part);
            parts
                .map(|part| part.content.read().map_err(Error::io("read", &part.found.origin)))
                .collect::<Result<Vec<_>, _>>()
        };
        let dictionaries = match dictionaries {
            Some(dictionaries) => dictionaries.clone(),
            None => Dictionaries::train(&samples(ContentKind::Source)?, &samples(ContentKind::Code)?)?,
        };
        let mut values: Vec<Option<Value>> = vec![None; parts.len()];
        for kind in ContentKind::ALL.into_iter().filter(|kind| everything || *kind == ContentKind::Source) {
            let contents: Vec<(&Data, u64)> = of(kind).map(|(_, part)| (&part.content, part.length)).collect();
            let compressed = dictionaries.compress(kind, &contents)?;
            for ((index, _), value) in of(kind).zip(compressed) {
                values[index] = Some(value);
            }
        }
        for (part, value) in parts.iter().zip(values) {
            self.place(part, value.unwrap_or_else(|| Value::raw(part.content.clone())))?;
        }
        Ok(())
    }

    fn place(&mut self, part: &Part, value: Value) -> Result<(), Error> {
        let Part { found, decision, .. } = part;
        let (path, name) = (found.resource.relative_path(), found.resource.entry_name());
        let unreadable = || Error::io("read", &found.origin);
        let stored = value.stored_len().map_err(unreadable())?;
        let value = match decision.location {
            Location::InMemory if !found.executable => value,
            _ => value.with_mode(if found.executable { 0o755 } else { 0o644 }),
        };
        let place = found.place.unwrap_or(self.facts.kind.place());
        let mut placed = match &found.resource {
            Resource::File(_) => self.collector.add(&self.file(place, &path, found.executable), value.clone()),
            resource => self.collector.add_at(place, resource, value.clone()),
        };
        let is_library = matches!(found.resource, Resource::SharedLibrary(_));
        if is_library && placed == Placed::Shadowed && decision.location == Location::InMemory {
            // It is loaded by its path, if at all.
            placed = self.collector.add(&self.file(place, &path, found.executable), value.clone());
        }
        // Bytecode and metadata are read from memory in any case.
        let is_file = !matches!(found.resource, Resource::ModuleBytecode(_) | Resource::DistributionResource(_));
        let distribution = self.cached.files_of(self.plan, &path);
        // Libraries of the same name in other directories are opened by their paths.
        let is_opened = is_library && distribution.is_some();
        if decision.location == Location::Cache && is_file && (placed != Placed::Shadowed || is_opened) {
            // An extension module of a package that is placed in files lies where the package is.
            let library = (is_library && placed != Placed::Shadowed).then_some(&*name);
            match distribution {
                Some(files) => files.add(&path, &part.content, value, library).map_err(unreadable())?,
                None => {
                    let mut files = CacheFiles::default();
                    files.add(&path, &part.content, value, Some(&name)).map_err(unreadable())?;
                    files.finish(&name, &mut self.collector);
                }
            }
            placed = Placed::Added;
        }
        if let (Resource::ModuleBytecode(module), Location::Cache) = (&found.resource, &decision.location)
            && placed != Placed::Shadowed
            && !decision.source
            && decision.bytecode.first() == Some(&module.optimize)
        {
            self.add_bytecode_file(&path, &part.content).map_err(unreadable())?;
        }
        if placed == Placed::Added {
            self.facts.rows.push(ReportRow {
                name,
                kind: found.resource.kind(),
                path,
                origin: found.origin.display().to_string(),
                owner: found.owner.as_deref().map(str::to_owned),
                size: part.length,
                stored,
                location: decision.location.clone(),
                reason: decision.reason.clone(),
            });
        }
        Ok(())
    }

    /// A file that belongs to no package, with its path below that of the program.
    fn file(&self, place: Place, path: &str, executable: bool) -> Resource {
        let minor = self.builder.python.target().minor().1;
        let directory = directory_of(place, minor);
        Resource::File(FileData { path: format!("{directory}/{path}"), data: Vec::new().into(), executable })
    }

    /// Adds the bytecode of a module without source text to the files of its distribution, where `compileall -b` puts
    /// it: what lists the directory sees the module.
    fn add_bytecode_file(&mut self, path: &str, code: &Data) -> io::Result<()> {
        let magic = u32::from_str_radix(&self.builder.python.target().info().magic, 16);
        let (Some(files), Ok(magic)) = (self.cached.files_of(self.plan, path), magic) else { return Ok(()) };
        let file: Data = [&pyc::header(magic.to_be_bytes())[..], &code.read()?].concat().into();
        files.add(path, &file, Value::raw(file.clone()).with_mode(0o644), None)
    }

    fn finish(mut self) -> Result<Layer, Error> {
        std::mem::take(&mut self.cached).finish(self.plan, &mut self.collector);
        let writer = self.collector.finish();
        let layout = writer.lay_out()?;
        // What is beside the program is read from memory.
        let stored = match self.facts.relative_files.is_empty() {
            true => Stored::write(&layout, self.directory)?,
            false => Stored::whole(writer.to_vec()?),
        };
        self.facts.start = stored::start_of(&layout);
        self.facts.digest = stored.digest().map_err(Error::io("read", self.directory))?;
        self.facts.findings.sort();
        self.facts.findings.dedup();
        Ok(Layer::new(stored, self.facts)?)
    }
}

/// Whether a program may miss what is skipped for a reason.
fn is_missed(reason: &SkipReason) -> bool {
    matches!(reason, SkipReason::NotUtf8 | SkipReason::BrokenLink | SkipReason::LinkLoop | SkipReason::ForeignExtension)
}

/// Another resource from the same place.
fn with_resource(found: &Found, resource: Resource) -> Found {
    let mut other = found.clone();
    other.resource = resource;
    other
}

/// A shared library with its content.
fn library_of(resource: &Resource, content: &Data) -> Resource {
    match resource {
        Resource::SharedLibrary(library) => {
            Resource::SharedLibrary(SharedLibrary { library: content.clone(), ..library.clone() })
        }
        other => other.clone(),
    }
}
