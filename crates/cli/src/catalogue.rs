//! `pyoxidizer distribution list` and `download`, and the offer of `pack` to download a Python.

pub mod args;
mod transfer;

use std::fs::File;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use args::{Download, List, Source};
use pyox_build_cache::Cache;
use pyox_catalogue::{Archive, Catalogue, Downloads, Flavor, Linkage, Request, Settings, Shape, host_target};
use pyox_output::PLAIN;
use serde_json::{Value, json};
use transfer::Transfer;

use crate::configuration::Talk;
use crate::speech::{finish, print, stdout, tell};
use crate::style::Style;
use crate::text::{Mistake, printable};

pub fn list(args: &List) -> anyhow::Result<u8> {
    let (_, catalogue) = opened(&args.source)?;
    let target = args.target_triple.clone().unwrap_or_else(host_target);
    let archives: Vec<&Archive> = match args.all {
        true => catalogue.archives().iter().collect(),
        false => usual(&catalogue, &target)?,
    };
    if archives.is_empty() {
        return Err(nothing_for(&target).into());
    }
    let mut out = stdout();
    let printed = if args.json {
        let documents: Vec<Value> = archives.into_iter().map(document).collect();
        serde_json::to_writer_pretty(&mut out, &documents).map_err(io::Error::from).and_then(|()| writeln!(out))
    } else {
        archives.into_iter().try_for_each(|archive| {
            let (version, flavor) = (format!("{}+{}", archive.version(), archive.release()), flavor(archive));
            writeln!(out, "{version:18}  {flavor:18}  {:12}  {}", shape(archive), archive.name())
        })
    };
    finish(out, printed)?;
    Ok(0)
}

/// What the request for each minor version gives.
fn usual<'c>(catalogue: &'c Catalogue, target: &str) -> anyhow::Result<Vec<&'c Archive>> {
    let minor = |archive: &Archive| archive.version().rsplit_once('.').map(|(minor, _)| minor.to_owned());
    let mut minors: Vec<String> = catalogue.archives().iter().filter_map(minor).collect();
    minors.dedup();
    let requests = minors.iter().map(|minor| Request::parse(minor, target)).collect::<Result<Vec<_>, _>>()?;
    Ok(requests.iter().filter_map(|request| catalogue.find(request).ok()).collect())
}

fn document(archive: &Archive) -> Value {
    json!({
        "name": archive.name(),
        "python": archive.version(),
        "release": archive.release(),
        "target": archive.target(),
        "build": archive.build(),
        "shape": archive.shape(),
        "linkage": archive.linkage(),
        "url": archive.url(),
        "sha256": archive.sha256(),
    })
}

fn flavor(archive: &Archive) -> &'static str {
    match archive.linkage() {
        Linkage::Static => "standalone_static",
        _ => "standalone_dynamic",
    }
}

fn shape(archive: &Archive) -> &'static str {
    match archive.shape() {
        Shape::Full => "full",
        _ => "installation",
    }
}

pub fn download(args: &Download, quiet: bool, style: Style) -> anyhow::Result<u8> {
    let (downloads, catalogue) = opened(&args.source)?;
    let target = args.target_triple.clone().unwrap_or_else(host_target);
    let request = Request::parse(&args.request, &target)?.with_flavor(args.flavor);
    let archive = catalogue.find(&request)?;
    let path = fetched(&downloads, archive, quiet, style)?;
    let Some(directory) = &args.output else {
        print(path.display())?;
        return Ok(0);
    };
    let copy = directory.join(archive.name());
    copied(&path, &copy)?;
    print(copy.display())?;
    Ok(0)
}

fn copied(from: &Path, to: &Path) -> Result<(), pyox_output::Error> {
    pyox_output::write_atomically(to, PLAIN, |out| {
        let copied = File::open(from).and_then(|mut file| io::copy(&mut file, out));
        copied.map(drop).map_err(|source| pyox_output::Error::Io { action: "write", path: to.to_owned(), source })
    })
}

/// The archive for a target, downloaded unless it is there; the newest one if there is no request. Downloads are kept
/// in a directory, if one is given.
pub fn archive(
    source: &Source,
    request: Option<&str>,
    target: Option<&str>,
    directory: Option<&Path>,
    quiet: bool,
    style: Style,
) -> anyhow::Result<PathBuf> {
    let cache = directory.map_or_else(Cache::of_user, |directory| Ok(Cache::at(directory)))?;
    let (downloads, catalogue) = opened_in(source, &cache)?;
    let target = target.map_or_else(host_target, str::to_owned);
    let archive = match request {
        Some(request) => catalogue.find(&Request::parse(request, &target)?)?,
        None => usual(&catalogue, &target)?.pop().ok_or_else(|| nothing_for(&target))?,
    };
    fetched(&downloads, archive, quiet, style)
}

fn nothing_for(target: &str) -> Mistake {
    let hint = "see all with: pyoxidizer distribution list --all";
    Mistake::new(format!("the catalogue has nothing for {}", printable(target)), hint)
}

fn opened(source: &Source) -> anyhow::Result<(Downloads, Catalogue)> {
    opened_in(source, &Cache::of_user()?)
}

fn opened_in(source: &Source, cache: &Cache) -> anyhow::Result<(Downloads, Catalogue)> {
    let mut settings = Settings::from_environment();
    settings.offline |= source.offline;
    let downloads = Downloads::new(cache, settings);
    let catalogue = match &source.catalogue {
        Some(origin) => downloads.catalogue(origin)?,
        None => Catalogue::embedded()?,
    };
    Ok((downloads, catalogue))
}

fn fetched(downloads: &Downloads, archive: &Archive, quiet: bool, style: Style) -> anyhow::Result<PathBuf> {
    let mut transfer = Transfer::new(quiet, style);
    let path = downloads.archive(archive, &mut transfer);
    transfer.finish();
    Ok(path?)
}

/// The archive of a flavor for a target, the newest or that of a version: downloaded, unless it is there or the
/// network may not be used. Who `can_do_without` waits for no network that is not there.
///
/// # Errors
///
/// There is none, or it cannot be downloaded.
pub fn archive_for(
    version: Option<&str>,
    flavor: &str,
    target: &str,
    can_do_without: bool,
    talk: Talk,
) -> anyhow::Result<PathBuf> {
    let mut settings = Settings::from_environment();
    if can_do_without {
        settings.first_attempts = 1;
    }
    let (downloads, catalogue) = (Downloads::new(&Cache::of_user()?, settings), Catalogue::embedded()?);
    let flavor = flavor.parse()?;
    let archive = match version {
        Some(version) => catalogue.find(&Request::parse(version, target)?.with_flavor(flavor))?,
        None => newest(&catalogue, target, flavor)?,
    };
    match downloads.kept(archive) {
        Some(path) => Ok(path),
        None => fetched(&downloads, archive, talk.quiet, talk.style),
    }
}

/// The archive of the newest minor version that there is one for.
fn newest<'c>(catalogue: &'c Catalogue, target: &str, flavor: Flavor) -> anyhow::Result<&'c Archive> {
    let mut failure = None;
    for archive in catalogue.archives().iter().rev().filter(|archive| archive.target() == target) {
        let request = Request::parse(&archive.version(), target).map(|request| request.with_flavor(flavor));
        match request.and_then(|request| catalogue.find(&request)) {
            Ok(archive) => return Ok(archive),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    let none = || Mistake::new(format!("the catalogue has nothing for {}", printable(target)), ALL).into();
    Err(failure.map_or_else(none, Into::into))
}

/// The archive at a URL, which has to have this SHA-256.
///
/// # Errors
///
/// It cannot be downloaded, or is another one.
pub fn archive_at(url: &str, sha256: &str, talk: Talk) -> anyhow::Result<PathBuf> {
    let (downloads, _) = opened(&Source::default())?;
    let mut transfer = Transfer::new(talk.quiet, talk.style);
    let path = downloads.file(url, sha256, &mut transfer);
    transfer.finish();
    Ok(path?)
}

/// How to see what there is.
const ALL: &str = "see all with: pyoxidizer distribution list --all";

/// A Python that `pack` has not found: the archive that has it, downloaded if `download` says so, or a person at the
/// terminal; `None` if there is none or they do not want it.
pub fn offer(spec: &str, download: bool, quiet: bool, style: Style) -> anyhow::Result<Option<PathBuf>> {
    offer_from(&Source::default(), spec, download, quiet, style)
}

/// The same, from a catalogue that may be another one.
pub fn offer_from(
    source: &Source,
    spec: &str,
    download: bool,
    quiet: bool,
    style: Style,
) -> anyhow::Result<Option<PathBuf>> {
    let Ok(request) = Request::parse(spec, &host_target()) else { return Ok(None) };
    let (downloads, catalogue) = opened(source)?;
    let Ok(archive) = catalogue.find(&request) else { return Ok(None) };
    if !download && !agreed(archive, quiet)? {
        return Ok(None);
    }
    fetched(&downloads, archive, quiet, style).map(Some)
}

/// The archive that `pack --target` means by a version, for another machine than this one, downloaded as [`offer`]
/// does; `None` if it means a Python of this machine.
///
/// # Errors
///
/// There is none, or it is not here and may not be downloaded.
pub fn for_target(
    spec: &str,
    target: &str,
    download: bool,
    quiet: bool,
    style: Style,
) -> anyhow::Result<Option<PathBuf>> {
    if target == host_target() || Path::new(spec).exists() {
        return Ok(None);
    }
    let Ok(request) = Request::parse(spec, target) else { return Ok(None) };
    let (downloads, catalogue) = opened(&Source::default())?;
    let archive = catalogue.find(&request)?;
    if let Some(kept) = downloads.kept(archive) {
        return Ok(Some(kept));
    }
    if !download && !agreed(archive, quiet)? {
        let problem = format!("Python {} for {} is not here", archive.version(), printable(target));
        return Err(Mistake::new(problem, format!("--download takes {}", archive.name())).into());
    }
    fetched(&downloads, archive, quiet, style).map(Some)
}

fn agreed(archive: &Archive, quiet: bool) -> io::Result<bool> {
    if quiet || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(false);
    }
    tell!("Python {} is not installed. Download {}? [y/N]", archive.version(), archive.name());
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
