//! Layers, an entry and a launcher become an executable.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

use pyox_bytecode::{BytecodeCompiler, CompileJob};
use pyox_distribution::Distribution;
use pyox_interpreter_config::InterpreterConfig;
use pyox_packed_resources::{
    Blob, Collector, EntryFlags, FieldKind, Location, ModuleBytecode, ModuleSource, Resource, ResourceKind,
    SectionKind, Value, Writer,
};

use crate::beside::{self, Beside};
use crate::entry::Entry;
use crate::error::Error;
use crate::layer::Layer;
use crate::plan::Reason;
use crate::policy::Policy;
use crate::report::{Finding, Report, ReportRow, Summary, Timing};
use crate::shadowed::Shadowed;
use crate::shared_resources::SharedResources;
use crate::start_up::StartUp;
use pyox_binary::{ElfFacts, SymbolVersion};
use pyox_linker::{Launcher, Progress, Step};
use pyox_output::{EXECUTABLE, Outputs, PLAIN, Stage};
use pyox_program_format::Attachment;
use pyox_scanner::top_level_of_path;

/// The statement whose code starts the importer, run as the frozen package `encodings`.
const BOOT_SOURCE: &[u8] = b"import _boot\n";

/// How the interpreter of a program behaves if nothing else is said.
pub(crate) fn interpreter_of_programs() -> InterpreterConfig {
    InterpreterConfig::default().site_builtins(true).fast_exit(true)
}

/// An application, ready to be written.
pub struct ApplicationBuilder<'a> {
    python: &'a dyn Distribution,
    policy: Policy,
    layers: Vec<Layer>,
    entry: Entry,
    interpreter: InterpreterConfig,
    import_order: Vec<String>,
    shared_resources: Option<&'a SharedResources>,
    outputs: Outputs,
    findings: Vec<Finding>,
    timings: Vec<Timing>,
}

impl<'a> ApplicationBuilder<'a> {
    /// A program of these layers (first wins) that runs `entry`.
    pub fn new(python: &'a dyn Distribution, policy: Policy, layers: Vec<Layer>, entry: Entry) -> Self {
        let (import_order, outputs, findings, timings) = (Vec::new(), Outputs::default(), Vec::new(), Vec::new());
        let interpreter = interpreter_of_programs();
        Self {
            python,
            policy,
            layers,
            entry,
            interpreter,
            import_order,
            shared_resources: None,
            outputs,
            findings,
            timings,
        }
    }

    /// Says how the interpreter behaves. What follows from the application is set by [`ApplicationBuilder::stage`].
    #[must_use]
    pub fn interpreter(mut self, config: InterpreterConfig) -> Self {
        self.interpreter = config;
        self
    }

    /// Says which modules the program imports when it starts, first to last: these are placed together in this order, and
    /// nothing else of the standard library is kept uncompressed. Names that are not packed are passed over.
    #[must_use]
    pub fn import_order(mut self, modules: Vec<String>) -> Self {
        self.import_order = modules;
        self
    }

    /// Leaves out the layers that a file has. The program needs the file, at the same place relative to its own.
    #[must_use]
    pub fn shared_resources(mut self, file: &'a SharedResources) -> Self {
        self.shared_resources = Some(file);
        self
    }

    /// Adds findings to the report.
    #[must_use]
    pub fn findings(mut self, findings: Vec<Finding>) -> Self {
        self.findings.extend(findings);
        self
    }

    /// Adds time spent before to the report.
    #[must_use]
    pub fn timings(mut self, timings: Vec<Timing>) -> Self {
        self.timings.extend(timings);
        self
    }

    /// Says what else is read and written, so that the program does not take its place.
    #[must_use]
    pub fn outputs(mut self, outputs: Outputs) -> Self {
        self.outputs = outputs;
        self
    }

    /// Writes the executable and what belongs to it. All of it is complete or not there.
    ///
    /// # Errors
    ///
    /// As [`ApplicationBuilder::stage`] and [`Staged::put_in_place`].
    pub fn write(self, launcher: &Launcher, output: &Path, progress: &mut dyn Progress) -> Result<Report, Error> {
        self.stage(launcher, output, progress)?.put_in_place()
    }

    /// Writes the executable and what belongs to it, but puts nothing into place yet: a resource file that is new, and the
    /// files beside the program.
    ///
    /// # Errors
    ///
    /// The code to run does not compile, a layer is damaged, the launcher does not fit, a file would replace what the program
    /// is made of, or writing fails.
    pub fn stage(mut self, launcher: &Launcher, output: &Path, progress: &mut dyn Progress) -> Result<Staged, Error> {
        let start = Instant::now();
        let mut outputs = std::mem::take(&mut self.outputs);
        outputs.reads("the launcher", &launcher.origin);
        outputs.reads_origins(self.layers.iter().flat_map(Layer::rows).map(|row| row.origin.as_str()));
        beside::writes_program(&mut outputs, output, &self.policy)?;
        self.check_use()?;
        progress.begin(Step::Write, &output.display().to_string());
        let mut stage = Stage::default();
        if let Some(file) = self.shared_resources {
            match file.new_bytes() {
                Some(bytes) => {
                    outputs.writes("the resource file", file.path())?;
                    stage.file(file.path(), PLAIN, |out| {
                        out.write_all(bytes).map_err(Error::io("write", file.path()))
                    })?;
                    stage.must_be_new();
                }
                None => outputs.keeps("the resource file", file.path()),
            }
        }
        let launcher_bytes = &launcher.bytes;
        pyox_linker::check(&launcher.origin, launcher_bytes, self.python)?;
        let mut rows = Vec::new();
        let minor = self.python.minor();
        let beside = self.layers.iter().map(|layer| Beside::of(layer, minor)).collect::<Result<Vec<_>, _>>()?;
        let start_up = StartUp::of(self.policy.profile, &self.entry, &self.layers, &self.import_order)?;
        let mut writer = self.payload(output, &start_up, &beside, &mut rows)?;
        beside.into_iter().try_for_each(|files| files.stage(output, &mut outputs, &mut stage))?;
        // The launcher's digest is part of the payload, whose length is part of the launcher.
        writer.section(SectionKind::Launcher, vec![0; 32]);
        let linker = pyox_linker::Error::from;
        let mut layout = writer.lay_out()?;
        let attachment = Attachment::plan(launcher_bytes, layout.len()).map_err(linker)?;
        let digest = attachment.launcher_digest(launcher_bytes).map_err(linker)?;
        layout.set_section(SectionKind::Launcher, digest.to_vec())?;
        stage.file(output, EXECUTABLE, |out| -> Result<(), Error> {
            let payload = |out: &mut dyn Write| layout.write_to(out).map_err(written);
            attachment.write(launcher_bytes, payload, out).map_err(|error| match error {
                pyox_program_format::Error::Write(source) => match source.downcast::<pyox_packed_resources::Error>() {
                    Ok(error) => error.into(),
                    Err(source) => Error::io("write", output)(source),
                },
                other => linker(other).into(),
            })
        })?;
        progress.end();
        self.timings.push(Timing::new(Step::Write, start.elapsed()));
        let index = layout.index()?;
        let own = Blob::open_index(&index)?;
        let file = self.shared_resources.map(SharedResources::blob).transpose()?;
        let blobs: Vec<Blob<'_>> = [Some(own), file].into_iter().flatten().collect();
        let size = attachment.program_len();
        let facts = Written { launcher, output, size, start_up: &start_up };
        let report = self.report(&facts, &blobs, rows)?;
        Ok(Staged { stage, outputs, report })
    }

    fn payload(
        &self,
        output: &Path,
        start_up: &StartUp,
        beside: &[Beside<'_>],
        rows: &mut Vec<ReportRow>,
    ) -> Result<Writer, Error> {
        self.check_locations(beside)?;
        let mut collector = Collector::new();
        self.add_main(&mut collector, rows)?;
        let shadowed = Shadowed::of(&self.layers)?;
        for (index, (layer, beside)) in self.layers.iter().zip(beside).enumerate() {
            collector.hide_packages(shadowed.packages(&self.layers, index));
            // The program's own resources come first when it runs; its modules win no more than they would in one file.
            if self.shared_resources.is_some_and(|file| file.has(layer)) {
                collector.hide_modules(&layer.blob()?)?;
            } else {
                start_up.add_layer(&mut collector, layer, beside)?;
            }
        }
        if let Entry::Code(code) = &self.entry {
            // The program compiles it when it starts; what is wrong with it must be known now.
            self.compile("<string>", code.as_bytes(), 0)?;
        }
        let boot = self.compile("<frozen encodings>", BOOT_SOURCE, 0)?;
        let shared = self.shared_resources.map(|file| file.reference(output)).transpose()?;
        let config = self.interpreter.clone();
        let config = config
            .python(self.python.minor())
            .run(self.entry.run())
            .resource_files(Vec::from_iter(shared))
            .optimization_level(self.policy.optimize.number())
            .file_attribute(self.policy.file_attribute);
        let mut writer = collector.finish();
        writer.section(SectionKind::InterpreterConfig, config.encode()?);
        writer.section(SectionKind::Boot, boot);
        writer.load_order(start_up.order().to_vec());
        Ok(writer)
    }

    /// Whether what was given is of use.
    fn check_use(&self) -> Result<(), Error> {
        if let Some(file) = self.shared_resources.filter(|file| !self.layers.iter().any(|layer| file.has(layer))) {
            return Err(Error::NothingShared { path: file.path().to_owned() });
        }
        let blobs = self.layers.iter().map(Layer::blob).collect::<Result<Vec<_>, _>>()?;
        let is_packed = |name: &String| blobs.iter().any(|blob| matches!(blob.entry(name), Ok(Some(_))));
        match self.import_order.is_empty() || self.import_order.iter().any(is_packed) {
            true => Ok(()),
            false => Err(Error::NothingOrdered),
        }
    }

    /// Whether packages that must be next to the program can be there.
    fn check_locations(&self, beside: &[Beside<'_>]) -> Result<(), Error> {
        let is_shared = |layer: &Layer| self.shared_resources.is_some_and(|file| file.has(layer));
        match self.layers.iter().zip(beside).any(|(layer, beside)| is_shared(layer) && !beside.is_empty()) {
            true => Err(Error::LocationOfSharedPackage),
            false => Ok(()),
        }
    }

    /// The module `__main__`, where the entry is not a module of its own.
    fn add_main(&self, collector: &mut Collector, rows: &mut Vec<ReportRow>) -> Result<(), Error> {
        let Some((file, source)) = self.entry.main_source() else { return Ok(()) };
        let optimize = self.policy.optimize;
        let code = self.compile(&file, &source, optimize.number())?;
        let name = "__main__".to_owned();
        let mut add = |resource: Resource, value: Value, size: usize| -> Result<(), Error> {
            let stored = value.stored().read().map_err(Error::io("read", &file))?.len() as u64;
            collector.add(&resource, value);
            rows.push(ReportRow {
                name: name.clone(),
                kind: resource.kind(),
                path: file.clone(),
                origin: self.entry.describe(),
                owner: None,
                size: size as u64,
                stored,
                location: Location::InMemory,
                reason: Reason::Main,
            });
            Ok(())
        };
        let (length, bytecode) = (code.len(), Value::raw(code));
        let module = ModuleBytecode { name: name.clone(), is_package: false, optimize, bytecode: Vec::new().into() };
        add(Resource::ModuleBytecode(module), bytecode, length)?;
        if self.policy.include_source {
            let value = Value::compressed(&source, crate::layer::COMPRESSION_LEVEL)?;
            let module = ModuleSource { name: name.clone(), is_package: false, source: Vec::new().into() };
            add(Resource::ModuleSource(module), value, source.len())?;
        }
        Ok(())
    }

    fn compile(&self, file: &str, source: &[u8], optimize: u8) -> Result<Vec<u8>, Error> {
        let compiler = BytecodeCompiler::new(self.python, None).with_workers(1);
        let outcome = compiler.compile_all(vec![CompileJob::new(file, source, optimize)], &mut |_, _| ()).pop();
        match outcome {
            Some(Ok(module)) => Ok(module.code),
            Some(Err(error)) => Err(Error::MainCode(error)),
            None => Ok(Vec::new()),
        }
    }

    fn report(self, written: &Written<'_>, blobs: &[Blob<'_>], mut rows: Vec<ReportRow>) -> Result<Report, Error> {
        let mut seen: std::collections::BTreeSet<_> =
            rows.iter().map(|row| (row.name.clone(), row.kind, row.path.clone())).collect();
        let mut findings = self.findings;
        let mut packages_beside = BTreeMap::new();
        let mut floors = vec![(
            "the launcher".to_owned(),
            ElfFacts::parse(&written.launcher.origin, &written.launcher.bytes)?.glibc,
        )];
        // What the application itself has comes before the standard library.
        let own = self.layers.iter().position(Layer::is_standard_library);
        let shadowed = Shadowed::of(&self.layers)?;
        findings.extend(shadowed.findings(&self.layers));
        for (index, layer) in self.layers.iter().enumerate() {
            rows.extend(
                shadowed
                    .rows(&self.layers, index)
                    .filter(|row| seen.insert((row.name.clone(), row.kind, row.path.clone())))
                    .cloned(),
            );
            let is_own = own.is_none_or(|own| index < own);
            findings.extend(layer.findings().iter().cloned().map(|finding| {
                match (is_own, layer.is_standard_library()) {
                    (true, false) => finding,
                    (_, is_standard_library) => {
                        finding.concerning(is_standard_library, |module| written.start_up.imports(module))
                    }
                }
            }));
            let beside = layer.facts().beside.iter();
            packages_beside
                .extend(beside.map(|(path, directory)| (top_level_of_path(path).to_owned(), directory.clone())));
            floors.extend(
                layer
                    .natives()
                    .iter()
                    .map(|native| (native.name.clone(), native.glibc.as_deref().and_then(SymbolVersion::parse))),
            );
        }
        findings.extend(self.policy.glibc.and_then(|allowed| newer_glibc(allowed, &floors)));
        let names = |module: &str| blobs.iter().any(|blob| blob.entry(module).is_ok_and(|entry| entry.is_some()));
        findings.retain(|finding| !matches!(finding, Finding::MissingModule { module } if names(module)));
        findings.sort();
        findings.dedup();
        let mut summary = Summary {
            output: written.output.to_owned(),
            size: written.size,
            launcher_size: written.launcher.bytes.len() as u64,
            python: self.python.info().version.clone(),
            entry: self.entry.describe(),
            glibc: highest(floors),
            resource_file: self.shared_resources.map(|file| file.path().to_owned()),
            timings: self.timings,
            packages_beside,
            ..Summary::default()
        };
        for row in &mut rows {
            for blob in blobs {
                row.stored = stored_size(blob, row)?.unwrap_or(row.stored);
            }
        }
        let mut flags: BTreeMap<String, EntryFlags> = BTreeMap::new();
        for entry in blobs.iter().flat_map(Blob::entries) {
            let entry = entry?;
            let known = flags.entry(entry.name().to_owned()).or_default();
            *known = known.union(entry.flags());
            if entry.field(FieldKind::CacheDirectory)?.is_some() {
                let is_library = entry.is(EntryFlags::EXTENSION.union(EntryFlags::SHARED_LIBRARY));
                let in_files = match is_library && !entry.is(EntryFlags::PACKAGE) {
                    true => &mut summary.libraries_in_files,
                    false => &mut summary.packages_in_files,
                };
                in_files.push(entry.name().to_owned());
            }
        }
        let count = |kind: EntryFlags| flags.values().filter(|flags| flags.intersects(kind)).count();
        summary.extensions = count(EntryFlags::EXTENSION);
        let both =
            |flags: &&EntryFlags| flags.intersects(EntryFlags::MODULE) && flags.intersects(EntryFlags::EXTENSION);
        summary.modules = count(EntryFlags::MODULE) - flags.values().filter(both).count();
        summary.libraries = count(EntryFlags::SHARED_LIBRARY);
        for in_files in [&mut summary.packages_in_files, &mut summary.libraries_in_files] {
            in_files.sort();
            in_files.dedup();
        }
        Ok(Report { summary, findings, resources: rows })
    }
}

/// A program that is complete and not yet in its place. Dropping it leaves everything as it was.
pub struct Staged {
    stage: Stage,
    outputs: Outputs,
    report: Report,
}

impl Staged {
    /// What is in the program.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Adds a file that is put into place together with the program, such as the report; `what` names it in errors.
    ///
    /// # Errors
    ///
    /// Those of [`Outputs::writes`], and [`Error::Io`].
    pub fn add_file(&mut self, what: &str, path: &Path, content: &[u8]) -> Result<(), Error> {
        self.outputs.writes(what, path)?;
        self.stage.file(path, PLAIN, |out| out.write_all(content).map_err(Error::io("write", path)))
    }

    /// Puts the program and what belongs to it into place: all or, if that fails, nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Io`]
    pub fn put_in_place(self) -> Result<Report, Error> {
        self.stage.put_in_place()?;
        Ok(self.report)
    }
}

/// The program that a report is about.
struct Written<'a> {
    launcher: &'a Launcher,
    output: &'a Path,
    size: u64,
    start_up: &'a StartUp,
}

/// What writing meets; an error that is not that of the file is within.
fn written(error: pyox_packed_resources::Error) -> io::Error {
    match error {
        pyox_packed_resources::Error::Write(source) => source,
        other => io::Error::other(other),
    }
}

/// How many bytes the code of a row takes: a layer may have kept it in another form.
fn stored_size(blob: &Blob<'_>, row: &ReportRow) -> Result<Option<u64>, Error> {
    let kinds: &[FieldKind] = match row.kind {
        ResourceKind::ExtensionModule => &[FieldKind::Extension],
        ResourceKind::SharedLibrary => &[FieldKind::SharedLibrary],
        // Of one level.
        ResourceKind::ModuleBytecode => &FieldKind::BYTECODE,
        _ => return Ok(None),
    };
    let Some(entry) = blob.entry(&row.name)? else { return Ok(None) };
    for kind in kinds {
        if let Some(field) = entry.field(*kind)? {
            return Ok(Some(field.stored_len()));
        }
    }
    Ok(None)
}

/// Says which files need a newer GNU C library than is allowed.
fn newer_glibc(allowed: SymbolVersion, floors: &[(String, Option<SymbolVersion>)]) -> Option<Finding> {
    let culprits = floors.iter().filter_map(|(name, floor)| Some((floor.filter(|floor| *floor > allowed)?, name)));
    let mut culprits: Vec<(SymbolVersion, &String)> = culprits.collect();
    culprits.sort_by(|(one, one_name), (other, other_name)| other.cmp(one).then(one_name.cmp(other_name)));
    let (needed, _) = culprits.first()?;
    Some(Finding::NewerGlibc {
        allowed: allowed.to_string(),
        needed: needed.to_string(),
        culprits: culprits.iter().map(|(version, name)| ((*name).clone(), version.to_string())).collect(),
    })
}

/// The highest version and the files that ask for it.
fn highest(floors: Vec<(String, Option<SymbolVersion>)>) -> Option<(String, Vec<String>)> {
    let version = floors.iter().filter_map(|(_, version)| version.as_ref()).max()?.to_string();
    let asks = |floor: &Option<SymbolVersion>| floor.as_ref().is_some_and(|floor| floor.to_string() == version);
    let culprits = floors.iter().filter(|(_, floor)| asks(floor)).map(|(name, _)| name.clone()).collect();
    Some((version, culprits))
}
