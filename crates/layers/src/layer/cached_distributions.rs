//! Distributions that the plan places in a directory of the cache, all of it: `black` finds its data through the shared
//! library beside its package, others through a sibling package.

use std::collections::BTreeMap;

use pyox_packed_resources::Collector;

use super::cache_files::CacheFiles;
use crate::plan::Plan;

/// The files of distributions that are in the cache.
#[derive(Default)]
pub(super) struct CachedDistributions(BTreeMap<String, CacheFiles>);

impl CachedDistributions {
    /// The files of the distribution that a path below `sys.path` belongs to, if that is in the cache.
    pub(super) fn files_of(&mut self, plan: &Plan<'_>, path: &str) -> Option<&mut CacheFiles> {
        Some(self.0.entry(plan.cached_distribution(path)?).or_default())
    }

    /// Lists the files in the collector.
    pub(super) fn finish(self, plan: &Plan<'_>, collector: &mut Collector) {
        let finished = self.0.into_iter().map(|(name, files)| {
            let directory = files.finish(&name, collector);
            (name, directory)
        });
        let directories: BTreeMap<String, String> = finished.collect();
        for (top_level, distribution) in plan.cached_names() {
            if let Some(directory) = directories.get(&distribution) {
                collector.cache_directory(&top_level, directory);
            }
        }
    }
}
