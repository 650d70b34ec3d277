//! Where lists of components come from.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{CommandFactory as _, FromArgMatches as _};
use pyox_binary::{ElfFacts, is_libpython, stays_with_system};
use pyox_build_cache::Cache;
use pyox_distribution::{ExtensionForm, Installed, Target as _};
use pyox_inspect::ResourceFile;
use pyox_licenses::{
    Bill, Component, Distribution, Packages, installed_distributions, library, packed_bill, packed_distributions,
};
use pyox_packed_resources::{Decoder, Resource};
use pyox_scanner::{ResourceSource as _, Virtualenv, Wheel};
use pyox_standalone::{Archive, PythonJson, Standalone, components, installed_interpreter};

use super::args::Licenses;
use crate::args::{Args, Command, package_roots};
use crate::pack;
use crate::progress::Terminal;
use crate::speech::tell;
use crate::style::Style;
use crate::text::{Mistake, printable};

/// A list, and the name of what it is about.
pub struct Listed {
    pub name: String,
    pub bill: Bill,
}

pub fn listed(args: &Licenses, verbose: bool, quiet: bool, style: Style) -> anyhow::Result<Listed> {
    let path = Path::new(&args.source);
    let name = path.file_name().map_or_else(|| args.source.clone(), |name| name.to_string_lossy().into_owned());
    let bill = match is_packed(path) || !args.pack.is_empty() {
        true => packed(args, verbose, quiet, style)?,
        false => there(path, quiet)?.into_iter().collect(),
    };
    Ok(Listed { name, bill })
}

/// Whether something is a source of `pack` alone: a script, or a directory that is not one of installed packages.
fn is_packed(path: &Path) -> bool {
    if path.is_file() {
        return path.extension().is_some_and(|extension| extension == "py");
    }
    let has = |name: &str| path.join(name).exists();
    path.is_dir() && ["pyproject.toml", "setup.py", "__main__.py", "__init__.py"].into_iter().any(has)
}

/// What the program would consist of that `pack` makes.
fn packed(args: &Licenses, verbose: bool, quiet: bool, style: Style) -> anyhow::Result<Bill> {
    let words = ["pyoxidizer", "pack", &args.source].map(OsStr::new);
    let matches = Args::command().get_matches_from(words.into_iter().chain(args.pack.iter().map(AsRef::as_ref)));
    let Command::Pack(pack) = Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()).command else {
        return Err(Mistake::new("the options after -- are not those of pack", "see pyoxidizer pack --help").into());
    };
    let mut progress = Terminal::new(verbose, quiet, style);
    let bill = pack::components(&pack, &package_roots(&matches), &mut progress);
    progress.finish();
    bill
}

/// What something consists of that is there.
fn there(path: &Path, quiet: bool) -> anyhow::Result<Vec<Component>> {
    let cache = Cache::of_user()?;
    if let Some(found) = distribution(path)? {
        return Ok(found);
    }
    if let Some(interpreter) = installed_interpreter(path, &cache)? {
        return python(&interpreter.to_string_lossy());
    }
    if path.is_dir() {
        let found = directory(path)?;
        if !found.is_empty() {
            return Ok(found);
        }
        // That of an installation.
        let nothing = || {
            let what = format!("there is no distribution, and no Python, in {}", printable(path.display()));
            Mistake::new(what, "name the directory that has the .dist-info directories, such as site-packages")
        };
        return python(&path.to_string_lossy()).map_err(|_| nothing().into());
    }
    if !path.is_file() {
        return python(&path.to_string_lossy());
    }
    if path.extension().is_some_and(|extension| extension == "whl") {
        return wheel(path);
    }
    match ResourceFile::read(path) {
        Ok(file) => program(&file, quiet),
        // An interpreter has no payload.
        Err(error @ pyox_inspect::Error::NoPayload { .. }) => python(&path.to_string_lossy()).map_err(|_| error.into()),
        Err(error) => Err(error.into()),
    }
}

fn program(file: &ResourceFile, quiet: bool) -> anyhow::Result<Vec<Component>> {
    let packed = file.packed()?;
    let damaged = || format!("{} is damaged", printable(file.path().display()));
    let Some(blob) = packed.blob() else {
        let hint = "only programs of version 4 and their resource files have one";
        return Err(
            Mistake::new(format!("{} has no list of components", printable(file.path().display())), hint).into()
        );
    };
    if let Some(bill) = packed_bill(blob).with_context(damaged)? {
        return Ok(bill.components().to_vec());
    }
    if !quiet {
        tell!("{} has no list of components: these are its distributions", printable(file.path().display()));
    }
    let decoder = Decoder::with_limit(file.decoded_limit());
    let read = &mut |field: &_| decoder.read(field).map(|content| content.into_owned());
    packed_distributions(blob, read).with_context(damaged)
}

fn wheel(path: &Path) -> anyhow::Result<Vec<Component>> {
    let (mut metadata, mut files) = (String::new(), Vec::new());
    for found in Wheel::open(path)?.skip_foreign_extensions().scan()?.resources {
        let Resource::DistributionResource(file) = found.resource else { continue };
        if file.name == "METADATA" {
            metadata = String::from_utf8_lossy(&file.data.read()?).into_owned();
        } else if Distribution::is_of_interest(&file.name) {
            files.push((file.name, file.data.read()?.into_owned()));
        }
    }
    Ok(Distribution::new(&metadata, files).components())
}

/// The distributions in a virtualenv, or in a directory with packages.
fn directory(path: &Path) -> anyhow::Result<Vec<Component>> {
    let directories = match path.join("pyvenv.cfg").is_file() {
        true => Virtualenv::open(path, [".so"])?.site_packages().to_vec(),
        false => vec![path.to_owned()],
    };
    let mut found = Vec::new();
    for directory in directories {
        let cannot = || format!("cannot read {}", printable(directory.display()));
        found.extend(installed_distributions(&directory).with_context(cannot)?);
    }
    Ok(found)
}

/// What a full archive states, or the directory that one was unpacked into. Nothing of it is started.
fn distribution(path: &Path) -> anyhow::Result<Option<Vec<Component>>> {
    let all = |json: &PythonJson, read: &mut dyn FnMut(&str) -> Option<Vec<u8>>| {
        let extensions = json.build_info.extensions.iter();
        let variants = extensions.filter_map(|(name, all)| Some((name.as_str(), all.first()?)));
        components(json, variants, read)
    };
    if path.is_dir() {
        let places = [path.join("python"), path.to_owned()];
        let Some(root) = places.iter().find(|place| place.join("PYTHON.json").is_file()) else { return Ok(None) };
        let json = PythonJson::parse(&std::fs::read(root.join("PYTHON.json"))?)?;
        return Ok(Some(all(&json, &mut |path| std::fs::read(root.join(path)).ok())));
    }
    if !Standalone::is_one(path) {
        return Ok(None);
    }
    let Some(archive) = Archive::open(path)? else { return Ok(None) };
    let Some(text) = archive.python_json()? else { return Ok(None) };
    let json = PythonJson::parse(&text)?;
    let texts = archive.license_texts(&json)?;
    Ok(Some(all(&json, &mut |path| texts.get(path).cloned())))
}

/// An installed Python, with all of its standard library and the libraries that this would bring along.
fn python(spec: &str) -> anyhow::Result<Vec<Component>> {
    let python = Installed::locate(Some(spec))?;
    let (mut names, mut libraries) = (BTreeSet::new(), BTreeSet::<String>::new());
    for module in python.extension_modules()? {
        if let Some(ExtensionForm::Shared(path)) = module.variants.first().map(|variant| &variant.form) {
            libraries.extend(ElfFacts::parse(path, &std::fs::read(path)?)?.needed);
        }
        names.insert(module.name);
    }
    libraries.retain(|soname| !is_libpython(soname) && !stays_with_system(soname));
    names.extend(libraries.iter().cloned());
    let packages = Packages::of(Path::new("/"));
    let mut found = python.components(&names);
    found.extend(libraries.iter().map(|soname| {
        let own = python.prefix().join("lib").join(soname);
        let origin = if own.is_file() { own } else { PathBuf::from("/usr/lib") };
        library(soname, Some(&origin), Some(&packages))
    }));
    Ok(found)
}
