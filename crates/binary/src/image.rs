//! What one binary says about itself, in whatever format.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{ElfFacts, ElfKind, architecture};

/// A program, library or object file for one architecture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Image {
    /// The processor, by the name that platform tags of wheels have for it on Linux, such as `x86_64` or `aarch64`.
    pub architecture: String,
    /// Size of an address: 32 or 64.
    pub bits: u8,
    /// Whether numbers have their lowest byte first.
    pub is_little_endian: bool,
    /// What it is for.
    pub kind: Kind,
    /// The name by which others need it: the SONAME (ELF), the install name (Mach-O), the name of the export table
    /// (PE).
    pub name: Option<String>,
    /// The libraries it needs, in order.
    pub needs: Vec<Need>,
    /// Directories to search for them: `DT_RPATH` (ELF) or `LC_RPATH` (Mach-O), unexpanded.
    pub rpath: Vec<String>,
    /// Directories of `DT_RUNPATH` (ELF), unexpanded.
    pub runpath: Vec<String>,
    /// The dynamic loader that starts it (ELF).
    pub interpreter: Option<String>,
    /// The oldest macOS it is made for (Mach-O), such as `11.0`.
    pub macos: Option<String>,
    /// The functions by which Python loads it as an extension module, sorted: `PyInit_*`, `PyInitU_*`, `PyModExport_*`.
    pub init_functions: Vec<String>,
    /// How many symbols of Python's C API it exports, if an interpreter is in it; otherwise 0.
    pub python_api: usize,
}

/// What a binary is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// A program.
    Executable,
    /// A shared library, or an extension module where these are the same.
    SharedLibrary,
    /// A Mach-O bundle: code that programs load and nothing links to, such as an extension module.
    Bundle,
    /// An object file, input of a link editor.
    Object,
    /// Anything else, such as a core dump.
    Other,
}

/// A library that a binary needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Need {
    /// Its name; with Mach-O a path, which may start with `@rpath`, `@loader_path` or `@executable_path`.
    pub library: String,
    /// When it is loaded, and whether it may be missing.
    pub load: Load,
    /// The versions of it that symbols are bound to (ELF), such as `GLIBC_2.17`, in the order of the file.
    pub versions: Vec<Version>,
}

/// When a needed library is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Load {
    /// With what needs it.
    AtStart,
    /// When something of it is first used.
    Delayed,
    /// With what needs it, if it is there.
    IfPresent,
}

/// A version of a library that symbols are bound to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Version {
    /// Its name, such as `GLIBC_2.17`.
    pub name: String,
    /// Whether the dynamic loader does without it.
    pub is_weak: bool,
}

impl Need {
    pub(crate) fn new(library: &str, load: Load) -> Self {
        Self { library: library.to_owned(), load, versions: Vec::new() }
    }

    /// The names of the highest versions, one of each series such as `GLIBCXX` or `OPENSSL`, and all without a number.
    pub fn highest(&self) -> Vec<&str> {
        let mut series: BTreeMap<&str, (Vec<u32>, &str)> = BTreeMap::new();
        for Version { name, .. } in &self.versions {
            let (series_name, numbers) = numbered(name).unwrap_or((name, Vec::new()));
            let highest = series.entry(series_name).or_default();
            *highest = std::mem::take(highest).max((numbers, name));
        }
        series.into_values().map(|(_, name)| name).collect()
    }
}

/// The series of a version, and its number.
fn numbered(name: &str) -> Option<(&str, Vec<u32>)> {
    let (series, number) = name.rsplit_once('_')?;
    let numbers: Result<_, _> = number.split('.').map(str::parse).collect();
    Some((series, numbers.ok()?))
}

impl From<&ElfFacts> for Image {
    fn from(facts: &ElfFacts) -> Self {
        let mut needs: Vec<Need> = facts.needed.iter().map(|library| Need::new(library, Load::AtStart)).collect();
        for version in &facts.version_needs {
            let known = needs.iter().position(|need| need.library == version.library);
            let position = known.unwrap_or(needs.len());
            if known.is_none() {
                // Versions of a library that something else has to load.
                needs.push(Need::new(&version.library, Load::IfPresent));
            }
            needs[position].versions.push(Version { name: version.version.clone(), is_weak: version.is_weak });
        }
        Self {
            architecture: architecture::of_elf(facts.target),
            bits: if facts.target.is_64 { 64 } else { 32 },
            is_little_endian: facts.target.little_endian,
            kind: match facts.kind {
                ElfKind::Executable => Kind::Executable,
                ElfKind::Shared => Kind::SharedLibrary,
                ElfKind::Object => Kind::Object,
                ElfKind::Other => Kind::Other,
            },
            name: facts.soname.clone(),
            needs,
            rpath: facts.rpath.clone(),
            runpath: facts.runpath.clone(),
            interpreter: facts.interpreter.clone(),
            macos: None,
            init_functions: facts.init_functions.clone(),
            python_api: facts.python_api,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_of_each_series() {
        let mut need = Need::new("libx.so.1", Load::AtStart);
        for name in ["X_1.9", "X_1.10", "GLIBC_ABI_DT_RELR", "X_1.2.3", "Y_X_1", "GLIBC_PRIVATE"] {
            need.versions.push(Version { name: name.into(), is_weak: false });
        }
        assert_eq!(need.highest(), ["GLIBC_ABI_DT_RELR", "GLIBC_PRIVATE", "X_1.10", "Y_X_1"]);
    }
}
