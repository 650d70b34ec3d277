//! A part of a program, and what is known of its licence.

use serde::{Deserialize, Serialize};

use crate::expression;

/// A part of a program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Component {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Its version, if that is known.
    pub version: Option<String>,
    /// The component that it is a part of, by name, if it is not one by itself.
    pub part_of: Option<String>,
    /// Its licence, if that is known.
    pub license: Option<License>,
    /// What it says of its licence, where that is no expression.
    pub stated: Vec<String>,
    /// The texts of its licences, and notices that go with them.
    pub texts: Vec<Text>,
    /// Its [package URL](https://github.com/package-url/purl-spec).
    pub purl: Option<String>,
}

/// What a component is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// CPython.
    Interpreter,
    /// An extension module of CPython's standard library, with what it is linked with.
    ExtensionModule,
    /// A library of native code.
    Library,
    /// A distribution package of Python.
    Distribution,
    /// A crate of Rust.
    Crate,
}

/// A licence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct License {
    /// An expression of SPDX, such as `MIT OR Apache-2.0`.
    pub expression: String,
    /// Where it was found.
    pub source: Source,
}

/// Where a licence was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Source {
    /// The field `License-Expression` of core metadata (PEP 639).
    LicenseExpression,
    /// The field `License` of core metadata, which is an expression or a name that is well known.
    LicenseField,
    /// The classifiers of core metadata.
    Classifiers,
    /// The text of the licence, which is that of one licence, or of one that the metadata leave the choice of.
    LicenseFile,
    /// An SBOM in the distribution (PEP 770).
    Sbom,
    /// `PYTHON.json` of a distribution archive.
    PythonJson,
    /// CPython's documentation, which lists the software that is in it.
    Cpython,
    /// The machine-readable copyright file of a Debian package.
    DebianCopyright,
    /// The table of well-known libraries, which has what their projects publish.
    KnownLibrary,
    /// The manifest of a crate.
    CargoManifest,
}

impl Source {
    /// Its name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LicenseExpression => "license-expression",
            Self::LicenseField => "license-field",
            Self::Classifiers => "classifiers",
            Self::LicenseFile => "license-file",
            Self::Sbom => "sbom",
            Self::PythonJson => "python-json",
            Self::Cpython => "cpython",
            Self::DebianCopyright => "debian-copyright",
            Self::KnownLibrary => "known-library",
            Self::CargoManifest => "cargo-manifest",
        }
    }
}

/// The text of a licence, or a notice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Text {
    /// The name of its file.
    pub name: String,
    /// Its content.
    pub content: String,
}

impl Text {
    /// A text from a file of this name.
    pub fn new(name: impl Into<String>, content: impl Into<String>) -> Self {
        Self { name: name.into(), content: content.into() }
    }
}

impl Component {
    /// A component of which nothing else is known.
    pub fn new(kind: Kind, name: impl Into<String>, version: Option<String>) -> Self {
        Self {
            kind,
            name: name.into(),
            version,
            part_of: None,
            license: None,
            stated: Vec::new(),
            texts: Vec::new(),
            purl: None,
        }
    }

    /// The same with a licence, if `text` is an expression; else that is what is stated.
    #[must_use]
    pub fn licensed(mut self, text: &str, source: Source) -> Self {
        match expression::parse(text) {
            Some(expression) => self.license = Some(License { expression, source }),
            None => self.stated.push(text.to_owned()),
        }
        self
    }

    /// The same as a part of another component.
    #[must_use]
    pub fn part_of(mut self, whole: impl Into<String>) -> Self {
        self.part_of = Some(whole.into());
        self
    }

    /// The same with a text.
    #[must_use]
    pub fn text(mut self, text: Text) -> Self {
        self.texts.push(text);
        self
    }

    /// The same with a package URL: `kind` is `pypi`, `cargo`, `generic` or `deb/debian`.
    #[must_use]
    pub fn package_url(mut self, kind: &str) -> Self {
        let mut purl = format!("pkg:{kind}/{}", encoded(&self.name));
        if let Some(version) = &self.version {
            purl.push('@');
            purl.push_str(&encoded(version));
        }
        self.purl = Some(purl);
        self
    }

    /// The expression of its licence, if that is known.
    #[must_use]
    pub fn expression(&self) -> Option<&str> {
        self.license.as_ref().map(|license| license.expression.as_str())
    }
}

/// A name or version as a part of a package URL.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' => encoded.push(byte.into()),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_urls_are_encoded() {
        let component = Component::new(Kind::Library, "libstdc++6", Some("1:2.0+dfsg".into()));
        assert_eq!(component.package_url("deb/debian").purl.unwrap(), "pkg:deb/debian/libstdc%2B%2B6@1:2.0%2Bdfsg");
    }

    #[test]
    fn names_of_sources_are_those_in_json() {
        for source in [Source::LicenseExpression, Source::Cpython, Source::CargoManifest, Source::PythonJson] {
            assert_eq!(serde_json::to_value(source).unwrap(), source.name());
        }
    }
}
