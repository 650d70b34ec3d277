//! Python source to marshalled code.
//!
//! [`CompileBytecode`] is what packers need. A [`BytecodeCompiler`] compiles in worker processes of one Python, with a
//! cache on disk: its output depends on nothing but the Python, the file name, the source and the optimisation level.
//! [`marshal`] is what makes it so.
#![forbid(unsafe_code)]

mod cache;
mod compile;
mod error;
pub mod marshal;
mod pool;
mod process;

use std::path::PathBuf;

use cache::{Cache, Key};
pub use compile::{CompileBytecode, CompileJob, CompiledModule};
pub use error::{CompileError, WorkerError};
use pool::Pool;
use process::{Reply, Request};
use pyox_build_cache::Kept;
use pyox_distribution::{Host, PythonInfo};

/// Compiles Python sources in worker processes of one Python.
///
/// Workers are started when they are first needed, as many as there are processors, and end with the compiler. The code
/// of a module is a function of the Python, the file name, the source and the optimisation level alone.
#[derive(Debug)]
pub struct BytecodeCompiler {
    info: PythonInfo,
    cache: Option<Cache>,
    pool: Pool,
}

impl BytecodeCompiler {
    /// A compiler that runs `host`. Compiled modules are kept in `cache_dir`, which several processes may share.
    #[must_use]
    pub fn new(host: &dyn Host, cache_dir: Option<PathBuf>) -> Self {
        let (info, executable) = (host.info().clone(), host.executable().to_owned());
        Self { cache: cache_dir.map(Cache::new), pool: Pool::new(executable), info }
    }

    /// Limits the number of worker processes. At least one is used.
    #[must_use]
    pub fn with_workers(mut self, workers: usize) -> Self {
        self.pool.limit(workers);
        self
    }

    fn compile(&self, job: &CompileJob, ask: Ask<'_>) -> Result<CompiledModule, CompileError> {
        let key = self.cache.as_ref().map(|_| Key::new(&self.info, job));
        let entry = self.cache.as_ref().zip(key.as_ref());
        let damaged = match entry.map_or(Kept::Absent, |(cache, key)| cache.get(key)) {
            Kept::Intact(code) => return Ok(CompiledModule { code, cached: true, damaged: false }),
            Kept::Damaged => true,
            Kept::Absent => false,
        };
        let filename = job.filename.as_str();
        let request = Request { optimize: job.optimize, filename, source: &job.source };
        let raw = answer(ask, &request)?;
        let code = marshal::canonicalise(&raw, (self.info.major, self.info.minor))
            .map_err(|source| CompileError::Marshal { filename: filename.into(), source })?;
        if let Some((cache, key)) = entry {
            cache.put(key, &code);
        }
        Ok(CompiledModule { code, cached: false, damaged })
    }
}

impl CompileBytecode for BytecodeCompiler {
    fn identity(&self) -> String {
        cache::fields(&self.info).hex()
    }

    fn compile_all(
        &self,
        jobs: Vec<CompileJob>,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Vec<Result<CompiledModule, CompileError>> {
        self.pool.run(&jobs, progress, |job, ask| self.compile(job, ask))
    }
}

/// Sends a request to a worker.
type Ask<'a> = &'a mut dyn FnMut(&Request<'_>) -> Result<Reply, WorkerError>;

fn answer(ask: Ask<'_>, request: &Request<'_>) -> Result<Vec<u8>, CompileError> {
    let filename = || request.filename.to_owned();
    match ask(request) {
        Ok(Reply::Done(answer)) => Ok(answer),
        Ok(Reply::Refused(refusal)) => Err(refusal.into_error(filename())),
        Err(source) => Err(CompileError::Worker { filename: filename(), source }),
    }
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
