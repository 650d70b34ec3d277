//! How a resource is added: the attributes `add_...` of resources (manual 4.3).

use std::collections::BTreeSet;

use pyox_packaging::{Decision, Location, Reason};
use pyox_packed_resources::OptimizeLevel;

use crate::attribute::{Attribute, switch};
use crate::location;

/// Whether and how a resource goes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Addition {
    pub(crate) include: bool,
    pub(crate) location: Location,
    pub(crate) location_fallback: Option<Location>,
    pub(crate) source: bool,
    pub(crate) bytecode: [bool; 3],
}

impl Addition {
    /// Makes a decision of packaging agree, where the resource is at `place`.
    pub(crate) fn apply(&self, place: &Location, decision: &mut Decision) {
        decision.include &= self.include;
        decision.source = self.source;
        let levels = [OptimizeLevel::Zero, OptimizeLevel::One, OptimizeLevel::Two];
        decision.bytecode = BTreeSet::from_iter(
            levels.into_iter().zip(self.bytecode).filter_map(|(level, chosen)| chosen.then_some(level)),
        );
        decision.location_fallback.clone_from(&self.location_fallback);
        // What packaging places in the cache, such as large libraries, is in memory as far as a configuration can say.
        if let Location::FilesystemRelative(_) = place {
            decision.location = place.clone();
            decision.reason = Reason::Custom { text: "the configuration file says so".to_owned() };
        }
    }
}

/// An attribute that is a switch.
macro_rules! switch_of {
    ($name:literal, $field:ident $([$index:literal])?, $documentation:expr) => {
        Attribute {
            name: $name,
            expected: "True or False",
            documentation: $documentation,
            get: |addition| addition.$field $([$index])?.into(),
            set: switch!($field $([$index])?),
        }
    };
}

/// What every resource has, and what alone can be assigned.
pub(crate) const ATTRIBUTES: &[Attribute<Addition>] = &[
    switch_of!("add_include", include, "Whether it is added: `False` makes adding it do nothing."),
    Attribute {
        name: "add_location",
        expected: location::EXPECTED,
        documentation: "Where it is when the program runs.",
        get: |addition| location::text(&addition.location),
        set: Some(|addition, value| {
            addition.location = location::parse(&value)?;
            Some(())
        }),
    },
    Attribute {
        name: "add_location_fallback",
        expected: location::EXPECTED_OR_NONE,
        documentation: "Where it is if it cannot be at `add_location`.",
        get: |addition| location::optional(addition.location_fallback.as_ref()),
        set: Some(|addition, value| {
            addition.location_fallback = location::parse_optional(&value)?;
            Some(())
        }),
    },
    switch_of!("add_source", source, "Of a module: whether its source text goes in."),
    switch_of!(
        "add_bytecode_optimization_level_zero",
        bytecode[0],
        "Of a module: whether bytecode without optimisation goes in."
    ),
    switch_of!(
        "add_bytecode_optimization_level_one",
        bytecode[1],
        "Of a module: whether bytecode as `python -O` makes it goes in."
    ),
    switch_of!(
        "add_bytecode_optimization_level_two",
        bytecode[2],
        "Of a module: whether bytecode as `python -OO` makes it goes in."
    ),
];
