//! The plan: what becomes of every resource, and why.
//!
//! A scan has candidates, the [`Policy`](crate::Policy) makes a [`Decision`] for each, and a function of the caller may
//! change it. What a layer is made of, its key in the cache and its part of the report follow from the decisions.

mod candidate;
mod decision;
mod layer_kind;
mod needs;

use std::collections::{BTreeMap, BTreeSet};

pub use candidate::{Candidate, Decide};
pub use decision::{Decision, Reason};
pub use layer_kind::LayerKind;
pub(crate) use layer_kind::directory_of;
pub use needs::FilesNeeded;
pub(crate) use needs::Needs;
use pyox_packed_resources::{Location, PartsDigest, Resource};
use pyox_scanner::{Found, Scan, top_level_of_path};

use crate::error::Error;

/// What becomes of the resources of one layer.
#[derive(Default)]
pub(crate) struct Plan<'s> {
    /// In the order of the scan.
    resources: Vec<(&'s Found, Decision)>,
    needs: Needs,
    /// Distributions that are in a directory of the cache as a whole, and why.
    cached: BTreeMap<String, Reason>,
}

impl<'s> Plan<'s> {
    /// What `decide` says of everything in a scan, made to agree.
    pub(crate) fn of(
        scan: &'s Scan,
        needs: Needs,
        decide: impl Fn(&Found, &Needs) -> Result<Decision, Error>,
    ) -> Result<Self, Error> {
        let decide = |found| Ok::<_, Error>((found, decide(found, &needs)?));
        let resources = scan.resources.iter().map(decide).collect::<Result<_, _>>()?;
        let mut plan = Self { resources, needs, cached: BTreeMap::new() };
        plan.settle();
        Ok(plan)
    }

    /// Makes decisions agree: a distribution is in a directory of the cache as a whole, and what cannot be where it was
    /// decided to be is elsewhere or left out.
    fn settle(&mut self) {
        for (found, decision) in &mut self.resources {
            // What belongs to no package is no use in memory, unless it is a virtual file.
            let is_file = matches!(found.resource, Resource::File(_)) && !self.needs.other_files;
            let has_no_place = is_file && decision.location != Location::Cache;
            if has_no_place && decision.location_fallback == Some(Location::Cache) {
                decision.location = Location::Cache;
            }
            if decision.include && decision.takes_distribution(&found.resource) {
                let owner = self.needs.owner(&found.resource.relative_path());
                self.cached.entry(owner).or_insert_with(|| decision.reason.clone());
            }
        }
        for (found, decision) in &mut self.resources {
            let path = found.resource.relative_path();
            let is_beside = matches!(decision.location, Location::FilesystemRelative(_));
            let is_metadata = matches!(found.resource, Resource::DistributionResource(_));
            let is_file = matches!(found.resource, Resource::File(_)) && !self.needs.other_files;
            // It is read from memory in any case.
            if is_metadata && decision.location == Location::Cache {
                decision.location = Location::InMemory;
            }
            match self.cached.get(&self.needs.owner(&path)).filter(|_| !is_beside && !is_metadata) {
                Some(reason) => (decision.location, decision.reason) = (Location::Cache, reason.clone()),
                None if is_file && decision.include => {
                    (decision.include, decision.reason) = (false, Reason::NoPackage);
                }
                None => {}
            }
        }
    }

    /// What goes in, with the decision about it.
    pub(crate) fn included(&self) -> impl Iterator<Item = &(&'s Found, Decision)> {
        self.resources.iter().filter(|(_, decision)| decision.include)
    }

    /// What is left out, with the decision about it.
    pub(crate) fn excluded(&self) -> impl Iterator<Item = &(&'s Found, Decision)> {
        self.resources.iter().filter(|(_, decision)| !decision.include)
    }

    /// The distribution that is in a directory of the cache as a whole, with what is at a path below `sys.path`.
    pub(crate) fn cached_distribution(&self, path: &str) -> Option<String> {
        Some(self.needs.owner(path)).filter(|owner| self.cached.contains_key(owner))
    }

    /// The top-level names of distributions that are in the cache, with the distribution.
    pub(crate) fn cached_names(&self) -> Vec<(String, String)> {
        let names =
            self.resources.iter().map(|(found, _)| top_level_of_path(&found.resource.relative_path()).to_owned());
        let names = self.needs.names().chain(names).collect::<BTreeSet<_>>().into_iter();
        names
            .filter_map(|name| Some((self.cached_distribution(&name)?, name)))
            .map(|(owner, name)| (name, owner))
            .collect()
    }

    /// The directory beside the program of every file that has one, by path below `sys.path`.
    pub(crate) fn relative_files(&self) -> BTreeMap<String, String> {
        let beside = self.included().filter_map(|(found, decision)| match &decision.location {
            Location::FilesystemRelative(directory) => Some((found.resource.relative_path(), directory.clone())),
            _ => None,
        });
        beside.collect()
    }

    /// The names by which locations were asked for and which this layer has.
    pub(crate) fn located(&self) -> &BTreeSet<String> {
        self.needs.located()
    }

    /// Packages that are in a directory of the cache because they need files, and why they do.
    pub(crate) fn packages_in_files(&self) -> impl Iterator<Item = (&String, &FilesNeeded)> {
        self.needs.all_files_needed().filter(|(package, _)| self.cached.contains_key(&self.needs.owner(package)))
    }

    /// A key that differs where a decision does.
    pub(crate) fn digest(&self) -> String {
        let mut digest = PartsDigest::default();
        for (found, decision) in &self.resources {
            digest.push(found.resource.relative_path());
            digest.push(format!("{decision:?}"));
        }
        digest.hex()
    }
}
