//! What goes in, and in which form.

mod names;
mod standard_library;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use names::{module_of, outermost, package_or_module};
use pyox_binary::SymbolVersion;
use pyox_distribution::PythonInfo;
use pyox_interpreter_config::FileAttribute;
use pyox_packed_resources::{Location, OptimizeLevel, Resource};
pub(crate) use standard_library::unneeded_part;

use crate::error::Error;
use crate::plan::{Candidate, Decision, LayerKind, Reason};

/// Choices that hold for the whole program.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// Optimisation level of the bytecode, and `sys.flags.optimize` of the program.
    pub optimize: OptimizeLevel,
    /// Whether source text goes in besides bytecode: tracebacks show lines, and `inspect.getsource` works.
    pub include_source: bool,
    /// What is kept uncompressed.
    pub profile: Profile,
    /// What `__file__` of a module in memory is.
    pub file_attribute: FileAttribute,
    /// Whether virtual paths are those of files for the whole process: then no package has to be placed in files.
    pub virtual_files: bool,
    /// The GNU C library that the program must run with, if that is to be checked.
    pub glibc: Option<SymbolVersion>,
    /// Where packages are, if not where they are placed otherwise, by the name of the distribution or of the
    /// top-level package. It holds for everything that the distribution has installed.
    pub locations: BTreeMap<String, Location>,
    /// Modules and packages that go in even if they are left out otherwise, or if nothing is seen to import them.
    pub includes: BTreeSet<String>,
    /// Modules, packages and distributions that are left out.
    pub excludes: BTreeSet<String>,
}

/// Whether the program starts fast or is small. Source text, which a program reads only for tracebacks, is
/// compressed in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Profile {
    /// Compressed is what the program is not known to use: the part of the standard library that it does not import.
    #[default]
    Speed,
    /// Compressed is everything but the modules that the interpreter imports when it starts.
    Size,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            optimize: OptimizeLevel::Zero,
            include_source: true,
            profile: Profile::Speed,
            file_attribute: FileAttribute::Virtual,
            virtual_files: true,
            glibc: None,
            locations: BTreeMap::new(),
            includes: BTreeSet::new(),
            excludes: BTreeSet::new(),
        }
    }
}

impl Policy {
    /// Sets the optimisation level: 0, 1, or 2 for anything higher.
    pub fn set_optimize(&mut self, level: u8) {
        self.optimize = OptimizeLevel::from_number(level).unwrap_or(OptimizeLevel::Two);
    }

    /// The policy as far as programs of a Python can follow it: virtual files are functions in front of those of glibc.
    #[must_use]
    pub fn for_python(mut self, python: &PythonInfo) -> Self {
        self.virtual_files &= !python.is_musl();
        self
    }

    /// The decision about a resource that follows from the settings.
    pub fn decide(&self, candidate: &Candidate<'_>) -> Decision {
        let module = package_or_module(&candidate.found.resource);
        let is_brought = |part: &str| {
            self.includes.iter().any(|name| standard_library::is_brought(name, part, &candidate.path, &module))
        };
        let part = unneeded_part(&candidate.path).filter(|_| candidate.layer == LayerKind::StandardLibrary);
        let is_of_no_use = part.is_some_and(|part| !is_brought(part));
        let is_included = part.is_some() || self.included(&module).is_some();
        let excluded = self.excluding(candidate.found).first().map(|name| (*name).clone());
        let is_excluded = excluded.is_some();
        // What the entry of a top-level package says of files holds for the whole package.
        let is_top_level_package = matches!(&candidate.found.resource,
            Resource::ExtensionModule(module) if module.is_package && !module.name.contains('.'));
        let is_long = candidate.native_length.is_some_and(|length| length >= LARGE_LIBRARY);
        let is_large = is_long && !is_top_level_package && candidate.layer != LayerKind::Libpython;
        let (location, reason) = match (candidate.asked, candidate.files_needed) {
            _ if is_of_no_use => (Location::InMemory, Reason::OfNoUse),
            (Some(asked), _) => (asked.clone(), Reason::Asked),
            (None, Some(why)) => (Location::Cache, Reason::FilesNeeded(why.clone())),
            (None, None) if is_large => (Location::Cache, Reason::Large),
            (None, None) if is_included => (Location::InMemory, Reason::Included),
            (None, None) => (Location::InMemory, Reason::PartOf { layer: candidate.layer }),
        };
        let (location, reason) = match excluded {
            Some(name) => (Location::InMemory, Reason::Excluded { name }),
            None => (location, reason),
        };
        Decision {
            include: !(is_of_no_use || is_excluded),
            location,
            location_fallback: None,
            source: self.include_source,
            bytecode: BTreeSet::from([self.optimize]),
            reason,
        }
    }

    /// Says where a package must be.
    ///
    /// # Errors
    ///
    /// [`Error::LocatedTwice`] if that was said before.
    pub fn locate(&mut self, package: &str, location: Location) -> Result<(), Error> {
        match self.locations.insert(package.to_owned(), location) {
            None => Ok(()),
            Some(_) => Err(Error::LocatedTwice { name: package.to_owned() }),
        }
    }
}

/// From this length on, in bytes, a library is placed in a file: copying 35 MB into memory takes 12 ms at every start,
/// loading them from a file 2.5 ms.
pub(crate) const LARGE_LIBRARY: u64 = 5 << 20;
