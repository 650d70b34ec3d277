//! What a person wants to know once a program is packed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pyox_distribution::Installed;
use pyox_packaging::{FilesNeeded, Finding, PythonChoice, Report, VirtualenvChoice};

use crate::left_out;
use crate::speech::tell;
use crate::style::Style;
use crate::text::{printable, printable_lines, quoted};

/// Prints the summary on standard error: standard output belongs to `--run`.
pub fn print(report: &Report, verbose: bool, style: Style) {
    let summary = &report.summary;
    tell!(
        "{} {} ({}; Python {}; {})",
        style.good("packed"),
        printable(summary.output.display()),
        size(summary.size),
        summary.python,
        printable(&summary.entry)
    );
    if let Some(why) = summary.python_choice.as_ref().and_then(|choice| python_choice(choice, &summary.python)) {
        tell!("  {}", printable(why));
    }
    if let Some(text) = summary.virtualenv_choice.as_ref().and_then(virtualenv_choice) {
        tell!("  {}", printable(text));
    }
    let in_files = match summary.packages_in_files.len() + summary.packages_beside.len() {
        0 => "all".to_owned(),
        1 => "all but 1 package".to_owned(),
        count => format!("all but {count} packages"),
    };
    tell!(
        "  {} modules, {} extension modules, {} shared libraries, {in_files} imported from memory",
        summary.modules,
        summary.extensions,
        summary.libraries
    );
    if summary.has_tcl {
        tell!("  Tcl and Tk are among them, since it may import tkinter");
    }
    match summary.libraries_in_files.as_slice() {
        [] => (),
        [library] => tell!("  {} is placed in the cache directory when it is first used", printable(library)),
        libraries => tell!("  {} libraries are placed in the cache directory when first used", libraries.len()),
    }
    let directories: BTreeSet<&String> = summary.packages_beside.values().collect();
    for directory in directories {
        let packages = summary.packages_beside.iter().filter(|(_, place)| *place == directory);
        let packages: Vec<&str> = packages.map(|(package, _)| package.as_str()).collect();
        let directory = printable(directory);
        tell!("  needs the directory {directory} beside it, which has {}", printable(packages.join(", ")));
    }
    if let Some(path) = &summary.resource_file {
        let length = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        tell!(
            "  shares {} ({}), which has to stay where it is relative to the program",
            printable(path.display()),
            size(length)
        );
    }
    if let Some((version, culprits)) = &summary.glibc {
        let first = culprits.first().map_or("", String::as_str);
        let others = culprits.len().saturating_sub(1);
        let others = if others == 0 { String::new() } else { format!(" and {others} more") };
        tell!("  needs glibc {version} or newer (because of {}{others})", printable(first));
    }
    for finding in &report.findings {
        if let Finding::RaisesGlibc { modules, needed } = finding {
            let names = modules.join(" and ");
            let verb = if modules.len() == 1 { "needs" } else { "need" };
            let names = printable(names);
            tell!(
                "  leaves out {names}, which nothing imports and which {verb} glibc {needed} (--include takes it in)"
            );
        }
    }
    let from_system: BTreeSet<&str> = report.findings.iter().filter_map(from_system).collect();
    if !from_system.is_empty() {
        let libraries: Vec<&str> = from_system.into_iter().collect();
        tell!("  needs {} of the machine that it runs on", printable(libraries.join(", ")));
    }
    let timings: Vec<String> = summary
        .timings
        .iter()
        .map(|timing| format!("{} {:.2} s", crate::progress::words(timing.step), timing.seconds))
        .collect();
    tell!("  {}", style.dim(&timings.join(", ")));
    for finding in &report.findings {
        if let Some((text, important)) = describe(finding)
            && (important || verbose)
        {
            let label = if important { style.warning("note:") } else { style.dim("note:") };
            tell!("{label} {}", printable_lines(text));
        }
    }
    if !verbose {
        print_left_out(&report.findings, style);
    }
    if report.findings.iter().any(|finding| matches!(finding, Finding::InFiles { .. })) {
        let elsewhere = "--location PKG=in-memory and PKG=filesystem-relative:DIR place a package elsewhere";
        tell!("{} {elsewhere}", style.hint("hint:"));
    }
}

/// Why the program is made with this Python, if that is worth saying.
fn python_choice(choice: &PythonChoice, version: &str) -> Option<String> {
    match choice {
        PythonChoice::Asked { text } => Installed::are_specifiers(text)
            .then(|| format!("Python {version} is the newest that fits --python {text:?}")),
        PythonChoice::Virtualenv { path } => Some(format!("Python {version} is that of {}", path.display())),
        PythonChoice::Required { path, requires } => {
            Some(format!("Python {version} is the newest that fits {}, which requires {requires}", path.display()))
        }
        _ => None,
    }
}

/// Which virtualenv is used though no one names it, or why it is not.
fn virtualenv_choice(choice: &VirtualenvChoice) -> Option<String> {
    let used =
        |which, path: &Path| format!("has the packages of the {which} {}, unless --no-venv is given", path.display());
    Some(match choice {
        VirtualenvChoice::Active { path } => used("active virtualenv", path),
        VirtualenvChoice::Beside { path } => used("virtualenv", path),
        VirtualenvChoice::OtherPython { path, found, .. } => {
            format!("has no packages of the virtualenv {}, which is for Python {}.{}", path.display(), found.0, found.1)
        }
        _ => return None,
    })
}

/// A library of the machine that runs the program, which it needs.
fn from_system(finding: &Finding) -> Option<&str> {
    match finding {
        Finding::FromSystem { soname, concerns: true, .. } => Some(soname),
        _ => None,
    }
}

/// One line for all files that are left out and that the program may miss, by reason.
fn print_left_out(findings: &[Finding], style: Style) {
    let mut left_out: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (path, reason) in findings.iter().filter_map(|finding| left_out::describe(finding, true)) {
        left_out.entry(reason).or_default().push(path);
    }
    for (reason, paths) in left_out {
        let shown = paths.len().min(FEW_FILES);
        let others = match paths.len() - shown {
            0 => String::new(),
            count => format!(" and {count} more, which --verbose lists"),
        };
        let (paths, reason) = (printable(paths[..shown].join(", ")), printable(&reason));
        tell!("{} left out: {paths}{others}: {reason}", style.warning("note:"));
    }
}

/// How many files are named.
const FEW_FILES: usize = 3;

/// A finding in words, and whether it is worth saying without `--verbose`.
fn describe(finding: &Finding) -> Option<(String, bool)> {
    Some(match finding {
        Finding::InFiles { package, why } => {
            let why = evidence(why);
            (format!("{package} needs files and is placed in a cache directory when it is first used: {why}"), true)
        }
        Finding::DoesNotCompile { path, message, concerns } => {
            (format!("{path} does not compile, and importing it will fail: {message}"), *concerns)
        }
        Finding::MissingLibrary { soname, needed_by, concerns } => {
            let root = needed_by.last().map_or("", String::as_str);
            let needed_by = needed_by.join(", which is needed by ");
            (
                format!(
                    "shared library {soname} was not found; it is needed by {needed_by}; \
                     {root} will not import"
                ),
                *concerns,
            )
        }
        Finding::FromSystem { soname, needed_by, .. } => {
            (format!("{needed_by} needs {soname} of the machine the program runs on"), false)
        }
        Finding::ConflictingLibrary { soname, used, other, needed_by } => (
            format!(
                "two libraries are named {soname}: {used} is used, also by {needed_by}, which would have got {other}"
            ),
            true,
        ),
        Finding::LibraryCycle { libraries, can_be_loaded: true } => {
            (format!("{} need each other and are loaded together", libraries.join(", ")), false)
        }
        Finding::LibraryCycle { libraries, .. } => (
            format!(
                "{} need each other, and their names are too short for loading them from memory: \
                what needs them will not import",
                libraries.join(", ")
            ),
            true,
        ),
        Finding::NewerGlibc { allowed, needed, culprits } => {
            let culprits: Vec<String> =
                culprits.iter().map(|(name, version)| format!("{name} needs {version}")).collect();
            (
                format!("the program needs glibc {needed}, but --glibc allows only {allowed}: {}", culprits.join(", ")),
                true,
            )
        }
        Finding::Skipped { .. } | Finding::NoPackage { .. } | Finding::NotSearched { .. } => {
            let (path, reason) = left_out::describe(finding, false)?;
            (format!("{path} is left out: {reason}"), false)
        }
        Finding::FilesBesideScript { script, line, names, named } => {
            let options: Vec<String> = names.iter().map(|name| format!("--add-data {}", quoted(name))).collect();
            let what = if *named { "names" } else { "may look for" };
            let options = options.join(" ");
            (format!("{script} {what} files beside it (__file__ in line {line}); include them with {options}"), true)
        }
        Finding::NotLoadable { paths } => {
            let others = paths.len().saturating_sub(5);
            let more = if others == 0 { String::new() } else { format!(" and {others} more") };
            let names = paths.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
            (format!("left out, since a program that is linked statically loads no native code: {names}{more}"), true)
        }
        Finding::CannotLoad { module } => {
            (format!("{module} will not import: a program that is linked statically loads no native code"), true)
        }
        Finding::UnseenOpens { file, function: Some(function) } => {
            (format!("{file} may open files by {function}, which does not see packed ones"), false)
        }
        Finding::UnseenOpens { file, function: None } => {
            (format!("{file} is written in Go, whose code does not see packed files"), true)
        }
        Finding::Shadowed { modules, used, other } => {
            let others = modules.len().saturating_sub(5);
            let more = if others == 0 { String::new() } else { format!(" and {others} more") };
            let names = modules.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
            (format!("imported from {}, not from {}: {names}{more}", used.name(), other.name()), true)
        }
        Finding::StillImported { name, importers, concerns } => {
            let others = importers.len().saturating_sub(5);
            let more = if others == 0 { String::new() } else { format!(" and {others} more") };
            let by = importers.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
            (format!("{name} is left out, and still imported by {by}{more}"), *concerns)
        }
        Finding::MissingModule { module } => (
            format!(
                "the script imports {module}, which is not in the program (add it with --pip, --venv or --package-root)"
            ),
            true,
        ),
        _ => return None,
    })
}

/// Why a package has to exist as files.
fn evidence(why: &FilesNeeded) -> String {
    let line = why.line.map(|line| format!(":{line}")).unwrap_or_default();
    let mention = format!("{}{line} mentions {}", why.module, why.name);
    match (why.data_files, &why.example) {
        (1, Some(file)) => format!("{mention} and the package has the data file {file}"),
        (count, Some(example)) => format!("{mention} and the package has {count} data files, for example {example}"),
        _ => format!("{mention}, and looks for modules in files"),
    }
}

/// Bytes in the unit a person reads.
pub fn size(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
