//! `pyoxidizer find-resources`

use std::io::{self, Write};
use std::path::Path;

use pyox_build_cache::Cache;
use pyox_distribution::{Installed, Python as _, Target as _};
use pyox_packed_resources::Resource;
use pyox_scanner::{Directory, ResourceSource as _, Scan, Wheel};
use pyox_standalone::Standalone;
use serde_json::json;

use super::args::FindResources;
use crate::speech::{finish, stdout, tell};
use crate::text::printable;

pub fn run(args: &FindResources) -> anyhow::Result<u8> {
    let scan = scan(&args.path, args.python.as_deref())?;
    let mut out = stdout();
    let printed = match args.json {
        true => {
            let rows = scan.resources.iter().map(|found| {
                let resource = &found.resource;
                json!({
                    "kind": resource.kind().name(),
                    "name": resource.entry_name(),
                    "path": resource.relative_path(),
                    "origin": found.origin.display().to_string(),
                })
            });
            let document = rows.collect::<Vec<_>>();
            serde_json::to_writer_pretty(&mut out, &document).map_err(io::Error::from).and_then(|()| writeln!(out))
        }
        false => scan.resources.iter().try_for_each(|found| writeln!(out, "{}", line(&found.resource))),
    };
    finish(out, printed)?;
    Ok(0)
}

fn scan(path: &Path, python: Option<&str>) -> anyhow::Result<Scan> {
    if Standalone::is_one(path) {
        return Ok(Standalone::open(path, &Cache::of_user()?)?.standard_library()?.scan()?);
    }
    if path.extension().is_some_and(|extension| extension == "whl") {
        tell!("parsing {} as a wheel archive", printable(path.display()));
        return Ok(Wheel::open(path)?.scan()?);
    }
    let suffixes = Installed::locate(python)?.info().extension_suffixes.clone();
    let directory = match path.join("os.py").is_file() && path.join("site.py").is_file() {
        true => Directory::standard_library(path),
        false => Directory::new(path),
    };
    Ok(directory.extension_suffixes(suffixes).skip_foreign_extensions().scan()?)
}

/// The kind of a resource as the manual calls it, and what tells it from others of that kind.
fn line(resource: &Resource) -> String {
    let text = match resource {
        Resource::ModuleSource(module) => format!("PythonModuleSource {{ name: {} }}", module.name),
        Resource::ModuleBytecode(module) => format!("PythonModuleBytecode {{ name: {} }}", module.name),
        Resource::ExtensionModule(module) => format!("PythonExtensionModule {{ name: {} }}", module.name),
        Resource::PackageResource(file) => {
            format!("PythonPackageResource {{ package: {}, name: {} }}", file.package, file.name)
        }
        Resource::DistributionResource(file) => {
            let version = file.directory.rsplit_once('.').map_or(file.directory.as_str(), |(stem, _)| stem);
            let version = version.rsplit_once('-').map_or("", |(_, version)| version);
            let (package, name) = (&file.project, &file.name);
            format!("PythonPackageDistributionResource {{ package: {package}, version: {version}, name: {name} }}")
        }
        Resource::SharedLibrary(library) => format!("SharedLibrary {{ name: {} }}", library.name),
        other => format!("File {{ path: {} }}", other.relative_path()),
    };
    printable(text)
}
