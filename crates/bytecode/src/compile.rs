//! What compiling is, whoever does it.

use std::sync::Arc;

use crate::CompileError;

/// A module to compile.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CompileJob {
    /// The file name that tracebacks will show.
    pub filename: String,
    /// The source, in whatever encoding it declares.
    pub source: Arc<[u8]>,
    /// 0, 1 (no `assert`) or 2 (no docstrings either).
    pub optimize: u8,
}

impl CompileJob {
    /// A job for `source`.
    pub fn new(filename: impl Into<String>, source: impl Into<Arc<[u8]>>, optimize: u8) -> Self {
        Self { filename: filename.into(), source: source.into(), optimize }
    }
}

/// A compiled module.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompiledModule {
    /// The marshalled code object, without the header of a `.pyc` file.
    pub code: Vec<u8>,
    /// Whether it comes from the cache.
    pub cached: bool,
    /// Whether the cache had it in a damaged file, so that it was compiled again.
    pub damaged: bool,
}

impl CompiledModule {
    /// A module that was compiled just now.
    #[must_use]
    pub fn new(code: Vec<u8>) -> Self {
        Self { code, cached: false, damaged: false }
    }
}

/// Something that compiles Python sources.
pub trait CompileBytecode: Send + Sync {
    /// A name of everything but the job that its results depend on, for keys of caches: compilers with the same one
    /// give the same code.
    fn identity(&self) -> String;

    /// Compiles all `jobs`. The results are in the order of the jobs; a module that does not compile does not affect
    /// the others. `progress` is given how many are done, and how many there are.
    fn compile_all(
        &self,
        jobs: Vec<CompileJob>,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Vec<Result<CompiledModule, CompileError>>;
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<T: CompileBytecode + ?Sized> CompileBytecode for $pointer {
            fn identity(&self) -> String {
                (**self).identity()
            }

            fn compile_all(
                &self,
                jobs: Vec<CompileJob>,
                progress: &mut dyn FnMut(usize, usize),
            ) -> Vec<Result<CompiledModule, CompileError>> {
                (**self).compile_all(jobs, progress)
            }
        }
    )*};
}
forward!(&T, Box<T>, Arc<T>);
