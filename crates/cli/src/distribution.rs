//! `pyoxidizer distribution`, and the commands that look into distributions.

pub mod args;
mod described;
mod info;
mod licenses;
mod resources;

use std::path::{Path, PathBuf};

use args::{Distribution, Extract};
use described::described;
pub use info::run as info;
pub use licenses::run as licenses;
use pyox_build_cache::Cache;
use pyox_distribution::{Host as _, Installed};
use pyox_output::Outputs;
use pyox_packaging::Error as PackagingError;
use pyox_standalone::{Archive, Error, Standalone, create, installed_interpreter};
pub use resources::run as find_resources;

use crate::catalogue;
use crate::speech::print;
use crate::style::Style;
use crate::text::Mistake;

/// Lists archives, downloads or makes one.
pub fn run(command: &Distribution, quiet: bool, style: Style) -> anyhow::Result<u8> {
    match command {
        Distribution::List(args) => catalogue::list(args),
        Distribution::Download(args) => catalogue::download(args, quiet, style),
        Distribution::Create { python, output, json_version } => make(python.as_deref(), output, *json_version),
    }
}

/// Makes an archive, and prints its path.
fn make(python: Option<&str>, output: &Path, json_version: u8) -> anyhow::Result<u8> {
    let python = Installed::locate(python)?;
    let mut outputs = Outputs::default();
    outputs.keeps("the Python", python.prefix());
    outputs.keeps("the Python", python.executable());
    outputs.writes("the archive", output)?;
    create(&python, json_version, output)?;
    print(output.display())?;
    Ok(0)
}

/// Unpacks an archive.
pub fn extract(args: &Extract) -> anyhow::Result<u8> {
    let archive = Archive::open(&args.archive)?;
    let archive = archive.ok_or_else(|| Error::NotADistribution { path: args.archive.clone() })?;
    archive.extract(&args.destination)?;
    if args.json {
        let destination = args.destination.display().to_string();
        print(serde_json::json!({ "archive": args.archive, "destination": destination }))?;
    }
    Ok(0)
}

/// The interpreter of the install-only distribution that `--python` names, if it names one.
pub fn interpreter(python: Option<&str>, cache: &Cache) -> Result<Option<PathBuf>, Error> {
    python.map_or(Ok(None), |python| installed_interpreter(Path::new(python), cache))
}

/// The distribution that `--python` names, if it names one; with these extension modules.
pub fn named(
    python: Option<&str>,
    cache: &Cache,
    selection: Option<pyox_standalone::Selection>,
) -> anyhow::Result<Option<Standalone>> {
    let path = python.map(Path::new).filter(|path| Standalone::is_one(path));
    match (path, selection) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(Mistake::new(
            "--extension-modules and --extension-variant are for distributions",
            "name an archive, or the directory that one was unpacked into, with --python",
        )
        .into()),
        (Some(path), None) => Ok(Some(Standalone::open(path, cache)?)),
        (Some(path), Some(selection)) => Ok(Some(Standalone::open(path, cache)?.with_extension_modules(selection)?)),
    }
}

/// A Python that compiles bytecode for a distribution: its own interpreter, or one of this machine.
pub fn host(standalone: &Standalone) -> Result<Installed, PackagingError> {
    use pyox_distribution::Python as _;
    if let Some(host) = standalone.host() {
        return Ok(host.clone());
    }
    let (major, minor) = standalone.minor();
    Ok(Installed::locate(Some(&format!("{major}.{minor}")))?)
}
