//! Which extension modules go in, and which variant of each.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::str::FromStr;

use crate::Error;
use crate::python_json::{ExtensionInfo, PythonJson};

/// Libraries that belong to the C library, or are part of it by now: they come with every system.
const C_LIBRARIES: [&str; 7] = ["c", "dl", "m", "nsl", "pthread", "rt", "util"];

/// Which extension modules of a distribution go in (`extension_module_filter` of a packaging policy).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExtensionFilter {
    /// All.
    #[default]
    All,
    /// Those that the interpreter does not start without.
    Minimal,
    /// Those that need no libraries beyond the C library, and those that the interpreter does not start without.
    NoLibraries,
    /// Those that need no libraries beyond the C library, or libraries of which all licences are known and none is a
    /// copyleft one; and those that the interpreter does not start without.
    NoCopyleft,
}

impl ExtensionFilter {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::All, Self::Minimal, Self::NoLibraries, Self::NoCopyleft];

    /// Its name, such as `no-libraries`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Minimal => "minimal",
            Self::NoLibraries => "no-libraries",
            Self::NoCopyleft => "no-copyleft",
        }
    }

    fn accepts(self, variant: &ExtensionInfo) -> bool {
        variant.required
            || match self {
                Self::All => true,
                Self::Minimal => false,
                Self::NoLibraries => !needs_libraries(variant),
                Self::NoCopyleft => !needs_libraries(variant) || is_free_of_copyleft(variant),
            }
    }
}

impl FromStr for ExtensionFilter {
    type Err = Error;

    /// A name, or `no-gpl`, as `no-copyleft` was called.
    fn from_str(text: &str) -> Result<Self, Error> {
        let wanted = if text == "no-gpl" { "no-copyleft" } else { text };
        Self::ALL.into_iter().find(|filter| filter.name() == wanted).ok_or_else(|| Error::Unknown {
            what: "filter of extension modules",
            name: text.to_owned(),
            known: Self::ALL.map(|filter| filter.name().to_owned()).into(),
        })
    }
}

fn needs_libraries(variant: &ExtensionInfo) -> bool {
    variant.links.iter().any(|link| !C_LIBRARIES.contains(&link.name.as_str()))
}

/// A licence that is not known may be anything.
fn is_free_of_copyleft(variant: &ExtensionInfo) -> bool {
    let is_free = |name: &String| spdx::license_id(name).is_some_and(|license| !license.is_copyleft());
    match variant.licenses.as_deref() {
        Some([]) | None => variant.license_public_domain == Some(true),
        Some(licenses) => licenses.iter().all(is_free),
    }
}

/// Which extension modules go in, and which variant of each. The default is all, in their first variant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Selection {
    /// Which ones.
    pub filter: ExtensionFilter,
    /// Variants by the names of the modules. A variant that the filter refuses is not taken.
    pub preferred: BTreeMap<String, String>,
}

impl Selection {
    /// Those that a filter takes, in their first variant that it takes.
    #[must_use]
    pub fn new(filter: ExtensionFilter) -> Self {
        Self { filter, preferred: BTreeMap::new() }
    }

    /// Prefers a variant of a module.
    #[must_use]
    pub fn prefer(mut self, module: impl Into<String>, variant: impl Into<String>) -> Self {
        self.preferred.insert(module.into(), variant.into());
        self
    }

    /// The variants that go in, by the names of the modules.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`], if a module or a variant is preferred that is not there.
    pub fn choose<'j>(&self, json: &'j PythonJson) -> Result<BTreeMap<&'j str, &'j ExtensionInfo>, Error> {
        let extensions = &json.build_info.extensions;
        for (module, variant) in &self.preferred {
            let unknown = |what, name: &String, known| Err(Error::Unknown { what, name: name.clone(), known });
            let Some(variants) = extensions.get(module) else {
                return unknown("extension module", module, extensions.keys().cloned().collect());
            };
            if !variants.iter().any(|found| found.variant == *variant) {
                let known = variants.iter().map(|found| found.variant.clone()).collect();
                return unknown("variant", variant, known);
            }
        }
        let mut chosen = BTreeMap::new();
        for (name, variants) in extensions {
            let preferred = self.preferred.get(name);
            let accepted = |variant: &&ExtensionInfo| self.filter.accepts(variant);
            let wanted = variants.iter().find(|variant| preferred.is_none_or(|wanted| variant.variant == *wanted));
            if let Some(variant) = wanted.filter(accepted).or_else(|| variants.iter().find(accepted)) {
                chosen.insert(name.as_str(), variant);
            }
        }
        Ok(chosen)
    }

    /// A text that is another one for every other selection.
    pub(crate) fn key(&self) -> String {
        let mut key = self.filter.name().to_owned();
        for (module, variant) in &self.preferred {
            let _ = write!(key, "\n{module}={variant}");
        }
        key
    }
}
