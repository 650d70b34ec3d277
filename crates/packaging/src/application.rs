//! Layers, an entry and a launcher become an executable.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

use pyox_binary::ElfFacts;
use pyox_bytecode::CompileBytecode;
use pyox_distribution::Toolchain;
use pyox_inputs::{Entry, PythonChoice, VirtualenvChoice, main_code, path_configuration};
use pyox_interpreter_config::{InterpreterConfig, Resolution};
use pyox_layers::{Finding, Layer, LayerBuilder, Policy, Reason, ReportRow, Shadowed};
use pyox_licenses::Bill;
use pyox_linker::{Launcher, Progress, Step};
use pyox_output::{EXECUTABLE, Outputs, PLAIN, Stage};
use pyox_packed_resources::{
    Blob, Collector, Layout, ModuleBytecode, ModuleSource, Resource, SectionKind, Value, Writer,
};
use pyox_program_format::Attachment;
use report::Written;

use crate::bill::{allocators, bill};
use crate::code::{BOOT_FILE, BOOT_SOURCE};
use crate::error::Error;
use crate::glibc::Spared;
use crate::relative_files::{self, RelativeFiles};
use crate::report::{Report, Timing};
use crate::shared_resources::SharedResources;
use crate::start_up::{StartUp, reachable};
use crate::{settings, tcl};

mod report;

/// An application, ready to be written.
pub struct ApplicationBuilder<'a> {
    python: Toolchain<'a>,
    compiler: Option<&'a dyn CompileBytecode>,
    policy: Policy,
    layers: Vec<Layer>,
    entry: Entry,
    interpreter: InterpreterConfig,
    import_order: Vec<String>,
    shared_resources: Option<&'a SharedResources>,
    tcl: Option<&'a LayerBuilder<'a>>,
    outputs: Outputs,
    findings: Vec<Finding>,
    timings: Vec<Timing>,
}

impl<'a> ApplicationBuilder<'a> {
    /// A program of these layers (first wins) that runs `entry`.
    pub fn new(python: impl Into<Toolchain<'a>>, policy: Policy, layers: Vec<Layer>, entry: Entry) -> Self {
        let (import_order, outputs, findings, timings) = (Vec::new(), Outputs::default(), Vec::new(), Vec::new());
        let interpreter = settings::of_programs();
        let python = python.into();
        let policy = policy.for_python(python.target().info());
        Self {
            python,
            compiler: None,
            policy,
            layers,
            entry,
            interpreter,
            import_order,
            shared_resources: None,
            tcl: None,
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

    /// Says which modules the program imports when it starts, first to last: these are placed together in this order,
    /// and nothing else of the standard library is kept uncompressed. Names that are not packed are passed over.
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

    /// Brings Tcl and Tk along, as a layer that this makes, if the program may import `tkinter`.
    #[must_use]
    pub fn tcl(mut self, builder: &'a LayerBuilder<'a>) -> Self {
        self.tcl = Some(builder);
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

    /// Compiles bytecode in another way than by running the Python.
    #[must_use]
    pub fn compiler(mut self, compiler: &'a dyn CompileBytecode) -> Self {
        self.compiler = Some(compiler);
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

    /// What the program would consist of, with licences. Its launcher is one without further memory allocators.
    ///
    /// # Errors
    ///
    /// A layer is damaged.
    pub fn bill(mut self, progress: &mut dyn Progress) -> Result<Bill, Error> {
        let reachable = reachable(&self.policy, &self.entry, &self.layers)?;
        self.add_tcl(&reachable, progress)?;
        bill(self.python.target(), &self.layers, Some(&[]), &Spared::default())
    }

    /// Writes the packed resources alone, for a program that brings its own interpreter: `pyembed` starts from them.
    ///
    /// # Errors
    ///
    /// As [`ApplicationBuilder::write`].
    pub fn write_resources(self, output: &Path, progress: &mut dyn Progress) -> Result<Report, Error> {
        self.stage_resources(output, progress)?.put_in_place()
    }

    /// Writes the executable and what belongs to it, but puts nothing into place yet: a resource file that is new, and
    /// the files beside the program.
    ///
    /// # Errors
    ///
    /// The code to run does not compile, a layer is damaged, the launcher does not fit, a file would replace what the
    /// program is made of, or writing fails.
    pub fn stage(self, launcher: &Launcher, output: &Path, progress: &mut dyn Progress) -> Result<Staged, Error> {
        pyox_linker::check(&launcher.origin, &launcher.bytes, self.python.target())?;
        self.stage_file(Some(launcher), output, progress)
    }

    /// As [`ApplicationBuilder::stage`], of the packed resources alone.
    ///
    /// # Errors
    ///
    /// As [`ApplicationBuilder::stage`].
    pub fn stage_resources(self, output: &Path, progress: &mut dyn Progress) -> Result<Staged, Error> {
        self.stage_file(None, output, progress)
    }

    fn stage_file(
        mut self,
        launcher: Option<&Launcher>,
        output: &Path,
        progress: &mut dyn Progress,
    ) -> Result<Staged, Error> {
        let reachable = reachable(&self.policy, &self.entry, &self.layers)?;
        self.add_tcl(&reachable, progress)?;
        let start = Instant::now();
        let mut outputs = std::mem::take(&mut self.outputs);
        launcher.iter().for_each(|launcher| outputs.reads("the launcher", &launcher.origin));
        outputs.reads_origins(self.layers.iter().flat_map(Layer::rows).map(|row| row.origin.as_str()));
        relative_files::writes_program(&mut outputs, output, &self.policy)?;
        self.check_use()?;
        progress.begin(Step::Write, &output.display().to_string());
        let mut stage = Stage::default();
        self.stage_shared_resources(&mut outputs, &mut stage)?;
        let mut rows = Vec::new();
        let minor = self.python.target().minor();
        let beside = self.layers.iter().map(|layer| RelativeFiles::of(layer, minor)).collect::<Result<Vec<_>, _>>()?;
        let start_up = StartUp::of(&self.policy, &self.entry, &reachable, &self.layers, &self.import_order)?;
        let spared = self.spared(launcher)?;
        let mut writer = self.payload(output, &start_up, &spared, &beside, &mut rows)?;
        let allocators = launcher.map(allocators);
        let allocators: Option<Vec<&str>> = allocators.as_deref().map(|allocators| allocators.split(',').collect());
        let bill = bill(self.python.target(), &self.layers, allocators.as_deref(), &spared)?;
        writer.section(pyox_licenses::SECTION, bill.encode()?);
        beside.into_iter().try_for_each(|files| files.stage(output, &mut outputs, &mut stage))?;
        if launcher.is_some() {
            // The launcher's digest is part of the payload, whose length is part of the launcher.
            writer.section(SectionKind::Launcher, vec![0; 32]);
        }
        let mut layout = writer.lay_out()?;
        let size = match launcher {
            Some(launcher) => stage_program(launcher, &mut layout, output, &mut stage)?,
            None => {
                stage.file(output, PLAIN, |out| layout.write_to(out).map_err(Error::from))?;
                layout.len()
            }
        };
        progress.end();
        self.timings.push(Timing::new(Step::Write, start.elapsed()));
        let index = layout.index()?;
        let own = Blob::open_index(&index)?;
        let file = self.shared_resources.map(SharedResources::blob).transpose()?;
        let blobs: Vec<Blob<'_>> = [Some(own), file].into_iter().flatten().collect();
        let facts = Written { launcher, output, size, start_up: &start_up, spared: &spared };
        let report = self.report(&facts, &blobs, rows)?;
        Ok(Staged { stage, outputs, report })
    }

    /// Adds the layer of Tcl and Tk, if the program may import what needs it.
    fn add_tcl(&mut self, reachable: &[String], progress: &mut dyn Progress) -> Result<(), Error> {
        let Some(builder) =
            self.tcl.filter(|_| reachable.iter().chain(&self.import_order).any(|name| tcl::is_user(name)))
        else {
            return Ok(());
        };
        let layer = builder.tcl(&self.layers.iter().collect::<Vec<_>>(), progress)?;
        self.layers.extend(layer);
        Ok(())
    }

    /// The resource file, if it is new.
    fn stage_shared_resources(&self, outputs: &mut Outputs, stage: &mut Stage) -> Result<(), Error> {
        let Some(file) = self.shared_resources else { return Ok(()) };
        let Some(bytes) = file.new_bytes() else {
            outputs.keeps("the resource file", file.path());
            return Ok(());
        };
        outputs.writes("the resource file", file.path())?;
        stage.file(file.path(), PLAIN, |out| out.write_all(bytes).map_err(Error::io("write", file.path())))?;
        stage.must_be_new();
        Ok(())
    }

    fn payload(
        &self,
        output: &Path,
        start_up: &StartUp,
        spared: &Spared,
        beside: &[RelativeFiles<'_>],
        rows: &mut Vec<ReportRow>,
    ) -> Result<Writer, Error> {
        self.check_locations(beside)?;
        let mut collector = Collector::new();
        self.add_main(&mut collector, rows)?;
        let shadowed = Shadowed::of(&self.layers)?;
        for (index, (layer, beside)) in self.layers.iter().zip(beside).enumerate() {
            collector.hide_packages(shadowed.packages(&self.layers, index));
            let directory = layer.kind().directory(self.python.target().minor().1);
            collector.hide_spread_packages(shadowed.namespaces(index), directory);
            collector.leave_out(if layer.is_standard_library() { spared.names.clone() } else { BTreeSet::new() });
            // The program's own resources come first when it runs; its modules win no more than they would in one file.
            if self.shared_resources.is_some_and(|file| file.has(layer)) {
                collector.hide_modules(&layer.blob()?)?;
            } else {
                start_up.add_layer(&mut collector, layer, beside)?;
            }
        }
        tcl::needs(&self.layers).for_each(|(name, library)| collector.depends(name, library));
        if let Entry::Code(code) = &self.entry {
            // The program compiles it when it starts; what is wrong with it must be known now.
            self.compile("<string>", code.as_bytes(), 0)?;
        }
        let boot = self.compile(BOOT_FILE, BOOT_SOURCE, 0)?;
        let shared = self.shared_resources.map(|file| file.reference(output)).transpose()?;
        let mut config = self.interpreter.clone();
        if config.certificates == Resolution::Dynamic {
            for layer in &self.layers {
                config.openssl_directory = config.openssl_directory.or(settings::openssl_directory(&layer.blob()?));
            }
        }
        let config = config
            .python(self.python.target().minor())
            .run_mode(self.entry.run())
            .resource_files(Vec::from_iter(shared))
            .optimization_level(self.interpreter.optimization_level.unwrap_or(self.policy.optimize.number()))
            .file_attribute(self.policy.file_attribute)
            .virtual_files(self.policy.virtual_files)
            .path_configuration_files(path_configuration::is_in(&self.layers, self.python.target().minor().1)?);
        let mut writer = collector.finish();
        writer.section(SectionKind::InterpreterConfig, config.encode()?);
        writer.section(SectionKind::Boot, boot);
        writer.load_order(start_up.order().to_vec());
        Ok(writer)
    }

    /// What stays out of the standard library because of the C library that it needs. A file that programs share has
    /// all of it.
    fn spared(&self, launcher: Option<&Launcher>) -> Result<Spared, Error> {
        let is_shared = |layer: &Layer| self.shared_resources.is_some_and(|file| file.has(layer));
        let Some(launcher) = launcher.filter(|_| !self.layers.iter().any(is_shared)) else {
            return Ok(Spared::default());
        };
        match ElfFacts::parse(&launcher.origin, &launcher.bytes)?.glibc {
            Some(floor) => Spared::of(&self.entry, &self.layers, &self.policy.includes, floor),
            None => Ok(Spared::default()),
        }
    }

    /// Whether what was given is of use.
    fn check_use(&self) -> Result<(), Error> {
        settings::check(&self.interpreter, self.python.target())?;
        if self.entry.main_source().is_some() && !self.interpreter.oxidized_importer {
            return Err(Error::NoImporter { what: self.entry.describe() });
        }
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
    fn check_locations(&self, beside: &[RelativeFiles<'_>]) -> Result<(), Error> {
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
            let mut row = ReportRow::new(&*name, resource.kind(), &*file, size as u64, Reason::Main);
            (row.origin, row.stored) = (self.entry.describe(), stored);
            rows.push(row);
            Ok(())
        };
        let (length, bytecode) = (code.len(), Value::raw(code));
        let module = ModuleBytecode { name: name.clone(), is_package: false, optimize, bytecode: Vec::new().into() };
        add(Resource::ModuleBytecode(module), bytecode, length)?;
        if self.policy.include_source {
            let value = Value::compressed(&source, pyox_layers::COMPRESSION_LEVEL)?;
            let module = ModuleSource { name: name.clone(), is_package: false, source: Vec::new().into() };
            add(Resource::ModuleSource(module), value, source.len())?;
        }
        Ok(())
    }

    fn compile(&self, file: &str, source: &[u8], optimize: u8) -> Result<Vec<u8>, Error> {
        Ok(main_code(self.python, self.compiler, file, source, optimize)?)
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

    /// Says in the report why it is this Python, and which virtualenv was found.
    pub(crate) fn choices(&mut self, python: Option<PythonChoice>, virtualenv: Option<VirtualenvChoice>) {
        self.report.summary.python_choice = python;
        self.report.summary.virtualenv_choice = virtualenv;
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

/// Writes a launcher with its payload aside, and returns the length of both in bytes.
fn stage_program(launcher: &Launcher, layout: &mut Layout<'_>, output: &Path, stage: &mut Stage) -> Result<u64, Error> {
    let linker = pyox_linker::Error::from;
    let attachment = Attachment::plan(&launcher.bytes, layout.len()).map_err(linker)?;
    let digest = attachment.launcher_digest(&launcher.bytes).map_err(linker)?;
    layout.set_section(SectionKind::Launcher, digest.to_vec())?;
    stage.file(output, EXECUTABLE, |out| -> Result<(), Error> {
        let payload = |out: &mut dyn Write| layout.write_to(out).map_err(written);
        attachment.write(&launcher.bytes, payload, out).map_err(|error| match error {
            pyox_program_format::Error::Write(source) => match source.downcast::<pyox_packed_resources::Error>() {
                Ok(error) => error.into(),
                Err(source) => Error::io("write", output)(source),
            },
            other => linker(other).into(),
        })
    })?;
    Ok(attachment.program_len())
}

/// What writing meets; an error that is not that of the file is within.
fn written(error: pyox_packed_resources::Error) -> io::Error {
    match error {
        pyox_packed_resources::Error::Write(source) => source,
        other => io::Error::other(other),
    }
}
