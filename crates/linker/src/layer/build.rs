//! Making a layer of a scan.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use pyox_packed_resources::{Collector, ModuleBytecode, Placed, Resource, SharedLibrary, Value};
use pyox_scanner::{Found, Scan};

use super::cached_packages::CachedPackages;
use super::natives::{Natives, prepare};
use super::{Facts, Layer, LayerBuilder};
use crate::error::Error;
use crate::progress::{Progress, Step};
use crate::report::{Finding, ReportRow};

/// The name of the layer whose packages are never placed in files: the standard library copes without.
const STANDARD_LIBRARY: &str = "standard library";

impl LayerBuilder<'_> {
    pub(super) fn build(
        &self,
        name: &str,
        scan: &Scan,
        below: &[&Layer],
        progress: &mut dyn Progress,
    ) -> Result<Layer, Error> {
        let cached = if name == STANDARD_LIBRARY { CachedPackages::default() } else { CachedPackages::of(scan)? };
        let compiled = self.compile(scan, progress)?;
        progress.begin(Step::Link, name);
        let natives = Natives::of(scan, below)?;
        progress.end();
        let mut making = Making { name, collector: Collector::new(), facts: Facts::default(), cached, natives };
        making.facts.findings = making.cached.findings();
        making.facts.findings.extend(making.natives.findings());
        making.facts.findings.extend(compiled.findings);
        making.facts.findings.extend(
            scan.skipped
                .iter()
                .map(|skipped| Finding::Skipped { path: skipped.path.clone(), reason: skipped.reason.to_string() }),
        );
        for found in &scan.resources {
            making.add(found, &compiled.sources, &compiled.bytecode)?;
        }
        making.add_libraries()?;
        making.finish()
    }
}

/// A layer in the making.
struct Making<'a> {
    name: &'a str,
    collector: Collector,
    facts: Facts,
    cached: CachedPackages,
    natives: Natives,
}

impl Making<'_> {
    fn add(
        &mut self,
        found: &Found,
        sources: &HashMap<String, Value>,
        bytecode: &HashMap<String, (ModuleBytecode, Arc<[u8]>)>,
    ) -> Result<(), Error> {
        let path = found.resource.relative_path();
        match &found.resource {
            Resource::ModuleSource(_) => {
                if let Some((module, code)) = bytecode.get(&path) {
                    self.place(found, &Resource::ModuleBytecode(module.clone()), Value::raw(&**code), code.len())?;
                }
                if let Some(source) = sources.get(&path) {
                    let size = source.decoded_len().map_err(Error::io("read", &found.origin))?;
                    self.place(found, &found.resource, source.clone(), size as usize)?;
                }
                Ok(())
            }
            Resource::ExtensionModule(_) | Resource::SharedLibrary(_) => self.add_native(found),
            Resource::File(_) if self.cached.reason(&path).is_none() => {
                self.facts.findings.push(Finding::Skipped { path, reason: "it belongs to no package".into() });
                Ok(())
            }
            other => {
                let content = other.data().read().map_err(Error::io("read", &found.origin))?;
                if let Resource::DistributionResource(file) = other
                    && file.name == "entry_points.txt"
                {
                    let text = String::from_utf8_lossy(&content).into_owned();
                    self.facts.entry_points.push((file.project.clone(), text));
                }
                self.place(found, other, Value::raw(&*content), content.len())
            }
        }
    }

    fn add_native(&mut self, found: &Found) -> Result<(), Error> {
        let content = found.resource.data().read().map_err(Error::io("read", &found.origin))?;
        let content = prepare(&content);
        let size = content.len();
        let resource = match &found.resource {
            Resource::SharedLibrary(library) => Resource::SharedLibrary(SharedLibrary {
                name: self.natives.soname(&library.name).to_owned(),
                ..library.clone()
            }),
            other => other.clone(),
        };
        let name = match &resource {
            Resource::SharedLibrary(library) => library.name.clone(),
            Resource::ExtensionModule(module) => module.name.clone(),
            _ => return Ok(()),
        };
        let root = found.resource.relative_path();
        for soname in self.natives.needs(&root) {
            self.collector.depends(&name, soname);
        }
        self.facts.natives.push(self.natives.file(&root, &name, matches!(resource, Resource::SharedLibrary(_))));
        self.place(found, &resource, Value::raw(content), size)
    }

    /// Libraries from outside of the scan, and extension modules that others use as a library.
    fn add_libraries(&mut self) -> Result<(), Error> {
        for (soname, library) in self.natives.travelling()? {
            for needed in &library.needs {
                self.collector.depends(&soname, needed);
            }
            let content = prepare(&library.content);
            let size = content.len();
            let resource = Resource::SharedLibrary(SharedLibrary {
                name: soname.clone(),
                relative_path: None,
                library: Vec::new().into(),
            });
            self.facts.natives.push(super::NativeFile { name: soname, is_library: true, glibc: library.glibc });
            let found = Found { resource: resource.clone(), origin: library.origin };
            self.place(&found, &resource, Value::raw(content), size)?;
        }
        Ok(())
    }

    fn place(&mut self, found: &Found, resource: &Resource, value: Value, size: usize) -> Result<(), Error> {
        let path = resource.relative_path();
        let (location, why) = match self.cached.reason(&path) {
            Some(reason) => ("cache", reason.to_owned()),
            None => ("in-memory", format!("part of {}", self.name)),
        };
        let stored = value.stored().clone();
        let stored = stored.read().map_err(Error::io("read", &found.origin))?;
        let mut placed = self.collector.add(resource, value.clone());
        // Bytecode and metadata are read from memory in any case.
        let is_file = !matches!(resource, Resource::ModuleBytecode(_) | Resource::DistributionResource(_));
        if location == "cache" && is_file && placed != Placed::Shadowed {
            self.cached.add(&path, &stored, value.with_mode(mode_of(&found.origin)));
            placed = Placed::Added;
        }
        if placed == Placed::Added {
            self.facts.rows.push(ReportRow {
                name: entry_name(resource),
                kind: kind(resource).to_owned(),
                path,
                origin: found.origin.display().to_string(),
                size: size as u64,
                stored: stored.len() as u64,
                location: location.to_owned(),
                reason: why,
            });
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Layer, Error> {
        std::mem::take(&mut self.cached).finish(&mut self.collector);
        let blob = self.collector.finish().to_vec()?;
        self.facts.findings.sort();
        self.facts.findings.dedup();
        Ok(Layer::new(blob, self.facts)?)
    }
}

/// Permission bits of what is a file: those that matter for running it, whatever the mask of who installed it.
#[cfg(unix)]
fn mode_of(origin: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    match std::fs::metadata(origin) {
        Ok(metadata) if metadata.permissions().mode() & 0o100 != 0 => 0o755,
        Ok(_) => 0o644,
        Err(_) => 0,
    }
}

#[cfg(not(unix))]
fn mode_of(_origin: &Path) -> u32 {
    0
}

/// The name a person knows the resource by.
fn entry_name(resource: &Resource) -> String {
    match resource {
        Resource::ModuleSource(module) => module.name.clone(),
        Resource::ModuleBytecode(module) => module.name.clone(),
        Resource::ExtensionModule(module) => module.name.clone(),
        Resource::PackageResource(file) => file.package.clone(),
        Resource::DistributionResource(file) => file.project.clone(),
        Resource::SharedLibrary(library) => library.name.clone(),
        other => other.relative_path(),
    }
}

fn kind(resource: &Resource) -> &'static str {
    match resource {
        Resource::ModuleSource(_) => "module-source",
        Resource::ModuleBytecode(_) => "module-bytecode",
        Resource::ExtensionModule(_) => "extension-module",
        Resource::PackageResource(_) => "package-resource",
        Resource::DistributionResource(_) => "distribution-resource",
        Resource::SharedLibrary(_) => "shared-library",
        _ => "file",
    }
}
