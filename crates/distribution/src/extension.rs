//! The extension modules of a standard library, in every form that there is.

use std::path::{Path, PathBuf};

/// An extension module of the standard library, in every form that a Python has it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtensionModule {
    /// Its name, such as `_ssl`.
    pub name: String,
    /// The forms, the preferred one first. They differ in what they are linked with.
    pub variants: Vec<ExtensionVariant>,
}

/// One form of an extension module.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtensionVariant {
    /// What tells it from the others, such as `default` or `libedit`.
    pub name: String,
    /// Where its code is.
    pub form: ExtensionForm,
    /// Libraries that it needs, as names for `-l`.
    pub libraries: Vec<String>,
    /// Its licences, as [SPDX](https://spdx.org/licenses/) identifiers; empty if they are that of Python or not known.
    pub licenses: Vec<String>,
    /// Whether the interpreter does not start without it.
    pub required: bool,
}

/// Where the code of an extension module is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExtensionForm {
    /// In libpython.
    BuiltIn,
    /// In a shared library of its own.
    Shared(PathBuf),
    /// In object files.
    Objects(Vec<PathBuf>),
    /// In an archive of object files.
    Archive(PathBuf),
}

impl ExtensionModule {
    /// A module of this name in these forms.
    pub fn new(name: impl Into<String>, variants: Vec<ExtensionVariant>) -> Self {
        Self { name: name.into(), variants }
    }

    /// Whether programs have it without carrying anything for it.
    #[must_use]
    pub fn is_built_in(&self) -> bool {
        self.variants.first().is_some_and(|variant| !matches!(variant.form, ExtensionForm::Shared(_)))
    }
}

impl ExtensionVariant {
    /// A form called `default`, of which nothing else is known.
    #[must_use]
    pub fn new(form: ExtensionForm) -> Self {
        Self { name: "default".into(), form, libraries: Vec::new(), licenses: Vec::new(), required: false }
    }
}

/// The extension modules in a directory: files whose names end with one of the suffixes.
pub(crate) fn in_directory(directory: &Path, suffixes: &[String]) -> std::io::Result<Vec<ExtensionModule>> {
    let mut modules = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if let Some(name) = suffixes.iter().find_map(|suffix| name.strip_suffix(suffix)) {
            let shared = ExtensionVariant::new(ExtensionForm::Shared(path.clone()));
            modules.push(ExtensionModule::new(name, vec![shared]));
        }
    }
    Ok(modules)
}
