//! Source text to bytecode.

use std::collections::HashMap;
use std::sync::Arc;

use pyox_distribution::{BytecodeCompiler, CompileError, CompileJob};
use pyox_packed_resources::{ModuleBytecode, ModuleSource, Resource};
use pyox_scanner::Scan;

use super::LayerBuilder;
use crate::error::Error;
use crate::progress::{Progress, Step};
use crate::report::Finding;

/// Bytecode and source text by path below `sys.path`.
pub(super) struct Compiled {
    pub(super) bytecode: HashMap<String, (ModuleBytecode, Arc<[u8]>)>,
    pub(super) sources: HashMap<String, Arc<[u8]>>,
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
        let wanted = modules.iter().filter(|(path, ..)| self.policy.include_source || broken(path));
        compiled.sources = wanted.map(|(path, _, source)| (path.clone(), Arc::clone(source))).collect();
        Ok(compiled)
    }
}
