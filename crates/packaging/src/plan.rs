//! The plan: what becomes of every resource, and why.
//!
//! A scan has candidates, the [`Policy`](crate::Policy) makes a [`Decision`] for each, and a function of the caller may
//! change it. What a layer is made of, its key in the cache and its part of the report follow from the decisions.

mod candidate;
mod decision;
mod layer_kind;
mod needs;

use std::collections::{BTreeMap, BTreeSet};

use pyox_packed_resources::{Location, PartsDigest, Resource};
use pyox_scanner::{Found, Scan, top_level_of_path};

pub use candidate::{Candidate, Decide};
pub use decision::{Decision, Reason};
pub use layer_kind::LayerKind;
pub use needs::FilesNeeded;

use crate::error::Error;
use crate::layer::LayerBuilder;
use crate::report::Finding;
pub(crate) use needs::Needs;

/// What becomes of the resources of one layer.
#[derive(Default)]
pub(crate) struct Plan<'s> {
    /// In the order of the scan.
    resources: Vec<(&'s Found, Decision)>,
    needs: Needs,
    /// Distributions that are in a directory of the cache as a whole, and why.
    cached: BTreeMap<String, Reason>,
}

impl<'a> LayerBuilder<'a> {
    /// Decides about everything in a scan.
    pub(crate) fn plan<'s>(&self, kind: LayerKind, scan: &'s Scan) -> Result<Plan<'s>, Error> {
        let needs = match kind {
            LayerKind::StandardLibrary => Needs::default(),
            _ => Needs::of(scan, &self.policy.locations)?,
        };
        let mut plan = Plan { needs, ..Plan::default() };
        for found in &scan.resources {
            let decision = self.decide(kind, found, &plan.needs)?;
            plan.resources.push((found, decision));
        }
        plan.settle();
        Ok(plan)
    }

    /// What becomes of a resource on its own.
    pub(crate) fn decide(&self, kind: LayerKind, found: &Found, needs: &Needs) -> Result<Decision, Error> {
        let path = found.resource.relative_path();
        let is_native = matches!(found.resource, Resource::ExtensionModule(_) | Resource::SharedLibrary(_));
        let length = || found.resource.data().open().map(|content| content.len());
        let candidate = Candidate {
            found,
            layer: kind,
            native_length: is_native.then(length).transpose().map_err(Error::io("read", &found.origin))?,
            asked: needs.asked(&path),
            files_needed: needs.files_needed(&path),
            path,
        };
        let mut decision = self.policy.decide(&candidate);
        if let Some(decide) = self.decide {
            decide(&candidate, &mut decision)
                .map_err(|source| Error::Decide { resource: candidate.path.clone(), source })?;
        }
        Ok(decision)
    }
}

impl<'s> Plan<'s> {
    /// Makes decisions agree: a distribution is in a directory of the cache as a whole, and what cannot be where it was
    /// decided to be is elsewhere or left out.
    fn settle(&mut self) {
        for (found, decision) in &mut self.resources {
            // Entries have no place for a file outside of packages: it exists only as a file.
            let has_no_place = matches!(found.resource, Resource::File(_)) && decision.location != Location::Cache;
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
            // It is read from memory in any case.
            if is_metadata && decision.location == Location::Cache {
                decision.location = Location::InMemory;
            }
            match self.cached.get(&self.needs.owner(&path)).filter(|_| !is_beside && !is_metadata) {
                Some(reason) => (decision.location, decision.reason) = (Location::Cache, reason.clone()),
                None if matches!(found.resource, Resource::File(_)) && decision.include => {
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
    pub(crate) fn beside(&self) -> BTreeMap<String, String> {
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

    /// What a person should know.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let in_files = |package: &String| self.cached.contains_key(&self.needs.owner(package));
        let needed = self.needs.all_files_needed().filter(|(package, _)| in_files(package));
        let needed = needed.map(|(package, why)| Finding::InFiles { package: package.clone(), why: why.clone() });
        let homeless = self.excluded().filter(|(_, decision)| decision.reason == Reason::NoPackage);
        let homeless =
            homeless.map(|(found, _)| Finding::NoPackage { path: found.resource.relative_path(), concerns: true });
        needed.chain(homeless).collect()
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
