//! A list of components for people.

use std::io::{self, Write};

use pyox_licenses::{Bill, Component, Kind, Source};

use crate::text::printable;

const KINDS: [(Kind, &str); 5] = [
    (Kind::Interpreter, "Python"),
    (Kind::ExtensionModule, "Extension modules"),
    (Kind::Library, "Libraries"),
    (Kind::Distribution, "Distributions"),
    (Kind::Crate, "Crates"),
];

/// The list that goes along with a program.
pub fn print_notices(bill: &Bill, out: &mut dyn Write) -> io::Result<()> {
    // Texts have tabs and page breaks.
    let plain = |line: &str| printable(line.replace('\t', "    ").replace('\x0c', "").trim_end());
    bill.notices().lines().try_for_each(|line| writeln!(out, "{}", plain(line)))
}

pub fn print(bill: &Bill, out: &mut dyn Write) -> io::Result<()> {
    let mut is_first = true;
    for (kind, title) in KINDS {
        let all: Vec<&Component> = bill.components().iter().filter(|component| component.kind == kind).collect();
        if all.is_empty() {
            continue;
        }
        if !is_first {
            writeln!(out)?;
        }
        is_first = false;
        writeln!(out, "{title}")?;
        let names: Vec<String> = all.iter().map(|component| name(component)).collect();
        let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default().min(50);
        for (component, name) in all.into_iter().zip(names) {
            writeln!(out, "  {name:width$}  {}", license(component))?;
        }
    }
    let unknown = bill.components().iter().filter(|component| component.license.is_none()).count();
    let count = bill.components().len();
    writeln!(out, "\n{count} components, {unknown} of them with an unknown licence")
}

fn name(component: &Component) -> String {
    let version = component.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
    let whole = component.part_of.as_deref().map(|whole| format!(" (in {whole})")).unwrap_or_default();
    printable(format!("{}{version}{whole}", component.name))
}

fn license(component: &Component) -> String {
    match &component.license {
        Some(license) => format!("{}  [{}]", printable(&license.expression), source(license.source)),
        None if component.stated.is_empty() => "UNKNOWN".to_owned(),
        None => format!("UNKNOWN  [it says: {}]", printable(component.stated.join("; "))),
    }
}

fn source(source: Source) -> &'static str {
    match source {
        Source::LicenseExpression => "License-Expression",
        Source::LicenseField => "License",
        Source::Classifiers => "classifier",
        Source::LicenseFile => "text of the licence",
        Source::Sbom => "SBOM",
        Source::PythonJson => "PYTHON.json",
        Source::Cpython => "CPython",
        Source::DebianCopyright => "Debian's copyright file",
        Source::KnownLibrary => "well known",
        Source::CargoManifest => "Cargo.toml",
        _ => source.name(),
    }
}
