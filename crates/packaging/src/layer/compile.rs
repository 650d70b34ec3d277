//! Source text to bytecode.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use pyox_bytecode::{BytecodeCompiler, CompileError, CompileJob};
use pyox_packed_resources::{ModuleBytecode, ModuleSource, Resource};
use pyox_scanner::Scan;

use super::LayerBuilder;
use crate::error::Error;
use crate::report::Finding;
use pyox_linker::{Progress, Step};

/// Bytecode and source text by path below `sys.path`.
#[derive(Default)]
pub(super) struct Compiled {
    pub(super) bytecode: HashMap<String, (ModuleBytecode, Arc<[u8]>)>,
    pub(super) sources: HashMap<String, Arc<[u8]>>,
    /// Import statements by name of module, where the source text is left out.
    pub(super) imports: BTreeMap<String, String>,
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
        let directory = self.cache.directory("bytecode");
        let compiler = BytecodeCompiler::new(self.python, Some(directory.clone()));
        let outcomes =
            compiler.compile_all(modules.iter().map(job).collect(), &mut |done, total| progress.advance(done, total));
        progress.end();
        let damaged = outcomes.iter().flatten().filter(|module| module.damaged).count();
        if damaged != 0 {
            progress.damaged(&directory, damaged);
        }
        let mut compiled = Compiled::default();
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
                Err(CompileError::Worker { source, .. }) => return Err(source.into()),
                Err(error) => {
                    let (path, message) = (path.clone(), error.to_string());
                    compiled.findings.push(Finding::DoesNotCompile { path, message, concerns: true });
                }
            }
        }
        // A module that does not compile keeps its source: importing it then raises what Python says.
        let broken = |path: &String| !compiled.bytecode.contains_key(path);
        let wanted = modules.iter().filter(|(path, ..)| self.policy.include_source || broken(path));
        compiled.sources = wanted.map(|(path, _, source)| (path.clone(), Arc::clone(source))).collect();
        if !self.policy.include_source {
            compiled.imports =
                modules.iter().map(|(_, module, source)| (module.name.clone(), import_statements(source))).collect();
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
        let source = b"'doc'\nimport a.b as c, d\nfrom .. import e\ndef g(x):\n    from .h import (i, j)\n    return x\nclass K:\n    from l import *\n";
        let text = import_statements(source);
        assert_eq!(text, "import a.b\nimport d\nfrom .. import e\ndef f(): from .h import i, j\nfrom l import *\n");
        assert_eq!(pyox_scanner::imports(text.as_bytes()), pyox_scanner::imports(source));
    }
}
