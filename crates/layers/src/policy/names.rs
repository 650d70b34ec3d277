//! Names of modules and distributions that stand for resources.

use std::collections::BTreeSet;

use pyox_packed_resources::{Resource, normalize_project_name};
use pyox_scanner::{Found, STARTUP_MODULES};

use super::Policy;
use crate::error::Error;

impl Policy {
    /// Takes a module or package in: one that is left out otherwise, and one that nothing is seen to import.
    ///
    /// # Errors
    ///
    /// [`Error::NotAModule`], or [`Error::IncludedAndExcluded`].
    pub fn include(&mut self, module: &str) -> Result<(), Error> {
        if !is_module(module) {
            return Err(Error::NotAModule { name: module.to_owned() });
        }
        self.includes.insert(module.to_owned());
        self.check()
    }

    /// Leaves a module, package or distribution out.
    ///
    /// # Errors
    ///
    /// [`Error::NotAModule`] for what cannot be a name, [`Error::ExcludedNeeded`], or [`Error::IncludedAndExcluded`].
    pub fn exclude(&mut self, name: &str) -> Result<(), Error> {
        let is_project = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if !is_module(name) && (name.is_empty() || !name.chars().all(is_project)) {
            return Err(Error::NotAModule { name: name.to_owned() });
        }
        if let Some(needed) = STARTUP_MODULES.into_iter().find(|module| covers(name, module)) {
            return Err(Error::ExcludedNeeded { name: name.to_owned(), needed: needed.to_owned() });
        }
        self.excludes.insert(name.to_owned());
        self.check()
    }

    fn check(&self) -> Result<(), Error> {
        let pairs =
            self.includes.iter().flat_map(|include| self.excludes.iter().map(move |exclude| (include, exclude)));
        match pairs.into_iter().find(|(include, exclude)| covers(exclude, include)) {
            Some((include, exclude)) => {
                Err(Error::IncludedAndExcluded { included: include.clone(), excluded: exclude.clone() })
            }
            None => Ok(()),
        }
    }

    /// The module that was asked for and that a module is, or is below.
    pub(crate) fn included(&self, module: &str) -> Option<&String> {
        self.includes.iter().find(|name| covers(name, module))
    }

    /// Whether a module of this name is left out, whatever distribution has it.
    pub fn excludes_module(&self, module: &str) -> bool {
        self.excludes.iter().any(|name| covers(name, module))
    }

    /// The names that say of a resource that it is left out.
    pub(crate) fn excluding(&self, found: &Found) -> Vec<&String> {
        if self.excludes.is_empty() {
            return Vec::new();
        }
        let (module, owner) = (package_or_module(&found.resource), found.owner.as_deref());
        let names = self.excludes.iter();
        names.filter(|name| covers(name, &module) || owner == Some(normalize_project_name(name).as_str())).collect()
    }
}

/// Whether a module is `name`, or below it.
pub(crate) fn covers(name: &str, module: &str) -> bool {
    module.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The first of names, sorted, that no other one covers.
pub(crate) fn outermost<'n>(names: impl IntoIterator<Item = &'n String>) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    // A package comes before what is in it, but not right before it.
    for name in names {
        if !found.iter().any(|outer| covers(outer, name)) {
            found.insert(name.clone());
        }
    }
    found
}

fn is_module(name: &str) -> bool {
    let is_part = |part: &str| {
        part.chars().all(|c| c.is_alphanumeric() || c == '_') && part.chars().next().is_some_and(|c| !c.is_numeric())
    };
    name.split('.').all(is_part)
}

/// The module that a resource is; of anything else, the directory that it is in, as a package.
pub(crate) fn package_or_module(resource: &Resource) -> String {
    match resource {
        Resource::ModuleSource(module) => module.name.clone(),
        Resource::ModuleBytecode(module) => module.name.clone(),
        Resource::ExtensionModule(module) => module.name.clone(),
        other => {
            let path = other.relative_path();
            path.rsplit_once('/').map(|(directory, _)| directory.replace('/', ".")).unwrap_or_default()
        }
    }
}

/// The module that a file below `sys.path` is, without the tag of its ABI.
pub(crate) fn module_of(path: &str) -> String {
    let (directory, file) = path.rsplit_once('/').map_or((None, path), |(directory, file)| (Some(directory), file));
    let stem = file.split('.').next().unwrap_or(file);
    let directory = directory.map(|directory| directory.replace('/', "."));
    match (directory, stem) {
        (Some(package), "__init__") => package,
        (Some(package), stem) => format!("{package}.{stem}"),
        (None, stem) => stem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_modules() {
        assert_eq!(module_of("_tkinter.cpython-311-x86_64-linux-gnu.so"), "_tkinter");
        assert_eq!(module_of("pkg/deep/mod.py"), "pkg.deep.mod");
        assert_eq!(module_of("pkg/__init__.py"), "pkg");
    }

    #[test]
    fn names_stand_for_what_is_below_them() {
        assert!(covers("a", "a") && covers("a", "a.b") && !covers("a", "ab") && !covers("a.b", "a"));
        let names = ["a", "a-b", "a.b", "a.b.c", "ab", "c.d"].map(String::from);
        assert_eq!(Vec::from_iter(outermost(&names)), ["a", "a-b", "ab", "c.d"]);
    }

    #[test]
    fn names_that_cannot_be() {
        let mut policy = Policy::default();
        for name in ["", "a/b", "a.", "1a", "a b", "a-b"] {
            assert!(matches!(policy.include(name), Err(Error::NotAModule { .. })), "{name}");
        }
        assert!(matches!(policy.exclude("../x"), Err(Error::NotAModule { .. })));
        assert!(matches!(policy.exclude("io"), Err(Error::ExcludedNeeded { .. })));
        assert!(matches!(policy.exclude("encodings"), Err(Error::ExcludedNeeded { .. })));
        policy.exclude("encodings.idna").unwrap();
        policy.exclude("a-b").unwrap();
        policy.include("test.support").unwrap();
        policy.exclude("test.support.os_helper").unwrap();
        assert!(matches!(policy.exclude("test"), Err(Error::IncludedAndExcluded { .. })));
    }
}
