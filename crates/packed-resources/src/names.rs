//! Names of projects, and of kinds, encodings and flags, for people and for machines that read text.

use std::fmt;

use crate::layout::{Encoding, EntryFlags, FieldKind, SectionKind};

/// A project's name in the form that names are compared in, which is also that of its entry
/// ([PEP 503](https://peps.python.org/pep-0503/#normalized-names)).
///
/// ```
/// assert_eq!(pyox_packed_resources::normalize_project_name("Ruamel._YAML"), "ruamel-yaml");
/// ```
pub fn normalize_project_name(name: &str) -> String {
    let mut normalized = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '-' | '_' | '.' if normalized.ends_with('-') => {}
            '-' | '_' | '.' => normalized.push('-'),
            c => normalized.push(c),
        }
    }
    normalized.to_lowercase()
}

/// The top-level module or package that a dotted name is in.
pub fn top_level(name: &str) -> &str {
    name.split_once('.').map_or(name, |(top_level, _)| top_level)
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

impl FieldKind {
    /// The name, in lower case with hyphens: `package-resource`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Bytecode => "bytecode",
            Self::BytecodeOpt1 => "bytecode-1",
            Self::BytecodeOpt2 => "bytecode-2",
            Self::Extension => "extension",
            Self::SharedLibrary => "shared-library",
            Self::Dependency => "dependency",
            Self::PackageResource => "package-resource",
            Self::DistributionResource => "distribution-resource",
            Self::CacheFile => "cache-file",
            Self::CacheDirectory => "cache-directory",
            Self::RelativePath => "relative-path",
            Self::MetadataDirectory => "metadata-directory",
            Self::File => "file",
        }
    }
}

impl fmt::Display for FieldKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for SectionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dictionary(number) => f.pad(&format!("dictionary-{number}")),
            Self::Other(code) => f.pad(&format!("section-{code}")),
            known => f.pad(known.known().1),
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Raw => "raw",
            Self::Zstd => "zstd",
            Self::File => "file",
            Self::Dictionary(number) => return f.pad(&format!("dictionary-{number}")),
        })
    }
}

impl EntryFlags {
    const NAMES: [(Self, &'static str); 9] = [
        (Self::MODULE, "module"),
        (Self::PACKAGE, "package"),
        (Self::NAMESPACE, "namespace-package"),
        (Self::EXTENSION, "extension-module"),
        (Self::SHARED_LIBRARY, "shared-library"),
        (Self::DISTRIBUTION, "distribution"),
        (Self::BUILTIN, "builtin"),
        (Self::FROZEN, "frozen"),
        (Self::FILE, "file"),
    ];

    /// The names of the bits that are set, in the order of the bits; bits unknown to this version are passed over.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter(move |(flag, _)| self.intersects(*flag)).map(|(_, name)| name)
    }
}
