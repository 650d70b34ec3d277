//! `pyoxidizer find-resources`

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use pyox_build_cache::Cache;
use pyox_distribution::{Installed, Python as _, Target};
use pyox_packed_resources::{Resource, ResourceKind};
use pyox_scanner::{Directory, Found, Metadata, ResourceSource as _, Scan, Wheel};
use pyox_standalone::{Standalone, installed_interpreter};
use serde_json::json;

use super::args::FindResources;
use super::described::at;
use crate::catalogue;
use crate::speech::{finish, stdout, tell};
use crate::style::Style;
use crate::text::printable;

pub fn run(args: &FindResources, quiet: bool, style: Style) -> anyhow::Result<u8> {
    let mut scan = scan(args, quiet, style)?;
    if args.no_emit_files {
        scan.resources.retain(|found| found.resource.kind() != ResourceKind::File);
    }
    let distributions = distributions(&scan)?;
    let line = |found: &Found| match args.no_classify_files {
        true => printable(format!("File {{ path: {} }}", found.resource.relative_path())),
        false => line(&found.resource, &distributions),
    };
    let row = |found: &Found| {
        let resource = &found.resource;
        let kind = if args.no_classify_files { ResourceKind::File } else { resource.kind() };
        let mut row = json!({
            "kind": kind.name(),
            "path": resource.relative_path(),
            "origin": found.origin.display().to_string(),
        });
        if !args.no_classify_files {
            row["name"] = resource.entry_name().into();
        }
        row
    };
    let mut out = stdout();
    let printed = match args.json {
        true => serde_json::to_writer_pretty(&mut out, &scan.resources.iter().map(row).collect::<Vec<_>>())
            .map_err(io::Error::from)
            .and_then(|()| writeln!(out)),
        false => scan.resources.iter().try_for_each(|found| writeln!(out, "{}", line(found))),
    };
    finish(out, printed)?;
    Ok(0)
}

fn scan(args: &FindResources, quiet: bool, style: Style) -> anyhow::Result<Scan> {
    let cache = Cache::of_user()?;
    let path = args.path.as_deref();
    if let Some(path) = path {
        if Standalone::is_one(path) {
            return Ok(target(path, &cache)?.standard_library()?.scan()?);
        }
        if path.extension().is_some_and(|extension| extension == "whl") {
            tell!("parsing {} as a wheel archive", printable(path.display()));
            return Ok(Wheel::open(path)?.for_any_interpreter().scan()?);
        }
    }
    let archive = archive(args, quiet, style)?;
    let python = args.python.as_deref();
    let Some(path) = path else {
        let target = match &archive {
            Some(archive) => target(archive, &cache)?,
            None => Box::new(Installed::locate(python)?),
        };
        return Ok(target.standard_library()?.scan()?);
    };
    let suffixes = match &archive {
        Some(archive) => at(archive)?.python_suffixes.remove("extension").unwrap_or_default(),
        None => Installed::locate(python)?.info().extension_suffixes.clone(),
    };
    let directory = match path.join("os.py").is_file() && path.join("site.py").is_file() {
        true => Directory::standard_library(path),
        false => Directory::new(path),
    };
    Ok(directory.extension_suffixes(suffixes).skip_foreign_extensions().scan()?)
}

/// The distribution that says what extension modules are called, or whose standard library is listed: that which is
/// named, or what the catalogue has if there are options for that. `None` for an installed Python.
fn archive(args: &FindResources, quiet: bool, style: Style) -> anyhow::Result<Option<PathBuf>> {
    let named = args.python.as_deref();
    if let Some(path) = named.map(Path::new).filter(|path| Standalone::is_one(path)) {
        return Ok(Some(path.to_owned()));
    }
    let (triple, directory) = (args.target_triple.as_deref(), args.distributions_dir.as_deref());
    if triple.is_none() && directory.is_none() {
        return Ok(None);
    }
    catalogue::archive(&args.source, named, triple, directory, quiet, style).map(Some)
}

/// A distribution, with or without a description.
fn target(path: &Path, cache: &Cache) -> anyhow::Result<Box<dyn Target>> {
    match installed_interpreter(path, cache)? {
        Some(interpreter) => Ok(Box::new(Installed::locate(interpreter.to_str())?)),
        None => Ok(Box::new(Standalone::open(path, cache)?)),
    }
}

/// Name and version of distributions as their metadata write them, by metadata directory.
type Distributions = BTreeMap<String, (String, String)>;

fn distributions(scan: &Scan) -> io::Result<Distributions> {
    let mut found = Distributions::new();
    for resource in scan.resources.iter().map(|found| &found.resource) {
        if let Resource::DistributionResource(file) = resource
            && matches!(&*file.name, "METADATA" | "PKG-INFO")
        {
            let metadata = Metadata::parse(&String::from_utf8_lossy(&file.data.read()?));
            found.insert(file.directory.clone(), (metadata.name, metadata.version));
        }
    }
    Ok(found)
}

/// The kind of a resource as the manual calls it, and what tells it from others of that kind.
fn line(resource: &Resource, distributions: &Distributions) -> String {
    let text = match resource {
        Resource::ModuleSource(module) => format!("PythonModuleSource {{ name: {} }}", module.name),
        Resource::ModuleBytecode(module) => format!("PythonModuleBytecode {{ name: {} }}", module.name),
        Resource::ExtensionModule(module) => format!("PythonExtensionModule {{ name: {} }}", module.name),
        Resource::PackageResource(file) => {
            format!("PythonPackageResource {{ package: {}, name: {} }}", file.package, file.name)
        }
        Resource::DistributionResource(file) => {
            let stem = file.directory.rsplit_once('.').map_or(file.directory.as_str(), |(stem, _)| stem);
            let version = stem.rsplit_once('-').map_or("", |(_, version)| version);
            let stated = distributions.get(&file.directory).filter(|(name, _)| !name.is_empty());
            let (package, version) =
                stated.map_or((&*file.project, version), |(name, version)| (name.as_str(), version.as_str()));
            let name = &file.name;
            format!("PythonPackageDistributionResource {{ package: {package}, version: {version}, name: {name} }}")
        }
        Resource::SharedLibrary(library) => format!("SharedLibrary {{ name: {} }}", library.name),
        other => format!("File {{ path: {} }}", other.relative_path()),
    };
    printable(text)
}
