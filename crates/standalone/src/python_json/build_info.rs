//! What was compiled, and what it is linked with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;

/// Objects and libraries, of the core and of extension modules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BuildInfo {
    /// What is always linked.
    pub core: CoreInfo,
    /// The extension modules by name, each with all its variants.
    pub extensions: BTreeMap<String, Vec<ExtensionInfo>>,
    /// The object with the table of built-in modules, which is also among those of the core.
    pub inittab_object: String,
    /// Its source.
    pub inittab_source: String,
    /// Arguments of the compiler for it.
    pub inittab_cflags: Vec<String>,
    /// `elf`, `llvm-bitcode:N`, `coff` or `mach-o`.
    pub object_file_format: String,
    /// Keys that are not known.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// The interpreter without extension modules that can be left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CoreInfo {
    /// Object files.
    pub objs: Vec<String>,
    /// Libraries.
    pub links: Vec<Link>,
    /// libpython as a shared library.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared_lib: Option<String>,
    /// libpython as a static library.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub static_lib: Option<String>,
    /// Keys that are not known.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// One variant of an extension module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExtensionInfo {
    /// Whether its code is among the objects of the core.
    pub in_core: bool,
    /// The function that makes the module; `NULL` if the interpreter makes it itself.
    pub init_fn: String,
    /// Its licences and those of what it is linked with, as SPDX identifiers, if they are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licenses: Option<Vec<String>>,
    /// The texts of its licences.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license_paths: Option<Vec<String>>,
    /// Whether what it is linked with is in the public domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license_public_domain: Option<bool>,
    /// Libraries.
    pub links: Vec<Link>,
    /// Object files.
    pub objs: Vec<String>,
    /// Whether the interpreter does not start without it.
    pub required: bool,
    /// It as a shared library.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared_lib: Option<String>,
    /// It as a static library.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub static_lib: Option<String>,
    /// What tells it from the others.
    pub variant: String,
    /// Keys that are not known.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// A library that something is linked with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Link {
    /// Its name, as for `-l`.
    pub name: String,
    /// The static library, if the archive has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_static: Option<String>,
    /// The shared library, if the archive has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_dynamic: Option<String>,
    /// Whether it is a framework of Apple's systems.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub framework: Option<bool>,
    /// Whether the system has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<bool>,
    /// Keys that are not known.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

impl Link {
    /// A library that the system has.
    pub fn system(name: impl Into<String>) -> Self {
        let name = name.into();
        let (path_static, path_dynamic, framework) = (None, None, None);
        Self { name, path_static, path_dynamic, framework, system: Some(true), other: BTreeMap::new() }
    }

    /// What kind of library it is: `framework`, `system`, or `library` for one that is in the archive.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match (self.framework, self.system) {
            (Some(true), _) => "framework",
            (_, Some(true)) => "system",
            _ => "library",
        }
    }

    fn paths(&self, field: &str, visit: &mut dyn FnMut(&str, &str) -> Result<(), Error>) -> Result<(), Error> {
        let both = [("path_static", &self.path_static), ("path_dynamic", &self.path_dynamic)];
        for (key, path) in both {
            path.iter().try_for_each(|path| visit(&format!("{field}.links.{}.{key}", self.name), path))?;
        }
        Ok(())
    }
}

impl BuildInfo {
    /// Calls `visit` with every path and the field that it is in, until it fails.
    pub(super) fn paths(&self, visit: &mut dyn FnMut(&str, &str) -> Result<(), Error>) -> Result<(), Error> {
        visit("build_info.inittab_object", &self.inittab_object)?;
        visit("build_info.inittab_source", &self.inittab_source)?;
        let (core, field) = (&self.core, "build_info.core");
        core.objs.iter().try_for_each(|path| visit("build_info.core.objs", path))?;
        core.links.iter().try_for_each(|link| link.paths(field, visit))?;
        core.shared_lib.iter().try_for_each(|path| visit("build_info.core.shared_lib", path))?;
        core.static_lib.iter().try_for_each(|path| visit("build_info.core.static_lib", path))?;
        for (name, variant) in self.extensions.iter().flat_map(|(name, all)| all.iter().map(move |one| (name, one))) {
            let field = format!("build_info.extensions.{name}");
            let one = |key: &str| format!("{field}.{key}");
            variant.objs.iter().try_for_each(|path| visit(&one("objs"), path))?;
            variant.links.iter().try_for_each(|link| link.paths(&field, visit))?;
            variant.license_paths.iter().flatten().try_for_each(|path| visit(&one("license_paths"), path))?;
            variant.shared_lib.iter().try_for_each(|path| visit(&one("shared_lib"), path))?;
            variant.static_lib.iter().try_for_each(|path| visit(&one("static_lib"), path))?;
        }
        Ok(())
    }
}
