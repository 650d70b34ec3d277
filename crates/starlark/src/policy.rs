//! What a packaging policy says (manual 4.19).

use std::collections::BTreeMap;

use pyox_packaging::{Location, Policy as PackagingPolicy};
use pyox_packed_resources::{OptimizeLevel, Resource};
use pyox_scanner::Found;
use pyox_standalone::{ExtensionFilter, Selection};

use crate::addition::Addition;
use crate::attribute::{Attribute, switch};
use crate::location;
use crate::plain::Plain;

/// The data of a `PythonPackagingPolicy`.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    allow_files: bool,
    allow_in_memory_shared_library_loading: bool,
    bytecode: [bool; 3],
    extension_module_filter: ExtensionFilter,
    classify_files: bool,
    emit_files: bool,
    include_classified_resources: bool,
    include_distribution_sources: bool,
    include_distribution_resources: bool,
    include_file_resources: bool,
    include_non_distribution_sources: bool,
    include_test: bool,
    resources_location: Location,
    resources_location_fallback: Option<Location>,
    preferred_variants: BTreeMap<String, String>,
    /// Numbers of callbacks of the session, in the order of registration.
    pub(crate) callbacks: Vec<usize>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            allow_files: false,
            allow_in_memory_shared_library_loading: false,
            bytecode: [true, false, false],
            extension_module_filter: ExtensionFilter::default(),
            classify_files: true,
            emit_files: false,
            include_classified_resources: true,
            include_distribution_sources: true,
            include_distribution_resources: false,
            include_file_resources: false,
            include_non_distribution_sources: true,
            include_test: false,
            resources_location: Location::InMemory,
            resources_location_fallback: None,
            preferred_variants: BTreeMap::new(),
            callbacks: Vec::new(),
        }
    }
}

impl Policy {
    /// What becomes of a resource that is added, until a callback or the file itself says something else.
    pub(crate) fn addition(&self, found: &Found, is_stdlib: bool) -> Addition {
        let is_data = matches!(found.resource, Resource::PackageResource(_));
        let include = match &found.resource {
            Resource::File(_) => self.include_file_resources,
            _ if is_stdlib && is_data => self.include_distribution_resources && self.include_classified_resources,
            _ => self.include_classified_resources || is_stdlib,
        };
        let source = if is_stdlib { self.include_distribution_sources } else { self.include_non_distribution_sources };
        Addition {
            include,
            location: self.resources_location.clone(),
            location_fallback: self.resources_location_fallback.clone(),
            source,
            bytecode: self.bytecode,
        }
    }

    /// Where something is, of the places that are asked for.
    pub(crate) fn place<'a>(&self, addition: &'a Addition, resource: &Resource) -> &'a Location {
        let is_native = matches!(resource, Resource::ExtensionModule(_) | Resource::SharedLibrary(_));
        match (&addition.location, &addition.location_fallback) {
            // Linux can always load from memory, and does where nothing else is allowed.
            (Location::InMemory, Some(fallback)) if is_native && !self.allow_in_memory_shared_library_loading => {
                fallback
            }
            (location, _) => location,
        }
    }

    pub(crate) fn emits(&self) -> (bool, bool) {
        (self.classify_files, self.emit_files)
    }

    pub(crate) fn allows_files(&self) -> bool {
        self.allow_files
    }

    pub(crate) fn includes_tests(&self) -> bool {
        self.include_test
    }

    /// Which extension modules of an archive go in; `None` for all, in their first variants.
    pub(crate) fn selection(&self) -> Option<Selection> {
        let is_default = self.extension_module_filter == ExtensionFilter::All && self.preferred_variants.is_empty();
        (!is_default).then(|| {
            let selection = Selection::new(self.extension_module_filter);
            self.preferred_variants.iter().fold(selection, |selection, (name, variant)| selection.prefer(name, variant))
        })
    }

    pub(crate) fn filter(&self) -> ExtensionFilter {
        self.extension_module_filter
    }

    pub(crate) fn prefer(&mut self, module: &str, variant: &str) {
        self.preferred_variants.insert(module.to_owned(), variant.to_owned());
    }

    /// What holds for the whole program.
    pub(crate) fn packaging(&self) -> PackagingPolicy {
        let mut policy = PackagingPolicy::default();
        policy.include_source = self.include_non_distribution_sources;
        let levels = [OptimizeLevel::Zero, OptimizeLevel::One, OptimizeLevel::Two];
        let chosen = levels.into_iter().zip(self.bytecode).find(|(_, chosen)| *chosen);
        policy.optimize = chosen.map_or(OptimizeLevel::Zero, |(level, _)| level);
        policy
    }

    /// `classify` or `files`, which are values of five attributes; `None` for another word.
    pub(crate) fn set_mode(&mut self, mode: &str) -> Option<()> {
        let is_files = match mode {
            "classify" => false,
            "files" => true,
            _ => return None,
        };
        self.classify_files = !is_files;
        self.emit_files = is_files;
        self.include_classified_resources = true;
        self.include_file_resources = is_files;
        self.allow_files = is_files;
        Some(())
    }
}

/// An attribute that is a switch.
macro_rules! switch_of {
    ($name:literal, $field:ident $([$index:literal])?, $documentation:expr) => {
        Attribute {
            name: $name,
            expected: "True or False",
            documentation: $documentation,
            get: |policy| policy.$field $([$index])?.into(),
            set: switch!($field $([$index])?),
        }
    };
}

/// What a `PythonPackagingPolicy` has.
pub(crate) const ATTRIBUTES: &[Attribute<Policy>] = &[
    switch_of!("allow_files", allow_files, "Whether `File` values can be added to programs."),
    switch_of!(
        "allow_in_memory_shared_library_loading",
        allow_in_memory_shared_library_loading,
        "Whether extension modules and libraries are loaded from memory although `resources_location_fallback` names \
         a place in files. Without a fallback they are in any case."
    ),
    switch_of!("bytecode_optimize_level_zero", bytecode[0], "Whether bytecode without optimisation goes in."),
    switch_of!("bytecode_optimize_level_one", bytecode[1], "Whether bytecode as `python -O` makes it goes in."),
    switch_of!("bytecode_optimize_level_two", bytecode[2], "Whether bytecode as `python -OO` makes it goes in."),
    Attribute {
        name: "extension_module_filter",
        expected: "\"all\", \"minimal\", \"no-libraries\", \"no-copyleft\" or \"no-gpl\"",
        documentation: "Which extension modules of the standard library go in: all; those that the interpreter does \
            not start without; also those that need no library beyond the C library; or those whose libraries have \
            known licences, none of them a copyleft one. `no-gpl` is `no-copyleft`. What is a part of an installed \
            libpython stays.",
        get: |policy| policy.extension_module_filter.name().into(),
        set: Some(|policy, value| match value {
            Plain::Text(name) => {
                policy.extension_module_filter = name.parse().ok()?;
                Some(())
            }
            _ => None,
        }),
    },
    switch_of!(
        "file_scanner_classify_files",
        classify_files,
        "Whether searching gives, for every file that has one, a value of its type."
    ),
    switch_of!("file_scanner_emit_files", emit_files, "Whether searching gives a `File` for every file."),
    switch_of!(
        "include_classified_resources",
        include_classified_resources,
        "The first value of `add_include` of all resources but `File`."
    ),
    switch_of!(
        "include_distribution_sources",
        include_distribution_sources,
        "Whether source text of the standard library goes in."
    ),
    switch_of!(
        "include_distribution_resources",
        include_distribution_resources,
        "Whether data files of the standard library go in."
    ),
    switch_of!("include_file_resources", include_file_resources, "The first value of `add_include` of `File`."),
    switch_of!(
        "include_non_distribution_sources",
        include_non_distribution_sources,
        "Whether source text of all other modules goes in."
    ),
    switch_of!("include_test", include_test, "Whether tests of the standard library go in."),
    Attribute {
        name: "preferred_extension_module_variants",
        expected: "nothing; call set_preferred_extension_module_variant()",
        documentation: "The preferred variants of extension modules, as a copy.",
        get: |policy| Plain::Map(policy.preferred_variants.clone()),
        set: None,
    },
    Attribute {
        name: "resources_location",
        expected: location::EXPECTED,
        documentation: "Where resources are: the first value of `add_location`.",
        get: |policy| location::text(&policy.resources_location),
        set: Some(|policy, value| {
            policy.resources_location = location::parse(&value)?;
            Some(())
        }),
    },
    Attribute {
        name: "resources_location_fallback",
        expected: location::EXPECTED_OR_NONE,
        documentation: "Where resources are that cannot be there: the first value of `add_location_fallback`.",
        get: |policy| location::optional(policy.resources_location_fallback.as_ref()),
        set: Some(|policy, value| {
            policy.resources_location_fallback = location::parse_optional(&value)?;
            Some(())
        }),
    },
];
