//! Source text to bytecode and to compressed source.

use std::collections::HashMap;
use std::sync::Arc;

use pyox_distribution::{BytecodeCompiler, CompileError, CompileJob};
use pyox_packed_resources::{ModuleBytecode, ModuleSource, Resource, Value};
use pyox_scanner::Scan;

use super::LayerBuilder;
use crate::error::Error;
use crate::progress::{Progress, Step};
use crate::report::Finding;

/// Bytecode and source values by path below `sys.path`.
pub(super) struct Compiled {
    pub(super) bytecode: HashMap<String, (ModuleBytecode, Arc<[u8]>)>,
    pub(super) sources: HashMap<String, Value>,
    pub(super) findings: Vec<Finding>,
}

impl LayerBuilder<'_> {
    pub(super) fn compile(&self, scan: &Scan, progress: &mut dyn Progress) -> Result<Compiled, Error> {
        let mut modules: Vec<(String, &ModuleSource, Arc<[u8]>)> = Vec::new();
        for found in &scan.resources {
            if let Resource::ModuleSource(module) = &found.resource {
                let source = module.source.read().map_err(Error::io("read", &found.origin))?;
                modules.push((found.resource.relative_path(), module, source.into()));
            }
        }
        let optimize = self.policy.optimize;
        let job = |(path, _, source): &(String, _, Arc<[u8]>)| {
            CompileJob::new(path.clone(), Arc::clone(source), optimize.number())
        };
        progress.begin(Step::Compile, "modules");
        let compiler = BytecodeCompiler::new(self.python, Some(self.cache.directory("bytecode")));
        let outcomes =
            compiler.compile_all(modules.iter().map(job).collect(), &mut |done, total| progress.advance(done, total));
        progress.end();
        let mut compiled = Compiled { bytecode: HashMap::new(), sources: HashMap::new(), findings: Vec::new() };
        for ((path, module, _), outcome) in modules.iter().zip(outcomes) {
            match outcome {
                Ok(code) => {
                    let bytecode = ModuleBytecode {
                        name: module.name.clone(),
                        is_package: module.is_package,
                        optimize,
                        bytecode: Vec::new().into(),
                    };
                    compiled.bytecode.insert(path.clone(), (bytecode, code.code.into()));
                }
                Err(CompileError::Worker { source, .. }) => return Err((*source).into()),
                Err(error) => {
                    compiled.findings.push(Finding::DoesNotCompile { path: path.clone(), message: error.to_string() })
                }
            }
        }
        // A module that does not compile keeps its source: importing it then raises what Python says.
        let broken = |path: &String| !compiled.bytecode.contains_key(path);
        let wanted: Vec<_> = modules.iter().filter(|(path, ..)| self.policy.include_source || broken(path)).collect();
        progress.begin(Step::Compress, "source text");
        compiled.sources = self.compress(&wanted)?;
        progress.end();
        Ok(compiled)
    }

    fn compress(&self, modules: &[&(String, &ModuleSource, Arc<[u8]>)]) -> Result<HashMap<String, Value>, Error> {
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let level = self.policy.compression_level;
        let part = |offset: usize| -> Result<Vec<(String, Value)>, Error> {
            let mine = modules.iter().skip(offset).step_by(workers);
            mine.map(|(path, _, source)| Ok((path.clone(), Value::compressed(source, level)?))).collect()
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..workers).map(|offset| scope.spawn(move || part(offset))).collect();
            let mut values = HashMap::new();
            for thread in threads {
                match thread.join() {
                    Ok(part) => values.extend(part?),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            Ok(values)
        })
    }
}
