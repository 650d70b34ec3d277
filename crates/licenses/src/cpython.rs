//! CPython, and the software that is compiled into it.

use std::collections::BTreeSet;

use crate::component::{Component, Kind, Source, Text};

/// CPython's name as a component.
pub(crate) const NAME: &str = "CPython";

/// The licences of the releases of Python 3, all of which apply to it.
const LICENSE: &str = "Python-2.0.1";

/// CPython, with the text of its licence if that is known.
#[must_use]
pub fn cpython(version: &str, text: Option<String>) -> Component {
    let component = Component::new(Kind::Interpreter, NAME, Some(version.to_owned()));
    let mut component = component.licensed(LICENSE, Source::Cpython);
    component.purl = Some(format!("pkg:generic/python@{version}"));
    component.texts = text.map(|text| Text::new("LICENSE.txt", text)).into_iter().collect();
    component
}

/// Software in CPython's sources, by [what its documentation lists](https://docs.python.org/3/license.html) and what
/// the files say themselves.
struct Bundled {
    name: &'static str,
    license: &'static str,
    /// The extension modules that it is a part of; none for the interpreter.
    modules: &'static [&'static str],
    /// The library that takes its place where CPython was configured to use that of the system.
    library: Option<&'static str>,
    /// The first minor version of Python 3, and the last.
    minor: (u8, u8),
}

const ALL: &[Bundled] = &[
    Bundled { name: "expat", license: "MIT", modules: &["pyexpat"], library: Some("libexpat"), minor: (0, 255) },
    Bundled {
        name: "libmpdec",
        license: "BSD-2-Clause",
        modules: &["_decimal"],
        library: Some("libmpdec"),
        minor: (3, 255),
    },
    Bundled { name: "BLAKE2", license: "CC0-1.0", modules: &["_blake2"], library: Some("libb2"), minor: (6, 13) },
    Bundled { name: "Keccak Code Package", license: "CC0-1.0", modules: &["_sha3"], library: None, minor: (6, 10) },
    Bundled { name: "tiny_sha3", license: "MIT", modules: &["_sha3"], library: None, minor: (11, 11) },
    Bundled {
        name: "HACL*",
        license: "MIT AND Apache-2.0",
        modules: &["_md5", "_sha1", "_sha2", "_sha3", "_hmac"],
        library: None,
        minor: (12, 255),
    },
    Bundled { name: "mimalloc", license: "MIT", modules: &[], library: None, minor: (13, 255) },
];

/// What is compiled into a CPython of a minor version, and into those of its extension modules that are among `names`.
/// Where these have the SONAME of a library (`libexpat.so.1`), that is in the place of what CPython has of it.
#[must_use]
pub fn bundled(minor: u8, names: &BTreeSet<String>) -> Vec<Component> {
    let has_library = |library: &str| names.iter().any(|name| name.starts_with(library) && name.contains(".so"));
    let is_there = |one: &&Bundled| {
        (one.minor.0..=one.minor.1).contains(&minor)
            && (one.modules.is_empty() || one.modules.iter().any(|module| names.contains(*module)))
            && !one.library.is_some_and(has_library)
    };
    let component = |one: &Bundled| {
        Component::new(Kind::Library, one.name, None).licensed(one.license, Source::Cpython).part_of(NAME)
    };
    ALL.iter().filter(is_there).map(component).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(minor: u8, names: &[&str]) -> Vec<String> {
        let found = bundled(minor, &names.iter().map(|name| (*name).to_owned()).collect());
        assert!(found.iter().all(|one| one.license.is_some()));
        found.into_iter().map(|one| one.name).collect()
    }

    #[test]
    fn what_is_inside_depends_on_version_and_modules() {
        assert_eq!(names(9, &["pyexpat", "_decimal", "_sha3"]), ["expat", "libmpdec", "Keccak Code Package"]);
        assert_eq!(names(13, &["pyexpat", "_decimal", "_sha3", "libexpat.so.1"]), ["libmpdec", "HACL*", "mimalloc"]);
        assert_eq!(names(11, &[]), [""; 0]);
        assert_eq!(cpython("3.13.0", None).expression(), Some("Python-2.0.1"));
    }
}
