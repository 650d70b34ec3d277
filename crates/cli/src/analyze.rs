//! `pyoxidizer analyze`

use std::io::{self, ErrorKind, Write};
use std::path::Path;

use anyhow::Context;
use pyox_linker::Error;
use pyox_linker::analyze::{Analysis, Contents, Distribution, Image, Kind, LinuxNeeds, Load, Native, analyze};
use serde_json::{Value, json};

use crate::args::Analyze;
use crate::resources::{counted, printable};
use crate::style::Style;

/// How many packages are listed without `--verbose`.
const FEW: usize = 10;

/// Shows every file that can be read, and says of the others why not.
pub fn run(args: &Analyze, verbose: bool, style: Style) -> anyhow::Result<u8> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut documents = Vec::new();
    let mut status = 0;
    let mut printed = Ok(());
    for path in &args.binaries {
        let analysis = read(path);
        if let Err(error) = &analysis {
            status = 1;
            printed = printed.and_then(|()| out.flush());
            crate::report(error, style);
        }
        match (args.json, analysis) {
            (true, analysis) => documents.push(document(path, analysis)?),
            (false, Ok(analysis)) => printed = printed.and_then(|()| print(path, &analysis, verbose, &mut out)),
            (false, Err(_)) => {}
        }
    }
    if args.json {
        printed = serde_json::to_writer_pretty(&mut out, &documents).map_err(io::Error::from);
        printed = printed.and_then(|()| writeln!(out));
    }
    let printed = printed.and_then(|()| out.flush());
    // What is still buffered has no reader either.
    let _ = out.into_parts();
    match printed {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("cannot write to standard output"),
        _ => Ok(status),
    }
}

fn read(path: &Path) -> anyhow::Result<Analysis> {
    let read = |source| Error::Io { action: "read", path: path.to_owned(), source };
    let bytes = std::fs::read(path).map_err(read)?;
    analyze(&bytes).with_context(|| format!("cannot analyze {}", path.display()))
}

fn document(path: &Path, analysis: anyhow::Result<Analysis>) -> serde_json::Result<Value> {
    let mut document = match analysis {
        Ok(analysis) => serde_json::to_value(analysis)?,
        Err(error) => json!({ "error": format!("{error:#}") }),
    };
    document["file"] = path.display().to_string().into();
    Ok(document)
}

fn print(path: &Path, analysis: &Analysis, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: {}, {} bytes", path.display(), analysis.format, analysis.size)?;
    for image in &analysis.images {
        print_image(image, out)?;
    }
    if let Some(linux) = &analysis.linux {
        print_linux(linux, out)?;
    }
    match (&analysis.contents, &analysis.launcher) {
        (Some(contents), _) => print_contents(contents, verbose, out)?,
        (None, Some(launcher)) => {
            let python = launcher.get("python").map_or("", String::as_str);
            row(out, "inside", &format!("nothing: a launcher for Python {}", printable(python)))?;
        }
        (None, None) => {}
    }
    match &analysis.damage {
        Some(damage) => row(out, "damaged", damage),
        None => Ok(()),
    }
}

fn row(out: &mut dyn Write, label: &str, text: &str) -> io::Result<()> {
    writeln!(out, "  {label:<8}  {text}")
}

/// A row for each text; the label stands in the first.
fn rows(out: &mut dyn Write, label: &str, texts: impl IntoIterator<Item = String>) -> io::Result<()> {
    texts.into_iter().enumerate().try_for_each(|(number, text)| row(out, if number == 0 { label } else { "" }, &text))
}

fn print_image(image: &Image, out: &mut dyn Write) -> io::Result<()> {
    let Image { architecture, bits, .. } = image;
    let order = if image.is_little_endian { "little-endian" } else { "big-endian" };
    let kind = match image.kind {
        Kind::Executable => "program",
        Kind::SharedLibrary => "shared library",
        Kind::Bundle => "bundle",
        Kind::Object => "object file",
        _ => "other",
    };
    row(out, "is", &format!("{kind} for {architecture} ({bits}-bit, {order})"))?;
    rows(out, "name", image.name.iter().map(|name| printable(name)))?;
    let width = image.needs.iter().map(|need| need.library.chars().count()).max().unwrap_or_default();
    let needs = image.needs.iter().map(|need| {
        let load = match need.load {
            Load::Delayed => "when it is first used".to_owned(),
            Load::IfPresent => "if it is there".to_owned(),
            _ => String::new(),
        };
        let mut notes: Vec<String> = need.highest().into_iter().map(printable).collect();
        notes.extend(Some(load).filter(|load| !load.is_empty()));
        format!("{:<width$}  {}", printable(&need.library), notes.join(", ")).trim_end().to_owned()
    });
    rows(out, "needs", needs)?;
    rows(out, "rpath", image.rpath.iter().map(|path| printable(path)))?;
    rows(out, "runpath", image.runpath.iter().map(|path| printable(path)))?;
    rows(out, "macOS", image.macos.iter().map(|version| format!("{version} or newer")))?;
    rows(out, "Python", image.init_functions.iter().map(|name| printable(name)))?;
    match image.python_api {
        0 => Ok(()),
        count => row(out, "Python", &format!("an interpreter, with {count} symbols of the C API")),
    }
}

fn print_linux(linux: &LinuxNeeds, out: &mut dyn Write) -> io::Result<()> {
    let mut versions: Vec<String> = Vec::new();
    versions.extend(linux.glibc.map(|version| format!("glibc {version}")));
    versions.extend(linux.glibcxx.map(|version| format!("GLIBCXX {version}")));
    versions.extend(linux.cxxabi.map(|version| format!("CXXABI {version}")));
    if !versions.is_empty() {
        let mut text = format!("{} or newer", versions.join(", "));
        if let Some(tag) = &linux.manylinux {
            text += &format!(" ({tag})");
        }
        row(out, "Linux", &text)?;
    }
    if linux.glibc_private {
        row(out, "", "private symbols of glibc: only with the one it belongs to")?;
    }
    let shown: Vec<String> = linux.because_of.iter().take(3).map(|name| printable(name)).collect();
    if !shown.is_empty() {
        let others = linux.because_of.len() - shown.len();
        let others = if others == 0 { String::new() } else { format!(" and {others} more") };
        row(out, "", &format!("this glibc because of {}{others}", shown.join(", ")))?;
    }
    for (label, distributions) in [("runs on", &linux.runs_on), ("not on", &linux.not_on)] {
        if !distributions.is_empty() {
            row(out, label, &releases(distributions))?;
        }
    }
    Ok(())
}

/// `Debian 11, 12; Alpine 3`.
fn releases(distributions: &[Distribution]) -> String {
    let of_one = |group: &[Distribution]| {
        let releases: Vec<&str> = group.iter().map(|distribution| distribution.release).collect();
        format!("{} {}", group[0].name, releases.join(", "))
    };
    distributions.chunk_by(|a, b| a.name == b.name).map(of_one).collect::<Vec<_>>().join("; ")
}

fn print_contents(contents: &Contents, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    let python = contents.python.as_ref().map_or(String::new(), |python| format!(" for Python {python}"));
    let Contents { version, length, offset, .. } = contents;
    row(out, "inside", &format!("packed resources{python}, version {version}, {length} bytes at offset {offset}"))?;
    rows(out, "", contents.resource_files.iter().map(|path| format!("uses {}", printable(path))))?;
    let sections = contents.sections.iter().map(|section| format!("{:>10}  {}", section.length, section.name));
    rows(out, "sections", sections)?;

    let mut packages: Vec<_> = contents.packages.iter().collect();
    packages.sort_by_key(|package| std::cmp::Reverse(package.stored));
    let shown = if verbose { packages.len() } else { packages.len().min(FEW) };
    let modules = packages.iter().fold(0_u64, |sum, package| sum.saturating_add(package.modules));
    let total = counted(packages.len() as u64, "top-level module or package", "top-level modules and packages");
    row(out, "packages", &format!("{total}, {}", counted(modules, "module", "modules")))?;
    if shown != 0 {
        row(out, "", &format!("{:>10} {:>10} {:>7}  where   name", "size", "stored", "modules"))?;
    }
    for package in &packages[..shown] {
        let (size, stored, modules) = (package.size, package.stored, package.modules);
        let (place, name) = (package.location.name(), printable(&package.name));
        row(out, "", &format!("{size:>10} {stored:>10} {modules:>7}  {place:<6}  {name}"))?;
    }
    if shown < packages.len() {
        row(out, "", &format!("and {} more, with --verbose", packages.len() - shown))?;
    }

    let (extensions, libraries): (Vec<&Native>, Vec<_>) = contents.native.iter().partition(|file| file.is_extension);
    let counts = [
        counted(extensions.len() as u64, "extension module", "extension modules"),
        counted(libraries.len() as u64, "shared library", "shared libraries"),
    ];
    row(out, "native", &counts.join(", "))?;
    let listed: Vec<&Native> = if verbose { extensions.into_iter().chain(libraries).collect() } else { libraries };
    if !listed.is_empty() {
        row(out, "", &format!("{:>10} {:>10}  where   name", "size", "stored"))?;
    }
    for native in listed {
        let (size, stored, place) = (native.size, native.stored, native.location.name());
        let needed_by: Vec<String> = native.needed_by.iter().map(|name| printable(name)).collect();
        let needed_by =
            if needed_by.is_empty() { String::new() } else { format!(", needed by {}", needed_by.join(", ")) };
        row(out, "", &format!("{size:>10} {stored:>10}  {place:<6}  {}{needed_by}", printable(&native.name)))?;
    }
    Ok(())
}
