//! `traits PROGRAM LAUNCHER` packs a program with own implementations of everything that packing asks for.

use std::path::{Path, PathBuf};
use std::process::Command;

use pyox_build_cache::Cache;
use pyox_bytecode::{CompileBytecode, CompileError, CompileJob, CompiledModule};
use pyox_distribution::{Error as PythonError, ExtensionModule, Host, Installed, LinkSettings, Python, PythonInfo};
use pyox_distribution::{Target, Toolchain};
use pyox_linker::{Error as LinkError, Launcher, LauncherSource, Progress, Step};
use pyox_packaging::{ApplicationBuilder, Entry, LayerBuilder, LayerKind, Policy};
use pyox_packed_resources::{ModuleSource, Resource};
use pyox_scanner::{Error as ScanError, Found, ResourceSource, Scan};

/// A Python without Tk, to run and to make programs for.
struct WithoutTk(Installed);

impl Python for WithoutTk {
    fn info(&self) -> &PythonInfo {
        self.0.info()
    }

    fn identity(&self) -> String {
        format!("{}-without-tk", self.0.identity())
    }
}

impl Host for WithoutTk {
    fn executable(&self) -> &Path {
        self.0.executable()
    }
}

impl Target for WithoutTk {
    fn standard_library(&self) -> Result<Box<dyn ResourceSource + '_>, PythonError> {
        let is_tk = |found: &Found| found.resource.relative_path().contains("tkinter");
        Ok(Box::new(self.0.standard_library()?.filter(move |found| !is_tk(found))))
    }

    fn extension_modules(&self) -> Result<Vec<ExtensionModule>, PythonError> {
        let modules = self.0.extension_modules()?.into_iter();
        Ok(modules.filter(|module| module.name != "_tkinter").collect())
    }

    fn link(&self) -> Result<LinkSettings, PythonError> {
        self.0.link()
    }
}

/// A module that is computed.
struct Generated;

impl ResourceSource for Generated {
    fn scan(&self) -> Result<Scan, ScanError> {
        let squares: Vec<u32> = (0..10).map(|number| number * number).collect();
        let source = format!("squares = {squares:?}\nif __name__ == '__main__':\n    print(sum(squares))\n");
        let module = ModuleSource { name: "generated".into(), is_package: false, source: source.into() };
        let mut scan = Scan::default();
        scan.resources.push(Found::new(Resource::ModuleSource(module), "<generated>"));
        Ok(scan)
    }
}

/// The first launcher that is given: a file.
struct LauncherFile(PathBuf);

impl LauncherSource for LauncherFile {
    fn check(&self, target: &dyn Target) -> Result<(), LinkError> {
        self.launcher(target, &mut Steps::default()).map(drop)
    }

    fn launcher(&self, target: &dyn Target, _: &mut dyn Progress) -> Result<Launcher, LinkError> {
        let bytes = std::fs::read(&self.0).map_err(|error| LinkError::Other(error.into()))?;
        pyox_linker::check(&self.0, &bytes, target)?;
        Ok(Launcher::new(bytes, &self.0))
    }
}

/// Compiles each module with a Python of its own.
struct Slow(PathBuf);

const COMPILE: &str = "import sys, marshal
code = compile(open(sys.argv[1], 'rb').read(), sys.argv[2], 'exec', dont_inherit=True, optimize=int(sys.argv[3]))
sys.stdout.buffer.write(marshal.dumps(code))";

impl Slow {
    fn compile(&self, job: &CompileJob) -> Result<CompiledModule, Box<dyn std::error::Error + Send + Sync>> {
        let source = std::env::temp_dir().join(format!("traits-{}.py", std::process::id()));
        std::fs::write(&source, &job.source)?;
        let mut python = Command::new(&self.0);
        python.args(["-I", "-S", "-c", COMPILE]).arg(&source).arg(&job.filename).arg(job.optimize.to_string());
        let output = python.output()?;
        std::fs::remove_file(source)?;
        if output.status.success() {
            Ok(CompiledModule::new(output.stdout))
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into())
        }
    }
}

impl CompileBytecode for Slow {
    fn identity(&self) -> String {
        format!("slow {}", self.0.display())
    }

    fn compile_all(
        &self,
        jobs: Vec<CompileJob>,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Vec<Result<CompiledModule, CompileError>> {
        let results = jobs.iter().enumerate().map(|(done, job)| {
            progress(done, jobs.len());
            self.compile(job).map_err(CompileError::Other)
        });
        results.collect()
    }
}

/// Remembers what has happened.
#[derive(Default)]
struct Steps(Vec<Step>);

impl Progress for Steps {
    fn begin(&mut self, step: Step, _: &str) {
        self.0.push(step);
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [program, launcher] = &arguments[..] else { return Err("usage: traits PROGRAM LAUNCHER".into()) };
    let (python, cache, mut steps) = (WithoutTk(Installed::locate(None)?), Cache::of_user()?, Steps::default());
    let (toolchain, policy) = (Toolchain::new(&python, &python)?, Policy::default());
    let standard_library = LayerBuilder::new(toolchain, policy.clone(), &cache).standard_library(&mut steps)?;
    let compiler = Slow(python.executable().to_owned());
    let builder = LayerBuilder::new(toolchain, policy.clone(), &cache).with_compiler(&compiler);
    let generated = builder.layer(LayerKind::Application, &Generated, &[&standard_library], &mut steps)?;
    let launcher = LauncherFile(launcher.clone()).launcher(&python, &mut steps)?;
    let (layers, entry) = (vec![generated, standard_library], Entry::Module("generated".into()));
    let application = ApplicationBuilder::new(toolchain, policy, layers, entry).compiler(&compiler);
    let report = application.write(&launcher, program, &mut steps)?;
    if !steps.0.contains(&Step::Compile) || report.resources.iter().any(|row| row.name.contains("tkinter")) {
        return Err("not what was asked for".into());
    }
    Ok(())
}
