//! What the packages of a Debian system say of their libraries.
//!
//! `/var/lib/dpkg/info/*.shlibs` says which package has the library with a SONAME, and
//! `/usr/share/doc/PACKAGE/copyright` which licence that has
//! ([format](https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/)).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::component::{Component, Kind, Source, Text};
use crate::expression::{PUBLIC_DOMAIN, parse};

/// The packages of a Debian system that have libraries.
#[derive(Debug, Clone, Default)]
pub struct Packages {
    root: PathBuf,
    /// The package of a library, by its name and version: `libssl` and `3`.
    libraries: BTreeMap<(String, String), String>,
    versions: BTreeMap<String, String>,
}

impl Packages {
    /// Those of the system below `root`, usually `/`. Nothing if it has no packages of Debian.
    #[must_use]
    pub fn of(root: &Path) -> Self {
        let mut packages = Self { root: root.to_owned(), ..Self::default() };
        let info = fs::read_dir(root.join("var/lib/dpkg/info"));
        for path in info.into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.extension().is_some_and(|extension| extension == "shlibs") {
                packages.read(&path);
            }
        }
        if !packages.libraries.is_empty() {
            let status = fs::read_to_string(root.join("var/lib/dpkg/status")).unwrap_or_default();
            packages.versions = versions(&status);
        }
        packages
    }

    fn read(&mut self, path: &Path) {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let package = stem.split(':').next().unwrap_or_default();
        for line in fs::read_to_string(path).unwrap_or_default().lines() {
            // A line may begin with the kind of package that it is for.
            let words: Vec<&str> = line.split_whitespace().filter(|word| !word.ends_with(':')).collect();
            if let [library, version, ..] = words[..] {
                self.libraries.insert((library.to_owned(), version.to_owned()), package.to_owned());
            }
        }
    }

    /// The library with this SONAME, with what its package says; `None` if it is of no package.
    #[must_use]
    pub fn component(&self, soname: &str) -> Option<Component> {
        let (library, version) = match soname.split_once(".so.") {
            Some(parts) => parts,
            None => soname.strip_suffix(".so")?.rsplit_once('-')?,
        };
        let package = self.libraries.get(&(library.to_owned(), version.to_owned()))?;
        let mut component =
            Component::new(Kind::Library, package, self.versions.get(package).cloned()).package_url("deb/debian");
        soname.clone_into(&mut component.name);
        let path = self.root.join("usr/share/doc").join(package).join("copyright");
        let Ok(text) = fs::read(path) else { return Some(component) };
        let text = String::from_utf8_lossy(&text).into_owned();
        if let Some(stated) = license_of_all_files(&text) {
            component = match spdx(stated) {
                Some(expression) => component.licensed(&expression, Source::DebianCopyright),
                None => {
                    component.stated.push(stated.to_owned());
                    component
                }
            };
        }
        Some(component.text(Text::new("copyright", text)))
    }
}

/// Versions by package.
fn versions(status: &str) -> BTreeMap<String, String> {
    let mut versions = BTreeMap::new();
    let mut package = "";
    for line in status.lines() {
        if let Some(name) = line.strip_prefix("Package: ") {
            package = name;
        } else if let Some(version) = line.strip_prefix("Version: ") {
            versions.insert(package.to_owned(), version.to_owned());
        }
    }
    versions
}

/// The licence that is stated for all files that no other paragraph is about.
fn license_of_all_files(text: &str) -> Option<&str> {
    if !text.starts_with("Format:") {
        return None;
    }
    let paragraph = text.split("\n\n").find(|paragraph| {
        let field = paragraph.lines().find_map(|line| line.strip_prefix("Files:"));
        field.is_some_and(|files| files.trim() == "*")
    })?;
    paragraph.lines().find_map(|line| line.strip_prefix("License:")).map(str::trim).filter(|name| !name.is_empty())
}

/// A licence as such files name it, as an expression.
fn spdx(stated: &str) -> Option<String> {
    // `and` binds closer; a comma binds less than both.
    if stated.contains(',') {
        return None;
    }
    let alternatives = stated.split(" or ").map(|part| {
        let all: Option<Vec<String>> = part.split(" and ").map(short_name).collect();
        Some(all?.join(" AND "))
    });
    let alternatives: Option<Vec<String>> = alternatives.collect();
    parse(&alternatives?.join(" OR "))
}

fn short_name(name: &str) -> Option<String> {
    let lower = name.trim().to_lowercase();
    match lower.as_str() {
        "expat" => return Some("MIT".into()),
        "public-domain" | "pd" => return Some(PUBLIC_DOMAIN.into()),
        "psf" | "psf-2" => return Some("PSF-2.0".into()),
        _ => {}
    }
    // `GPL-2+` is short for `GPL-2.0+`.
    let (base, later) = lower.strip_suffix('+').map_or((lower.as_str(), ""), |base| (base, "+"));
    let is_short = |prefix: &str| {
        base.strip_prefix(prefix)
            .is_some_and(|version| version.len() == 1 && version.starts_with(|c: char| c.is_ascii_digit()))
    };
    let is_short = ["gpl-", "lgpl-", "agpl-", "mpl-", "apache-", "artistic-"].into_iter().any(is_short);
    parse(&format!("{base}{}{later}", if is_short { ".0" } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_expressions() {
        for (stated, expected) in [
            ("Expat", Some("MIT")),
            ("GPL-2+", Some("GPL-2.0-or-later")),
            ("LGPL-2.1", Some("LGPL-2.1-only")),
            ("BSD-3-clause or GPL-2", Some("BSD-3-Clause OR GPL-2.0-only")),
            ("Sleepycat and BSD-3-clause", Some("Sleepycat AND BSD-3-Clause")),
            ("public-domain", Some("LicenseRef-public-domain")),
            ("BSD-variant", None),
            ("MIT/X11", None),
            ("GPL-2+, and Expat", None),
        ] {
            assert_eq!(spdx(stated).as_deref(), expected, "{stated}");
        }
    }

    #[test]
    fn a_library_has_the_licence_of_its_package() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("var/lib/dpkg/info/liba2:amd64.shlibs", "liba 2 liba2 (>= 1)\nudeb: liba 2 liba2-udeb\n");
        write("var/lib/dpkg/info/libb5.3:amd64.shlibs", "libb 5.3 libb5.3\n");
        write("var/lib/dpkg/status", "Package: x\nVersion: 9\n\nPackage: liba2\nVersion: 2.0-1+b1\n");
        let text = "Format: f\nLicense: Zlib\n\nFiles: debian/*\nLicense: GPL-2\n\n\
                    Files: *\nCopyright: c\nLicense: ISC\n text\n";
        write("usr/share/doc/liba2/copyright", text);
        write("usr/share/doc/libb5.3/copyright", "This package was made by hand.\n");
        let packages = Packages::of(root.path());
        let one = packages.component("liba.so.2").unwrap();
        assert_eq!((one.expression(), one.purl.as_deref()), (Some("ISC"), Some("pkg:deb/debian/liba2@2.0-1%2Bb1")));
        assert_eq!((one.name.as_str(), one.texts[0].content.as_str()), ("liba.so.2", text));
        let other = packages.component("libb-5.3.so").unwrap();
        assert_eq!((other.expression(), &other.version, other.texts.len()), (None, &None, 1));
        assert_eq!(packages.component("libc.so.6"), None);
        assert_eq!(Packages::of(&root.path().join("usr")).component("liba.so.2"), None);
    }
}
