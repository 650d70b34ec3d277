//! Packages that are placed in files when the program runs.

use std::collections::BTreeMap;

use pyox_scanner::{Evidence, Scan, files_needed};
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::report::Finding;

/// Top-level packages of one layer that need files.
#[derive(Default)]
pub(super) struct CachedPackages {
    packages: BTreeMap<String, Cached>,
}

struct Cached {
    reason: String,
    hash: Sha256,
}

impl CachedPackages {
    pub(super) fn of(scan: &Scan) -> Result<Self, Error> {
        let verdicts = files_needed(scan.resources.iter().map(|found| &found.resource))?;
        let cached = |reason| Cached { reason, hash: Sha256::new() };
        // Looking at the `__file__` of some module is mostly what reloaders and debuggers do, with modules of others.
        let direct = verdicts.into_iter().filter(|needs| needs.evidence() == Evidence::Direct);
        let packages = direct.map(|needs| (needs.package.clone(), cached(needs.reason()))).collect();
        Ok(Self { packages })
    }

    /// Why the package that a path belongs to is placed in files, if it is.
    pub(super) fn reason(&self, path: &str) -> Option<&str> {
        let (package, _) = path.split_once('/')?;
        self.packages.get(package).map(|cached| cached.reason.as_str())
    }

    /// Whether a path belongs to a package that is placed in files.
    pub(super) fn contains(&self, path: &str) -> bool {
        self.reason(path).is_some()
    }

    /// Counts a file in for the name of its package's directory. Files come sorted.
    pub(super) fn digest(&mut self, path: &str, content: &[u8]) {
        let Some((package, _)) = path.split_once('/') else { return };
        if let Some(cached) = self.packages.get_mut(package) {
            cached.hash.update((path.len() as u64).to_le_bytes());
            cached.hash.update(path);
            cached.hash.update((content.len() as u64).to_le_bytes());
            cached.hash.update(content);
        }
    }

    /// Package names with the names of their directories.
    pub(super) fn directories(&self) -> Vec<(String, String)> {
        let name = |cached: &Cached| -> String {
            cached.hash.clone().finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
        };
        self.packages.iter().map(|(package, cached)| (package.clone(), format!("{package}-{}", name(cached)))).collect()
    }

    pub(super) fn findings(&self) -> Vec<Finding> {
        let finding = |(package, cached): (&String, &Cached)| Finding::InFiles {
            package: package.clone(),
            reason: cached.reason.clone(),
        };
        self.packages.iter().map(finding).collect()
    }
}
