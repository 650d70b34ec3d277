//! Analyses for people.

use std::io::{self, Write};
use std::path::Path;

use pyox_binary::{CLibrary, Distribution, Image, Kind, LinuxNeeds, Load};
use pyox_inspect::{Analysis, Contents, Native};

use crate::text::{counted, printable, short_location};

/// How many packages, and names in a line, are listed without `--verbose`.
const FEW_PACKAGES: usize = 10;
const FEW_NAMES: usize = 5;

/// Prints an analysis, and with `verbose` the whole of long lists.
pub fn print(path: &Path, analysis: &Analysis, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: {}, {} bytes", printable(path.display()), analysis.format, analysis.size)?;
    for image in &analysis.images {
        print_image(image, verbose, out)?;
    }
    if let Some(linux) = &analysis.linux {
        print_linux(linux, verbose, out)?;
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
        Some(damage) => row(out, "damaged", &printable(damage)),
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

fn print_image(image: &Image, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
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
    rows(out, "name", image.name.iter().map(printable))?;
    let width = image.needs.iter().map(|need| need.library.chars().count()).max().unwrap_or_default();
    let needs = image.needs.iter().map(|need| {
        let mut notes: Vec<String> = need.highest().into_iter().map(printable).collect();
        match need.load {
            Load::Delayed => notes.push("when it is first used".to_owned()),
            Load::IfPresent => notes.push("if it is there".to_owned()),
            _ => {}
        }
        format!("{:<width$}  {}", printable(&need.library), notes.join(", ")).trim_end().to_owned()
    });
    rows(out, "needs", needs)?;
    rows(out, "rpath", image.rpath.iter().map(printable))?;
    rows(out, "runpath", image.runpath.iter().map(printable))?;
    rows(out, "macOS", image.macos.iter().map(|version| format!("{version} or newer")))?;
    if !image.init_functions.is_empty() {
        row(out, "Python", &listed(&image.init_functions, verbose))?;
    }
    match image.python_api {
        0 => Ok(()),
        count => {
            let symbols = counted(count as u64, "symbol", "symbols");
            row(out, "Python", &format!("an interpreter, with {symbols} of the C API"))
        }
    }
}

fn print_linux(linux: &LinuxNeeds, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
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
    if linux.c_library == Some(CLibrary::Musl) {
        row(out, "Linux", "musl")?;
    }
    if linux.glibc_private {
        row(out, "", "private symbols of glibc: only with the one it belongs to")?;
    }
    if !linux.because_of.is_empty() {
        row(out, "", &format!("this glibc because of {}", listed(&linux.because_of, verbose)))?;
    }
    if !linux.other_libraries.is_empty() {
        row(out, "", &format!("also {}", listed(&linux.other_libraries, verbose)))?;
    }
    for (label, distributions) in [("runs on", &linux.runs_on), ("not on", &linux.not_on)] {
        if !distributions.is_empty() {
            row(out, label, &releases(distributions))?;
        }
    }
    Ok(())
}

/// Names, or the first of them and how many there are.
fn listed(names: &[String], verbose: bool) -> String {
    let shown = if verbose { names.len() } else { names.len().min(FEW_NAMES) };
    let mut text = names[..shown].iter().map(printable).collect::<Vec<_>>().join(", ");
    if shown < names.len() {
        text += &format!(" and {} more", names.len() - shown);
    }
    text
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
    print_packages(contents, verbose, out)?;
    print_native(contents, verbose, out)
}

fn print_packages(contents: &Contents, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut packages: Vec<_> = contents.packages.iter().collect();
    packages.sort_by_key(|package| std::cmp::Reverse(package.stored));
    let shown = if verbose { packages.len() } else { packages.len().min(FEW_PACKAGES) };
    let modules = packages.iter().fold(0_u64, |sum, package| sum.saturating_add(package.modules));
    let total = counted(packages.len() as u64, "top-level module or package", "top-level modules and packages");
    row(out, "packages", &format!("{total}, {}", counted(modules, "module", "modules")))?;
    if shown != 0 {
        row(out, "", &format!("{:>10} {:>10} {:>7}  where   name", "size", "stored", "modules"))?;
    }
    for package in &packages[..shown] {
        let (size, stored, modules) = (package.size, package.stored, package.modules);
        let (place, name) = (short_location(&package.location), printable(&package.name));
        row(out, "", &format!("{size:>10} {stored:>10} {modules:>7}  {place:<6}  {name}"))?;
    }
    if shown < packages.len() {
        row(out, "", &format!("and {} more, with --verbose", packages.len() - shown))?;
    }
    Ok(())
}

fn print_native(contents: &Contents, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    let (extensions, libraries): (Vec<&Native>, Vec<_>) = contents.native.iter().partition(|file| file.is_extension);
    let counts = [
        counted(extensions.len() as u64, "extension module", "extension modules"),
        counted(libraries.len() as u64, "shared library", "shared libraries"),
    ];
    row(out, "native", &counts.join(", "))?;
    let shown: Vec<&Native> = if verbose { extensions.into_iter().chain(libraries).collect() } else { libraries };
    if !shown.is_empty() {
        row(out, "", &format!("{:>10} {:>10}  where   name", "size", "stored"))?;
    }
    for native in shown {
        let (size, stored, place) = (native.size, native.stored, short_location(&native.location));
        let needed_by = match native.needed_by.as_slice() {
            [] => String::new(),
            names => format!(", needed by {}", listed(names, verbose)),
        };
        row(out, "", &format!("{size:>10} {stored:>10}  {place:<6}  {}{needed_by}", printable(&native.name)))?;
    }
    Ok(())
}
