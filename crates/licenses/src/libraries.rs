//! The licences of well-known libraries, as their projects publish them.
//!
//! Only those that any release with this name and SONAME has. Compared with `/usr/share/doc/*/copyright` of Debian 12.

use std::path::Path;

use crate::component::{Component, Kind, Source};
use crate::debian::Packages;

/// Names without `lib`, as for `-l`, and names of projects.
const KNOWN: &[(&[&str], &str)] = &[
    (&["bz2", "bzip2"], "bzip2-1.0.6"),
    (&["brotlicommon", "brotlidec", "brotlienc", "brotli"], "MIT"),
    (&["db-5.3"], "Sleepycat AND BSD-3-Clause"),
    (&["expat"], "MIT"),
    (&["ffi"], "MIT"),
    (&["gdbm", "gdbm_compat"], "GPL-3.0-or-later"),
    (&["gcc_s", "stdc++", "gomp", "gfortran", "atomic", "gcc"], "GPL-3.0-or-later WITH GCC-exception-3.1"),
    (&["quadmath"], "LGPL-2.1-or-later"),
    (&["mpdec", "mpdec++"], "BSD-2-Clause"),
    (
        &["ncurses", "ncursesw", "panel", "panelw", "form", "formw", "menu", "menuw", "tinfo", "tinfow"],
        "X11-distribute-modifications-variant",
    ),
    (&["nsl"], "LGPL-2.1-or-later AND BSD-3-Clause"),
    (&["readline", "history"], "GPL-3.0-or-later"),
    (&["sqlite3", "sqlite"], "blessing"),
    (&["tcl", "tk", "tcl8.6", "tk8.6", "tcl9.0", "tcl9tk9.0"], "TCL"),
    (&["tirpc"], "BSD-3-Clause"),
    (&["uuid"], "BSD-3-Clause"),
    (&["Xau", "Xdmcp"], "MIT-open-group"),
    (&["Xft", "Xrender"], "HPND-sell-variant"),
    (&["z", "zlib"], "Zlib"),
    (&["zstd"], "BSD-3-Clause OR GPL-2.0-only"),
];

/// The licence of a library by its SONAME or its name for `-l`, as an expression.
///
/// ```
/// use pyox_licenses::known_license;
///
/// assert_eq!(known_license("libssl.so.3"), Some("Apache-2.0"));
/// assert_eq!(known_license("libssl.so.1.1"), Some("OpenSSL"));
/// assert_eq!(known_license("libsomething.so.1"), None);
/// ```
#[must_use]
pub fn known_license(library: &str) -> Option<&'static str> {
    let name = link_name(library);
    match (name, library.split(".so.").nth(1)) {
        ("ssl" | "crypto", version) => openssl(version?),
        ("readline" | "history", Some(version)) if major(version)? < 6 => None,
        ("nsl", Some("1")) => None,
        _ => find(name),
    }
}

/// The licence of a project.
pub(crate) fn of_project(name: &str, version: Option<&str>) -> Option<&'static str> {
    let lower = name.to_lowercase();
    match lower.as_str() {
        "openssl" | "openssl-libs" => openssl(version?),
        // Before that, it was in the public domain.
        "xz" | "xz-libs" | "liblzma" if at_least(version?, 5, 6) => Some("0BSD"),
        _ => find(lower.strip_prefix("lib").unwrap_or(&lower)),
    }
}

fn find(name: &str) -> Option<&'static str> {
    let is_called = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    KNOWN.iter().find(|(names, _)| is_called(names)).map(|(_, expression)| *expression)
}

fn openssl(version: &str) -> Option<&'static str> {
    Some(if major(version)? >= 3 { "Apache-2.0" } else { "OpenSSL" })
}

fn major(version: &str) -> Option<u32> {
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn at_least(version: &str, major: u32, minor: u32) -> bool {
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (major, minor)
}

/// The name of a library for `-l`: `ssl` of `libssl.so.3`.
#[must_use]
pub fn link_name(soname: &str) -> &str {
    let name = soname.strip_prefix("lib").unwrap_or(soname);
    name.split(".so").next().unwrap_or(name)
}

/// A shared library that a distribution brings along, if its licence is known by its name; `None` otherwise, for what a
/// distribution states holds for all of its files (PEP 639). Tools that repair wheels put digits of a hash into names.
#[must_use]
pub fn known_library(soname: &str, distribution: &str) -> Option<Component> {
    let (stem, version) = soname.split_once(".so").unwrap_or((soname, ""));
    let mut parts: Vec<&str> = stem.split('-').collect();
    let is_hash = |part: &str| part.len() == 8 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    parts.retain(|part| !is_hash(part));
    let plain = format!("{}.so{version}", parts.join("-"));
    let expression = known_license(&plain)?;
    let component = Component::new(Kind::Library, soname, None).part_of(distribution);
    Some(component.licensed(expression, Source::KnownLibrary))
}

/// A shared library that a program brings along, by its SONAME, and the file that it comes from. The packages of a
/// Debian system know more of those that are theirs.
#[must_use]
pub fn library(soname: &str, origin: Option<&Path>, packages: Option<&Packages>) -> Component {
    let of_system = origin.is_some_and(|path| ["/usr/lib", "/lib"].iter().any(|place| path.starts_with(place)));
    let package = packages.filter(|_| of_system).and_then(|packages| packages.component(soname));
    let mut component = package.unwrap_or_else(|| Component::new(Kind::Library, soname, None));
    // A package may be made of sources of several licences; what its library has is known better by name.
    if let Some(expression) = known_license(soname) {
        component.stated.clear();
        component = component.licensed(expression, Source::KnownLibrary);
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_them_are_expressions() {
        for (names, expression) in KNOWN {
            assert_eq!(crate::expression::parse(expression).as_deref(), Some(*expression), "{names:?}");
        }
    }

    #[test]
    fn libraries_of_wheels() {
        let found = known_library("libgfortran-040039e1-0352e75f.so.5.0.0", "numpy").unwrap();
        assert_eq!(found.expression(), Some("GPL-3.0-or-later WITH GCC-exception-3.1"));
        assert_eq!(
            (found.name.as_str(), found.part_of.as_deref()),
            ("libgfortran-040039e1-0352e75f.so.5.0.0", Some("numpy"))
        );
        assert_eq!(known_library("libscipy_openblas64_-56d6093b.so", "numpy"), None);
    }

    #[test]
    fn libraries_and_projects() {
        for (library, expected) in [
            ("libssl.so.3", Some("Apache-2.0")),
            ("libcrypto.so.1.0.0", Some("OpenSSL")),
            ("ssl", None),
            ("libreadline.so.8", Some("GPL-3.0-or-later")),
            ("libreadline.so.5", None),
            ("readline", Some("GPL-3.0-or-later")),
            ("libdb-5.3.so", Some("Sleepycat AND BSD-3-Clause")),
            ("libtcl8.6.so", Some("TCL")),
            ("liblzma.so.5", None),
            ("libnsl.so.1", None),
        ] {
            assert_eq!(known_license(library), expected, "{library}");
        }
        assert_eq!(of_project("OpenSSL", Some("1.1.1w")), Some("OpenSSL"));
        assert_eq!((of_project("xz", Some("5.4.1")), of_project("xz", Some("5.8.1"))), (None, Some("0BSD")));
        assert_eq!(of_project("libquadmath", None), Some("LGPL-2.1-or-later"));
        assert_eq!(of_project("libXau", None), Some("MIT-open-group"));
    }
}
