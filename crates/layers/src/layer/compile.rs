//! Source text to bytecode.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use pyox_bytecode::{CompileError, CompileJob};
use pyox_linker::{Progress, Step};
use pyox_packed_resources::{ModuleBytecode, ModuleSource, OptimizeLevel, Resource};

use super::LayerBuilder;
use crate::error::Error;
use crate::finding::Finding;
use crate::plan::{Decision, Plan};

/// Bytecode of one level or several, by path below `sys.path`.
pub(super) type Bytecode = HashMap<String, Vec<(ModuleBytecode, Arc<[u8]>)>>;

/// Bytecode and source text by path below `sys.path`.
#[derive(Default)]
pub(super) struct Compiled {
    pub(super) bytecode: Bytecode,
    pub(super) sources: HashMap<String, Arc<[u8]>>,
    /// Import statements by name of module, where the source text is left out.
    pub(super) imports: BTreeMap<String, String>,
    pub(super) findings: Vec<Finding>,
}

/// A module to compile.
struct Module<'p> {
    path: String,
    module: &'p ModuleSource,
    source: Arc<[u8]>,
    decision: &'p Decision,
}

impl LayerBuilder<'_> {
    pub(super) fn compile(&self, plan: &Plan<'_>, progress: &mut dyn Progress) -> Result<Compiled, Error> {
        let mut modules: Vec<Module<'_>> = Vec::new();
        for (found, decision) in plan.included() {
            if let Resource::ModuleSource(module) = &found.resource {
                let source = module.source.read().map_err(Error::io("read", &found.origin))?.into();
                modules.push(Module { path: found.resource.relative_path(), module, source, decision });
            }
        }
        let wanted: Vec<(&Module<'_>, OptimizeLevel)> = modules
            .iter()
            .flat_map(|module| module.decision.bytecode.iter().map(move |level| (module, *level)))
            .collect();
        let job = |(module, level): &(&Module<'_>, OptimizeLevel)| {
            CompileJob::new(module.path.clone(), Arc::clone(&module.source), level.number())
        };
        progress.begin(Step::Compile, "");
        let jobs = wanted.iter().map(job).collect();
        let outcomes = self.compiler().compile_all(jobs, &mut |done, total| progress.advance(done, total));
        progress.end();
        let damaged = outcomes.iter().flatten().filter(|module| module.damaged).count();
        if damaged != 0 {
            progress.damaged(&self.bytecode_directory(), damaged);
        }
        let mut compiled = Compiled::default();
        let mut broken = BTreeSet::new();
        for ((Module { path, module, .. }, optimize), outcome) in wanted.into_iter().zip(outcomes) {
            match outcome {
                Ok(code) => {
                    let bytecode = ModuleBytecode {
                        name: module.name.clone(),
                        is_package: module.is_package,
                        optimize,
                        bytecode: Vec::new().into(),
                    };
                    compiled.bytecode.entry(path.clone()).or_default().push((bytecode, code.code.into()));
                }
                Err(CompileError::Worker { source, .. }) => return Err(source.into()),
                Err(error @ CompileError::Other(_)) => return Err(Error::Compiler(error)),
                Err(error) => {
                    broken.insert(path.clone());
                    let (path, message) = (path.clone(), error.to_string());
                    compiled.findings.push(Finding::DoesNotCompile { path, message, concerns: true });
                }
            }
        }
        // A module that does not compile keeps its source: importing it then raises what Python says.
        for Module { path, module, source, decision } in modules {
            if !decision.source {
                compiled.imports.insert(module.name.clone(), import_statements(&source));
            }
            if decision.source || broken.contains(&path) {
                compiled.sources.insert(path, source);
            }
        }
        Ok(compiled)
    }
}

/// What is left of source text when nothing but its imports counts: what is deferred is in a function.
fn import_statements(source: &[u8]) -> String {
    let mut text = String::new();
    for import in pyox_scanner::imports(source) {
        if import.deferred {
            text.push_str("def f(): ");
        }
        let (dots, module) = (".".repeat(import.level), import.module);
        text.push_str(&match import.names.join(", ") {
            names if names.is_empty() => format!("import {module}\n"),
            names => format!("from {dots}{module} import {names}\n"),
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::import_statements;

    #[test]
    fn imports_survive() {
        let source = b"'doc'\nimport a.b as c, d\nfrom .. import e\n\
        def g(x):\n    from .h import (i, j)\n    return x\nclass K:\n    from l import *\n";
        let text = import_statements(source);
        assert_eq!(text, "import a.b\nimport d\nfrom .. import e\ndef f(): from .h import i, j\nfrom l import *\n");
        assert_eq!(pyox_scanner::imports(text.as_bytes()), pyox_scanner::imports(source));
    }
}
