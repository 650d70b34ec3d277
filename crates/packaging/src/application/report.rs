//! What is in a program, in rows and in short.

use std::collections::BTreeMap;
use std::path::Path;

use pyox_binary::{ElfFacts, SymbolVersion};
use pyox_layers::{Finding, Layer, LeftOut, Reason, ReportRow, Shadowed};
use pyox_linker::Launcher;
use pyox_packed_resources::{Blob, EntryFlags, FieldKind, ResourceKind};
use pyox_scanner::top_level_of_path;

use super::ApplicationBuilder;
use crate::error::Error;
use crate::glibc::Spared;
use crate::report::{Report, Summary};
use crate::start_up::StartUp;
use crate::tcl;

/// The module of the standard library that loads libraries, the program itself to begin with.
const LOADS_LIBRARIES: &str = "ctypes";

/// What a report is about.
pub(super) struct Written<'a> {
    pub(super) launcher: Option<&'a Launcher>,
    pub(super) output: &'a Path,
    pub(super) size: u64,
    pub(super) start_up: &'a StartUp,
    pub(super) spared: &'a Spared,
}

impl ApplicationBuilder<'_> {
    pub(super) fn report(
        self,
        written: &Written<'_>,
        blobs: &[Blob<'_>],
        mut rows: Vec<ReportRow>,
    ) -> Result<Report, Error> {
        let mut seen: std::collections::BTreeSet<_> =
            rows.iter().map(|row| (row.name.clone(), row.kind, row.path.clone())).collect();
        let mut findings = self.findings;
        let mut packages_beside = BTreeMap::new();
        let mut floors = Vec::new();
        if let Some(launcher) = written.launcher {
            let facts = ElfFacts::parse(&launcher.origin, &launcher.bytes)?;
            floors.push(("the launcher".to_owned(), facts.glibc));
        }
        // What the application itself has comes before the standard library.
        let own = self.layers.iter().position(Layer::is_standard_library);
        let shadowed = Shadowed::of(&self.layers)?;
        findings.extend(shadowed.findings(&self.layers));
        findings.extend(written.start_up.findings.iter().cloned());
        if !self.python.target().info().loads_extensions && written.start_up.imports(LOADS_LIBRARIES) {
            findings.push(Finding::CannotLoad { module: LOADS_LIBRARIES.into() });
        }
        let mut left_out: Vec<LeftOut> = self.layers.iter().flat_map(Layer::left_out).cloned().collect();
        if let Some(needed) = written.spared.needed {
            let (modules, needed) = (written.spared.modules.clone(), needed.to_string());
            findings.push(Finding::RaisesGlibc { modules, needed: needed.clone() });
            let layers = self.layers.iter().filter(|layer| layer.is_standard_library());
            let rows = layers.flat_map(Layer::rows).filter(|row| written.spared.names.contains(&row.name));
            let reason = || Reason::RaisesGlibc { needed: needed.clone() };
            left_out.extend(rows.map(|row| LeftOut::new(&*row.path, row.owner.clone(), reason())));
        }
        left_out.sort();
        left_out.dedup();
        for (index, layer) in self.layers.iter().enumerate() {
            rows.extend(
                shadowed
                    .rows(&self.layers, index)
                    .filter(|row| !written.spared.has(layer, &row.name))
                    .filter(|row| seen.insert((row.name.clone(), row.kind, row.path.clone())))
                    .cloned(),
            );
            let is_own = own.is_none_or(|own| index < own);
            findings.extend(layer.findings().iter().cloned().map(|finding| {
                match (is_own, layer.is_standard_library()) {
                    (true, false) => finding,
                    (_, is_standard_library) => {
                        finding.concerning(is_standard_library, |module| written.start_up.imports(module))
                    }
                }
            }));
            let beside = layer.relative_paths().iter();
            packages_beside
                .extend(beside.map(|(path, directory)| (top_level_of_path(path).to_owned(), directory.clone())));
            floors.extend(
                layer
                    .natives()
                    .iter()
                    .filter(|native| !written.spared.has(layer, &native.name))
                    .map(|native| (native.name.clone(), native.glibc.as_deref().and_then(SymbolVersion::parse))),
            );
        }
        findings.extend(self.policy.glibc.and_then(|allowed| newer_glibc(allowed, &floors)));
        let is_packed = |module: &str| {
            let entries = blobs.iter().filter_map(|blob| blob.entry(module).ok().flatten());
            entries.into_iter().any(|entry| entry.is(EntryFlags::IMPORTABLE))
        };
        // A `.pth` file of setuptools lets its own package take the place of the one that Python 3.12 has no more.
        let is_made = |module: &str| module == "distutils" && is_packed("_distutils_hack");
        let brought = tcl::libraries(&self.layers);
        findings.retain(|finding| match finding {
            Finding::MissingModule { module } => !is_packed(module) && !is_made(module),
            Finding::FromSystem { soname, .. } => !brought.contains(&**soname),
            _ => true,
        });
        findings.sort();
        findings.dedup();
        let mut summary = Summary {
            output: written.output.to_owned(),
            size: written.size,
            launcher_size: written.launcher.map_or(0, |launcher| launcher.bytes.len() as u64),
            python: self.python.target().info().version.clone(),
            entry: self.entry.describe(),
            glibc: highest(floors),
            resource_file: self.shared_resources.map(|file| file.path().to_owned()),
            timings: self.timings,
            packages_beside,
            has_tcl: !brought.is_empty(),
            ..Summary::default()
        };
        for row in &mut rows {
            for blob in blobs {
                row.stored = stored_size(blob, row)?.unwrap_or(row.stored);
            }
        }
        let mut flags: BTreeMap<String, EntryFlags> = BTreeMap::new();
        for entry in blobs.iter().flat_map(Blob::entries) {
            let entry = entry?;
            let known = flags.entry(entry.name().to_owned()).or_default();
            *known = known.union(entry.flags());
            if entry.field(FieldKind::CacheDirectory)?.is_some() {
                let is_library = entry.is(EntryFlags::EXTENSION.union(EntryFlags::SHARED_LIBRARY));
                let in_files = match is_library && !entry.is(EntryFlags::PACKAGE) {
                    true => &mut summary.libraries_in_files,
                    false => &mut summary.packages_in_files,
                };
                in_files.push(entry.name().to_owned());
            }
        }
        let count = |kind: EntryFlags| flags.values().filter(|flags| flags.intersects(kind)).count();
        summary.extensions = count(EntryFlags::EXTENSION);
        let both =
            |flags: &&EntryFlags| flags.intersects(EntryFlags::MODULE) && flags.intersects(EntryFlags::EXTENSION);
        summary.modules = count(EntryFlags::MODULE) - flags.values().filter(both).count();
        summary.libraries = count(EntryFlags::SHARED_LIBRARY);
        for in_files in [&mut summary.packages_in_files, &mut summary.libraries_in_files] {
            in_files.sort();
            in_files.dedup();
        }
        Ok(Report { summary, findings, resources: rows, left_out })
    }
}

/// How many bytes the code of a row takes: a layer may have kept it in another form.
fn stored_size(blob: &Blob<'_>, row: &ReportRow) -> Result<Option<u64>, Error> {
    let kinds: &[FieldKind] = match row.kind {
        ResourceKind::ExtensionModule => &[FieldKind::Extension],
        ResourceKind::SharedLibrary => &[FieldKind::SharedLibrary],
        // Of one level.
        ResourceKind::ModuleBytecode => &FieldKind::BYTECODE,
        _ => return Ok(None),
    };
    let Some(entry) = blob.entry(&row.name)? else { return Ok(None) };
    for kind in kinds {
        if let Some(field) = entry.field(*kind)? {
            return Ok(Some(field.stored_len()));
        }
    }
    Ok(None)
}

/// Says which files need a newer GNU C library than is allowed.
fn newer_glibc(allowed: SymbolVersion, floors: &[(String, Option<SymbolVersion>)]) -> Option<Finding> {
    let culprits = floors.iter().filter_map(|(name, floor)| Some((floor.filter(|floor| *floor > allowed)?, name)));
    let mut culprits: Vec<(SymbolVersion, &String)> = culprits.collect();
    culprits.sort_by(|(one, one_name), (other, other_name)| other.cmp(one).then(one_name.cmp(other_name)));
    let (needed, _) = culprits.first()?;
    Some(Finding::NewerGlibc {
        allowed: allowed.to_string(),
        needed: needed.to_string(),
        culprits: culprits.iter().map(|(version, name)| ((*name).clone(), version.to_string())).collect(),
    })
}

/// The highest version and the files that ask for it.
fn highest(floors: Vec<(String, Option<SymbolVersion>)>) -> Option<(String, Vec<String>)> {
    let version = floors.iter().filter_map(|(_, version)| version.as_ref()).max()?.to_string();
    let asks = |floor: &Option<SymbolVersion>| floor.as_ref().is_some_and(|floor| floor.to_string() == version);
    let culprits = floors.iter().filter(|(_, floor)| asks(floor)).map(|(name, _)| name.clone()).collect();
    Some((version, culprits))
}
