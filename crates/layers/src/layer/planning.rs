//! Deciding about everything in a layer.

use std::collections::{BTreeMap, BTreeSet};

use pyox_distribution::PythonInfo;
use pyox_packed_resources::Resource;
use pyox_scanner::{Found, Scan, SkipReason};

use super::LayerBuilder;
use crate::error::Error;
use crate::finding::Finding;
use crate::plan::{Candidate, Decision, LayerKind, Needs, Plan, Reason};
use crate::policy::{Policy, outermost, package_or_module, unneeded_part};
use crate::row::LeftOut;

impl LayerBuilder<'_> {
    /// Decides about everything in a scan.
    pub(crate) fn plan<'s>(&self, kind: LayerKind, scan: &'s Scan) -> Result<Plan<'s>, Error> {
        let needs = match kind {
            LayerKind::StandardLibrary => Needs::default(),
            _ => Needs::of(scan, kind, &self.policy)?,
        };
        Plan::of(scan, needs, |found, needs| self.decide(kind, found, needs))
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
        if is_native && decision.include && !self.python().target().info().loads_extensions {
            (decision.include, decision.reason) = (false, Reason::NotLoadable);
        }
        Ok(decision)
    }
}

/// The native code of a scan if a program of this Python can load none. What pip installs is for the one that runs it.
pub(super) fn not_loadable(python: &PythonInfo, plan: &Plan<'_>, scan: &Scan) -> Option<Finding> {
    let planned = plan.excluded().filter(|(_, decision)| decision.reason == Reason::NotLoadable);
    let foreign = scan.skipped.iter().filter(|skipped| skipped.reason == SkipReason::ForeignExtension);
    let foreign = foreign.filter(|_| !python.loads_extensions).map(|skipped| skipped.path.clone());
    let mut paths: Vec<String> = planned.map(|(found, _)| found.resource.relative_path()).chain(foreign).collect();
    paths.sort();
    (!paths.is_empty()).then_some(Finding::NotLoadable { paths })
}

/// What a plan leaves out, and why; of the standard library whole directories.
pub(super) fn left_out(kind: LayerKind, plan: &Plan<'_>) -> Vec<LeftOut> {
    let rows = plan.excluded().map(|(found, decision)| {
        let path = found.resource.relative_path();
        let is_part = decision.reason == Reason::OfNoUse && kind == LayerKind::StandardLibrary;
        let part = unneeded_part(&path).filter(|_| is_part).map(str::to_owned);
        let (owner, reason) = (found.owner.as_deref().map(str::to_owned), decision.reason.clone());
        LeftOut { path: part.unwrap_or(path), owner, reason }
    });
    Vec::from_iter(rows.collect::<BTreeSet<_>>())
}

/// The outermost modules that each name leaves out of a scan; none of what is no module.
pub(super) fn excluded(policy: &Policy, scan: &Scan) -> BTreeMap<String, BTreeSet<String>> {
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for found in &scan.resources {
        let is_module = matches!(
            found.resource,
            Resource::ModuleSource(_) | Resource::ModuleBytecode(_) | Resource::ExtensionModule(_)
        );
        for name in policy.excluding(found) {
            let modules = names.entry(name.clone()).or_default();
            modules.extend(is_module.then(|| package_or_module(&found.resource)));
        }
    }
    names.into_iter().map(|(name, modules)| (name, outermost(&modules))).collect()
}

/// What a person should know of a plan.
pub(super) fn findings(plan: &Plan<'_>) -> Vec<Finding> {
    let needed = plan.packages_in_files();
    let needed = needed.map(|(package, why)| Finding::InFiles { package: package.clone(), why: why.clone() });
    let without_package = plan.excluded().filter(|(_, decision)| decision.reason == Reason::NoPackage);
    let without_package =
        without_package.map(|(found, _)| Finding::NoPackage { path: found.resource.relative_path(), concerns: true });
    needed.chain(without_package).collect()
}
