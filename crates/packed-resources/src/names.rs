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
            c => normalized.extend(c.to_lowercase()),
        }
    }
    normalized
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
        f.pad(match self {
            Self::Names => "names",
            Self::Slots => "slots",
            Self::Entries => "entries",
            Self::Fields => "fields",
            Self::Code => "code",
            Self::Source => "source",
            Self::Resources => "resources",
            Self::Native => "native",
            Self::InterpreterConfig => "interpreter-config",
            Self::Boot => "boot",
            Self::Digest => "digest",
            Self::Launcher => "launcher",
            Self::Dictionary(number) => return f.pad(&format!("dictionary-{number}")),
            Self::Other(code) => return f.pad(&format!("section-{code}")),
        })
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn project_names_are_those_of_pep_503() {
        // What `re.sub(r"[-_.]+", "-", name).lower()` gives.
        for (name, normalized) in [
            ("Flask", "flask"),
            ("ruamel._-YAML", "ruamel-yaml"),
            ("--A.b", "-a-b"),
            ("a_", "a-"),
            ("_", "-"),
            ("", ""),
            ("\u{c4}.\u{df}", "\u{e4}-\u{df}"),
        ] {
            assert_eq!(normalize_project_name(name), normalized, "{name}");
        }
    }

    #[test]
    fn names_tell_kinds_and_flags_apart() {
        let kinds: BTreeSet<_> = FieldKind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(kinds.len(), FieldKind::ALL.len());
        let sections: BTreeSet<_> = (0..200).map(|code| SectionKind::from_code(code).to_string()).collect();
        assert_eq!(sections.len(), 200);
        for bit in 0..9 {
            assert_eq!(EntryFlags(1 << bit).names().count(), 1, "bit {bit}");
        }
        assert_eq!(EntryFlags(3 | 1 << 31).names().collect::<Vec<_>>(), ["module", "package"]);
        assert_eq!(format!("{:>8}|{:<6}|", FieldKind::Source, Encoding::Raw), "  source|raw   |");
    }
}
