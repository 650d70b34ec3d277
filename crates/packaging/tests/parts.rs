//! What others put together of the parts: a compiler of their own, packed resources without a launcher.

use std::error::Error as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyox_build_cache::Cache;
use pyox_bytecode::{BytecodeCompiler, CompileBytecode, CompileError, CompileJob, CompiledModule};
use pyox_distribution::{Error as PythonError, Host, Installed, Python, PythonInfo, Toolchain};
use pyox_linker::Silent;
use pyox_packaging::{ApplicationBuilder, Entry, Layer, LayerBuilder, LayerError, LayerKind, Policy, boot_code};
use pyox_packed_resources::{Blob, FieldKind, SectionKind};
use pyox_scanner::MemorySource;
use pyox_test_support::pythons;

type Test = Result<(), Box<dyn std::error::Error>>;

/// Counts what another one compiles, and fails for the file `refused.py`.
struct Counting {
    inner: BytecodeCompiler,
    jobs: AtomicUsize,
}

impl Counting {
    fn new(python: &Installed) -> Self {
        Self { inner: BytecodeCompiler::new(python, None), jobs: AtomicUsize::new(0) }
    }
}

impl CompileBytecode for Counting {
    fn identity(&self) -> String {
        format!("counted {}", self.inner.identity())
    }

    fn compile_all(
        &self,
        jobs: Vec<CompileJob>,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Vec<Result<CompiledModule, CompileError>> {
        self.jobs.fetch_add(jobs.len(), Ordering::Relaxed);
        if jobs.iter().any(|job| job.filename == "refused.py") {
            return jobs.iter().map(|_| Err(CompileError::Other("out of order".into()))).collect();
        }
        self.inner.compile_all(jobs, progress)
    }
}

fn layer(builder: &LayerBuilder<'_>, source: &MemorySource) -> Result<Layer, LayerError> {
    builder.layer(LayerKind::Other, source, &[], &mut Silent)
}

#[test]
fn another_compiler_is_asked_and_its_errors_are_passed_on() -> Test {
    let (python, directory) = (pythons::newest(), tempfile::tempdir()?);
    let (cache, compiler) = (Cache::at(directory.path()), Counting::new(python));
    let builder = LayerBuilder::new(python, Policy::default(), &cache).with_compiler(&compiler);
    let made = layer(&builder, &MemorySource::new().file("app.py", "print(1)"))?;
    let field = made.blob()?.entry("app")?.and_then(|entry| entry.field(FieldKind::Bytecode).ok().flatten());
    assert!(field.is_some() && compiler.jobs.load(Ordering::Relaxed) == 1);
    let Err(error) = layer(&builder, &MemorySource::new().file("refused.py", "")) else { panic!("it was refused") };
    assert!(matches!(error, LayerError::Compiler(_)), "{error:?}");
    assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("out of order"));
    Ok(())
}

#[test]
fn packed_resources_are_complete_without_a_launcher() -> Test {
    let (python, directory) = (pythons::newest(), tempfile::tempdir()?);
    let cache = Cache::at(directory.path().join("cache"));
    let builder = LayerBuilder::new(python, Policy::default(), &cache);
    let layers = vec![layer(&builder, &MemorySource::new().file("app.py", "print(1)"))?];
    let output = directory.path().join("app.resources");
    let application = ApplicationBuilder::new(python, Policy::default(), layers, Entry::Module("app".into()));
    let report = application.write_resources(&output, &mut Silent)?;
    assert_eq!((report.summary.launcher_size, report.summary.modules), (0, 1));
    let bytes = std::fs::read(&output)?;
    assert_eq!(report.summary.size, bytes.len() as u64);
    let blob = Blob::open(&bytes)?;
    let boot = boot_code(&BytecodeCompiler::new(python, None))?;
    assert_eq!(blob.section(SectionKind::Boot)?, Some(&*boot));
    assert!(blob.section(SectionKind::InterpreterConfig)?.is_some() && blob.section(SectionKind::Launcher)?.is_none());
    assert!(blob.entry("app")?.is_some());
    Ok(())
}

/// A Python whose bytecode is that of no other.
struct Odd(PythonInfo);

impl Python for Odd {
    fn info(&self) -> &PythonInfo {
        &self.0
    }

    fn identity(&self) -> String {
        "odd".into()
    }
}

impl Host for Odd {
    fn executable(&self) -> &std::path::Path {
        std::path::Path::new("/bin/false")
    }
}

#[test]
fn a_host_with_other_bytecode_is_refused() {
    let mut info = PythonInfo::new((3, 99, 0), "x86_64-unknown-linux-gnu");
    info.magic = "ffff0d0a".into();
    let (odd, target) = (Odd(info), pythons::newest());
    match Toolchain::new(&odd, target) {
        Err(PythonError::OtherBytecode { host, found, expected, .. }) => {
            assert_eq!((&*host, &*found, &expected), ("3.99.0", "ffff0d0a", &target.info().magic));
        }
        other => panic!("{other:?}"),
    }
    assert!(Toolchain::new(target, target).is_ok());
}
